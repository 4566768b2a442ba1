"""Describes entries of data stores as fsspec does.

The platform identifies entries by ID and allows duplicate names in a directory. A path resolves to
one of them: directories take precedence over files, then the directory listed first, or the file
that was uploaded last.

The Unicode forms of a name (NFC, NFD) are the same name, and paths are in NFC. Only if a directory
contains several forms of a name, the path of each one has its form; if none is in NFC, the first
one has the path in NFC. Copies keep the form.

Other entries have their ID appended to the name, `report.csv.dataStoreFileId.…`: files and
directories with the name of a directory, and names that are not valid path components (`a/b`,
`..`). Older files of the same name are reached in the same way; they are not listed, so that data
of a directory is not read twice. Files whose upload is not complete are not listed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .._generated.fragments import DataStore, DataStoreDirectory, DataStoreFile
from .._models.directory import join_name
from .._models.paths import (
    SEPARATOR,
    compose,
    compose_last,
    find_files,
    is_uploaded,
    is_valid_component,
)

Info = dict[str, Any]
"""An entry: `name` (its full path), `type`, `size`, and further metadata."""

# The key of an entry's name if that is not in NFC, as paths are.
UNCOMPOSED_NAME = "uncomposedName"

ROOT: Info = {"name": "", "size": 0, "type": "directory"}


def describe_stores(stores: Iterable[DataStore]) -> list[Info]:
    """Describe data stores, as directories named by their IDs."""
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
        "duplicates": (),
    }


class Contents(list[Info]):
    """The contents of a directory, as listed.

    Attributes:
        aliased: Paths of entries that are listed with their ID.
        superseded: Older files of the same name, each with its own path.
        incomplete: Files whose upload is not complete, if there is no other file of the name.
    """

    def __init__(
        self,
        listed: Iterable[Info] = (),
        *,
        aliased: Iterable[str] = (),
        superseded: Sequence[Info] = (),
        incomplete: Sequence[Info] = (),
    ) -> None:
        super().__init__(listed)
        self.aliased: frozenset[str] = frozenset(aliased)
        self.superseded = superseded
        self.incomplete = incomplete
        self._by_path = {info["name"]: info for info in (*superseded, *self)}

    def find(self, path: str) -> Info | None:
        """Return the entry of a path, or None."""
        info = self._by_path.get(path)
        if info is None and (exact := self.find_exact(path)) is not None:
            # Another program has just deleted the entry whose name is in NFC.
            return exact | {"name": path}
        return info

    def find_exact(self, path: str) -> Info | None:
        """Return the entry whose name has the Unicode form of a path, or None."""
        candidates = map(self._by_path.get, (path, compose_last(path)))
        return next((info for info in candidates if info and _has_form(info, path)), None)

    def has_path(self, path: str) -> bool:
        """Whether an entry is listed with a path."""
        return path in self._by_path


def describe_contents(path: str, directory: DataStoreDirectory) -> Contents:
    """Describe the contents of a directory."""
    files: dict[str, list[DataStoreFile]] = defaultdict(list)
    incomplete: dict[str, DataStoreFile] = {}
    for file in directory.files:
        name = join_name(file.name, file.fileExtension)
        if is_uploaded(file):
            files[name].append(file)
        else:
            incomplete[name] = file
    paths = _Paths(path)
    # Assign unchanged names first, so that they take precedence over names with IDs.
    entries: list[tuple[str, Info]] = [
        (inner.name, _describe_directory(inner)) for inner in directory.directories
    ]
    older: list[tuple[str, Info]] = []
    for name, named in files.items():
        newest, *rest = find_files(name, named)
        entries.append((name, describe_file(newest, rest)))
        older += [(name, describe_file(file)) for file in rest]
    hidden = paths.assign_names(entries)
    for name, info in (*hidden, *older):
        paths.assign_alias(compose(name), info)
    return Contents(
        [info for _, info in entries],
        aliased=[info["name"] for _, info in hidden],
        superseded=[info for _, info in older],
        incomplete=[
            describe_file(file) | {"name": f"{path}{SEPARATOR}{compose(name)}"}
            for name, file in incomplete.items()
            if name not in files
        ],
    )


class _Paths:
    """Assigns a unique path to each entry of a directory."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._taken: set[str] = set()

    def assign_names(self, entries: Sequence[tuple[str, Info]]) -> list[tuple[str, Info]]:
        """Assign the paths of their names to entries; return those whose names are unusable."""
        composed = [entry for entry in entries if compose(entry[0]) == entry[0]]
        others = [entry for entry in entries if compose(entry[0]) != entry[0]]
        return [entry for entry in composed if not self._assign_name(*entry)] + [
            (name, info)
            for name, info in others
            if not (self._assign_name(compose(name), info) or self._assign_name(name, info))
        ]

    def _assign_name(self, name: str, info: Info) -> bool:
        """Assign the path of its name to an entry, unless it is used or invalid."""
        if name in self._taken or not is_valid_component(name):
            return False
        self._assign(name, info)
        return True

    def assign_alias(self, name: str, info: Info) -> None:
        """Assign the path of its name and ID to an entry."""
        alias = append_id(name, info).replace(SEPARATOR, "_")
        while alias in self._taken:
            alias += "_"
        self._assign(alias, info)

    def _assign(self, name: str, info: Info) -> None:
        self._taken.add(name)
        info["name"] = f"{self._directory}{SEPARATOR}{name}"


def _has_form(info: Info, path: str) -> bool:
    last = path.rpartition(SEPARATOR)[2]
    return get_name(info, info["name"]) == last


def get_name(info: Info, path: str) -> str:
    """Return the name that an entry has at a path, in the Unicode form that it has."""
    name: str = info.get(UNCOMPOSED_NAME, "")
    last = path.rpartition(SEPARATOR)[2]
    return name if compose(name) == last else last


def append_id(name: str, info: Info) -> str:
    """Return a unique and stable name for an entry.

    The ID comes last, so that a pattern such as `*.csv` does not match an older file.
    """
    return f"{name}.{info.get('dataStoreFileId') or info.get('dataStoreDirectoryId')}"


def _describe_directory(directory: DataStoreDirectory) -> Info:
    return {
        "name": "",
        "size": 0,
        "type": "directory",
        "dataStoreDirectoryId": directory.dataStoreDirectoryId,
        "duplicates": (),
    } | _describe_form(directory.name)


def _describe_form(name: str) -> Info:
    """Describe the name of an entry, if it is not in the form of paths."""
    return {} if compose(name) == name else {UNCOMPOSED_NAME: name}


def describe_file(file: DataStoreFile, older: Sequence[DataStoreFile] = ()) -> Info:
    """Describe a file without a path; `older` are older files of the same name."""
    return {
        "name": "",
        "size": file.storageSizeBytes,
        "type": "file",
        "modified": parse_time(file.lastModified),
        "dataStoreFileId": file.dataStoreFileId,
        "description": file.description,
        "contentType": file.contentType,
        "fileExtension": file.fileExtension,
        "duplicates": tuple(file.dataStoreFileId for file in older),
    } | _describe_form(join_name(file.name, file.fileExtension))


def parse_time(text: str | None) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
