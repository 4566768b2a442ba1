"""Many files and directories as one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .records import Row

UNSAFE = str.maketrans(dict.fromkeys([*map(chr, range(32)), "/", "\\", "\x7f"], "_"))


class Entry(NamedTuple):
    """One entry of a zip: where it is in it, and where its bytes are; a directory has none."""

    place: PurePosixPath
    source: Path | None


class Names:
    """Gives every entry a place of its own: in a data store, several may have the same name."""

    def __init__(self) -> None:
        self._taken: set[PurePosixPath] = set()

    def place(self, folder: PurePosixPath, name: str, extension: str = "") -> PurePosixPath:
        """A place in a folder that no entry has yet, and that lies in it."""
        stem, suffix = name.translate(UNSAFE), f".{extension}".translate(UNSAFE).rstrip(".")
        if stem + suffix in ("", ".", ".."):
            stem = "_"
        place, count = folder / f"{stem}{suffix}", 1
        while place in self._taken:
            count += 1
            place = folder / f"{stem} ({count}){suffix}"
        self._taken.add(place)
        return place


def object_ids(wanted: Iterable[Row | None]) -> Iterator[tuple[str, str]]:
    """The kind and the id of each object that is asked for; both empty where none is named."""
    field = {"DIRECTORY": "dataStoreDirectoryId", "FILE": "dataStoreFileId"}
    for given in wanted:
        kind = (given or {}).get("objectType", "")
        yield kind, (given or {}).get(field.get(kind, ""), None) or ""


def write(target: Path, entries: Iterable[Entry]) -> None:
    """Write a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            if entry.source is None:
                archive.mkdir(str(entry.place))
            else:
                archive.write(entry.source, str(entry.place))
