"""Pairs sources and targets, as documented by fsspec in "Copying files and directories"."""

import os
from glob import escape, has_magic
from pathlib import Path
from typing import Any, NamedTuple

from fsspec.implementations.local import (  # type: ignore[import-untyped]  # untyped
    trailing_sep,
)
from fsspec.utils import other_paths  # type: ignore[import-untyped]  # untyped

from .._models.paths import SEPARATOR
from .._utils.local_paths import expand_home, expand_source, to_local_name


class Pair(NamedTuple):
    """A file or directory to copy.

    Attributes:
        source: Its path.
        target: The path to copy it to, or an open file.
        levels: How many levels of a directory to copy; 0 for the directory alone, None for all.
    """

    source: str
    target: Any
    levels: int | None


def pair_copies(
    fs: Any,
    source: Any,
    target: Any,
    *,
    target_is_directory: bool,
    recursive: bool,
    maxdepth: int | None,
) -> list[Pair]:
    """Pair sources with their targets.

    Args:
        fs: The file system of the source.
        source: A path, a pattern, or a list of these.
        target: A path, or a list with one path per source.
        target_is_directory: Whether the target is an existing directory, or ends with a slash.
        recursive: Whether to copy directories with everything in them.
        maxdepth: How many levels of directories to copy. Defaults to all.
    """
    if maxdepth is not None and maxdepth < 1:
        raise ValueError("maxdepth must be at least 1")
    if isinstance(source, list) and isinstance(target, list):
        return [Pair(one, other, 0) for one, other in zip(source, target, strict=True)]
    is_one = isinstance(source, str)
    is_pattern = is_one and has_magic(source) and not fs.exists(source)
    # Matches of `**` with a limit overlap; fsspec resolves the overlap.
    is_expanded = is_pattern and recursive and maxdepth is not None
    levels = maxdepth if recursive and not is_expanded else 0
    if is_one and not is_pattern:
        found = [source]
    else:
        found = _expand(fs, source, recursive=is_expanded, maxdepth=maxdepth)
    if levels is None:
        found = _without_inner(fs, found)
    if is_one and levels == 0:
        found = [path for path in found if not fs.isdir(path)]
    if not found:
        return []
    is_alone = len(found) == 1 and not (recursive and fs.isdir(found[0]) and fs.ls(found[0]))
    is_inside = target_is_directory and not trailing_sep(source) if is_one else False
    targets = other_paths(
        [path.rstrip(SEPARATOR) for path in map(fs._strip_protocol, found)],
        target,
        exists=is_alone if is_pattern else is_inside,
        flatten=not is_one,
    )
    return [Pair(one, other, levels) for one, other in zip(found, targets, strict=True)]


def path_to_str(path: Any) -> Any:
    """Convert pathlib paths to strings; return anything else unchanged."""
    return os.fspath(path) if isinstance(path, os.PathLike) else path


def to_absolute_source(lpath: Any) -> Any:
    """Make local paths or patterns absolute and escaped, so that fsspec only expands the patterns.

    fsspec expands `~` in every local path, and patterns, even in the path of the working directory.
    """
    if isinstance(lpath, list):
        return [to_absolute_source(one) for one in lpath]
    path = expand_source(lpath) if isinstance(lpath, str) else Path(lpath)
    here = os.getcwd()
    if has_magic(str(path)) and not os.path.lexists(path):
        here = escape(here)
    return _join_absolute(here, path, lpath)


def to_absolute_target(lpath: Any) -> Any:
    """Make a local path absolute and escaped, so that fsspec expands nothing; keep lists.

    Lists contain every file, so fsspec expands nothing in them.
    """
    if isinstance(lpath, list):
        return [path_to_str(one) for one in lpath]
    if not isinstance(lpath, (str, os.PathLike)):
        return lpath
    return _join_absolute(
        os.getcwd(), expand_home(lpath) if isinstance(lpath, str) else Path(lpath), lpath
    )


def join_names(root: str, path: str) -> str:
    """Join a local directory and a path of names from the platform, sanitized for this machine."""
    names = filter(None, path.split(SEPARATOR))
    return os.path.join(root, *map(to_local_name, names))


def _join_absolute(here: str, path: Path, typed: Any) -> str:
    text = Path(here, path).as_posix().rstrip(SEPARATOR)
    # `.` is the contents of the working directory, not a directory of that name.
    is_inside = os.fspath(typed).endswith(tuple(filter(None, (os.sep, os.altsep)))) or not path.name
    return text + SEPARATOR if is_inside else text


def _expand(fs: Any, paths: Any, *, recursive: bool, maxdepth: int | None) -> list[str]:
    """Expand patterns, except those that are names of existing entries."""
    if isinstance(paths, str):
        paths = [paths]
    named = [path for path in paths if has_magic(path) and fs.exists(path)]
    patterns = [path for path in paths if path not in named]
    found: list[str] = []
    if patterns:
        found = fs.expand_path(patterns, recursive=recursive, maxdepth=maxdepth)
    return sorted({*found, *map(fs._strip_protocol, named)})


def _without_inner(fs: Any, paths: list[str]) -> list[str]:
    """Remove paths that are inside one of the directories."""
    kept: list[str] = []
    directories: set[str] = set()
    for path in sorted(paths):
        ways = path.split(SEPARATOR)
        if any(SEPARATOR.join(ways[:count]) in directories for count in range(1, len(ways))):
            continue
        kept.append(path)
        if fs.isdir(path):
            directories.add(path)
    return kept
