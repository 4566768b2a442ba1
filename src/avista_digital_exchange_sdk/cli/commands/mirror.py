"""The command that mirrors a time series database into Parquet files."""

from pathlib import Path
from typing import Annotated

import typer

from ..._utils.local_paths import expand_home
from ..command import command
from ..context import CommandContext
from ..names import find_database
from ..output import print_json
from .databases import Database


@command(
    'avista-dx mirror "Solar measurements" solar',
    "avista-dx mirror <timeSeriesDbId> feeders --overlap 1w",
)
def mirror(
    run: CommandContext,
    database: Database,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", parser=expand_home, help="The directory of the Parquet files."
        ),
    ],
    overlap: Annotated[
        str,
        typer.Option(
            metavar="DURATION",
            help="How far before the latest values to fetch again, for corrected and late values.",
        ),
    ] = "2d",
) -> None:
    """Keep a directory of Parquet files up to date with a database.

    There is one file per asset and month. Only new values are fetched, and
    those in the time of --overlap before them.
    """
    database = find_database(run, database)
    with run.progress("mirroring", "queries") as callback:
        report = run.exchange.mirrorTimeSeriesDatabase(
            database, folder, overlap=overlap, progress=callback
        )
    if run.json:
        print_json(report._asdict())
    run.info(str(report))
