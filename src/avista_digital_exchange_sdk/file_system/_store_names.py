"""Paths that begin with the name of a data store instead of its ID."""

from collections.abc import Callable
from typing import Any

from fsspec.dircache import DirCache  # type: ignore[import-untyped]  # untyped

from .._backends import run_sync
from .._models.paths import SEPARATOR
from .._services.name_lookup import DATA_STORE, find_by_name, find_kind, list_data_stores
from ..client import AvistaDigitalExchange, get_services
from ..errors import NotFoundError

# Maximum number of seconds for which the ID of a name is cached.
NAME_LIFETIME = 30.0


class StoreNames:
    """The IDs of data stores by name.

    Args:
        exchange: Returns the client.
    """

    def __init__(self, exchange: Callable[[], AvistaDigitalExchange]) -> None:
        self._exchange = exchange
        self._ids = DirCache(listings_expiry_time=NAME_LIFETIME)

    def replace(self, path: str) -> str:
        """Replace the name at the beginning of a path by the ID.

        A path with a name that does not exist is unchanged.

        Raises:
            InvalidParameterError: Several data stores have the name.
        """
        root, separator, inner = path.partition(SEPARATOR)
        if not root or find_kind(root):
            return path
        try:
            return f"{self._find(root)}{separator}{inner}"
        except NotFoundError:
            return path

    def explain(self, name: str) -> str:
        """Return why a name is not that of a data store."""
        if kind := find_kind(name):
            return f"that is the ID of {kind.name}, and not of a data store"
        try:
            self._find(name)
        except NotFoundError as error:
            return str(error)
        return ""

    def clear(self) -> None:
        """Clear the cache."""
        self._ids.clear()

    def _find(self, name: str) -> str:
        if name in self._ids:
            identifier: str = self._ids[name][0]
            return identifier
        stores = run_sync(list_data_stores(get_services(self._exchange())))
        store = find_by_name("the data store of a path", [DATA_STORE], name, stores)
        self._ids[name] = [store.identifier]
        return store.identifier


class PathParser:
    """The method `_strip_protocol` of file systems: parses paths and URLs.

    fsspec calls it on classes, which have no client, and on file systems, which replace names.
    """

    def __get__(self, instance: Any, owner: Any) -> Callable[[Any], Any]:
        parse: Callable[[Any], Any] = owner._parse_url if instance is None else instance._parse_path
        return parse
