"""Paths in data stores, and how their components resolve to entries of directories."""

import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .directory import join_name

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


_FileType = TypeVar("_FileType", bound=_File)
_DirectoryType = TypeVar("_DirectoryType", bound=_Directory)


def split_path(path: str) -> list[str]:
    """Split a path into its components, including `..` but without empty ones and `.`."""
    return [name for name in path.split(SEPARATOR) if name not in ("", HERE)]


def compose(name: str) -> str:
    """Convert a name to Unicode's composed form (NFC), in which names are compared.

    macOS writes "ü" as two characters, other systems as one. Both are the same name.
    """
    return unicodedata.normalize("NFC", name)


def compose_last(path: str) -> str:
    """Convert the last component of a path to NFC."""
    parent, separator, name = path.rpartition(SEPARATOR)
    return f"{parent}{separator}{compose(name)}"


def is_valid_component(name: str) -> bool:
    """Whether a name can be a component of a path, as the platform allows any name."""
    return SEPARATOR not in name and name not in ("", HERE, UP)


def is_uploaded(file: _File) -> bool:
    """Whether the content of a file is uploaded. Before, the platform returns no size or time."""
    return file.lastModified is not None or file.storageSizeBytes is not None


def find_files(name: str, files: Iterable[_FileType]) -> list[_FileType]:
    """Find the files with a full name, newest first, as names need not be unique.

    Files whose names have another Unicode form are found if there are none with the same form.
    """
    named = [(join_name(file.name, file.fileExtension), file) for file in files]
    matching = [file for full_name, file in named if full_name == name]
    if not matching:
        matching = [file for full_name, file in named if compose(full_name) == compose(name)]
    # Of files with the same time, the one listed last is the newest.
    matching.sort(key=lambda file: file.lastModified or "")
    return matching[::-1]


def find_directory(name: str, directories: Iterable[_DirectoryType]) -> _DirectoryType | None:
    """Find the directory with a name; of several, the first one listed."""
    known = [*directories]
    exact = (directory for directory in known if directory.name == name)
    similar = (directory for directory in known if compose(directory.name) == compose(name))
    return next(exact, next(similar, None))
