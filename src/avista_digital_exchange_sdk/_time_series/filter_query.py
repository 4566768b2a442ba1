"""A query by time range, as it runs on the platform."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable

from .._backends import Backend
from .._graphql.pagination import paginate
from .._utils.progress import ProgressCallback
from ..errors import DigitalExchangeError, InvalidResponseError, QueryIncompleteError
from .query_operations import FilterQueryOperations, QueryPage

# Interval at which an interrupted query looks for its first page.
START_POLL_SECONDS = 0.05


class FilterQuery:
    """One query, page after page.

    Attributes:
        operations: The operations that it sends.
        callback: Receives the number of pages read.
        pages_read: The number of pages read.
        start_seconds: The time that the first page took.

    Args:
        operations: The operations that it sends.
        backend: Runs the requests.
        callback: Receives the number of pages read.
        count_pages: Counts the pages of all queries, if the query reads a part of a result.
    """

    def __init__(
        self,
        operations: FilterQueryOperations,
        backend: Backend,
        callback: ProgressCallback | None,
        count_pages: Callable[[], int] | None = None,
    ) -> None:
        self.operations = operations
        self._backend = backend
        self.callback = callback
        self.pages_read = 0
        self.start_seconds = 0.0
        self._count_pages = count_pages
        self._page: QueryPage | None = None
        self._is_starting = False

    @property
    def query_id(self) -> str | None:
        """The platform's name for the query, once its first page is read."""
        return self._page.queryId if self._page else None

    @property
    def is_complete(self) -> bool:
        """Whether the last page was read."""
        return self._page is not None and not self._page.nextToken

    async def pages(self, *, prefetch: bool = False) -> AsyncGenerator[QueryPage, None]:
        """Read every page of the result, beginning with the newest one that was read already.

        Args:
            prefetch: Whether to read the next page while the present one is processed.
        """
        newest = self._page
        pages = paginate(
            self._read_page,
            first=newest,
            prefetch=self._backend if prefetch else None,
            create_error=self._create_incomplete_error,
        )
        async with contextlib.aclosing(pages):
            async for page in pages:
                if page is not newest:
                    self._page = page
                    self.pages_read += 1
                    if self.callback:
                        self.callback(self.pages_read, None)
                yield page

    async def read_first_page(self) -> QueryPage:
        """Run the query, and read the first page of its result."""
        async with contextlib.aclosing(self.pages()) as pages:
            return await anext(pages)

    async def _read_page(self, before: QueryPage | None) -> QueryPage:
        try:
            page = await (
                self._start() if before is None else self.operations.read_page_after(before)
            )
        except DigitalExchangeError as error:
            if before is None and self._count_pages is None:
                raise
            raise self._create_incomplete_error(str(error)) from error
        if page is None:
            raise InvalidResponseError("the response to a query is empty")
        return page

    async def _start(self) -> QueryPage | None:
        # Set before the request, which Ctrl-C may interrupt anywhere.
        self._is_starting = True
        task = self._backend.spawn(self._read_first_page())
        try:
            await task.wait()
        except BaseException:
            await self._wait_for_start()
            raise
        finally:
            await task.cancel()
        return await task.result()

    async def _read_first_page(self) -> QueryPage | None:
        start = self._backend.clock()
        try:
            self._page = await self.operations.read_first_page()
            self.start_seconds = self._backend.clock() - start
            return self._page
        finally:
            self._is_starting = False

    async def _wait_for_start(self) -> None:
        """Wait for the first page, which contains the ID of the query to cancel."""
        deadline = self._backend.clock() + self._backend.options.cleanup_timeout
        while self._is_starting and self._backend.clock() < deadline:
            await self._backend.sleep(START_POLL_SECONDS)

    def _create_incomplete_error(self, reason: str) -> QueryIncompleteError:
        pages_read = self._count_pages() if self._count_pages else self.pages_read
        return QueryIncompleteError(
            f"the query stopped after {pages_read} pages, nothing was written: {reason}",
            queryId=self.query_id,
            pagesRead=pages_read,
        )

    def create_missing_chunk_error(self) -> QueryIncompleteError:
        """Create the error for a page without the rows that belong to it."""
        return self._create_incomplete_error(
            f"page {self.pages_read} has no result chunk, so the result can't be merged on the "
            'client; allow WebSocket connections to the platform, and use aggregate="server"'
        )

    async def cancel(self) -> None:
        """Stop the query on the platform, as far as it can be reached."""
        await self._wait_for_start()
        if self.query_id is not None:
            with contextlib.suppress(DigitalExchangeError):
                await self.operations.cancel(self.query_id)
