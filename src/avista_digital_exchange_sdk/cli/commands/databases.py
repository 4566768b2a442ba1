"""The commands that list time series databases and their assets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..command import command
from ..completion import complete_database
from ..context import CommandContext
from ..names import find_database

if TYPE_CHECKING:
    from ...types import TimeSeriesAssetAttribute, TimeSeriesAssetData, TimeSeriesDb

Database = Annotated[
    str,
    typer.Argument(
        metavar="DATABASE",
        autocompletion=complete_database,
        help="The name or ID of a time series database; also as --db DATABASE.",
    ),
]


@command("avista-dx databases", "avista-dx databases --json")
def databases(run: CommandContext) -> None:
    """List the time series databases you own.

    Includes the names of their tables in SQL.
    """
    columns = {
        "name": lambda database: database.name,
        "timeSeriesDbId": lambda database: database.timeSeriesDbId,
        "table": _table,
    }
    run.print_rows(run.exchange.listTimeSeriesDatabases(), columns)


@command('avista-dx assets "Solar measurements"', "avista-dx assets <timeSeriesDbId> --json")
def assets(run: CommandContext, database: Database) -> None:
    """List assets and attributes with their latest values."""
    database = find_database(run, database)
    with run.progress("listing", "pages") as callback:
        assets = run.exchange.listTimeSeriesAssetsAndLatestValues(database, progress=callback)
    columns = {
        "assetId": lambda row: row[0].assetId,
        "name": lambda row: row[0].name,
        "attribute": lambda row: row[1].name,
        "type": lambda row: row[1].attributeType,
        "last value": lambda row: row[1].lastValue,
        "at": lambda row: row[1].lastValueTime,
    }
    run.print_rows(_attributes(assets), columns, json=assets)


def _table(database: "TimeSeriesDb") -> str:
    return f'"{database.databaseName}"."{database.tableName}"'


def _attributes(
    assets: "list[TimeSeriesAssetData]",
) -> "Iterator[tuple[TimeSeriesAssetData, TimeSeriesAssetAttribute]]":
    for asset in assets:
        for attribute in asset.attributes:
            yield asset, attribute
