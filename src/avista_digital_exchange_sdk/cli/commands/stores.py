"""The commands about data stores as a whole."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..._utils import validation
from ..command import CommandGroup, command
from ..completion import complete_store
from ..confirmation import Yes, confirm
from ..context import CommandContext
from ..names import find_data_store
from ..output import print_json

if TYPE_CHECKING:
    from ...types import DataStore

Store = Annotated[
    str,
    typer.Argument(
        metavar="STORE",
        autocompletion=complete_store,
        help="The name, path or ID of a data store.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the data store.")]


@command("avista-dx stores list", "avista-dx stores list --json")
def list_(run: CommandContext) -> None:
    """List the data stores you own."""
    columns = {
        "name": lambda store: store.name,
        "dataStoreId": lambda store: store.dataStoreId,
        "description": lambda store: store.description,
    }
    run.print_rows(run.exchange.listDataStores(), columns)


@command('avista-dx stores create "Solar site" --description "Loads and forecasts"')
def create(
    run: CommandContext,
    name: Name,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its description.")
    ] = None,
) -> None:
    """Create a data store."""
    validation.require_str("NAME", name)
    _report(run, "created", run.exchange.createDataStore(name, description))


@command('avista-dx stores rename "Solar site" "Solar site 1"')
def rename(run: CommandContext, store: Store, name: Name) -> None:
    """Rename a data store."""
    validation.require_str("NAME", name)
    _report(run, "renamed", run.exchange.updateDataStore(find_data_store(run, store), name))


@command('avista-dx stores delete "Solar site"')
def delete(run: CommandContext, store: Store, yes: Yes = False) -> None:
    """Delete a data store with everything in it. Asks on a terminal."""
    store_id = find_data_store(run, store)
    confirm(f"Delete the data store {store} with everything in it?", yes=yes)
    _report(run, "deleted", run.exchange.deleteDataStore(store_id))


def _report(run: CommandContext, done: str, store: "DataStore") -> None:
    if run.json:
        print_json(store)
    run.info(f"{done}: {store.name} ({store.dataStoreId})")


stores: CommandGroup = CommandGroup(
    "stores",
    "Data stores. Without a command, lists those you own.",
    (list_, create, rename, delete),
)
