"""What the packages that `avista-dx generate` makes stand on.

Their clients are doors of their own: made with the same arguments as `AvistaDigitalExchange`, over
the same transport, with the same errors.
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

MAX_EVENT_WAIT = 24 * 3600.0
"""Seconds until the next event; after a day AWS AppSync ends a connection anyway."""

# What a subscription gives: its events, as they come.
EventIterator = AsyncGenerator[Result, None]
SyncEventIterator = Generator[Result, None, None]


class _Operations(GraphQLClient):
    """Runs generated operations, subscriptions among them."""

    async def events(
        self,
        result: type[Result],
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
    ) -> EventIterator[Result]:
        """Go through a subscription's events as they come."""
        subscription = self.subscription(
            result, query=query, operation_name=operation_name, variables=variables
        )
        async with (
            subscriptions.connect(self.backend, self.endpoint, self.token) as connection,
            connection.subscribe(subscription) as events,
        ):
            while True:
                yield await events.next(MAX_EVENT_WAIT)


class _Calls:
    """What generated methods are methods of: nothing here may have a name of theirs."""

    def __init__(self, client: _Operations) -> None:
        self._client = client


class AsyncOperations(AsyncClientBase, _Calls):
    """The base of a generated async client, made with the arguments of the SDK's own clients.

    Use it in an `async with` block, or await `close()`.
    """

    def _connect(self, config: ClientConfig) -> None:
        _Calls.__init__(self, config.client(_Operations, AsyncBackend(config.network)))

    @property
    def _graphql_client(self) -> GraphQLClient:
        return self._client


class SyncOperations(SyncClientBase):
    """The base of a generated sync client, made with the arguments of the SDK's own clients.

    Use it in a `with` block, or call `close()`.
    """

    # Of the type `_Calls`; the async methods that it is given to are those of a subclass.
    _calls: Any

    def _connect(self, config: ClientConfig) -> None:
        self._calls = _Calls(config.client(_Operations, SyncBackend(config.network)))

    @property
    def _graphql_client(self) -> GraphQLClient:
        client: GraphQLClient = self._calls._client
        return client
