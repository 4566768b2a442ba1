"""Walks directories like `os.walk()`, without recursion, whose depth Python limits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .._graphql.batching import MAX_BATCH_QUERIES
from .._models.paths import SEPARATOR
from ._directory_cache import DirectoryCache, Tree
from ._entries import Info

Step = tuple[str, Any, Any]
"""A directory, and its subdirectories and files: names, or metadata by name."""

Pending = tuple[Info, int, Step | None]
"""A directory, its depth, and the step to yield if its subdirectories have been walked."""

# Maximum number of directories that are listed before they are needed.
MAX_LOOKAHEAD = 4 * MAX_BATCH_QUERIES


class LookaheadLister:
    """Lists the directories of a walk, many at a time, before they are needed.

    Args:
        listings: Lists directories.
        maxdepth: How many levels of directories are walked. None for all.
        refresh: Whether to bypass the cache.
    """

    def __init__(
        self, listings: DirectoryCache, maxdepth: int | None, *, refresh: bool = False
    ) -> None:
        self._listings = listings
        self._maxdepth = maxdepth
        self._refresh = refresh
        self._known: Tree = {}
        self._changes = listings.changes
        self._lookahead = MAX_LOOKAHEAD

    def list_directory(self, info: Info, depth: int, pending: Sequence[Pending]) -> list[Info]:
        """List a directory, or describe a file.

        Args:
            info: The directory or file.
            depth: Its depth.
            pending: The directories to be walked after it, the next one last.
        """
        if self._changes != self._listings.changes:
            # The caller changes what it walks, so that little can be listed in advance.
            self._changes = self._listings.changes
            self._known.clear()
            self._lookahead = 1
        path = info["name"]
        if info["type"] == "file":
            return [info]
        if path not in self._known:
            wanted = self._look_ahead([*pending, (info, depth, None)])
            self._known |= self._listings.list_contents(wanted, refresh=self._refresh)
            self._lookahead = min(2 * self._lookahead, MAX_LOOKAHEAD)
        contents = self._known.pop(path)
        if isinstance(contents, FileNotFoundError):
            # It may have been replaced by another directory of the same name.
            return self._listings.entries(path, refresh=self._refresh)
        if isinstance(contents, Exception):
            raise contents
        return contents

    def _look_ahead(self, pending: list[Pending]) -> list[Info]:
        """Return the directories that are needed next, as far as they are known."""
        wanted: list[Info] = []
        while pending and len(wanted) < self._lookahead:
            info, depth, done = pending.pop()
            if done is not None:
                continue
            contents = self._known.get(info["name"])
            if contents is None:
                wanted.append(info)
            elif not isinstance(contents, Exception) and depth != self._maxdepth:
                pending += [
                    (inner, depth + 1, None)
                    for inner in reversed(contents)
                    if inner["type"] == "directory"
                ]
        return wanted


def walk(
    find_top: Callable[[], Info],
    list_directory: Callable[[Info, int, Sequence[Pending]], list[Info]],
    maxdepth: int | None,
    *,
    topdown: bool,
    detail: bool,
    on_error: Any,
) -> Iterator[Step]:
    """Walk the directories below a path.

    Args:
        find_top: Resolves the path.
        list_directory: Lists a directory of a depth, or describes a file, before the pending ones.
        maxdepth: How many levels of directories to walk. Defaults to all.
        topdown: Whether a directory comes before its subdirectories; the caller may then remove
            names.
        detail: Whether to yield metadata instead of names.
        on_error: How to handle errors: "omit", "raise", or a function that is called with them.
    """
    if maxdepth is not None and maxdepth < 1:
        raise ValueError("maxdepth must be at least 1")
    pending: list[Pending] = []
    info, depth = None, 1
    while True:
        try:
            info = info or find_top()
            listed = list_directory(info, depth, pending)
        except OSError as error:
            if on_error == "raise":
                raise
            if callable(on_error):
                on_error(error)
        else:
            step, inner = _build_step(info, listed, detail=detail)
            if topdown:
                yield step
            else:
                pending.append((info, depth, step))
            if maxdepth is None or depth < maxdepth:
                pending += [(inner[name], depth + 1, None) for name in reversed([*step[1]])]
        while pending and (done := pending[-1][2]) is not None:
            pending.pop()
            yield done
        if not pending:
            return
        info, depth, _ = pending.pop()


def _build_step(info: Info, listed: list[Info], *, detail: bool) -> tuple[Step, dict[str, Info]]:
    """Build the step of a directory; return it with the subdirectories by name."""
    path = info["name"]
    inner = {one["name"].rpartition(SEPARATOR)[2]: one for one in listed}
    directories = {
        name: one
        for name, one in inner.items()
        if one["type"] == "directory" and one["name"] != path
    }
    # A path that is itself a file is listed as a file without a name.
    files = {
        "" if one["name"] == path else name: one
        for name, one in inner.items()
        if name not in directories
    }
    if detail:
        return (path, dict(directories), files), directories
    return (path, [*directories], [*files]), directories
