"""A query with filters: every page followed, then one file.

The file is the platform's own export, announced over the real-time connection. Where no such
connection can be had, the pages' result chunks are put together here into the same file.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, NamedTuple

from .._backends import Backend
from .._generated.enums import TimeSeriesDbQueryType, TimeSeriesQueryOutputFileType
from .._graphql.subscriptions import RealtimeConnection, connect
from .._secrets import Secret
from .._transfer.output_file import Output
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressCallback, ProgressReporter
from .._utils.retry import Attempt, retrying
from ..errors import (
    DigitalExchangeError,
    ExportTimeoutError,
    InvalidResponseError,
    QueryIncompleteError,
    SubscriptionError,
)
from .result_writers import CsvResultWriter, JsonResultWriter, RequestedSeries, ResultWriter

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import FilterQueryPage
    from .._generated.input_types import TimeSeriesQueryAssetInput


class FilterQuery:
    """One query as it runs on the platform, page after page."""

    def __init__(
        self,
        client: Client,
        timeSeriesDbId: str,
        assets: list[TimeSeriesQueryAssetInput],
        interval: tuple[str, str],
        maxRows: int | None,
        tell: ProgressCallback | None,
    ) -> None:
        self._client = client
        self._timeSeriesDbId = timeSeriesDbId
        self._assets = assets
        self._interval = interval
        self._maxRows = maxRows
        self._tell = tell
        self._page: FilterQueryPage | None = None
        self.pagesRead = 0

    @property
    def queryId(self) -> str | None:
        """The platform's name for the query, once its first page is read."""
        return self._page.queryId if self._page else None

    async def next_page(self) -> FilterQueryPage | None:
        """Read the next page; None after the last. A page without rows is not the last."""
        before = self._page
        if before is None:
            page = await self._first_page()
        elif not before.nextToken:
            return None
        else:
            page = await self._following_page(before)
        if page is None:
            raise InvalidResponseError("the platform answered a query with nothing")
        if before is not None and page.nextToken and page.nextToken == before.nextToken:
            raise self._to_incomplete_error("the platform gave the same page token twice")
        self._page = page
        self.pagesRead += 1
        if self._tell:
            self._tell(self.pagesRead, None)
        return page

    async def _first_page(self) -> FilterQueryPage | None:
        start, end = self._interval
        return await self._client.time_series_db_query_database(
            self._timeSeriesDbId,
            TimeSeriesDbQueryType.TIME_PERIOD,
            self._assets,
            startTime=start,
            endTime=end,
            maxRows=self._maxRows,
        )

    async def _following_page(self, before: FilterQueryPage) -> FilterQueryPage | None:
        try:
            return await self._client.time_series_db_query_database(
                self._timeSeriesDbId,
                TimeSeriesDbQueryType.NEXT_TOKEN,
                self._assets,
                maxRows=self._maxRows,
                nextToken=before.nextToken,
                clientToken=before.clientToken,
                queryString=before.queryString,
            )
        except DigitalExchangeError as error:
            raise self._to_incomplete_error(str(error)) from error

    def _to_incomplete_error(self, reason: str) -> QueryIncompleteError:
        return QueryIncompleteError(
            f"the query stopped after {self.pagesRead} pages, nothing was written: {reason}",
            queryId=self.queryId,
            pagesRead=self.pagesRead,
        )

    def missing_chunk_error(self) -> QueryIncompleteError:
        """The error for a page whose rows can't be had."""
        return self._to_incomplete_error(
            f"page {self.pagesRead} comes without a result chunk, so the result can't be put "
            'together here. Allow WebSocket connections to the platform, and use aggregate="server"'
        )

    async def request_export(self, file_format: TimeSeriesQueryOutputFileType) -> None:
        """Ask for the whole result as a file."""
        await self._client.time_series_db_generate_query_result_export_file(
            self._timeSeriesDbId, self.queryId or "", file_format
        )

    async def cancel(self) -> None:
        """Stop the query on the platform, as far as it can be reached."""
        if self.queryId is not None:
            with contextlib.suppress(DigitalExchangeError):
                await self._client.for_cleanup().time_series_db_cancel_database_query(
                    self._timeSeriesDbId, self.queryId
                )


class FilterQuerySpec(NamedTuple):
    """A query with filters, its arguments checked.

    Attributes:
        timeSeriesDbId: The database.
        begin: Begins the query, telling of its pages if someone wants to know.
        request: What it asks for.
        exportTimeout: Seconds to wait until the platform has made the file.
        aggregate: Who makes the file: `server`, `client`, or `auto`.
        watch: Who wants to know how far it has got.
    """

    timeSeriesDbId: str
    begin: Callable[[ProgressCallback | None], FilterQuery]
    request: RequestedSeries
    exportTimeout: float
    aggregate: str
    watch: ProgressReporter


