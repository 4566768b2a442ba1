"""Creates directories concurrently, listing each parent once or twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from .._backends import run_sync
from .._generated.fragments import DataStoreDirectory
from .._graphql.batching import MAX_BATCH_MUTATIONS
from .._models.paths import SEPARATOR
from .._services.storage.batches import NewDirectory, create_directories
from ..client import AvistaDigitalExchange, get_services
from ..errors import DigitalExchangeError
from . import _errors
from ._batches import divide_evenly, raise_error
from ._concurrency import map_concurrently
from ._directory_cache import DirectoryCache
from ._entries import Contents, Info
from ._errors import affects_all, translate_errors
from ._unicode_forms import UnicodeForms
from ._upload_steps import UploadTarget


class DirectoryCreator:
    """Creates directories and their parents.

    Args:
        exchange: The client.
        listings: The cache of listings.
        names: The names of directories that are not the last component of their paths.
        forms: Which paths keep their Unicode form.

    Attributes:
        contents: The contents of each created or existing directory, by path.
        failures: The error of each directory that could not be created, by path.
    """

    def __init__(
        self,
        exchange: AvistaDigitalExchange,
        listings: DirectoryCache,
        names: Mapping[str, str] = MappingProxyType({}),
        forms: UnicodeForms | None = None,
    ) -> None:
        self._exchange = exchange
        self._listings = listings
        self._names = names
        self._forms = forms or UnicodeForms()
        self._infos: dict[str, Info] = {}
        self.contents: dict[str, Contents] = {}
        self.failures: dict[str, Exception] = {}

    def create(self, paths: Iterable[str], top: Info | None = None) -> None:
        """Create missing directories, level by level.

        Args:
            paths: Their paths; the data store must exist.
            top: An existing directory that contains all of them. Defaults to their data stores.
        """
        needed: set[str] = set()
        if top is not None:
            needed.add(top["name"])
            self._infos[top["name"]] = top
        for path in paths:
            while path and path not in needed:
                needed.add(path)
                path = _get_parent(path)
        levels: dict[int, list[str]] = defaultdict(list)
        for path in sorted(needed):
            levels[path.count(SEPARATOR)].append(path)
        for _, level in sorted(levels.items()):
            self._create_level(level)

    def directory_id(self, path: str) -> str:
        """Return the ID of a created or existing directory."""
        directory_id: str = self._infos[path]["dataStoreDirectoryId"]
        return directory_id

    def find_target(self, path: str, name: str) -> UploadTarget:
        """Return where to upload a file that gets a name."""
        parent = _get_parent(path)
        existing = self._forms.find(self.contents[parent], path, name)
        return UploadTarget(self.directory_id(parent), existing)

    def find_failure(self, path: str) -> Exception | None:
        """Return the error of a directory or one of its parents."""
        while path and self.failures:
            if path in self.failures:
                return self.failures[path]
            path = _get_parent(path)
        return None

    def _create_level(self, paths: list[str]) -> None:
        """Create directories whose parents are known, and list existing ones."""
        created = self._create([path for path in paths if self._is_missing(path)])
        self._keep_first(created)
        self._list(path for path in paths if path in self._infos and path not in self.contents)

    def _is_missing(self, path: str) -> bool:
        """Look up a directory; return whether it must be created."""
        parent = _get_parent(path)
        if path in self._infos or (parent and parent not in self.contents):
            return False
        try:
            info = self._find(parent, path) if parent else self._listings.find(path)
        except Exception as error:
            self._fail(path, error)
            return False
        if info is not None and info["type"] == "directory":
            self._infos[path] = info
        elif info is not None:
            self._fail(path, _errors.exists(path))
        return info is None

    def _find(self, parent: str, path: str) -> Info | None:
        """Find an entry of a directory; its path is then that of the form that it has."""
        info = self._forms.find(self.contents[parent], path)
        return None if info is None else info | {"name": path}

    def _create(self, paths: Iterable[str]) -> dict[str, str]:
        batches = divide_evenly([*paths], MAX_BATCH_MUTATIONS)
        created: dict[str, str] = {}
        for batch, outcome in map_concurrently(self._create_many, batches):
            for path, directory in zip(batch, outcome.result(), strict=True):
                try:
                    with translate_errors(path):
                        created[path] = raise_error(directory).dataStoreDirectoryId
                except Exception as error:
                    self._fail(path, error)
        return created

    def _create_many(self, paths: Sequence[str]) -> list[DataStoreDirectory | DigitalExchangeError]:
        services = get_services(self._exchange)
        try:
            return run_sync(create_directories(services, [*map(self._describe, paths)]))
        finally:
            for path in paths:
                self._listings.forget(path, below=False)

    def _describe(self, path: str) -> NewDirectory:
        parent, _, name = path.rpartition(SEPARATOR)
        store = path.partition(SEPARATOR)[0]
        return NewDirectory(store, self.directory_id(parent), self._names.get(path, name))

    def _keep_first(self, created: dict[str, str]) -> None:
        """Among directories of the same name, use the one that is listed first.

        Another program may have created one concurrently. Both programs then see both, and use the
        same.
        """
        self._list({_get_parent(path) for path in created})
        for path, directory_id in created.items():
            first = self._find(_get_parent(path), path)
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
        infos = [self._infos[path] for path in paths]
        for path, contents in self._listings.list_contents(infos, refresh=True).items():
            if isinstance(contents, Exception):
                self._fail(path, contents)
            else:
                self.contents[path] = contents

    def _fail(self, path: str, error: BaseException) -> None:
        if not isinstance(error, Exception) or affects_all(error):
            raise error
        self.failures[path] = error


def _get_parent(path: str) -> str:
    return path.rpartition(SEPARATOR)[0]
