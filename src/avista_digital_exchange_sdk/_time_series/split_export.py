"""Runs a query as several concurrent ones, each with the platform's export.

This is for queries whose chunks lack digits that the export has. Each part is a time range of all
assets, and adjacent ones share their boundary. The pages that were read of a part only show whether
it is worth to split it; then all of it is queried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from typing import IO

from .._backends import Backend
from .._secrets import Secret
from .._transfer.transfers import Transfers
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from ..errors import DigitalExchangeError
from .export_merger import ExportedFile, merge_exports
from .filter_query import FilterQuery
from .query_export import QueryExport
from .query_operations import FilterQueryOperations, QueryPage
from .query_parts import Part, QueryParts
from .result_writers import RequestedSeries


class PageReader:
    """Reads from the chunks of pages how far a query is.

    Args:
        transfers: Fetches the chunks.
        request: The requested assets and attributes.
    """

    def __init__(self, transfers: Transfers, request: RequestedSeries) -> None:
        self._transfers = transfers
        self._request = request

    async def split_at_start(
        self, query: FilterQuery, count: int
    ) -> Sequence[FilterQueryOperations]:
        """Split a query after its first page with rows, or return nothing."""
        async with aclosing(query.pages()) as pages:
            async for page in pages:
                if not page.nextToken:
                    break
                queries = await self.split(query, page, count)
                if queries is not None:
                    return queries
        return ()

    async def split(
        self, query: FilterQuery, page: QueryPage, count: int
    ) -> Sequence[FilterQueryOperations] | None:
        """Split a query after a page, if that is worth it.

        Args:
            query: The query.
            page: The page that was read last.
            count: Maximum number of queries.

        Returns:
            The queries, which may be none, or None if the page has no rows.
        """
        if page.presignedUrl is None:
            return None
        try:
            chunk = await self._transfers.fetch(Secret(page.presignedUrl), "a result chunk")
            rows = self._request.find_last_rows(chunk, query.pages_read, None)
        except DigitalExchangeError:
            # The export does not need the chunk.
            return ()
        return None if rows is None else query.operations.split(count, rows)


class _ExportPart(Part):
    """A part of the result: the exported file of its query, or else further parts.

    Attributes:
        file: The exported file.
        export: Its rows, once it is complete.
        parts: The parts that the time range was split into.
    """

    def __init__(self, query: FilterQuery) -> None:
        super().__init__(query)
        self.file = open_temporary_file()
        self.export: ExportedFile | None = None
        self.parts: list[_ExportPart] = []

    @property
    def is_complete(self) -> bool:
        return self.export is not None

    def close(self) -> None:
        self.file.close()
        if self.export is not None:
            self.export.close()

    def list_exports(self) -> list[ExportedFile]:
        """List the files in the order of their time ranges."""
        if self.export is not None:
            return [self.export]
        return [export for part in self.parts for export in part.list_exports()]


class SplitExport(QueryParts[_ExportPart]):
    """Exports the result of a query in parts, and merges them.

    Args:
        backend: Runs the parts.
        transfers: Fetches the exported files.
        reader: Reads how far the parts are.
        asset_ids: The requested assets in their order.
        query: The undivided query, which is to be cancelled.
        create_export: Creates the export of a query.
    """

    def __init__(
        self,
        backend: Backend,
        transfers: Transfers,
        reader: PageReader,
        asset_ids: Iterable[str],
        query: FilterQuery,
        create_export: Callable[[FilterQuery], QueryExport],
    ) -> None:
        super().__init__(backend, query)
        self._transfers = transfers
        self._reader = reader
        self._asset_ids = asset_ids
        self._create_export = create_export

    @property
    def pages_read(self) -> int:
        """The number of pages that were read, those of the undivided query included."""
        return self._query.pages_read + super().pages_read

    async def write(
        self,
        queries: Sequence[FilterQueryOperations],
        open_output: Callable[[], AbstractAsyncContextManager[IO[bytes]]],
    ) -> None:
        """Write the result.

        Args:
            queries: The queries that the undivided one was split into.
            open_output: Opens the file to write to.

        Raises:
            UnexpectedExportError: The exported files can't be merged.
        """
        cancelling = self._backend.spawn(self._query.cancel())
        try:
            first = [self._start(_ExportPart(self._create_query(own))) for own in queries]
            await self._wait_for_exports()
            exports = [export for part in first for export in part.list_exports()]
            async with open_output() as file:
                await self._backend.run_in_thread(
                    lambda: merge_exports(exports, self._asset_ids, file)
                ).result()
            await self._wait_for_all()
        except BaseException:
            await self._cancel()
            raise
        finally:
            self._close()
            await cancelling.wait()

    async def _wait_for_exports(self) -> None:
        while True:
            parts = self._parts.copy()
            has_ended = all(part.has_ended for part in parts)
            self._check()
            # A part that has ended may have added others in the meantime.
            if has_ended and len(parts) == len(self._parts):
                return
            await self._wait_for_change()

    async def _read_part(self, part: _ExportPart) -> None:
        export = self._create_export(part.query)
        async with AsyncExitStack() as connections:
            connection = await export.open_connection(connections, is_required=True)
            async with aclosing(part.query.pages()) as pages:
                async for page in pages:
                    self._changed.set()
                    if page.nextToken:
                        part.parts = await self._split(part, page)
                    if part.parts:
                        return
            url = await export.get_url(connection)
        async with self._backend.transfer_slot():
            await self._transfers.download(
                export.get_url, part.file, "a part of the query result", url=url
            )
        with explain_full_disk():
            part.export = await self._backend.run_in_thread(
                lambda: ExportedFile(part.file)
            ).result()

    async def _split(self, part: _ExportPart, page: QueryPage) -> list[_ExportPart]:
        """Start queries of a part's time range, unless enough are running."""
        count = self._find_split_count(part)
        queries = await self._reader.split(part.query, page, count) if count > 1 else None
        return [self._start(_ExportPart(self._create_query(own))) for own in queries or ()]
