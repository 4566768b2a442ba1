"""What the services share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._backends import Backend
from .._secrets import TokenHolder
from .._transfer.transfers import Transfers

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import DataStore


class BaseService(TokenHolder):
    """The base of every service: its calls are coroutines.

    Args:
        client: What runs the operations.
        backend: What waits for the network.
        data_store_class: Gives the class of data stores, whose methods are sync or async. It is
            called when the first one is made, since pydantic takes long to import.
    """

    def __init__(
        self, client: Client, backend: Backend, data_store_class: Callable[[], type[DataStore]]
    ) -> None:
        self._client = client
        self._backend = backend
        self._data_store_class = data_store_class
        self._transfers = Transfers(backend, client.retry_policy)


class SyncService(TokenHolder):
    """The base of every sync service: its methods run the coroutines of an async one."""

    # Of the type `BaseService`; a class that joins several sync services has one for them all.
    _calls: Any

    def __init__(self, calls: BaseService) -> None:
        self._calls = calls
