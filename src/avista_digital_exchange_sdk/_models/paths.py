"""Paths in a data store: their steps, and what a step leads to in a directory."""

import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .directory import full_name

SEPARATOR = "/"
HERE, UP = ".", ".."


class _Directory(Protocol):
    @property
    def name(self) -> str: ...


class _File(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def fileExtension(self) -> str | None: ...
    @property
    def storageSizeBytes(self) -> int | None: ...
    @property
    def lastModified(self) -> str | None: ...


_FoundFile = TypeVar("_FoundFile", bound=_File)
_FoundDirectory = TypeVar("_FoundDirectory", bound=_Directory)


def split_path(path: str) -> list[str]:
    """The names a path goes through, `..` among them; empty steps and `.` lead nowhere."""
    return [step for step in path.split(SEPARATOR) if step not in ("", HERE)]


def compose(name: str) -> str:
    """Write a name in Unicode's composed form (NFC), the one that names are compared in.

    macOS writes "ü" as two characters, other systems as one: both are the same name.
    """
    return unicodedata.normalize("NFC", name)


def is_valid_component(name: str) -> bool:
    """Whether a path can go through an entry of this name; the platform takes any."""
    return SEPARATOR not in name and name not in ("", HERE, UP)


def is_uploaded(file: _File) -> bool:
    """Whether a file's bytes are there; until then the platform tells neither size nor time."""
    return file.lastModified is not None or file.storageSizeBytes is not None


def find_files(name: str, files: Iterable[_FoundFile]) -> list[_FoundFile]:
    """The files of a full name, newest first: the platform keeps several of one name."""
    composed = compose(name)
    matching = [
        file for file in files if compose(full_name(file.name, file.fileExtension)) == composed
    ]
    # Of those of one moment the one listed last came last.
    matching.sort(key=lambda file: file.lastModified or "")
    return matching[::-1]


def find_directory(name: str, directories: Iterable[_FoundDirectory]) -> _FoundDirectory | None:
    """The directory of a name; of several, the one listed first."""
    composed = compose(name)
    return next(
        (directory for directory in directories if compose(directory.name) == composed), None
    )
