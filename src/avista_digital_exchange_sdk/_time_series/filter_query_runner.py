"""Runs queries: every page is read, and the result goes to a sink.

The result is the platform's own export, announced over a real-time connection, or the result chunks
of the pages are merged on the client into the same result: if there is only one page, if the query
is split, or if no such connection can be opened. If chunks lack what the export has, the parts of
a split query have exports, too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .._backends import Backend
from .._secrets import Secret
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import SubscriptionError
from .export_merger import UnexpectedExportError
from .filter_query import FilterQuery
from .query_export import QueryExport
from .query_operations import FilterQueryOperations
from .result_sinks import ResultSink
from .result_writers import RequestedSeries
from .split_export import PageReader, SplitExport
from .split_query import SplitQuery

if TYPE_CHECKING:
    from .._generated.client import Client


class FilterQuerySpec(NamedTuple):
    """A query, its arguments checked.

    Attributes:
        operations: The operations that it sends.
        request: The requested assets and attributes.
        export_timeout: Timeout in seconds for the platform's export.
        aggregate: Where the result is merged: `server`, `client`, or `auto`.
        reporter: Reports the progress.
    """

    operations: FilterQueryOperations
    request: RequestedSeries
    export_timeout: float
    aggregate: str
    reporter: ProgressReporter


class FilterQueryRunner:
    """Runs a query."""

    def __init__(
        self, client: Client, backend: Backend, transfers: Transfers, spec: FilterQuerySpec
    ) -> None:
        self._client = client
        self._backend = backend
        self._transfers = transfers
        self._spec = spec

    async def run(self, sink: ResultSink, on_pages_read: Callable[[], None] | None = None) -> None:
        """Write the result to a sink.

        Args:
            sink: The sink.
            on_pages_read: Called before the export is requested, or the only chunk fetched, when
                the platform knows every attribute of the result.
        """

        async def export(query: FilterQuery) -> None:
            await self._export(query, sink, on_pages_read)

        async def merge(query: FilterQuery) -> None:
            await self._merge(query, sink)

        async def choose(query: FilterQuery) -> None:
            await self._choose(query, sink, on_pages_read)

        async def split(query: FilterQuery) -> None:
            await self._export(query, sink, on_pages_read, may_split=True)

        with self._spec.reporter.track("query") as callback:
            if self._spec.aggregate != "server" and self._spec.operations.has_exact_chunks:
                fetch = choose
            else:
                fetch = {"client": merge, "server": export, "auto": split}[self._spec.aggregate]
            try:
                await self._run(fetch, callback)
            except SubscriptionError as error:
                self._check_fallback(error)
                await self._run(merge, callback)
            except UnexpectedExportError as error:
                self._client.log.info("%s; exporting the undivided result", error)
                await self._run(export, callback)

    async def _choose(
        self, query: FilterQuery, sink: ResultSink, on_pages_read: Callable[[], None] | None
    ) -> None:
        """Read the first page, and fetch the result in the way that is fastest."""
        page = await query.read_first_page()
        if page.presignedUrl is not None and page.nextToken and self._is_distant(query):
            await self._merge(query, sink, is_split=True)
        elif self._spec.aggregate == "client" or (page.presignedUrl and not page.nextToken):
            if on_pages_read is not None and not page.nextToken:
                on_pages_read()
            await self._merge(query, sink)
        else:
            await self._export(query, sink, on_pages_read)

    def _is_distant(self, query: FilterQuery) -> bool:
        """Whether a query takes so long that splitting it may pay off."""
        return query.start_seconds >= self._backend.options.min_split_seconds

    def _check_fallback(self, error: SubscriptionError) -> None:
        """Raise the error if the pages may not be merged on the client."""
        if self._spec.aggregate == "server":
            raise error
        self._client.log.warning("%s; merging the result on the client", error)

    async def _run(
        self, fetch: Callable[[FilterQuery], Awaitable[None]], callback: ProgressCallback | None
    ) -> None:
        query = FilterQuery(self._spec.operations, self._backend, callback)
        try:
            await fetch(query)
        except BaseException:
            await query.cancel()
            raise
        self._client.log.debug(
            "query %s: %d pages, into one file", query.query_id, query.pages_read
        )

    async def _export(
        self,
        query: FilterQuery,
        sink: ResultSink,
        on_pages_read: Callable[[], None] | None,
        *,
        may_split: bool = False,
    ) -> None:
        export = self._create_export(query, sink)
        async with AsyncExitStack() as connections:
            # Without a connection no further page is read in vain.
            try:
                connection = await export.open_connection(
                    connections, is_required=self._spec.aggregate == "server"
                )
            except SubscriptionError as error:
                self._check_fallback(error)
                return await self._merge(query, sink)
            if may_split and await self._export_parts(query, sink):
                return None
            async with aclosing(query.pages()) as pages:
                async for _ in pages:
                    pass
            if on_pages_read is not None:
                on_pages_read()
            url = await export.get_url(connection)
        async with self._backend.transfer_slot(), sink.open_file() as file:
            await self._transfers.download(
                export.get_url, file, "the query result", query.callback, url
            )

    def _create_export(self, query: FilterQuery, sink: ResultSink) -> QueryExport:
        return QueryExport(
            self._client, self._backend, query, sink.export_format, self._spec.export_timeout
        )

    async def _export_parts(self, query: FilterQuery, sink: ResultSink) -> bool:
        """Split a query if that may pay off, and write its result; return whether it was split."""
        if not self._is_distant(query):
            return False
        request = self._spec.request
        reader = PageReader(self._transfers, request)
        queries = await reader.split_at_start(query, self._backend.max_concurrency)
        if not queries:
            return False
        create_export = partial(self._create_export, sink=sink)
        parts = SplitExport(
            self._backend, self._transfers, reader, request.position, query, create_export
        )
        await parts.write(queries, sink.open_file)
        return True

    async def _merge(self, query: FilterQuery, sink: ResultSink, *, is_split: bool = False) -> None:
        async with sink.open_chunks() as (add, prepare):
            chunks = self._split(query, prepare) if is_split else self._chunks(query, prepare)
            async with aclosing(chunks):
                async for chunk in chunks:
                    add(chunk)

    def _split(
        self, query: FilterQuery, prepare: Callable[[bytes], bytes]
    ) -> AsyncGenerator[bytes, None]:
        request = self._spec.request
        return SplitQuery(self._backend, self._transfers, request, query, prepare).chunks()

    async def _chunks(
        self, query: FilterQuery, prepare: Callable[[bytes], bytes]
    ) -> AsyncGenerator[bytes, None]:
        async with aclosing(query.pages(prefetch=True)) as pages:
            async for page in pages:
                if page.presignedUrl is None:
                    raise query.create_missing_chunk_error()
                url = Secret(page.presignedUrl)
                yield prepare(await self._transfers.fetch(url, "a result chunk"))
