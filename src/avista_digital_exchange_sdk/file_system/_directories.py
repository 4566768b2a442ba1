"""Directories that are made several at a time, each of their parents listed once or twice."""

from collections import defaultdict
from collections.abc import Iterable

from .._models.paths import SEPARATOR
from ..client import AvistaDigitalExchange
from . import _errors
from ._concurrency import act_on_all
from ._directory_cache import DirectoryCache
from ._entries import Contents, Info
from ._errors import concerns_all, translate_errors


class DirectoryMaker:
    """Makes directories with those on the way to them.

    Attributes:
        contents: What is in each directory that was made or found, by its path.
        failures: Why a directory could not be made, by its path.
    """

    def __init__(self, exchange: AvistaDigitalExchange, listings: DirectoryCache) -> None:
        self._exchange = exchange
        self._listings = listings
        self._infos: dict[str, Info] = {}
        self.contents: dict[str, Contents] = {}
        self.failures: dict[str, Exception] = {}

    def make(self, paths: Iterable[str], top: Info | None = None) -> None:
        """Make directories that are not there, level by level.

        Args:
            paths: Their paths; a data store's itself must be there.
            top: A directory that is there, and that all of them are below. Defaults to their data
                stores.
        """
        needed: set[str] = set()
        if top is not None:
            needed.add(top["name"])
            self._infos[top["name"]] = top
        for path in paths:
            while path and path not in needed:
                needed.add(path)
                path = _parent_of(path)
        levels: dict[int, list[str]] = defaultdict(list)
        for path in sorted(needed):
            levels[path.count(SEPARATOR)].append(path)
        for _, level in sorted(levels.items()):
            self._make_level(level)

    def directory_id(self, path: str) -> str:
        """Return the id of a directory that was made or found."""
        directory_id: str = self._infos[path]["dataStoreDirectoryId"]
        return directory_id

    def failure_of(self, path: str) -> Exception | None:
        """Return why a directory is not there, which may be one on the way to it."""
        while path and self.failures:
            if path in self.failures:
                return self.failures[path]
            path = _parent_of(path)
        return None

    def _make_level(self, paths: list[str]) -> None:
        """Make directories whose parents are known, and list those that were there."""
        made = self._create([path for path in paths if self._is_missing(path)])
        self._keep_first(made)
        self._list(path for path in paths if path in self._infos and path not in self.contents)

    def _is_missing(self, path: str) -> bool:
        """Look for a directory; say whether it is to be made."""
        parent = _parent_of(path)
        if path in self._infos or (parent and parent not in self.contents):
            return False
        try:
            info = self.contents[parent].find(path) if parent else self._listings.find(path)
        except Exception as error:
            self._fail(path, error)
            return False
        if info is not None and info["type"] == "directory":
            self._infos[path] = info
        elif info is not None:
            self._fail(path, _errors.exists(path))
        return info is None

    def _create(self, paths: Iterable[str]) -> dict[str, str]:
        made: dict[str, str] = {}
        for path, outcome in act_on_all(self._create_one, paths):
            error = outcome.exception()
            if error is None:
                made[path] = outcome.result()
            else:
                self._fail(path, error)
        return made

    def _create_one(self, path: str) -> str:
        parent, _, name = path.rpartition(SEPARATOR)
        with translate_errors(path):
            directory = self._exchange.createDataStoreDirectory(
                path.partition(SEPARATOR)[0], self.directory_id(parent), name
            )
        self._listings.forget(path, below=False)
        return directory.dataStoreDirectoryId

    def _keep_first(self, made: dict[str, str]) -> None:
        """Keep, of directories of one name, the one that is listed first.

        Someone else may have made one at the same moment. Both of us then see both, and go on with
        the same.
        """
        self._list({_parent_of(path) for path in made})
        for path, directory_id in made.items():
            parent = self.contents[_parent_of(path)]
            first = parent.find(path)
            if first is None or first["type"] != "directory":
                # The platform does not list it yet.
                first = {"name": path, "type": "directory", "dataStoreDirectoryId": directory_id}
            self._infos[path] = first
            if first["dataStoreDirectoryId"] == directory_id:
                self.contents[path] = Contents()
            else:
                self._exchange.deleteDataStoreDirectory(directory_id)
                self._listings.forget(path)

    def _list(self, paths: Iterable[str]) -> None:
        def contents_of(path: str) -> Contents:
            return self._listings.read(self._infos[path])

        for path, outcome in act_on_all(contents_of, paths):
            error = outcome.exception()
            if error is None:
                self.contents[path] = outcome.result()
            else:
                self._fail(path, error)

    def _fail(self, path: str, error: BaseException) -> None:
        if not isinstance(error, Exception) or concerns_all(error):
            raise error
        self.failures[path] = error


def _parent_of(path: str) -> str:
    return path.rpartition(SEPARATOR)[0]
