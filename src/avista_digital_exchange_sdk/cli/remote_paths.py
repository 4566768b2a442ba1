"""Remote paths: URLs of files and directories in data stores, or IDs."""

from typing import TYPE_CHECKING, Any

from .._models.paths import SEPARATOR, compose
from .._utils import validation

if TYPE_CHECKING:
    from ..client import AvistaDigitalExchange
    from ..file_system import DataStoreFileSystem

SCHEME = "dx://"
STORE, DIRECTORY, FILE = "dataStoreId", "dataStoreDirectoryId", "dataStoreFileId"
"""Prefixes of IDs, which identify the type of object."""

HELP = "A path such as dx://Solar site/loads/may.csv, or an ID."

# The names of data stores that the user wrote, by ID, to show paths as they were written.
_names_by_id: dict[str, str] = {}


def is_remote(path: str) -> bool:
    """Whether a string is a remote path."""
    return path.startswith((SCHEME, STORE, DIRECTORY, FILE))


def is_file_id(remote_path: str) -> bool:
    """Whether a path is a file ID, which identifies a file even among duplicates."""
    return remote_path.startswith(FILE)


def is_directory_id(remote_path: str) -> bool:
    """Whether a path is a directory ID."""
    return remote_path.startswith(DIRECTORY)


def is_root(path: str) -> bool:
    """Whether a path is the root of a data store."""
    return SEPARATOR not in path


def is_pattern(files: "DataStoreFileSystem", remote_path: str) -> bool:
    """Whether a path is a pattern, and not the literal name of an existing entry."""
    return (
        not is_file_id(remote_path)
        and bool(set("*?[") & set(remote_path))
        and not files.exists(remote_path)
    )


def to_url(path: str) -> str:
    """Convert a file system path to a URL; file IDs are returned unchanged."""
    if is_file_id(path):
        return path
    store, separator, inner = path.partition(SEPARATOR)
    return f"{SCHEME}{_names_by_id.get(store, store)}{separator}{inner}"


def _learn_names(files: "DataStoreFileSystem") -> None:
    """Show the paths of all data stores with their names, as far as these are unique."""
    from .._backends import run_sync
    from .._services.name_lookup import find_kind, list_data_stores
    from ..client import get_services

    stores = run_sync(list_data_stores(get_services(files.exchange)))
    names = [compose(store.name) for store in stores]
    _names_by_id.update(
        (store.identifier, store.name)
        for store, name in zip(stores, names, strict=True)
        if names.count(name) == 1 and SEPARATOR not in name and find_kind(name) is None
    )


def to_url_if_remote(path: str) -> str:
    """Convert a path of an error to a URL if it is one of the file system, not a local path."""
    store = path.partition(SEPARATOR)[0]
    return to_url(path) if store in _names_by_id or path.startswith(STORE) else path


def forget_names() -> None:
    """Show paths with the IDs of data stores."""
    _names_by_id.clear()


def resolve_path(files: "DataStoreFileSystem", argument: str, remote_path: str) -> str:
    """Convert a remote path to a file system path."""
    validation.optional_str(argument, remote_path)
    if not is_remote(remote_path):
        from .._services.name_lookup import find_kind

        kind = find_kind(remote_path)
        raise validation.invalid_argument(
            argument,
            remote_path,
            HELP[0].lower() + HELP[1:].rstrip("."),
            note=f"that is the ID of {kind.name}" if kind else "",
        )
    if not (is_file_id(remote_path) or is_directory_id(remote_path)):
        path: str = files._strip_protocol(remote_path)
        if not path:
            _learn_names(files)
            return path
        written = remote_path.removeprefix(SCHEME).lstrip(SEPARATOR).partition(SEPARATOR)[0]
        store = path.partition(SEPARATOR)[0]
        # A name that does not exist is in the path.
        if not written.startswith(STORE):
            _names_by_id[store] = written
        return path
    path, *ids = _path_components(files.exchange, remote_path)
    for inner_id in ids:
        # Each of several entries with the same name has a path of its own.
        contents = files.contents(path)
        found = (info for info in (*contents, *contents.superseded) if inner_id in entry_ids(info))
        info = next(found, None)
        if info is None:
            raise FileNotFoundError(2, "No such file or directory", remote_path)
        path = info["name"]
    return path


def entry_ids(info: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the file ID and the directory ID of an entry, one of them None."""
    return info.get(FILE), info.get(DIRECTORY)


def expand_paths(files: "DataStoreFileSystem", argument: str, remote_path: str) -> list[str]:
    """Return the paths that match a pattern, or the path itself if it is not a pattern.

    File IDs are returned unchanged.
    """
    if is_file_id(remote_path):
        return [remote_path]
    path = resolve_path(files, argument, remote_path)
    if not is_pattern(files, path):
        return [path]
    found: list[str] = files.glob(path)
    if not found:
        raise FileNotFoundError(2, "No such file or directory", remote_path)
    return found


def _path_components(exchange: "AvistaDigitalExchange", remote_path: str) -> list[str]:
    """Return the IDs from the data store down to an entry."""
    ids: list[str] = []
    directory_id: str | None = remote_path
    if is_file_id(remote_path):
        ids.append(remote_path)
        directory_id = exchange.getDataStoreFileMeta(remote_path).dataStoreDirectoryId
    directory = exchange.getDataStoreDirectory(directory_id or "")
    while directory.parentDirectoryId and not directory.homeDirectory:
        ids.append(directory.dataStoreDirectoryId)
        directory = exchange.getDataStoreDirectory(directory.parentDirectoryId)
    return [directory.dataStoreId or "", *reversed(ids)]
