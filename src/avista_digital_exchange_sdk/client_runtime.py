"""What the packages that `avista-dx generate` makes stand on.

Their clients are doors of their own: made with the same arguments as `AvistaDigitalExchange`, over
the same transport, with the same errors.
"""

from collections.abc import AsyncGenerator

from ._backends import SyncBackend, Verify
from ._backends.async_backend import AsyncBackend
from ._client_base import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    Arguments,
    AsyncClientBase,
    SyncClientBase,
    parse_config,
)
from ._graphql import subscriptions
from ._graphql.client import GraphQLClient, Result
from ._models.base import BaseModel, NonNullList, SecretText
from ._sync import blocking, blocking_iterator
from ._utils.values import UNSET, OpenEnum, Unset

__all__ = [
    "UNSET",
    "AsyncOperations",
    "BaseModel",
    "EventIterator",
    "NonNullList",
    "OpenEnum",
    "SecretText",
    "SyncOperations",
    "Unset",
    "blocking",
    "blocking_iterator",
]

MAX_EVENT_WAIT = 24 * 3600.0
"""Seconds until the next event; after a day AWS AppSync ends a connection anyway."""

EventIterator = AsyncGenerator[Result, None]
"""What a subscription gives: its events, as they come."""


class _Operations(GraphQLClient):
    """Runs generated operations, subscriptions among them."""

    # An operation of a user's may be called as one of the SDK's.
    idempotent_mutations = frozenset[str]()

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
            subscriptions.connect(self.io, self.endpoint, self.token) as connection,
            connection.subscribe(subscription) as events,
        ):
            while True:
                yield await events.next(MAX_EVENT_WAIT)


class _Calls:
    """What generated methods are methods of: nothing here may have a name of theirs."""

    def __init__(self, client: _Operations) -> None:
        self._client = client


class AsyncOperations(AsyncClientBase, _Calls):
    """The base of a generated client whose operations are awaited.

    Use it in an `async with` block, or await `close()`. Its arguments are those of
    `AsyncAvistaDigitalExchange`.
    """

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        arguments = Arguments(token, debug, endpoint, proxy)
        del token, debug, endpoint, proxy
        settings = parse_config(arguments, timeout, maxRetries, verify)
        super().__init__(settings.client(_Operations, AsyncBackend(settings.network)))

    @property
    def _graphql_client(self) -> GraphQLClient:
        return self._client


class SyncOperations(SyncClientBase):
    """The base of a generated client whose operations block until they are done.

    Use it in a `with` block, or call `close()`. Its arguments are those of
    `AvistaDigitalExchange`.
    """

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        arguments = Arguments(token, debug, endpoint, proxy)
        del token, debug, endpoint, proxy
        settings = parse_config(arguments, timeout, maxRetries, verify)
        self._calls = _Calls(settings.client(_Operations, SyncBackend(settings.network)))

    @property
    def _graphql_client(self) -> GraphQLClient:
        return self._calls._client
