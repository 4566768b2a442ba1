"""Values for shell completion: paths, databases, assets and others of the platform."""

from typing import TYPE_CHECKING, Any

import typer

from .._escaping import escape_controls
from .._models.paths import SEPARATOR
from .._profiles import files
from .completion_cache import Fetch, fetch_cached
from .remote_paths import SCHEME

if TYPE_CHECKING:
    from ..client import AvistaDigitalExchange
    from .names import Lister


def complete_profile(incomplete: str) -> list[str]:
    """Complete the name of a profile."""
    return _match(files.list_names(), incomplete)


def complete_remote_path(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a remote path: `dx://`, the name of a data store, directories and files."""
    if not incomplete.startswith(SCHEME):
        if not SCHEME.startswith(incomplete):
            return []
        incomplete = SCHEME
    store, separator, inner = incomplete.removeprefix(SCHEME).partition(SEPARATOR)
    if not separator:
        stores = [f"{SCHEME}{name}{SEPARATOR}" for name in _names(ctx, "stores")]
        return _match(stores, incomplete)
    directory = f"{store}{SEPARATOR}{inner}".rpartition(SEPARATOR)[0]

    def list_entries(exchange: "AvistaDigitalExchange") -> list[str]:
        return _list_directory(ctx, directory)

    entries = _fetch(ctx, f"directory {directory}", list_entries)
    return _match([f"{SCHEME}{directory}{SEPARATOR}{entry}" for entry in entries], incomplete)


def complete_source(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a SOURCE of `get`; local files are for the shell, as they are the TARGET."""
    has_source = bool(ctx.params.get("sources") or ctx.params.get("target"))
    return [] if has_source and not incomplete else complete_remote_path(ctx, incomplete)


def complete_local_source(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a SOURCE of `put`: the shell completes files, and this function the TARGET."""
    return complete_remote_path(ctx, incomplete) if incomplete.startswith(SCHEME[:2]) else []


def complete_database(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a database."""
    return _match(_names(ctx, "databases"), incomplete)


def complete_collaborative(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a collaborative."""
    return _match(_names(ctx, "collaboratives"), incomplete)


def complete_store(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name or the path of a data store."""
    if incomplete.startswith(SCHEME[:3]):
        return _match([f"{SCHEME}{name}" for name in _names(ctx, "stores")], incomplete)
    return _match(_names(ctx, "stores"), incomplete)


def complete_service(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name or the path of a data store, or the name of a database."""
    databases = _match(_names(ctx, "databases"), incomplete)
    return [*complete_store(ctx, incomplete), *databases]


def complete_asset(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the ID of an asset of the database."""
    return _match(list(_assets(ctx)), incomplete)


def complete_attribute(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of an attribute, of --asset if that is used."""
    assets = _assets(ctx)
    chosen = ctx.params.get("assets") or assets
    names = [name for asset in chosen for name in assets.get(asset, ())]
    return _match(list(dict.fromkeys(names)), incomplete)


def _match(values: list[str], incomplete: str) -> list[str]:
    """Return what completes a word, except for names that shells cannot read from one line."""
    return [
        value
        for value in values
        if value.startswith(incomplete) and escape_controls(value) == value
    ]


def _fetch(ctx: typer.Context, key: str, fetch: Fetch) -> list[str]:
    return fetch_cached(ctx.params.get("profile"), key, fetch)


def _names(ctx: typer.Context, kind: str) -> list[str]:
    """List the names of all objects of a kind; IDs if a name is not unique."""

    def fetch(exchange: "AvistaDigitalExchange") -> list[str]:
        from .._backends import run_sync
        from .._services import name_lookup
        from ..client import get_services

        listers: dict[str, Lister] = {
            "stores": name_lookup.list_data_stores,
            "databases": name_lookup.list_databases,
            "collaboratives": name_lookup.list_collaboratives,
        }
        objects = run_sync(listers[kind](get_services(exchange)))
        names = [one.name for one in objects]
        return [
            one.name if names.count(one.name) == 1 and SEPARATOR not in one.name else one.identifier
            for one in objects
        ]

    return _fetch(ctx, kind, fetch)


def _list_directory(ctx: typer.Context, directory: str) -> list[str]:
    """List the names in a directory, those of directories with a slash at the end."""
    from ..file_system import DataStoreFileSystem

    file_system = DataStoreFileSystem(
        profile=ctx.params.get("profile"), timeout=3, maxRetries=0, skip_instance_cache=True
    )
    try:
        found: dict[str, dict[str, Any]] = file_system.find(
            f"{SCHEME}{directory}", maxdepth=1, withdirs=True, detail=True, sizes=False
        )
    finally:
        file_system.close()
    # The directory itself is among them.
    top = min(found, key=len)
    return [
        path.rpartition(SEPARATOR)[2] + (SEPARATOR if info["type"] == "directory" else "")
        for path, info in found.items()
        if path != top
    ]


def _assets(ctx: typer.Context) -> dict[str, list[str]]:
    """List the attributes of each asset of the database."""
    database = ctx.params.get("database")
    if not isinstance(database, str):
        return {}

    def fetch(exchange: "AvistaDigitalExchange") -> list[str]:
        from .._backends import run_sync
        from .._services.name_lookup import DATABASE, find_by_name, is_id, list_databases
        from ..client import get_services

        identifier = database
        if not is_id("DATABASE", database, DATABASE):
            known = run_sync(list_databases(get_services(exchange)))
            identifier = find_by_name("DATABASE", [DATABASE], database, known).identifier
        assets = exchange.listTimeSeriesAssetsAndLatestValues(identifier)
        return [
            TAB.join((asset.assetId, *(attribute.name for attribute in asset.attributes)))
            for asset in assets
        ]

    rows = [row.split(TAB) for row in _fetch(ctx, f"assets {database}", fetch)]
    return {asset: attributes for asset, *attributes in rows}


# Separates an asset and its attributes in the cache.
TAB = "\t"
