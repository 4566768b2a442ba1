"""Runs a query as several concurrent ones, whose results follow each other.

A part of the result is read page after page. While few parts are running, the rest of one is split
into further parts. The chunks of all parts are merged in order, which gives the file of the
undivided query: adjacent parts may both have the row at their common boundary. As most parts end at
about the same time, chunks are prepared for merging when they arrive, while others are requested.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from .._backends import Backend
from .._secrets import Secret
from .._transfer.transfers import Transfers
from .chunk_file import ChunkFile
from .filter_query import FilterQuery
from .query_operations import MILLISECOND, QueryPage, ReadRows
from .query_parts import Part, QueryParts
from .result_writers import RequestedSeries


class _ChunkPart(Part):
    """A part of the result: the chunks of its query, then further parts.

    Attributes:
        chunks: The prepared chunks that were read so far.
        rows: The rows that were read of the last asset.
        parts: The parts of the rest.
    """

    def __init__(self, query: FilterQuery) -> None:
        super().__init__(query)
        self.chunks = ChunkFile()
        self.rows: ReadRows | None = None
        self.parts: list[_ChunkPart] = []

    def close(self) -> None:
        self.chunks.close()


class SplitQuery(QueryParts[_ChunkPart]):
    """Reads the result of a query whose first page showed that there is more.

    Args:
        backend: Runs the parts.
        transfers: Fetches the chunks.
        request: The requested assets and attributes.
        query: The query, whose first page has been read.
        prepare: Prepares a chunk for merging.
    """

    def __init__(
        self,
        backend: Backend,
        transfers: Transfers,
        request: RequestedSeries,
        query: FilterQuery,
        prepare: Callable[[bytes], bytes],
    ) -> None:
        super().__init__(backend, query)
        self._transfers = transfers
        self._request = request
        self._prepare = prepare

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Iterate over the prepared chunks of the result in order."""
        try:
            first = self._start(_ChunkPart(self._query))
            async with aclosing(self._iter_chunks(first)) as chunks:
                async for chunk in chunks:
                    yield chunk
            await self._wait_for_all()
        except BaseException:
            await self._cancel()
            raise
        finally:
            self._close()

    async def _iter_chunks(self, part: _ChunkPart) -> AsyncGenerator[bytes, None]:
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
                await self._wait_for_change()
        part.chunks.close()
        for following in part.parts:
            async with aclosing(self._iter_chunks(following)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _read_part(self, part: _ChunkPart) -> None:
        try:
            async with aclosing(part.query.pages(prefetch=True)) as pages:
                async for page in pages:
                    chunk = await self._fetch(part.query, page)
                    if page.nextToken:
                        # Start further parts first.
                        part.parts = self._split_rest(part, chunk)
                    part.chunks.add(self._prepare(chunk))
                    self._changed.set()
                    if part.parts:
                        break
        finally:
            part.chunks.finish()

    async def _fetch(self, query: FilterQuery, page: QueryPage) -> bytes:
        if page.presignedUrl is None:
            raise query.create_missing_chunk_error()
        return await self._transfers.fetch(Secret(page.presignedUrl), "a result chunk")

    def _split_rest(self, part: _ChunkPart, chunk: bytes) -> list[_ChunkPart]:
        """Start queries for what follows a chunk, unless enough are running."""
        page = part.query.pages_read
        count = self._find_split_count(part)
        if part.rows is None or count > 0:
            part.rows = self._request.find_last_rows(chunk, page, part.rows)
        if count <= 0 or (page > 1 and part.rows is None):
            return []
        if part.rows and part.rows.last_time % MILLISECOND:
            # The platform certainly reads boundaries of whole milliseconds exactly.
            return []
        return [
            self._start(_ChunkPart(self._create_query(own)))
            for own in part.query.operations.split(count, part.rows)
        ]