class FilterQueryRunner:
    """Brings a query's result into a file."""

    def __init__(
        self,
        client: Client,
        io: Backend,
        transfers: Transfers,
        job: FilterQuerySpec,
        file_format: TimeSeriesQueryOutputFileType,
        output: Output,
    ) -> None:
        self._client = client
        self._io = io
        self._transfers = transfers
        self._job = job
        self._format = file_format
        self._output = output
        self._tell: ProgressCallback | None = None

    async def write(self) -> None:
        """Write the file, and tell how far it has got."""
        with self._job.watch.track("query") as self._tell:
            await self._write()

    async def _write(self) -> None:
        """Write the file by the way asked for; `auto` prefers the platform's own export."""
        if self._job.aggregate == "client":
            return await self._aggregated(self._put_together)
        if self._job.aggregate == "server":
            return await self._aggregated(self._exported)
        try:
            await self._aggregated(self._exported)
        except SubscriptionError as error:
            self._client.log.warning("%s; the result is put together on this side", error)
            await self._aggregated(self._put_together)

    async def _aggregated(self, way: Callable[[FilterQuery], Awaitable[None]]) -> None:
        query = self._job.begin(self._tell)
        try:
            await way(query)
        except BaseException:
            await query.cancel()
            raise
        self._client.log.debug("query %s: %d pages, into one file", query.queryId, query.pagesRead)

    async def _exported(self, query: FilterQuery) -> None:
        # The connection comes first: where it can't be had, nothing else was done in vain.
        async with self._connected() as connection:
            while await query.next_page():
                pass
            urls = [await self._announced(query, connection)]

        async def get_url() -> Secret[str]:
            return urls.pop() if urls else await self._announced(query, None)

        async with self._output() as file:
            await self._transfers.download(get_url, file, "the query result", self._tell)

    def _connected(
        self, timeout: float | None = None
    ) -> AbstractAsyncContextManager[RealtimeConnection]:
        return connect(self._io, self._client.endpoint, self._client.token, timeout)

    async def _announced(
        self, query: FilterQuery, connection: RealtimeConnection | None
    ) -> Secret[str]:
        """Request the export and wait until it is announced, over a new connection if need be."""
        deadline = self._io.clock() + self._job.exportTimeout
        # Nothing is replayed after a drop, so the export is requested again over a new one.
        connections = [connection] if connection else []

        async def request(_: Attempt) -> Secret[str]:
            if connections:
                return await self._asked_for(query, connections.pop(), deadline)
            async with self._connected(deadline - self._io.clock()) as fresh:
                return await self._asked_for(query, fresh, deadline)

        return await retrying(
            self._client.retry_policy,
            request,
            lambda error: isinstance(error, SubscriptionError),
            deadline=deadline,
        )

    async def _asked_for(
        self, query: FilterQuery, connection: RealtimeConnection, deadline: float
    ) -> Secret[str]:
        subscription = self._client.on_notify_time_series_query_export_complete(query.queryId or "")
        remaining = deadline - self._io.clock()
        async with connection.subscribe(subscription, remaining) as events:
            await query.request_export(self._format)
            while True:
                try:
                    event = await events.next(deadline - self._io.clock())
                except TimeoutError:
                    message = f"the export was not announced within {self._job.exportTimeout:g} s"
                    raise ExportTimeoutError(message, queryId=query.queryId) from None
                export = event.onNotifyTimeSeriesQueryExportComplete
                if export is not None and export.queryId == query.queryId:
                    return Secret(export.url)

    async def _put_together(self, query: FilterQuery) -> None:
        async with self._output() as file:
            csv_wanted = self._format is TimeSeriesQueryOutputFileType.CSV
            export: ResultWriter = (CsvResultWriter if csv_wanted else JsonResultWriter)(
                self._job.request, file
            )
            with contextlib.closing(export):
                async with contextlib.aclosing(self._chunks(query)) as chunks:
                    async for chunk in chunks:
                        export.add(chunk)
                export.finish()

    async def _chunks(self, query: FilterQuery) -> AsyncGenerator[bytes, None]:
        while page := await query.next_page():
            if page.presignedUrl is None:
                raise query.missing_chunk_error()
            yield await self._transfers.fetch(Secret(page.presignedUrl), "a result chunk")
