"""The export of a query's result to a file, announced over a real-time connection."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from .._backends import Backend
from .._graphql.subscriptions import RealtimeConnection, connect
from .._secrets import Secret
from .._utils.retry import Attempt, retrying
from ..errors import ExportTimeoutError, SubscriptionError
from .filter_query import FilterQuery

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.enums import TimeSeriesQueryOutputFileType


class QueryExport:
    """The export of a query whose pages have all been read.

    Args:
        client: The client of the query.
        backend: The backend.
        query: The query.
        file_format: The format of the file.
        timeout: Timeout in seconds for the announcement of the file.
    """

    def __init__(
        self,
        client: Client,
        backend: Backend,
        query: FilterQuery,
        file_format: TimeSeriesQueryOutputFileType,
        timeout: float,
    ) -> None:
        self._client = client
        self._backend = backend
        self._query = query
        self._format = file_format
        self._timeout = timeout

    def connect(
        self, timeout: float | None = None
    ) -> AbstractAsyncContextManager[RealtimeConnection]:
        """Open a connection over which the file can be announced, in the background."""
        return connect(self._client, self._backend, timeout)

    async def get_url(self, connection: RealtimeConnection | None = None) -> Secret[str]:
        """Request the file and wait until it is announced.

        Args:
            connection: The connection to use; a new one if omitted, or after it is lost.
        """
        deadline = self._backend.clock() + self._timeout
        # Events are not replayed after an interruption, so the export is requested again.
        connections = [connection] if connection else []

        async def request(_: Attempt) -> Secret[str]:
            if connections:
                return await self._request(connections.pop(), deadline)
            async with self.connect(deadline - self._backend.clock()) as fresh:
                return await self._request(fresh, deadline)

        return await retrying(
            self._client.retry_policy,
            request,
            lambda error: isinstance(error, SubscriptionError),
            deadline=deadline,
        )

    async def _request(self, connection: RealtimeConnection, deadline: float) -> Secret[str]:
        operations = self._query.operations
        query_id = self._query.query_id or ""
        subscription = operations.create_export_subscription(query_id)
        remaining = deadline - self._backend.clock()
        async with connection.subscribe(subscription, remaining) as events:
            await operations.request_export(query_id, self._format)
            while True:
                try:
                    event = await events.next(deadline - self._backend.clock())
                except TimeoutError:
                    message = f"the export was not announced within {self._timeout:g} s"
                    raise ExportTimeoutError(message, queryId=query_id) from None
                url = operations.find_export_url(query_id, event)
                if url is not None:
                    return Secret(url)
