"""What paths lead to, asked of the platform and remembered for a while."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .._generated.fragments import DataStoreDirectory
from .._models.paths import SEPARATOR
from ..client import AvistaDigitalExchange
from ..errors import NotFoundError
from . import _errors
from ._concurrency import Workers
from ._entries import ROOT, Contents, Info, describe_contents, describe_store, describe_stores
from ._errors import translate_errors

if TYPE_CHECKING:
    from concurrent.futures import Future  # noqa: TID251  # what the workers hand back


_Result = TypeVar("_Result")

Tree = dict[str, Contents | Exception]
"""What is in each directory, by its path, or the error that came instead."""


class DirectoryCache:
    """The directories of data stores, by their paths.

    What is remembered is believed only where it says yes: what a remembered listing does not hold
    is looked for in a fresh one.
    """

    def __init__(self, exchange: Callable[[], AvistaDigitalExchange], cache: Any) -> None:
        self._exchange = exchange
        self._cache = cache
        self._stores: dict[str, Info] = {}
        self._changes = 0

    def entries(self, path: str, *, refresh: bool = False) -> Contents:
        """Return what is in a directory."""
        if not refresh and (remembered := self._remembered(path)) is not None:
            return remembered
        return self._unless_stale(path, lambda: self._read(self._directory(path)))

    def read(self, info: Info) -> Contents:
        """Return what the platform has now in a directory that was found before."""
        try:
            return self._read(info)
        except _StaleError as error:
            raise _errors.missing(info["name"]) from error.__cause__

    def _read(self, info: Info) -> Contents:
        """Return what the platform has in a directory now, which is then remembered."""
        path = info["name"]
        changes = self._changes
        with translate_errors(path):
            if not path:
                contents = Contents(describe_stores(self._exchange().listDataStores()))
            else:
                directory_id = info["dataStoreDirectoryId"]
                directory = self._directory_now(path, directory_id)
                contents = describe_contents(path, directory)
        # Another thread may have changed the directory while it was read.
        if changes == self._changes:
            self._cache[path] = contents
        return contents

    def find(self, path: str) -> Info:
        """Return what a path leads to."""
        info = self.find_nearest(path)
        if info["name"] != path:
            if info["type"] != "directory":
                raise _errors.is_not_a_directory(info["name"])
            raise _errors.missing(path)
        return info

    def find_nearest(self, path: str) -> Info:
        """Return what a path leads to; where there is nothing, the last that is on the way to it.

        Raises:
            FileNotFoundError: There is no such data store.
            PermissionError: You may not see it.
        """
        return self._unless_stale(path, lambda: self._descend(path)) if path else ROOT

    def find_uncached(self, path: str) -> Info | None:
        """Return what a path leads to now, if anything."""
        parent, _, _ = path.rpartition(SEPARATOR)
        return self.entries(parent, refresh=True).find(path)

    def tree(self, top: Info, maxdepth: int | None = None) -> Tree:
        """Return what is in a directory and in those below it, several listed at a time.

        Args:
            top: The directory.
            maxdepth: How many levels of directories to list. Defaults to all.

        Returns:
            The contents of each directory by its path, or the error that came instead.
        """
        listed: Tree = {}
        with Workers(self._contents_of) as workers:
            if top["type"] == "directory":
                workers.add((top, 1))
            for (info, depth), outcome in workers:
                contents = listed[info["name"]] = _contents_or_error(outcome)
                if isinstance(contents, Exception) or depth == maxdepth:
                    continue
                for inner in contents:
                    if inner["type"] == "directory":
                        workers.add((inner, depth + 1))
        return listed

    def directory(self, path: str) -> DataStoreDirectory:
        """Return a directory as the platform has it now."""
        with translate_errors(path):
            return self._unless_stale(
                path, lambda: self._directory_now(path, self.directory_id(path))
            )

    def directory_id(self, path: str) -> str:
        """Return the id of a directory."""
        directory_id: str = self._directory(path)["dataStoreDirectoryId"]
        return directory_id

    def forget(self, path: str | None = None, *, below: bool = True) -> None:
        """Forget what a path leads to, or everything.

        Args:
            path: The path. Defaults to all.
            below: Whether to forget what is below it, too, which a file has no need of.
        """
        self._changes += 1
        if path is None:
            self._stores.clear()
            self._cache.clear()
            return
        self._stores.pop(path, None)
        parent, _, _ = path.rpartition(SEPARATOR)
        outdated = [path, parent]
        if below:
            outdated += [known for known in list(self._cache) if known.startswith(path + SEPARATOR)]
        for known in outdated:
            with contextlib.suppress(KeyError):
                del self._cache[known]

    def _remembered(self, path: str) -> Contents | None:
        try:
            contents: Contents = self._cache[path]
        except KeyError:
            return None
        return contents

    def _contents_of(self, level: tuple[Info, int]) -> Contents:
        info, _ = level
        remembered = self._remembered(info["name"])
        return self.read(info) if remembered is None else remembered

    def _unless_stale(self, path: str, look: Callable[[], _Result]) -> _Result:
        """Look for something; once more where what was remembered turns out to be old."""
        try:
            return look()
        except _StaleError:
            self.forget(path.partition(SEPARATOR)[0])
        try:
            return look()
        except _StaleError as error:
            raise _errors.missing(path) from error.__cause__

    def _directory(self, path: str) -> Info:
        info = self.find(path)
        if info["type"] != "directory":
            raise _errors.is_not_a_directory(path)
        return info

    def _directory_now(self, path: str, directory_id: str) -> DataStoreDirectory:
        try:
            return self._exchange().getDataStoreDirectory(directory_id)
        except NotFoundError as error:
            raise _StaleError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error

    def _descend(self, path: str) -> Info:
        """Go from the data store, or from what is remembered nearest to a path, down to it."""
        paths = _ways_to(path)
        info, position = self._nearest_remembered(paths)
        for inner in paths[position + 1 :]:
            found = self._child(info, inner) if info["type"] == "directory" else None
            if found is None:
                break
            info = found
        return info

    def _nearest_remembered(self, paths: list[str]) -> tuple[Info, int]:
        """Return the last of the paths that is remembered, and its index; else the data store."""
        for position in range(len(paths) - 1, 0, -1):
            contents = self._remembered(paths[position - 1])
            if contents is not None and (info := contents.find(paths[position])) is not None:
                return info, position
        try:
            return self._store(paths[0]), 0
        except FileNotFoundError as error:
            raise _errors.missing(paths[-1]) from error

    def _child(self, parent: Info, path: str) -> Info | None:
        """Return what a path leads to in a directory, if anything."""
        remembered = self._remembered(parent["name"])
        found = None if remembered is None else remembered.find(path)
        return self._read(parent).find(path) if found is None else found

    def _store(self, data_store_id: str) -> Info:
        with contextlib.suppress(KeyError):
            return self._stores[data_store_id]
        with translate_errors(data_store_id):
            store = self._exchange().getDataStore(data_store_id)
        info = self._stores[data_store_id] = describe_store(store)
        return info


def files_in(tree: Tree) -> Iterator[Info]:
    """Give every file of a tree, older ones of a name too."""
    for contents in tree.values():
        if isinstance(contents, Contents):
            yield from (info for info in contents if info["type"] == "file")
            yield from contents.superseded


class _StaleError(FileNotFoundError):
    """A directory is no longer there: others have deleted it, or what is remembered is old."""


def _ways_to(path: str) -> list[str]:
    """Return the paths of all directories on the way to a path, and the path itself."""
    ways: list[str] = []
    for step in path.split(SEPARATOR):
        ways.append(f"{ways[-1]}{SEPARATOR}{step}" if ways else step)
    return ways


def _contents_or_error(outcome: "Future[Contents]") -> Contents | Exception:
    """Return what an outcome holds; raise what does not concern that directory alone."""
    error = outcome.exception()
    if error is None:
        return outcome.result()
    if not isinstance(error, Exception) or _errors.concerns_all(error):
        raise error
    return error
