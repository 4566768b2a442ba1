"""The command that publishes a CSV file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.local_paths import expand_home, expand_source
from ...errors import PublishIncompleteError
from ..command import command
from ..context import CommandContext
from ..output import print_json
from ..parameter_names import to_cli_message
from .databases import Database

if TYPE_CHECKING:
    from ..csv_frame import Frame


@command(
    "avista-dx publish <timeSeriesDbId> may.csv --dry-run",
    "avista-dx publish <timeSeriesDbId> may.csv --asset feeder-7 --time-zone America/Los_Angeles",
    'avista-dx publish <timeSeriesDbId> may.csv --rename "Power=A kW" --type State=VARCHAR',
)
def publish(
    run: CommandContext,
    database: Database,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            parser=expand_source,
            help="A CSV file with a header.",
        ),
    ],
    asset: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Asset ID of all rows, instead of a column."),
    ] = None,
    asset_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Asset ID column.")
    ] = "assetId",
    name_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Asset name column (default: name, if present)."),
    ] = None,
    time_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Timestamp column, in ISO 8601.")
    ] = "timestamp",
    time_zone: Annotated[
        str | None, typer.Option(metavar="NAME", help="Time zone of naive timestamps.")
    ] = None,
    dimensions: Annotated[
        list[str] | None,
        typer.Option("--dimension", metavar="COLUMN", help="Metadata column; may be repeated."),
    ] = None,
    measures: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="COLUMN",
            help="Column to publish; may be repeated (default: all other columns).",
        ),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            metavar="COLUMN=TYPE",
            help="DOUBLE, BIGINT, VARCHAR, BOOLEAN or TIMESTAMP; may be repeated (default: the "
            "attribute's type in the database).",
        ),
    ] = None,
    renames: Annotated[
        list[str] | None,
        typer.Option(
            "--rename", metavar="COLUMN=ATTRIBUTE", help="Attribute of a column; may be repeated."
        ),
    ] = None,
    correct: Annotated[
        bool,
        typer.Option("--correct", help="Replace values that are stored differently."),
    ] = False,
    rename_assets: Annotated[
        bool,
        typer.Option("--rename-assets", help="Allow different names for existing assets."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Validate without publishing.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=expand_home,
            help="Output file for rejected rows (default: FILE.rejected.csv).",
        ),
    ] = None,
) -> None:
    """Publish the rows of a CSV file.

    Each row holds the measurements of one asset at one time. Each column becomes an attribute of
    the same name. Numbers become DOUBLE, unless the attribute has another type in the database.
    Empty cells are not published. Publishing the same rows again changes nothing.
    """
    require_extra("arrow", "pyarrow")
    from ..csv_frame import CsvMapping, read_csv

    columns = CsvMapping(
        asset,
        asset_column,
        name_column,
        time_column,
        time_zone,
        dimensions or [],
        measures or [],
        _pairs("--type", types),
        _pairs("--rename", renames),
    )
    source = validation.require_file("FILE", file)
    name = f"{source.stem}.rejected{source.suffix}"
    reject_file = validation.resolve_output_path(
        "--rejected", rejected or source.with_name(name), name
    )
    frame = read_csv(source, columns, _known_types(run, database))
    if dry_run:
        _check(run, frame)
    else:
        options = {"correct": correct, "renameAssets": rename_assets}
        _publish(run, database, source, frame, reject_file, options)


def _pairs(option: str, values: list[str] | None) -> dict[str, str]:
    """Parse options of the form NAME=VALUE."""
    pairs = {}
    for text in values or ():
        name, sign, value = text.rpartition("=")
        if not (name and sign and value):
            raise validation.invalid_argument(option, text, "two names with = between them")
        pairs[name] = value
    return pairs


def _known_types(run: CommandContext, database: str) -> dict[str, str]:
    """Return the types of a database's attributes that are the same for all assets."""
    types: dict[str, set[str]] = {}
    with run.progress("listing", "pages") as callback:
        assets = run.exchange.listTimeSeriesAssetsAndLatestValues(database, progress=callback)
    for asset in assets:
        for attribute in asset.attributes:
            types.setdefault(attribute.name, set()).add(str(attribute.attributeType))
    return {name: found.pop() for name, found in types.items() if len(found) == 1}


def _check(run: CommandContext, frame: "Frame") -> None:
    from ..dry_run import summarize

    account = summarize(frame)
    columns = {"attribute": lambda pair: pair[0], "type": lambda pair: pair[1]}
    run.print_rows(account["attributes"].items(), columns, json=account)
    run.info(
        f"rows: {account['rows']}, assets: {len(account['assets'])}, "
        f"from {account['from']} to {account['to']}. Nothing was published."
    )


def _publish(
    run: CommandContext,
    database: str,
    source: Path,
    frame: "Frame",
    reject_file: Path,
    options: dict[str, Any],
) -> None:
    from ..csv_frame import write_rejected

    try:
        with run.progress("publishing", "rows") as callback:
            published = run.exchange.publishDataFrameToTimeSeriesDatabase(
                database,
                frame.table,
                timeZone=frame.time_zone,
                progress=callback,
                **frame.layout,
                **options,
            )
    except PublishIncompleteError as error:
        _report(run, len(error.written), error.rejected)
        summary = PublishIncompleteError(_summary(error))
        if error.rejected:
            write_rejected(source, reject_file, error.rejected)
            summary.add_note(f"the rejected rows are in {reject_file}, each with its reason")
        raise summary from error
    _report(run, frame.table.num_rows, {})
    run.info(str(published.report))


def _report(run: CommandContext, written: int, rejected: dict[int, str]) -> None:
    if run.json:
        rows = [{"row": index + 1, "reason": reason} for index, reason in rejected.items()]
        print_json({"written": written, "rejected": rows})


def _summary(error: PublishIncompleteError) -> str:
    counts = {
        "written": len(error.written),
        "already stored": len(error.unchanged),
        "rejected": len(error.rejected),
        "outcome unknown": len(error.unknown),
        "not sent": len(error.notSent),
    }
    listed = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    for index, reason in error.rejected.items():
        return f"rows: {listed}; row {index + 1}: {to_cli_message(reason)}"
    return f"rows: {listed}; {error.__cause__}"
