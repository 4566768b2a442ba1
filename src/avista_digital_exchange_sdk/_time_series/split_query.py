"""Runs a query as several concurrent ones, whose results follow each other.

A part of the result is read page after page. While few parts are running, the rest of one is split
into further parts. The chunks of all parts are merged in order, which gives the file of the
undivided query: adjacent parts may both have the row at their common boundary.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from .._backends import Backend, TaskHandle
from .._secrets import Secret
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressCallback
from .chunk_file import ChunkFile
from .filter_query import FilterQuery
from .query_operations import MILLISECOND, QueryPage, ReadRows
from .result_writers import RequestedSeries

# The rest of a part is split only after this number of pages, as another query costs one too.
MIN_PAGES = 2
# Maximum number of queries for each concurrent request: data may be where nobody expects it.
MAX_QUERIES_PER_REQUEST = 4


class _Part:
    """A part of the result: the chunks of its query, then further parts.

    Attributes:
        chunks: The chunks that were read so far.
        rows: The rows that were read of the last asset.
        parts: The parts of the rest.
        has_ended: Whether no further chunk is added.
        error: The error that ended it.
        task: Reads the pages.
    """

    def __init__(self, query: FilterQuery) -> None:
        self.query = query
        self.chunks = ChunkFile()
        self.rows: ReadRows | None = None
        self.parts: list[_Part] = []
        self.has_ended = False
        self.error: BaseException | None = None
        self.task: TaskHandle[None] | None = None

    async def cancel(self) -> None:
        """Stop reading, and cancel the query on the platform."""
        if self.task is not None:
            await self.task.cancel()
        if not self.query.is_complete:
            await self.query.cancel()


class SplitQuery:
    """Reads the result of a query whose first page showed that there is more.

    Args:
        backend: Runs the parts.
        transfers: Fetches the chunks.
        request: The requested assets and attributes.
        query: The query, whose first page has been read.
    """

    def __init__(
        self, backend: Backend, transfers: Transfers, request: RequestedSeries, query: FilterQuery
    ) -> None:
        self._backend = backend
        self._transfers = transfers
        self._request = request
        self._query = query
        self._parts: list[_Part] = []
        self._changed = backend.create_event()
        self._is_cancelled = False
        self._reported = query.pages_read
        self._callback: ProgressCallback | None = query.callback
        # Callbacks are called by the caller's own thread.
        query.callback = None

    @property
    def pages_read(self) -> int:
        """The number of pages that were read."""
        return sum(part.query.pages_read for part in self._parts.copy())

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Iterate over the chunks of the result in order."""
        try:
            async with aclosing(self._iter_chunks(self._start(self._query))) as chunks:
                async for chunk in chunks:
                    yield chunk
            for part in self._parts:
                if part.task is not None:
                    # The rest of a query that was split is cancelled meanwhile.
                    await part.task.wait()
        except BaseException:
            await self._cancel()
            raise
        finally:
            for part in self._parts:
                part.chunks.close()

    async def _iter_chunks(self, part: _Part) -> AsyncGenerator[bytes, None]:
        position = 0
        while True:
            self._check()
            # Read before the chunks are counted, as one may be added in between.
            has_ended = part.has_ended
            if position < len(part.chunks):
                yield part.chunks.read(position)
                position += 1
            elif has_ended:
                break
            else:
                await self._changed.wait()
                self._changed.clear()
        part.chunks.close()
        for following in part.parts:
            async with aclosing(self._iter_chunks(following)) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _check(self) -> None:
        """Report the progress; raise the error of a part that has failed."""
        for part in self._parts.copy():
            if part.error is not None:
                raise part.error
        pages_read = self.pages_read
        if self._callback and pages_read > self._reported:
            self._reported = pages_read
            self._callback(pages_read, None)

    def _start(self, query: FilterQuery) -> _Part:
        part = _Part(query)
        self._parts.append(part)
        if not self._is_cancelled:
            part.task = self._backend.spawn(self._read(part))
        return part

    async def _read(self, part: _Part) -> None:
        """Read the chunks of a part, until it ends or its rest is split."""
        try:
            await self._read_chunks(part)
        except BaseException as error:
            part.error = error
            raise
        finally:
            part.chunks.finish()
            part.has_ended = True
            self._changed.set()
        if part.parts:
            await part.query.cancel()

    async def _read_chunks(self, part: _Part) -> None:
        async with aclosing(part.query.pages(prefetch=True)) as pages:
            async for page in pages:
                chunk = await self._fetch(part.query, page)
                part.chunks.add(chunk)
                if page.nextToken:
                    part.parts = self._split_rest(part, chunk)
                self._changed.set()
                if part.parts:
                    break

    async def _fetch(self, query: FilterQuery, page: QueryPage) -> bytes:
        if page.presignedUrl is None:
            raise query.create_missing_chunk_error()
        return await self._transfers.fetch(Secret(page.presignedUrl), "a result chunk")

    def _split_rest(self, part: _Part, chunk: bytes) -> list[_Part]:
        """Start queries for what follows a chunk, unless enough are running."""
        page = part.query.pages_read
        is_first = part.query is self._query and page == 1
        running = sum(not other.has_ended for other in self._parts.copy())
        width = self._backend.max_concurrency
        is_idle = page >= MIN_PAGES and running <= width // 2
        if part.rows is None or is_first or is_idle:
            part.rows = self._request.find_last_rows(chunk, page, part.rows)
        if not (is_first or (is_idle and part.rows)):
            return []
        if part.rows and part.rows.last_time % MILLISECOND:
            # The platform certainly reads boundaries of whole milliseconds exactly.
            return []
        count = min(width + 1 - running, MAX_QUERIES_PER_REQUEST * width - len(self._parts))
        return [
            self._start(FilterQuery(own, self._backend, None, lambda: self.pages_read))
            for own in part.query.operations.split(count, part.rows)
        ]

    async def _cancel(self) -> None:
        self._is_cancelled = True
        cancelled: list[_Part] = []
        # A part may have started others in the meantime.
        while parts := [part for part in self._parts if part not in cancelled]:
            tasks = [self._backend.spawn(part.cancel()) for part in parts]
            for task in tasks:
                await task.wait()
            cancelled += parts
