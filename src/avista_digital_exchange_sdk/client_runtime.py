"""The runtime of the packages that `avista-dx generate` creates.

Their clients take the same arguments as `AvistaDigitalExchange`, use the same transport and raise
the same errors.
"""

from collections.abc import AsyncGenerator, Generator
from typing import Any

from ._backends import SyncBackend, iterate_sync, run_sync
from ._backends.async_backend import AsyncBackend
from ._client_base import AsyncClientBase, ClientConfig, SyncClientBase
from ._graphql import subscriptions
from ._graphql.client import GraphQLClient, Result
from ._models.base import BaseModel, NonNullList, SecretStr
from ._utils.values import UNSET, OpenEnum, Unset

__all__ = [
    "UNSET",
    "AsyncOperations",
    "BaseModel",
    "EventIterator",
    "NonNullList",
    "OpenEnum",
    "SecretStr",
    "SyncEventIterator",
    "SyncOperations",
    "Unset",
    "iterate_sync",
    "run_sync",
]

# Maximum time to wait for the next event. AWS AppSync closes connections after a day anyway.
MAX_EVENT_WAIT_SECONDS = 24 * 3600.0

# The events of a subscription.
EventIterator = AsyncGenerator[Result, None]
SyncEventIterator = Generator[Result, None, None]


class _Operations(GraphQLClient):
    """Runs generated operations, including subscriptions."""

    async def events(
        self,
        result: type[Result],
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
    ) -> EventIterator[Result]:
        """Iterate over the events of a subscription."""
        subscription = self.subscription(
            result, query=query, operation_name=operation_name, variables=variables
        )
        async with (
            subscriptions.connect(self, self.backend) as connection,
            connection.subscribe(subscription) as events,
        ):
            while True:
                yield await events.next(MAX_EVENT_WAIT_SECONDS)


class _Calls:
    """The base class of generated methods, whose names must not be used here."""

    def __init__(self, client: _Operations) -> None:
        self._client = client


class AsyncOperations(AsyncClientBase, _Calls):
    """The base class of generated async clients, with the arguments of `AvistaDigitalExchange`.

    Use it as an async context manager, or await `close()`.
    """

    def _connect(self, config: ClientConfig) -> None:
        backend = AsyncBackend(config.network, self._describe(config.access.endpoint))
        _Calls.__init__(self, config.create_client(_Operations, backend))

    @property
    def _graphql_client(self) -> GraphQLClient:
        return self._client


class SyncOperations(SyncClientBase):
    """The base class of generated sync clients, with the arguments of `AvistaDigitalExchange`.

    Use it as a context manager, or call `close()`.
    """

    # A `_Calls`, which is passed to the async methods of a subclass of it.
    _calls: Any

    def _connect(self, config: ClientConfig) -> None:
        backend = SyncBackend(config.network, self._describe(config.access.endpoint))
        self._calls = _Calls(config.create_client(_Operations, backend))

    @property
    def _graphql_client(self) -> GraphQLClient:
        client: GraphQLClient = self._calls._client
        return client
