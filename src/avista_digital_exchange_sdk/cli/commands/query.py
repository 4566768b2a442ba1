"""The command that queries assets and attributes over a time range."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..._time_series.asset_patterns import ALL
from ..._time_series.time_arguments import NOW
from ..._time_series.zones import parse_time_zone
from ..._utils import validation
from ..._utils.atomic_files import atomic_write
from ..._utils.temporary_files import explain_full_disk, open_temporary_file
from ...errors import InvalidParameterError
from ..command import command
from ..completion import complete_asset, complete_attribute
from ..context import CommandContext
from ..names import find_database
from ..plot_options import Plot, PlotSize, PlotStyle, PlotTitle, Steps, parse_plot_options
from ..result_output import (
    EndTime,
    OutputFile,
    RequestedFormat,
    StartTime,
    parse_format,
    parse_target,
    print_result,
)
from ..standard_streams import parse_source, read_bytes, to_file
from .databases import Database

if TYPE_CHECKING:
    from ...types import AssetFilter


@command(
    'avista-dx query <timeSeriesDbId> --asset feeder-7 --attribute "A kW" --from -7d',
    "avista-dx query <timeSeriesDbId> --asset feeder-7 --from 2024-05-01 -o may.parquet",
    "avista-dx query <timeSeriesDbId> --filter assets.json --from -12h --json",
    "avista-dx query <timeSeriesDbId> --asset feeder-7 --from -7d --plot week.png",
)
def query(
    run: CommandContext,
    database: Database,
    start: StartTime,
    end: EndTime = NOW,
    assets: Annotated[
        list[str] | None,
        typer.Option(
            "--asset",
            metavar="ID",
            autocompletion=complete_asset,
            help="An asset, or a pattern such as 'feeder-*'; may be repeated.",
        ),
    ] = None,
    all_assets: Annotated[bool, typer.Option("--all", help="Query all assets.")] = False,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            autocompletion=complete_attribute,
            help="An attribute of the assets, or a pattern such as '*kW'; may be repeated "
            "(default: all).",
        ),
    ] = None,
    filter_file: Annotated[
        Path | None,
        typer.Option(
            "--filter",
            metavar="FILE",
            parser=parse_source,
            help='Instead of --asset and --attribute, a JSON file: [{"assetId": "...", '
            '"attributeNamesFilter": ["..."]}].',
        ),
    ] = None,
    output: OutputFile = None,
    format_: RequestedFormat = None,
    time_zone: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Time zone of naive times, of timestamps in CSV and Parquet, and of the plot.",
        ),
    ] = "UTC",
    every: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="Query aggregates of periods instead of all values: 15m, 1h, 1d, 1w, 1mo, 1y.",
        ),
    ] = None,
    how: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FUNCTION",
            help="With --every: mean, min, max, sum, count, first or last; may be repeated "
            "(default: mean).",
        ),
    ] = None,
    fail_empty: Annotated[
        bool,
        typer.Option(
            "--fail-empty",
            help="Fail without output if the result is empty or a name does not exist.",
        ),
    ] = False,
    plot: Plot = None,
    plot_style: PlotStyle = None,
    plot_size: PlotSize = None,
    plot_title: PlotTitle = None,
    steps: Steps = None,
) -> None:
    """Query a time range of assets.

    Writes a file, a plot, or to standard output. All pages of the result are fetched. Names that
    do not exist and empty results are reported on standard error.
    """
    parse_time_zone("--time-zone", time_zone)
    output = to_file(output)
    filters = _filters(assets, attributes, filter_file, all_assets=all_assets)
    kind = parse_format(run, format_, output)
    plotted = parse_plot_options(plot, steps, plot_title, plot_style, plot_size, time_zone)
    target = parse_target(output, kind, will_plot=plot is not None)
    request = (find_database(run, database), filters, start, end)
    functions = _functions(every, how)
    errors: Literal["warn", "raise"] = "raise" if fail_empty else "warn"
    if target is not None and plotted is None:
        with run.progress("querying", "pages", "bytes", file=target) as callback:
            run.exchange.queryTimeSeriesDatabaseWithFilters(
                *request,
                target,
                kind,  # type: ignore[arg-type]  # the call ignores case
                timeZone=time_zone,
                every=every,
                how=functions,  # type: ignore[arg-type]  # the call checks it
                errors=errors,
                progress=callback,
            )
        run.info(f"written: {target}")
        return
    from ..._backends import run_sync
    from ..._services.time_series.filter_queries import query_into
    from ...client import get_services

    with open_temporary_file() as result:
        with (
            run.progress("querying", "pages", "bytes", file=target or plot) as callback,
            explain_full_disk(),
        ):
            run_sync(
                query_into(
                    get_services(run.exchange),
                    result,
                    *request,
                    kind.of_file,
                    timeZone=time_zone,
                    every=every,
                    how=functions,
                    errors=errors,
                    progress=callback,
                )
            )
        try:
            if plotted is not None:
                plotted.write(kind.of_file, result)
                run.info(f"plotted: {plot}")
        finally:
            # Keep the result even if it cannot be plotted.
            result.seek(0)
            if target is not None:
                with atomic_write(target) as file:
                    shutil.copyfileobj(result, file)
                run.info(f"written: {target}")
        if plotted is None:
            print_result(run, result, kind)


def _filters(
    assets: list[str] | None,
    attributes: list[str] | None,
    file: Path | None,
    *,
    all_assets: bool,
) -> "list[AssetFilter]":
    if bool(assets) + all_assets + (file is not None) != 1 or (file is not None and attributes):
        raise InvalidParameterError("one of --asset, --all and --filter must be used")
    if file is None:
        for option, values in {"--asset": assets, "--attribute": attributes}.items():
            for value in values or ():
                validation.require_str(option, value)
        names = [ALL] if all_assets else assets or []
        return [{"assetId": asset, "attributeNamesFilter": attributes} for asset in names]
    try:
        filters: list[AssetFilter] = json.loads(read_bytes(file))
    except OSError as error:
        raise InvalidParameterError(f"--filter: {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidParameterError(f"--filter: {file} is not JSON: {error}") from error
    return filters


def _functions(every: str | None, how: list[str] | None) -> str | list[str]:
    if how and every is None:
        raise InvalidParameterError("--how must be used with --every")
    functions = how or ["mean"]
    return functions[0] if len(functions) == 1 else functions
