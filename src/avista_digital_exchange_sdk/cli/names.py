"""Arguments that are the name or the ID of an object."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from .._models.paths import SEPARATOR
from .._utils import validation
from ..errors import NotFoundError
from .context import CommandContext
from .device_names import list_captures, list_groups
from .remote_paths import SCHEME

if TYPE_CHECKING:
    from .._services.exchange import ExchangeService
    from .._services.name_lookup import Kind, NamedObject

    Lister = Callable[[ExchangeService], Coroutine[Any, Any, list[NamedObject]]]

# name_lookup is imported on use, as the services are slow to import and help needs none.


def find_database(run: CommandContext, value: str) -> str:
    """Return the ID of a database."""
    from .._services.name_lookup import DATABASE, list_databases

    return _find(run, "DATABASE", value, DATABASE, list_databases)


def find_collaborative(run: CommandContext, value: str) -> str:
    """Return the ID of a collaborative."""
    from .._services.name_lookup import COLLABORATIVE, list_collaboratives

    return _find(run, "COLLABORATIVE", value, COLLABORATIVE, list_collaboratives)


def find_data_store(run: CommandContext, value: str) -> str:
    """Return the ID of a data store, of which the value may also be the path."""
    from .._services.name_lookup import DATA_STORE, list_data_stores

    return _find(run, "STORE", _parse_store("STORE", value), DATA_STORE, list_data_stores)


def find_service(run: CommandContext, value: str) -> str:
    """Return the ID of a service: any ID, the name of a service, or the path of a data store."""
    from .._services.name_lookup import (
        CAPTURE,
        DATA_STORE,
        DATABASE,
        GROUP,
        find_by_name,
        find_kind,
        list_data_stores,
        list_databases,
    )

    validation.require_str("SERVICE", value)
    if value.startswith(SCHEME):
        path = _parse_store("SERVICE", value)
        return _find(run, "SERVICE", path, DATA_STORE, list_data_stores)
    kinds = [DATA_STORE, DATABASE, GROUP, CAPTURE]
    kind = find_kind(value)
    if kind in kinds:
        return value
    if kind is not None:
        valid = f"the name or ID of {' or '.join(one.name for one in kinds)}"
        note = f"that is the ID of {kind.name}"
        raise validation.invalid_argument("SERVICE", value, valid, note=note)
    known = [*list_named(run, list_data_stores), *list_named(run, list_databases)]
    try:
        return find_by_name("SERVICE", [DATA_STORE, DATABASE], value, known).identifier
    except NotFoundError:
        # These need more requests, and more permissions.
        known += [*list_groups(run), *list_captures(run)]
    return find_by_name("SERVICE", kinds, value, known).identifier


def _parse_store(argument: str, value: str) -> str:
    """Return the name or ID of a data store, of which the value may be the path."""
    if not value.startswith(SCHEME):
        return value
    store, _, inner = value.removeprefix(SCHEME).strip(SEPARATOR).partition(SEPARATOR)
    if inner or not store:
        note = f"{inner} is in a data store" if inner else ""
        valid = "the name, path or ID of a data store"
        raise validation.invalid_argument(argument, value, valid, note=note)
    return store


def _find(run: CommandContext, argument: str, value: str, kind: "Kind", list_all: "Lister") -> str:
    from .._services.name_lookup import find_by_name, is_id

    validation.require_str(argument, value)
    if is_id(argument, value, kind):
        return value
    return find_by_name(argument, [kind], value, list_named(run, list_all)).identifier


def list_named(run: CommandContext, list_all: "Lister") -> "list[NamedObject]":
    """List the objects of a kind, by a function of `name_lookup`."""
    from .._backends import run_sync
    from ..client import get_services

    return run_sync(list_all(get_services(run.exchange)))
