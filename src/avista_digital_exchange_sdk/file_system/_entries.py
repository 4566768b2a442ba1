"""What paths lead to, as fsspec describes it.

The platform knows entries by their ids and lets several in one directory have the same name. A path
leads to one of them: to a directory rather than a file, to the directory listed first, to the file
whose bytes came last. A file whose bytes are still under way is not there yet, and an entry whose
name no path can hold (`a/b`, `..`) is reached by its id only.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from .._generated.fragments import DataStore, DataStoreDirectory, DataStoreFile
from .._models.directory import full_name
from .._models.paths import SEPARATOR, files_named, has_arrived, is_step

Info = dict[str, Any]
"""An entry: `name` (its whole path), `type`, `size`, and more that the platform tells of it."""

ROOT: Info = {"name": "", "size": 0, "type": "directory"}


def describe_stores(stores: Iterable[DataStore]) -> list[Info]:
    """Describe data stores, each of which is a directory named by its id."""
    return [describe_store(store) for store in stores]


def describe_store(store: DataStore) -> Info:
    """Describe a data store as its home directory."""
    return {
        "name": store.dataStoreId,
        "size": 0,
        "type": "directory",
        "dataStoreDirectoryId": store.homeDirectoryId,
        "displayName": store.name,
        "description": store.description,
        "others": (),
    }


def describe_contents(path: str, directory: DataStoreDirectory) -> list[Info]:
    """Describe what paths lead to in a directory."""
    directories: dict[str, list[DataStoreDirectory]] = defaultdict(list)
    for inner in directory.directories:
        directories[inner.name].append(inner)
    files: dict[str, list[DataStoreFile]] = defaultdict(list)
    for file in filter(has_arrived, directory.files):
        files[full_name(file.name, file.fileExtension)].append(file)
    entries = {name: _describe_directories(found) for name, found in directories.items()}
    for name, named in files.items():
        entries.setdefault(name, _describe_files(files_named(name, named)))
    return [
        {"name": f"{path}{SEPARATOR}{name}"} | entry
        for name, entry in entries.items()
        if is_step(name)
    ]


def _describe_directories(found: list[DataStoreDirectory]) -> Info:
    first, *others = found
    return {
        "size": 0,
        "type": "directory",
        "dataStoreDirectoryId": first.dataStoreDirectoryId,
        "others": tuple(directory.dataStoreDirectoryId for directory in others),
    }


def _describe_files(found: list[DataStoreFile]) -> Info:
    newest, *others = found
    return {
        "size": newest.storageSizeBytes,
        "type": "file",
        "modified": _moment(newest.lastModified),
        "dataStoreFileId": newest.dataStoreFileId,
        "description": newest.description,
        "contentType": newest.contentType,
        "fileExtension": newest.fileExtension,
        "others": tuple(file.dataStoreFileId for file in others),
    }


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
