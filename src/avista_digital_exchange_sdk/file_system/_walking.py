"""Walks directories like `os.walk()`, without recursion, whose depth Python limits."""

from collections.abc import Callable, Iterator
from typing import Any

from .._models.paths import SEPARATOR
from ._entries import Info

Step = tuple[str, Any, Any]
"""A directory, and its subdirectories and files: names, or metadata by name."""


def walk(
    list_directory: Callable[[str], list[Info]],
    top: str,
    maxdepth: int | None,
    *,
    topdown: bool,
    detail: bool,
    on_error: Any,
) -> Iterator[Step]:
    """Walk the directories below a path.

    Args:
        list_directory: Lists a directory, or describes a file.
        top: The path.
        maxdepth: How many levels of directories to walk. Defaults to all.
        topdown: Whether a directory comes before its subdirectories; the caller may then remove
            names.
        detail: Whether to yield metadata instead of names.
        on_error: How to handle errors: "omit", "raise", or a function that is called with them.
    """
    if maxdepth is not None and maxdepth < 1:
        raise ValueError("maxdepth must be at least 1")
    pending: list[tuple[str, int, Step | None]] = [(top, 1, None)]
    while pending:
        path, depth, done = pending.pop()
        if done is not None:
            yield done
            continue
        try:
            listed = list_directory(path)
        except OSError as error:
            if on_error == "raise":
                raise
            if callable(on_error):
                on_error(error)
            continue
        inner = {info["name"].rpartition(SEPARATOR)[2]: info for info in listed}
        directories = {
            name: info
            for name, info in inner.items()
            if info["type"] == "directory" and info["name"] != path
        }
        # A path that is itself a file is listed as a file without a name.
        files = {
            "" if info["name"] == path else name: info
            for name, info in inner.items()
            if name not in directories
        }
        step = (path, directories, files) if detail else (path, [*directories], [*files])
        if topdown:
            yield step
        else:
            pending.append((path, depth, step))
        if maxdepth is None or depth < maxdepth:
            pending += [
                (directories[name]["name"], depth + 1, None) for name in reversed([*step[1]])
            ]
