"""Plans what `avista-dx sync` copies and deletes."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .._models.paths import SEPARATOR, compose

if TYPE_CHECKING:
    from ..file_system import DataStoreFileSystem


class Entry(NamedTuple):
    """A file on one of the sides.

    Attributes:
        size: Its size in bytes; None if it is unknown.
        modified: Seconds since 1970 when it was changed, or uploaded.
    """

    size: int | None
    modified: float


class SyncPlan(NamedTuple):
    """What makes the target equal to the source.

    Attributes:
        copied: The files to copy, as paths below source and target.
        deleted: The files of the target to delete.
        unchanged: The number of files that are the same.
    """

    copied: list[str]
    deleted: list[str]
    unchanged: int


class Selection(NamedTuple):
    """Which files take part, by patterns for their paths or names.

    Attributes:
        include: Patterns of which one must match; all files if there are none.
        exclude: Patterns of which none may match.
    """

    include: Sequence[str]
    exclude: Sequence[str]

    def __contains__(self, path: object) -> bool:
        name = str(path)
        is_included = not self.include or _matches(name, self.include)
        return is_included and not _matches(name, self.exclude)


def _matches(path: str, patterns: Sequence[str]) -> bool:
    name = path.rpartition(SEPARATOR)[2]
    return any(fnmatchcase(path, one) or fnmatchcase(name, one) for one in patterns)


def list_local(folder: Path, selection: Selection) -> dict[str, Entry]:
    """List the files below a local directory; none if it does not exist.

    Symbolic links to directories are not followed, so that nothing outside can be deleted.
    """
    entries = {}
    for path in _walk(folder) if folder.exists() else ():
        name = path.relative_to(folder).as_posix()
        # Broken symbolic links are no files.
        if name in selection and path.is_file():
            status = path.stat()
            entries[name] = Entry(status.st_size, status.st_mtime)
    return entries


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for parent, _, names in os.walk(folder, onerror=fail):
        for name in names:
            yield Path(parent, name)


def list_remote(
    files: "DataStoreFileSystem", directory: str, selection: Selection
) -> dict[str, Entry]:
    """List the files below a directory of a data store; none if it does not exist."""
    entries = {}
    for info in files.find(directory, detail=True).values():
        path = info["name"].removeprefix(f"{directory}{SEPARATOR}")
        if path in selection:
            entries[path] = Entry(info["size"], to_seconds(info.get("modified")))
    return entries


def to_seconds(uploaded: datetime | None) -> float:
    """Convert an upload time to seconds since 1970; 0 if it is unknown."""
    return uploaded.timestamp() if uploaded else 0


def plan_sync(
    source: Mapping[str, Entry],
    target: Mapping[str, Entry],
    is_same: Callable[[str, Entry, Entry], bool],
    to_key: Callable[[str], str] = compose,
) -> SyncPlan:
    """Compare both sides.

    Args:
        source: The files of the source.
        target: The files of the target.
        is_same: Whether a file is the same on both sides, by its path and both entries.
        to_key: Converts a path to what it shares with others of the same file. By default, both
            normal forms of Unicode are the same.
    """
    names = {to_key(path): path for path in target}
    copied = []
    for path, entry in source.items():
        other = target.get(names.get(to_key(path), path))
        if other is None or not is_same(path, entry, other):
            copied.append(path)
    kept = set(map(to_key, source))
    deleted = [path for path in target if to_key(path) not in kept]
    return SyncPlan(sorted(copied), sorted(deleted), len(source) - len(copied))
