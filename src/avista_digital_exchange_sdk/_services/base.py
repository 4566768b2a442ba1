"""The base classes of services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .._backends import Backend
from .._secrets import TokenHolder
from .._transfer.transfers import Transfers

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import DataStore

_Service = TypeVar("_Service", bound="BaseService")


class BaseService(TokenHolder):
    """The base class of services, whose calls are coroutines.

    Args:
        client: Runs the operations.
        backend: Runs the network requests.
        data_store_class: Returns the class of data stores, whose methods are sync or async. It is
            called on first use, as pydantic takes long to import.
    """

    def __init__(
        self, client: Client, backend: Backend, data_store_class: Callable[[], type[DataStore]]
    ) -> None:
        self._client = client
        self._backend = backend
        self._data_store_class = data_store_class
        self._transfers = Transfers(backend, client.retry_policy)

    def _create_service(self, service: type[_Service]) -> _Service:
        """Create another service of the same client."""
        return service(self._client, self._backend, self._data_store_class)


class SyncService(TokenHolder):
    """The base class of sync services, whose methods run the coroutines of an async service."""

    # A `BaseService`. A class that inherits from several sync services has one for all of them.
    _calls: Any

    def __init__(self, calls: BaseService) -> None:
        self._calls = calls
