"""The export of a query's result to a file, announced over a real-time connection."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from .._backends import Backend
from .._graphql.appsync_protocol import is_transient
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

    async def open_connection(
        self, connections: AsyncExitStack, *, is_required: bool
    ) -> RealtimeConnection:
        """Open a connection over which the file can be announced; start the query meanwhile.

        Args:
            connections: Closes the connection.
            is_required: Whether to retry if it can't be opened.
        """
        policy = self._client.retry_policy
        if not is_required:
            policy = policy._replace(max_retries=0)

        async def open_one(_: Attempt) -> RealtimeConnection:
            # Close the one that could not be opened.
            await connections.aclose()
            connection = await connections.enter_async_context(connect(self._client, self._backend))
            if self._query.query_id is None:
                await self._query.read_first_page()
            await connection.wait_until_open()
            return connection

        return await retrying(
            policy,
            open_one,
            lambda error: isinstance(error, SubscriptionError) and is_transient(error),
            deadline=self._backend.clock() + self._timeout,
        )

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
            remaining = deadline - self._backend.clock()
            async with connect(self._client, self._backend, remaining) as fresh:
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
