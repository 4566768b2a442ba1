"""What paths lead to, as fsspec describes it.

The platform knows entries by their ids and lets several in one directory have the same name. A path
leads to one of them: to a directory rather than a file, to the directory listed first, to the file
whose bytes came last. The two forms in which Unicode writes a name (NFC, NFD) are one name; paths
are in NFC.

What its own name does not lead to has its id behind the name, `report.csv.dataStoreFileId.…`: a
file behind a directory of its name, another directory of that name, and names that no path can
hold (`a/b`, `..`). Older files of a name are reached in the same way; they are not listed, as
whoever reads all files of a directory would read their data twice. A file whose bytes are still
under way is not there yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .._generated.fragments import DataStore, DataStoreDirectory, DataStoreFile
from .._models.directory import join_name
from .._models.paths import SEPARATOR, compose, find_files, is_uploaded, is_valid_component

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


class Contents(list[Info]):
    """What is in a directory, as it is listed.

    Attributes:
        aliased: Paths of what is listed with its id, as its name alone does not lead to it.
        superseded: Older files of a name, each under a path of its own.
        incomplete: Files whose bytes have not arrived, where the name has no other file.
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
        """Return what a path leads to, if anything."""
        return self._by_path.get(path)


def describe_contents(path: str, directory: DataStoreDirectory) -> Contents:
    """Describe what is in a directory."""
    files: dict[str, list[DataStoreFile]] = defaultdict(list)
    incomplete: dict[str, DataStoreFile] = {}
    for file in directory.files:
        name = compose(join_name(file.name, file.fileExtension))
        if is_uploaded(file):
            files[name].append(file)
        else:
            incomplete[name] = file
    paths = _Paths(path)
    # All that keep their own names come first, lest another one's id be taken for a name.
    entries: list[tuple[str, Info]] = [
        (compose(inner.name), _describe_directory(inner)) for inner in directory.directories
    ]
    older: list[tuple[str, Info]] = []
    for name, named in files.items():
        newest, *rest = find_files(name, named)
        entries.append((name, describe_file(newest, rest)))
        older += [(name, describe_file(file)) for file in rest]
    hidden = [entry for entry in entries if not paths.give_own(*entry)]
    for name, info in (*hidden, *older):
        paths.give_alias(name, info)
    return Contents(
        [info for _, info in entries],
        aliased=[info["name"] for _, info in hidden],
        superseded=[info for _, info in older],
        incomplete=[
            describe_file(file) | {"name": f"{path}{SEPARATOR}{name}"}
            for name, file in incomplete.items()
            if name not in files
        ],
    )


class _Paths:
    """Gives every entry of a directory a path of its own."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._taken: set[str] = set()

    def give_own(self, name: str, info: Info) -> bool:
        """Give an entry the path of its name, unless another one has it or no path can hold it."""
        if name in self._taken or not is_valid_component(name):
            return False
        self._give(name, info)
        return True

    def give_alias(self, name: str, info: Info) -> None:
        """Give an entry the path of its name and id."""
        alias = with_id(name, info).replace(SEPARATOR, "_")
        while alias in self._taken:
            alias += "_"
        self._give(alias, info)

    def _give(self, name: str, info: Info) -> None:
        self._taken.add(name)
        info["name"] = f"{self._directory}{SEPARATOR}{name}"


def with_id(name: str, info: Info) -> str:
    """A name that tells an entry from all others, and is the same every time.

    The id comes last: a pattern such as `*.csv` must not match an older file.
    """
    return f"{name}.{info.get('dataStoreFileId') or info.get('dataStoreDirectoryId')}"


def _describe_directory(directory: DataStoreDirectory) -> Info:
    return {
        "name": "",
        "size": 0,
        "type": "directory",
        "dataStoreDirectoryId": directory.dataStoreDirectoryId,
        "others": (),
    }


def describe_file(file: DataStoreFile, older: Sequence[DataStoreFile] = ()) -> Info:
    """Describe a file, as yet without a path; `older` are those of its name that came before."""
    return {
        "name": "",
        "size": file.storageSizeBytes,
        "type": "file",
        "modified": parse_time(file.lastModified),
        "dataStoreFileId": file.dataStoreFileId,
        "description": file.description,
        "contentType": file.contentType,
        "fileExtension": file.fileExtension,
        "others": tuple(one.dataStoreFileId for one in older),
    }


def parse_time(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
