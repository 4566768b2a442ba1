"""The command that publishes time series files."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._options import DEFAULT_CONCURRENCY, MAX_CONCURRENCY
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.local_paths import expand_home
from ...errors import PublishIncompleteError
from ..command import command
from ..completion import complete_asset
from ..context import CommandContext
from ..device_names import find_endpoint
from ..names import find_database
from ..output import print_json
from ..parameter_names import to_cli_message
from ..publish_report import print_inspection, print_report
from ..standard_streams import parse_device_output
from .databases import Database

if TYPE_CHECKING:
    from ..._file_input.file_report import FilePublishReport


# Options about what IoT endpoints do not have, or have by themselves.
_DATABASE_OPTIONS = (
    *("assetId", "assetIdColumn", "nameColumn", "dimensionColumns", "measureTypes"),
    *("assetsInColumns", "correct", "renameAssets"),
)


def _option(help: str, metavar: str = "TEXT", name: str | None = None) -> Any:
    return typer.Option(*([name] if name else []), metavar=metavar, help=help)


@command(
    "avista-dx publish <timeSeriesDbId> may.csv --inspect",
    "avista-dx publish <timeSeriesDbId> may.csv --asset feeder-7 --dry-run",
    "avista-dx publish <timeSeriesDbId> 'logs/*.csv.gz' --asset-column meter --time-zone=-08:00",
    'avista-dx publish <timeSeriesDbId> pi.csv --asset a --null-value "Bad" --save-mapping pi.toml',
    "avista-dx publish <timeSeriesDbId> tomorrow.csv --mapping pi.toml",
    'avista-dx publish "Inverter 1" may.csv --iot --time-zone UTC',
)
def publish(
    run: CommandContext,
    database: Database,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="Files (CSV and other text, .xlsx, .parquet, .json, also in .gz and .zip), "
            "patterns, or - for standard input.",
        ),
    ],
    asset: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            autocompletion=complete_asset,
            help="Asset ID of all rows, instead of a column.",
        ),
    ] = None,
    asset_column: Annotated[
        str | None, _option("Asset ID column (default: assetId).", "COLUMN")
    ] = None,
    name_column: Annotated[
        str | None, _option("Asset name column (default: name, if present).", "COLUMN")
    ] = None,
    time_columns: Annotated[
        list[str] | None,
        _option(
            "Timestamp column (default: timestamp, or the only one). Twice if the date "
            "and the time of day are in two.",
            "COLUMN",
            "--time-column",
        ),
    ] = None,
    time_format: Annotated[
        str | None, _option("Format of timestamps, such as '%d/%m/%Y %H:%M'.", "FORMAT")
    ] = None,
    time_unit: Annotated[
        str | None, _option("Unit of numeric timestamps: s, ms, us, ns, excel or matlab.", "UNIT")
    ] = None,
    time_zone: Annotated[
        str | None, _option("Time zone of naive timestamps: a name, or =-08:00.", "ZONE")
    ] = None,
    ambiguous: Annotated[
        str | None,
        _option("Ambiguous local times: infer, earlier, later or refuse.", "CHOICE"),
    ] = None,
    nonexistent: Annotated[
        str | None, _option("Nonexistent local times: shift or refuse.", "CHOICE")
    ] = None,
    dimensions: Annotated[
        list[str] | None, _option("Metadata column; may be repeated.", "COLUMN", "--dimension")
    ] = None,
    measures: Annotated[
        list[str] | None,
        _option(
            "Column to publish; may be repeated (default: all other columns).",
            "COLUMN",
            "--measure",
        ),
    ] = None,
    ignored: Annotated[
        list[str] | None,
        _option("Column to ignore; may be repeated.", "COLUMN", "--ignore"),
    ] = None,
    types: Annotated[
        list[str] | None,
        _option(
            "DOUBLE, BIGINT, VARCHAR, BOOLEAN or TIMESTAMP; may be repeated (default: the "
            "attribute's type in the database, else that of the cells).",
            "COLUMN=TYPE",
            "--type",
        ),
    ] = None,
    renames: Annotated[
        list[str] | None,
        _option("Attribute of a column; may be repeated.", "COLUMN=ATTRIBUTE", "--rename"),
    ] = None,
    attribute_column: Annotated[
        str | None, _option("Attribute column, in files with one value per row.", "COLUMN")
    ] = None,
    value_column: Annotated[
        str | None, _option("Value column, in files with one value per row.", "COLUMN")
    ] = None,
    assets_in_columns: Annotated[
        str | None, _option("The attribute, in files with one column per asset.", "ATTRIBUTE")
    ] = None,
    null_values: Annotated[
        list[str] | None,
        _option("Content of cells without a value; may be repeated.", "TEXT", "--null-value"),
    ] = None,
    duplicates: Annotated[
        str | None,
        _option("Several values of one time: first, last, identical or refuse.", "CHOICE"),
    ] = None,
    format: Annotated[str | None, _option("csv, xlsx, parquet or json.", "FORMAT")] = None,
    sheet: Annotated[str | None, _option("The sheet of a workbook.", "NAME")] = None,
    member: Annotated[str | None, _option("The file in a zip archive.", "NAME")] = None,
    encoding: Annotated[str | None, _option("Encoding, such as utf-16.", "NAME")] = None,
    delimiter: Annotated[
        str | None, _option("Delimiter of cells; also tab or whitespace.", "CHARACTER")
    ] = None,
    quote: Annotated[str | None, _option("Quote character; or none.", "CHARACTER")] = None,
    escape: Annotated[
        str | None, _option("Character before quotes within cells; or none.", "CHARACTER")
    ] = None,
    decimal: Annotated[str | None, _option("The decimal separator.", "CHARACTER")] = None,
    thousands: Annotated[str | None, _option("The thousands separator.", "CHARACTER")] = None,
    strip: Annotated[
        list[str] | None,
        _option("String around numbers, such as %; may be repeated.", "TEXT"),
    ] = None,
    minus: Annotated[
        str | None, _option("Another minus sign; () for parentheses.", "CHARACTER")
    ] = None,
    comment: Annotated[str | None, _option("Prefix of lines to ignore.", "TEXT")] = None,
    skip_lines: Annotated[int | None, _option("Number of lines before the header.", "N")] = None,
    column_names: Annotated[
        list[str] | None,
        _option("Column name, if there is no header; once per column.", "NAME", "--column-name"),
    ] = None,
    units_row: Annotated[
        int,
        typer.Option(
            "--units-row",
            count=True,
            help="The row after the header has units; may be repeated.",
        ),
    ] = 0,
    skip_footer: Annotated[int | None, _option("Number of rows to ignore at the end.", "N")] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=expand_home, help="Saved options to use."),
    ] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", parser=parse_device_output, help="Output file for these options."
        ),
    ] = None,
    iot: Annotated[
        bool,
        typer.Option("--iot", help="Publish to the IoT endpoint DATABASE, a name or an ID."),
    ] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Replace stored values that differ.")
    ] = False,
    rename_assets: Annotated[
        bool, typer.Option("--rename-assets", help="Allow different names for existing assets.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            max=MAX_CONCURRENCY,
            help=f"Send at most N requests at the same time, 1 to {MAX_CONCURRENCY} "
            f"(default: {DEFAULT_CONCURRENCY}).",
        ),
    ] = None,
    inspect: Annotated[
        bool,
        typer.Option("--inspect", help="Show what is detected in files, without publishing."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Validate without publishing.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=parse_device_output,
            help="Output file for rejected rows (default: FILE.rejected.csv).",
        ),
    ] = None,
) -> None:
    """Publish time series files.

    Each row holds the measurements of one asset at one time. Each column becomes an attribute of
    the same name. Files are checked before anything is published; ambiguous contents are rejected,
    with the option that resolves them. Publishing the same file again changes nothing.
    """
    require_extra("arrow", "pyarrow")
    run.max_requests = jobs or DEFAULT_CONCURRENCY
    options: dict[str, Any] = {
        "assetId": asset,
        "assetIdColumn": asset_column,
        "nameColumn": name_column,
        "timeColumn": time_columns,
        "timeFormat": time_format,
        "timeUnit": time_unit,
        "timeZone": time_zone,
        "ambiguous": ambiguous,
        "nonexistent": nonexistent,
        "dimensionColumns": dimensions,
        "measureColumns": measures,
        "ignoreColumns": ignored,
        "measureTypes": _pairs("--type", "COLUMN=TYPE", types),
        "attributeNames": _pairs("--rename", "COLUMN=ATTRIBUTE", renames),
        "attributeColumn": attribute_column,
        "valueColumn": value_column,
        "assetsInColumns": assets_in_columns,
        "nullValues": null_values,
        "duplicates": duplicates,
        "format": format,
        "sheet": sheet,
        "member": member,
        "encoding": encoding,
        "delimiter": delimiter,
        "quote": quote,
        "escape": escape,
        "decimal": decimal,
        "thousands": thousands,
        "strip": strip,
        "minus": minus,
        "comment": comment,
        "skipLines": skip_lines,
        "columnNames": column_names,
        "unitsRow": units_row or None,
        "skipFooter": skip_footer,
        "mapping": mapping,
        "saveMapping": save_mapping,
        "correct": correct,
        "renameAssets": rename_assets,
    }
    given = {name: value for name, value in options.items() if value is not None}
    call: Callable[..., FilePublishReport]
    if iot:
        given = _without_database_options(given)
        call = partial(run.exchange.iot.publishFile, iotEndpointId=find_endpoint(run, database))
    else:
        call = partial(run.exchange.publishFileToTimeSeriesDatabase, find_database(run, database))
    if inspect:
        print_inspection(run, call(path=files, inspect=True, **given))
        return
    call = partial(call, path=files, saveRejected=rejected or True, **given)
    _publish(run, call, files[0] if len(files) == 1 else None, dry_run=dry_run)


def _without_database_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Remove the options that only databases have; none of them may be used."""
    used = [name for name in _DATABASE_OPTIONS if options.get(name)]
    if used:
        valid = "omitted with --iot, which publishes all rows to one endpoint"
        raise validation.invalid_argument(used[0], options[used[0]], valid)
    return {name: value for name, value in options.items() if name not in _DATABASE_OPTIONS}


