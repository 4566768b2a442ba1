"""What paths lead to, asked of the platform and remembered for a while."""

import contextlib
from collections.abc import Callable
from typing import Any

from .._generated.fragments import DataStoreDirectory
from .._models.paths import SEPARATOR
from ..exchange import AvistaDigitalExchange
from . import _errors
from ._entries import ROOT, Info, describe_contents, describe_store, describe_stores
from ._errors import asking_for


class Listings:
    """The directories of data stores, by their paths.

    What is remembered is believed only where it says yes: what a remembered listing does not hold
    is looked for in a fresh one.
    """

    def __init__(self, exchange: Callable[[], AvistaDigitalExchange], cache: Any) -> None:
        self._exchange = exchange
        self._cache = cache
        self._stores: dict[str, Info] = {}
        self._changes = 0

    def of(self, path: str, *, refresh: bool = False) -> list[Info]:
        """What is in a directory."""
        if not refresh:
            with contextlib.suppress(KeyError):
                remembered: list[Info] = self._cache[path]
                return remembered
        changes = self._changes
        infos = self._read(path)
        # Another thread may have changed the directory while it was read.
        if changes == self._changes:
            self._cache[path] = infos
        return infos

    def find(self, path: str) -> Info:
        """What a path leads to."""
        if not path:
            return ROOT
        parent, _, _ = path.rpartition(SEPARATOR)
        if not parent:
            return self._store(path)
        remembered = parent in self._cache
        try:
            info = _at(path, self.of(parent))
            if info is None and remembered:
                info = _at(path, self.of(parent, refresh=True))
        except FileNotFoundError as error:
            raise _errors.missing(path) from error
        if info is None:
            raise _errors.missing(path)
        return info

    def find_anew(self, path: str) -> Info | None:
        """What a path leads to now, if anything."""
        parent, _, _ = path.rpartition(SEPARATOR)
        return _at(path, self.of(parent, refresh=True))

    def directory(self, path: str) -> DataStoreDirectory:
        """A directory as the platform has it now."""
        directory_id = self.directory_id(path)
        with contextlib.suppress(FileNotFoundError), asking_for(path):
            return self._exchange().getDataStoreDirectory(directory_id)
        # What was remembered is no longer true: others have deleted or replaced it.
        self.forget(path)
        directory_id = self.directory_id(path)
        with asking_for(path):
            return self._exchange().getDataStoreDirectory(directory_id)

    def directory_id(self, path: str) -> str:
        """The id of a directory."""
        info = self.find(path)
        if info["type"] != "directory":
            raise _errors.is_no_directory(path)
        directory_id: str = info["dataStoreDirectoryId"]
        return directory_id

    def forget(self, path: str | None = None) -> None:
        """Forget what a path leads to and what is below it, or everything."""
        self._changes += 1
        if path is None:
            self._stores.clear()
            self._cache.clear()
            return
        self._stores.pop(path, None)
        parent, _, _ = path.rpartition(SEPARATOR)
        for known in list(self._cache):
            if known in (path, parent) or known.startswith(path + SEPARATOR):
                with contextlib.suppress(KeyError):
                    del self._cache[known]

    def _read(self, path: str) -> list[Info]:
        with asking_for(path):
            if not path:
                return describe_stores(self._exchange().listDataStores())
            return describe_contents(path, self.directory(path))

    def _store(self, data_store_id: str) -> Info:
        with contextlib.suppress(KeyError):
            return self._stores[data_store_id]
        with asking_for(data_store_id):
            store = self._exchange().getDataStore(data_store_id)
        info = self._stores[data_store_id] = describe_store(store)
        return info


def _at(path: str, infos: list[Info]) -> Info | None:
    return next((info for info in infos if info["name"] == path), None)
