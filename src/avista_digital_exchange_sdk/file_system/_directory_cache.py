"""Resolves paths, with a cache of directory listings."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from .._backends import run_sync
from .._generated.fragments import DataStoreDirectory
from .._models.paths import SEPARATOR, compose, compose_last
from .._services.name_lookup import DATA_STORE
from .._services.storage.batches import get_directories
from .._utils.nearest_names import find_nearest
from ..client import AvistaDigitalExchange, get_services
from ..errors import NotFoundError
from . import _errors
from ._batches import divide_evenly, raise_error
from ._concurrency import map_concurrently
from ._entries import ROOT, Contents, Info, describe_contents, describe_store, describe_stores
from ._errors import translate_errors

_Result = TypeVar("_Result")

Tree = dict[str, Contents | Exception]
"""The contents of each directory by path, or the error of listing it."""


class DirectoryCache:
    """Directory listings by path.

    Only positive results are taken from the cache: entries missing from a cached listing are looked
    up again.
    """

    def __init__(
        self,
        exchange: Callable[[], AvistaDigitalExchange],
        cache: Any,
        explain_name: Callable[[str], str],
    ) -> None:
        self._exchange = exchange
        self._cache = cache
        self._explain_name = explain_name
        self._stores: dict[str, Info] = {}
        # The number of changes, which make listings outdated that were requested before.
        self.changes = 0

    def entries(self, path: str, *, refresh: bool = False) -> Contents:
        """Return the contents of a directory."""
        if not refresh and (cached := self._get_cached(path)) is not None:
            return cached
        return self._retry_if_stale(path, lambda: self._read(self._directory(path)))

    def read(self, info: Info) -> Contents:
        """List a directory that was resolved before, bypassing the cache."""
        try:
            return self._read(info)
        except _StaleError as error:
            raise _errors.missing(info["name"]) from error.__cause__

    def _read(self, info: Info) -> Contents:
        """List a directory, and cache the result."""
        path = info["name"]
        changes = self.changes
        with translate_errors(path):
            if not path:
                contents = Contents(describe_stores(self._exchange().listDataStores()))
            else:
                directory_id = info["dataStoreDirectoryId"]
                directory = self._directory_now(path, directory_id)
                contents = describe_contents(path, directory)
        self._keep(path, contents, changes)
        return contents

    def _keep(self, path: str, contents: Contents, changes: int) -> None:
        """Cache a listing, unless another thread has changed something since it was requested."""
        if changes == self.changes:
            self._cache[path] = contents

    def compose_path(self, path: str) -> str:
        """Convert a path to NFC, except names whose directory also contains the name in NFC."""
        if compose(path) == path:
            return path
        composed = ""
        for name in path.split(SEPARATOR):
            exact = f"{composed}{SEPARATOR}{name}" if composed else name
            is_composed = compose(name) == name
            composed = (
                exact if is_composed or self._contains(composed, exact) else compose_last(exact)
            )
        return composed

    def _contains(self, parent: str, path: str) -> bool:
        try:
            return bool(parent) and self.entries(parent).has_path(path)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return False

    def find(self, path: str) -> Info:
        """Resolve a path."""
        info = self.find_nearest(path)
        if info["name"] != path:
            if info["type"] != "directory":
                raise _errors.is_not_a_directory(info["name"])
            raise _errors.missing(path, self._find_similar(info, path))
        return info

    def _find_similar(self, parent: Info, path: str) -> list[str]:
        """Find the paths nearest to one that does not exist in a directory."""
        start = len(parent["name"]) + 1
        name, _, inner = path[start:].partition(SEPARATOR)
        # Listed just before, in search of the path.
        listed = self._get_cached(parent["name"]) or ()
        names = [
            info["name"][start:] for info in listed if info["type"] == "directory" or not inner
        ]
        return find_nearest(name, names)

    def find_nearest(self, path: str) -> Info:
        """Resolve a path, or its nearest existing parent.

        Raises:
            FileNotFoundError: The data store does not exist.
            PermissionError: You do not have access to it.
        """
        return self._retry_if_stale(path, lambda: self._descend(path)) if path else ROOT

    def find_uncached(self, path: str) -> Info | None:
        """Resolve a path, bypassing the cache; return None if it does not exist."""
        parent, _, _ = path.rpartition(SEPARATOR)
        return self.entries(parent, refresh=True).find(path)

    def tree(self, top: Info, maxdepth: int | None = None) -> Tree:
        """List a directory and its subdirectories, level by level.

        Args:
            top: The directory.
            maxdepth: How many levels of directories to list. Defaults to all.

        Returns:
            The contents of each directory by path, or the error of listing it.
        """
        listed: Tree = {}
        level = [top] if top["type"] == "directory" else []
        depth = 0
        while level and depth != maxdepth:
            depth += 1
            found = self.list_contents(level)
            listed |= found
            level = _find_directories(found)
        return listed

    def prefetch(self, level: list[Info], depth: int, max_directories: int | None) -> None:
        """Cache the contents of directories, and of their first subdirectories.

        Args:
            level: The directories.
            depth: How many levels of directories to list; negative for all.
            max_directories: How many subdirectories of each directory to list. None for all.
        """
        while level and depth:
            level = _find_directories(self.list_contents(level), max_directories)
            depth -= 1

    def list_contents(self, infos: Iterable[Info], *, refresh: bool = False) -> Tree:
        """List directories that were resolved before, many in one request.

        Args:
            infos: The directories.
            refresh: Whether to bypass the cache.

        Returns:
            The contents of each directory by path, or the error of listing it.
        """
        listed: Tree = {}
        unknown: list[Info] = []
        for info in infos:
            cached = None if refresh else self._get_cached(info["name"])
            if cached is not None:
                listed[info["name"]] = cached
            else:
                unknown.append(info)
        # The root, and data stores without a home directory, have no directory ID.
        single = [info for info in unknown if not info.get("dataStoreDirectoryId")]
        many = [info for info in unknown if info.get("dataStoreDirectoryId")]
        batches = [*divide_evenly(many), *([info] for info in single)]
        for _, outcome in map_concurrently(self._read_many, batches):
            listed |= outcome.result()
        return listed

    def _read_many(self, infos: Sequence[Info]) -> Tree:
        """List directories in one request, bypassing the cache."""
        changes = self.changes
        if len(infos) == 1:
            return {infos[0]["name"]: self._read_or_error(infos[0])}
        services = get_services(self._exchange())
        directory_ids = [info["dataStoreDirectoryId"] for info in infos]
        outcomes = run_sync(get_directories(services, directory_ids))
        listed: Tree = {}
        for info, outcome in zip(infos, outcomes, strict=True):
            path = info["name"]
            try:
                with translate_errors(path):
                    contents = describe_contents(path, raise_error(outcome))
            except Exception as error:
                listed[path] = _check_alone(error)
            else:
                listed[path] = contents
                self._keep(path, contents, changes)
        return listed

    def _read_or_error(self, info: Info) -> Contents | Exception:
        try:
            return self.read(info)
        except Exception as error:
            return _check_alone(error)

    def directory(self, path: str) -> DataStoreDirectory:
        """Fetch a directory."""
        with translate_errors(path):
            return self._retry_if_stale(
                path, lambda: self._directory_now(path, self.directory_id(path))
            )

    def directory_id(self, path: str) -> str:
        """Return the ID of a directory."""
        directory_id: str = self._directory(path)["dataStoreDirectoryId"]
        return directory_id

    def forget(self, path: str | None = None, *, below: bool = True) -> None:
        """Remove a path, or everything, from the cache.

        Args:
            path: The path. Defaults to all.
            below: Whether to remove paths below it, too; not needed for files.
        """
        self.changes += 1
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

    def _get_cached(self, path: str) -> Contents | None:
        try:
            contents: Contents = self._cache[path]
        except KeyError:
            return None
        return contents

    def _retry_if_stale(self, path: str, look: Callable[[], _Result]) -> _Result:
        """Resolve something; retry once if the cache turns out to be stale."""
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
        """Resolve a path downwards from its nearest cached parent, or from the data store."""
        paths = _list_parents(path)
        info, position = self._find_nearest_cached(paths)
        for inner in paths[position + 1 :]:
            found = self._child(info, inner) if info["type"] == "directory" else None
            if found is None:
                break
            info = found
        return info

    def _find_nearest_cached(self, paths: list[str]) -> tuple[Info, int]:
        """Return the last cached path, and its index; else the data store."""
        for position in range(len(paths) - 1, 0, -1):
            contents = self._get_cached(paths[position - 1])
            if contents is not None and (info := contents.find(paths[position])) is not None:
                return info, position
        try:
            return self._store(paths[0]), 0
        except FileNotFoundError as error:
            missing = _errors.missing(paths[-1])
            if not paths[0].startswith(DATA_STORE.prefix):
                missing.add_note(self._explain_name(paths[0]))
            raise missing from error

    def _child(self, parent: Info, path: str) -> Info | None:
        """Resolve a path in a directory; return None if it does not exist."""
        cached = self._get_cached(parent["name"])
        found = None if cached is None else cached.find(path)
        return self._read(parent).find(path) if found is None else found

    def _store(self, data_store_id: str) -> Info:
        if not data_store_id.startswith(DATA_STORE.prefix):
            # A name that does not exist.
            raise _errors.missing(data_store_id)
        with contextlib.suppress(KeyError):
            return self._stores[data_store_id]
        with translate_errors(data_store_id):
            store = self._exchange().getDataStore(data_store_id)
        info = self._stores[data_store_id] = describe_store(store)
        return info


def files_in(tree: Tree) -> Iterator[Info]:
    """Yield every file of a tree, including older files of the same name."""
    for contents in tree.values():
        if isinstance(contents, Contents):
            yield from (info for info in contents if info["type"] == "file")
            yield from contents.superseded


def _find_directories(listed: Tree, max_directories: int | None = None) -> list[Info]:
    """Return the first subdirectories of each directory."""
    return [
        info
        for contents in listed.values()
        if not isinstance(contents, Exception)
        for info in sorted(
            (one for one in contents if one["type"] == "directory"), key=lambda one: one["name"]
        )[:max_directories]
    ]


class _StaleError(FileNotFoundError):
    """A directory no longer exists: it was deleted by others, or the cache is stale."""


def _list_parents(path: str) -> list[str]:
    """Return the paths of all parent directories of a path, and the path itself."""
    ways: list[str] = []
    for step in path.split(SEPARATOR):
        ways.append(f"{ways[-1]}{SEPARATOR}{step}" if ways else step)
    return ways


def _check_alone(error: Exception) -> Exception:
    """Return an error of one directory; raise errors that affect all directories."""
    if _errors.affects_all(error):
        raise error
    return error
