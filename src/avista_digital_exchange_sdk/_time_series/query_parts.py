"""The parts of a result that concurrent queries read."""

from __future__ import annotations

from typing import Generic, TypeVar

from .._backends import Backend, TaskHandle
from .._utils.progress import ProgressCallback
from .filter_query import FilterQuery
from .query_operations import FilterQueryOperations

# The rest of a part is split only after this number of pages, as another query costs one too.
MIN_PAGES = 2
# Maximum number of queries for each concurrent request, as data may be distributed unevenly.
MAX_QUERIES_PER_REQUEST = 4


class Part:
    """A part of the result, which a query reads.

    Attributes:
        has_ended: Whether nothing is added any more.
        error: The error that ended it.
        task: Reads the result of the query.
    """

    def __init__(self, query: FilterQuery) -> None:
        self.query = query
        self.has_ended = False
        self.error: BaseException | None = None
        self.task: TaskHandle[None] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the platform has nothing to do for it any more."""
        return self.query.is_complete

    def close(self) -> None:
        """Delete what was read."""

    async def cancel(self) -> None:
        """Stop reading, and cancel the query on the platform."""
        if self.task is not None:
            await self.task.cancel()
        if not self.is_complete:
            await self.query.cancel()


_Part = TypeVar("_Part", bound=Part)


class QueryParts(Generic[_Part]):
    """The base class of what reads the parts of a result concurrently.

    Args:
        backend: Runs the parts.
        query: The undivided query, whose first page has been read.
    """

    def __init__(self, backend: Backend, query: FilterQuery) -> None:
        self._backend = backend
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

    async def _read_part(self, part: _Part) -> None:
        """Read a part, until it ends or its rest is split."""
        raise NotImplementedError

    def _start(self, part: _Part) -> _Part:
        self._parts.append(part)
        if not self._is_cancelled:
            part.task = self._backend.spawn(self._run(part))
        return part

    async def _run(self, part: _Part) -> None:
        try:
            await self._read_part(part)
        except BaseException as error:
            part.error = error
            raise
        finally:
            part.has_ended = True
            self._changed.set()
        if not part.is_complete:
            # It was split.
            await part.query.cancel()

    def _create_query(self, operations: FilterQueryOperations) -> FilterQuery:
        return FilterQuery(operations, self._backend, None, lambda: self.pages_read)

    def _find_split_count(self, part: _Part) -> int:
        """Return about how many queries may read what remains of a part; at most 0 for none."""
        page = part.query.pages_read
        is_first = part.query is self._query and page == 1
        running = sum(not other.has_ended for other in self._parts.copy())
        width = self._backend.max_concurrency
        if not is_first and (page < MIN_PAGES or running > width // 2):
            return 0
        return min(width + 1 - running, MAX_QUERIES_PER_REQUEST * width - len(self._parts))

    async def _wait_for_change(self) -> None:
        await self._changed.wait()
        self._changed.clear()

    def _check(self) -> None:
        """Report the progress; raise the error of a part that has failed."""
        for part in self._parts.copy():
            if part.error is not None:
                raise part.error
        pages_read = self.pages_read
        if self._callback and pages_read > self._reported:
            self._reported = pages_read
            self._callback(pages_read, None)

    async def _wait_for_all(self) -> None:
        """Wait until the queries that were split are cancelled, too."""
        for part in self._parts:
            if part.task is not None:
                await part.task.wait()

    async def _cancel(self) -> None:
        self._is_cancelled = True
        cancelled: list[_Part] = []
        # A part may have started others in the meantime.
        while parts := [part for part in self._parts if part not in cancelled]:
            tasks = [self._backend.spawn(part.cancel()) for part in parts]
            for task in tasks:
                await task.wait()
            cancelled += parts

    def _close(self) -> None:
        for part in self._parts:
            part.close()
