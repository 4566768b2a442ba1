"""The commands about time series databases and their assets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..._utils import validation
from ..command import CommandGroup, command
from ..completion import complete_database
from ..confirmation import Yes, confirm
from ..context import CommandContext
from ..names import find_database
from ..output import print_json
from ..tables import ExactText

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


Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the database.")]


@command("avista-dx databases list", "avista-dx databases list --json")
def list_(run: CommandContext) -> None:
    """List the time series databases you own.

    Includes the names of their tables in SQL.
    """
    columns = {
        "name": lambda database: database.name,
        "timeSeriesDbId": lambda database: database.timeSeriesDbId,
        "table": _table,
    }
    run.print_rows(run.exchange.listTimeSeriesDatabases(), columns)


@command('avista-dx databases create "Solar measurements"')
def create(
    run: CommandContext,
    name: Name,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its description.")
    ] = None,
) -> None:
    """Create a time series database."""
    validation.require_str("NAME", name)
    _report(run, "created", run.exchange.createTimeSeriesDatabase(name, description))


@command('avista-dx databases rename "Solar measurements" "Solar measurements 2024"')
def rename(run: CommandContext, database: Database, name: Name) -> None:
    """Rename a time series database."""
    validation.require_str("NAME", name)
    database_id = find_database(run, database)
    _report(run, "renamed", run.exchange.updateTimeSeriesDatabase(database_id, name))


@command('avista-dx databases delete "Solar measurements"')
def delete(run: CommandContext, database: Database, yes: Yes = False) -> None:
    """Delete a time series database with everything in it. Asks on a terminal."""
    database_id = find_database(run, database)
    confirm(f"Delete the database {database} with everything in it?", yes=yes)
    _report(run, "deleted", run.exchange.deleteTimeSeriesDatabase(database_id))


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
        "last value": lambda row: ExactText(row[1].lastValue),
        "at": lambda row: row[1].lastValueTime,
    }
    run.print_rows(_attributes(assets), columns, json=assets)


def _report(run: CommandContext, done: str, database: "TimeSeriesDb") -> None:
    if run.json:
        print_json(database)
    run.info(f"{done}: {database.name} ({database.timeSeriesDbId})")


def _table(database: "TimeSeriesDb") -> str:
    return f'"{database.databaseName}"."{database.tableName}"'


def _attributes(
    assets: "list[TimeSeriesAssetData]",
) -> "Iterator[tuple[TimeSeriesAssetData, TimeSeriesAssetAttribute]]":
    for asset in assets:
        for attribute in asset.attributes:
            yield asset, attribute


databases: CommandGroup = CommandGroup(
    "databases",
    "Time series databases. Without a command, lists those you own.",
    (list_, create, rename, delete),
)