def _pairs(option: str, form: str, values: list[str] | None) -> dict[str, str] | None:
    """Parse options of a form such as COLUMN=TYPE."""
    if not values:
        return None
    pairs = {}
    for text in values:
        name, sign, value = text.rpartition("=")
        if not (sign and value):
            raise validation.invalid_argument(option, text, f"of the form {form}")
        pairs[name] = value
    return pairs


def _publish(
    run: CommandContext,
    call: "Callable[..., FilePublishReport]",
    file: str | None,
    *,
    dry_run: bool,
) -> None:
    what = "checking" if dry_run else "publishing"
    try:
        with run.progress(what, "rows", file=file) as callback:
            report = call(dryRun=dry_run, progress=callback)
    except PublishIncompleteError as error:
        raise _summarize(run, error, dry_run=dry_run) from error
    print_report(run, report)


def _summarize(
    run: CommandContext, error: PublishIncompleteError, *, dry_run: bool
) -> PublishIncompleteError:
    """Summarize in one line what was published and what was not."""
    errors = error.files
    if run.json:
        print_json(
            {
                "written": sum(len(each.written) for each in errors.values()),
                "rejected": [
                    {"file": file, "line": line, "reason": reason}
                    for file, each in errors.items()
                    for line, reason in each.rejected.items()
                ],
            }
        )
    counts = {
        "would be written" if dry_run else "written": [each.written for each in errors.values()],
        "already stored": [each.unchanged for each in errors.values()],
        "rejected": [[*each.rejected] for each in errors.values()],
        "outcome unknown": [each.unknown for each in errors.values()],
        "not sent": [each.notSent for each in errors.values()],
    }
    totals = {what: sum(map(len, rows)) for what, rows in counts.items()}
    listed = ", ".join(f"{count} {what}" for what, count in totals.items() if count)
    if len(errors) > 1:
        listed += f" in {len(errors)} files"
    reason = next((f"line {line}: {why}" for line, why in error.rejected.items()), error.__cause__)
    summary = PublishIncompleteError(to_cli_message(f"rows: {listed}; {reason}"))
    for note in getattr(error, "__notes__", ()):
        summary.add_note(note)
    return summary
