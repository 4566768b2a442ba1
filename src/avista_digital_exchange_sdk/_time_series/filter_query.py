"""A query by time range, as it runs on the platform."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from .._backends import Backend
from .._graphql.pagination import paginate
from .._utils.progress import ProgressCallback
from ..errors import DigitalExchangeError, InvalidResponseError, QueryIncompleteError
from .query_operations import FilterQueryOperations

if TYPE_CHECKING:
    from .._generated.fragments import FilterQueryPage


class FilterQuery:
    """One query, page after page.

    Attributes:
        operations: What it asks of the platform.
        callback: Receives the number of pages read.
        pages_read: The number of pages read.
    """

    def __init__(
        self,
        operations: FilterQueryOperations,
        backend: Backend,
        callback: ProgressCallback | None,
    ) -> None:
        self.operations = operations
        self._backend = backend
        self.callback = callback
        self.pages_read = 0
        self._page: FilterQueryPage | None = None

    @property
    def query_id(self) -> str | None:
        """The platform's name for the query, once its first page is read."""
        return self._page.queryId if self._page else None

    async def pages(self) -> AsyncGenerator[FilterQueryPage, None]:
        """Read every page of the result, beginning with the newest one that was read already."""
        newest = self._page
        pages = paginate(self._read_page, first=newest, create_error=self._create_incomplete_error)
        async with contextlib.aclosing(pages):
            async for page in pages:
                if page is not newest:
                    self._page = page
                    self.pages_read += 1
                    if self.callback:
                        self.callback(self.pages_read, None)
                yield page

    async def read_first_page(self) -> None:
        """Run the query, and read the first page of its result."""
        async with contextlib.aclosing(self.pages()) as pages:
            await anext(pages)

    async def _read_page(self, before: FilterQueryPage | None) -> FilterQueryPage:
        if before is None:
            page = await self._start()
        else:
            try:
                page = await self.operations.read_page_after(before)
            except DigitalExchangeError as error:
                raise self._create_incomplete_error(str(error)) from error
        if page is None:
            raise InvalidResponseError("the response to a query is empty")
        return page

    async def _start(self) -> FilterQueryPage | None:
        task = self._backend.spawn(self.operations.read_first_page())
        try:
            await task.wait()
        except BaseException:
            # Interrupted: only the first page says which query is to be cancelled.
            if await task.wait(self._backend.options.cleanup_timeout):
                with contextlib.suppress(DigitalExchangeError):
                    self._page = await task.result()
            raise
        finally:
            await task.cancel()
        return await task.result()

    def _create_incomplete_error(self, reason: str) -> QueryIncompleteError:
        return QueryIncompleteError(
            f"the query stopped after {self.pages_read} pages, nothing was written: {reason}",
            queryId=self.query_id,
            pagesRead=self.pages_read,
        )

    def create_missing_chunk_error(self) -> QueryIncompleteError:
        """Create the error for a page without the rows that belong to it."""
        return self._create_incomplete_error(
            f"page {self.pages_read} has no result chunk, so the result can't be merged on the "
            'client; allow WebSocket connections to the platform, and use aggregate="server"'
        )

    async def cancel(self) -> None:
        """Stop the query on the platform, as far as it can be reached."""
        if self.query_id is not None:
            with contextlib.suppress(DigitalExchangeError):
                await self.operations.cancel(self.query_id)
