"""Plans what `avista-dx sync` copies and deletes."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
        has_older: Whether older files of the same name have not been deleted.
    """

    size: int | None
    modified: float
    has_older: bool = False


class Listing(NamedTuple):
    """One of the sides.

    Attributes:
        files: Its files that take part, by their paths.
        directories: The paths of all its directories.
    """

    files: dict[str, Entry]
    directories: Sequence[str]


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
    """Which files take part, by patterns for their paths or names, in any form of Unicode.

    Attributes:
        include: Patterns of which one must match; all files if there are none.
        exclude: Patterns of which none may match.
    """

    include: Sequence[str]
    exclude: Sequence[str]

    def __contains__(self, path: object) -> bool:
        name = compose(str(path))
        is_included = not self.include or _matches(name, self.include)
        return is_included and not _matches(name, self.exclude)


def _matches(path: str, patterns: Sequence[str]) -> bool:
    name = path.rpartition(SEPARATOR)[2]
    composed = map(compose, patterns)
    return any(fnmatchcase(path, one) or fnmatchcase(name, one) for one in composed)


def list_local(folder: Path, selection: Selection) -> Listing:
    """List a local directory; nothing if it does not exist.

    Symbolic links to directories are not followed, so that nothing outside can be deleted.
    """
    entries: dict[str, Entry] = {}
    directories: list[str] = []
    for parent, inner, names in _walk(folder) if folder.exists() else ():
        below = "" if parent == "." else f"{parent}{SEPARATOR}"
        directories += [
            f"{below}{name}" for name in inner if not (folder / below / name).is_symlink()
        ]
        for name in names:
            path = f"{below}{name}"
            # Broken symbolic links are no files, and another program may delete one.
            with contextlib.suppress(OSError):
                status = os.stat(folder / path)
                if path in selection and stat.S_ISREG(status.st_mode):
                    entries[path] = Entry(status.st_size, status.st_mtime)
    return Listing(entries, directories)


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk a directory; yield paths below it, with the names of directories and others."""

    def fail(error: OSError) -> None:
        raise error

    for parent, directories, names in os.walk(folder, onerror=fail):
        yield Path(parent).relative_to(folder).as_posix(), directories, names


def list_remote(files: "DataStoreFileSystem", directory: str, selection: Selection) -> Listing:
    """List a directory of a data store; nothing if it does not exist."""
    entries: dict[str, Entry] = {}
    directories: list[str] = []
    for info in files.find(directory, withdirs=True, detail=True).values():
        path = info["name"].removeprefix(f"{directory}{SEPARATOR}")
        if info["type"] == "directory":
            directories += [path] if info["name"] != directory else []
        elif path in selection:
            modified = to_seconds(info.get("modified"))
            entries[path] = Entry(info["size"], modified, bool(info["duplicates"]))
    return Listing(entries, directories)


def to_seconds(uploaded: datetime | None) -> float:
    """Convert an upload time to seconds since 1970; 0 if it is unknown."""
    return uploaded.timestamp() if uploaded else 0


class PathKeys:
    """Converts paths to what those of the same file share.

    Both normal forms of Unicode are the same name, unless one of the sides has both.

    Args:
        sides: The paths of each side.
        ignores_case: Whether names that differ in case are the same.
    """

    def __init__(self, *sides: Iterable[str], ignores_case: bool = False) -> None:
        from ..file_system._unicode_forms import find_shared_names

        self._ignores_case = ignores_case
        self._shared: set[str] = set()
        for paths in sides:
            names = {
                name
                for path in paths
                if not path.isascii()
                for name in (path, *_iter_parents(path))
            }
            self._shared |= find_shared_names(names)

    def __call__(self, path: str) -> str:
        """Convert a path."""
        key = self._compose(path)
        return key.casefold() if self._ignores_case else key

    def _compose(self, path: str) -> str:
        if path.isascii() or not self._shared:
            return compose(path)
        prefixes = [*reversed([path, *_iter_parents(path)])]
        names = path.split(SEPARATOR)
        return SEPARATOR.join(
            name if prefix in self._shared else compose(name)
            for prefix, name in zip(prefixes, names, strict=True)
        )


def plan_sync(
    source: Mapping[str, Entry],
    target: Mapping[str, Entry],
    is_same: Callable[[Entry, Entry], bool | None],
    find_same: Callable[[Sequence[str]], Iterable[str]],
    to_key: Callable[[str], str] = compose,
) -> SyncPlan:
    """Compare both sides.

    Args:
        source: The files of the source.
        target: The files of the target.
        is_same: Whether a file is the same on both sides, by both entries; None if its contents
            must be compared.
        find_same: Returns those of some files whose contents are the same on both sides.
        to_key: Converts a path to what it shares with others of the same file. By default, both
            normal forms of Unicode are the same.
    """
    names = {to_key(path): path for path in target}
    copied, uncertain = [], []
    for path, entry in source.items():
        other = target.get(names.get(to_key(path), path))
        # An earlier command was interrupted before it deleted the file that it replaced.
        same = False if other is None or other.has_older else is_same(entry, other)
        if same is None:
            uncertain.append(path)
        elif not same:
            copied.append(path)
    copied += set(uncertain).difference(find_same(uncertain))
    kept = set(map(to_key, source))
    deleted = [path for path in target if to_key(path) not in kept]
    return SyncPlan(sorted(copied), sorted(deleted), len(source) - len(copied))


def find_obstacles(
    plan: SyncPlan, directories: Iterable[str], to_key: Callable[[str], str] = compose
) -> tuple[list[str], list[str]]:
    """Find what is in the place of files to copy, or of their directories.

    Args:
        plan: The plan.
        directories: The directories of the target.
        to_key: As for `plan_sync()`.

    Returns:
        The files to delete, which are a part of the plan, and the directories to delete if they are
        then empty, inner ones first.
    """
    copied = {to_key(path) for path in plan.copied}
    parents = {parent for path in copied for parent in _iter_parents(path)}

    def is_in_the_way(path: str) -> bool:
        key = to_key(path)
        return key in copied or not copied.isdisjoint(_iter_parents(key))

    files = [path for path in plan.deleted if to_key(path) in parents or is_in_the_way(path)]
    return files, sorted(filter(is_in_the_way, directories), reverse=True)


def _iter_parents(path: str) -> Iterator[str]:
    while path := path.rpartition(SEPARATOR)[0]:
        yield path
