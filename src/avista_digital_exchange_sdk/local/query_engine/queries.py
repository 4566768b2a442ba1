"""Run queries, keep their results for a while, and return them in pages.

A page token is valid for an hour and five uses. Using it again returns the same rows. It becomes
invalid when a newer token of the query is used. Only the user or the endpoint that started a query
may continue it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import duckdb

from ..caller import Caller
from ..errors import PlatformError, invalid_request, not_found, unauthorized
from ..limits import LIMITS
from .jobs import DuckDbTask, JobStoppedError, Work
from .results import OUT_OF_MEMORY, RESULT_BUDGET, Result
from .worker_pools import Workload

TOKEN_SECONDS = 3600
TOKEN_USES = 5

R = TypeVar("R")


class StartJob(Protocol):
    """Starts a job with a cursor in a thread of the user."""

    def __call__(self, work: Work[R], user_id: str, workload: Workload) -> DuckDbTask[R]:
        """Start the job."""


StartTask = Callable[[Coroutine[Any, Any, None]], object]


@dataclass(frozen=True)
class QueryRequest:
    """The caller, the query, and its databases or endpoints. `kind` is the kind of query."""

    kind: str
    caller: Caller
    resource_ids: tuple[str, ...]
    query_string: str | None
    max_rows: int | None = None


@dataclass
class Query:
    """A running or finished query."""

    query_id: str
    client_token: str
    requested: QueryRequest
    job: DuckDbTask[Result]
    last_used: float
    exports: list[DuckDbTask[None]] = field(default_factory=list)
    cancelled: bool = False
    newest_used: int = 0
    size: int = 0
    exporting: int = 0

    @property
    def user_id(self) -> str:
        """The ID of the user who started the query."""
        return self.requested.caller.user_id

    async def result(self) -> Result:
        """Wait for the query and return its result.

        Raises:
            PlatformError: If it was cancelled, took too long or failed.
        """
        if self.cancelled:
            raise invalid_request("The query was cancelled.")
        try:
            return await self.job.result()
        except duckdb.OutOfMemoryException:
            raise invalid_request(OUT_OF_MEMORY) from None
        except duckdb.SequenceException as error:
            # The budget is implemented as a SQL sequence, which fails when it is exhausted.
            if RESULT_BUDGET in str(error):
                reason = f"The result is larger than {LIMITS.max_query_bytes} bytes."
                raise invalid_request(reason) from None
            raise invalid_request(OUT_OF_MEMORY) from None
        except JobStoppedError:
            reason = (
                "The query was cancelled."
                if self.cancelled
                else f"The query took longer than {LIMITS.query_seconds} seconds."
            )
            raise invalid_request(reason) from None

    async def cancel(self) -> None:
        """Stop the query and its exports, permanently."""
        self.cancelled = True
        for job in (self.job, *self.exports):
            await job.stop()


@dataclass
class Page:
    """A page of a query, which has no rows while the query is running."""

    query: Query
    index: int
    rows: range
    progress: float
    next_token: str | None
    chunk_key: str | None = None


@dataclass
class _Token:
    """The token of the page that starts at a row. `page` caches that page."""

    query: Query
    index: int
    start: int
    issued: float
    uses: int = 0
    page: Page | None = None


class Queries:
    """The queries of all users and the tokens of their pages."""

    def __init__(
        self,
        start_job: StartJob,
        start_task: StartTask,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start_job = start_job
        self._start_task = start_task
        self._clock = clock
        self._queries: dict[str, Query] = {}
        self._tokens: dict[str, _Token] = {}

    def start(
        self,
        requested: QueryRequest,
        client_token: str | None,
        work: Callable[[duckdb.DuckDBPyConnection, str], Result],
    ) -> Query:
        """Start a query. `work` receives a cursor and the name of the table to fill.

        Raises:
            PlatformError: If the user has too many unfinished queries.
        """
        self._evict_expired()
        user_id = requested.caller.user_id
        self._check_unfinished(user_id)
        self._evict_oldest(user_id)
        query_id = secrets.token_hex(16).upper()
        job = self._start_job(
            lambda cursor: work(cursor, _table(query_id)), user_id, Workload.QUERY
        )
        query = Query(
            query_id, client_token or secrets.token_hex(16), requested, job, self._clock()
        )
        self._queries[query_id] = query
        self._start_task(self._supervise(query))
        return query

    async def first_page(self, query: Query, *, opens_empty: bool) -> Page:
        """Return a query's first page.

        Args:
            query: The query.
            opens_empty: Whether to return no rows on the first page if there are several pages.
        """
        if not await query.job.wait_finished(LIMITS.first_page_seconds):
            return self._page_while_running(query, 0)
        result = await query.result()
        end = await self._page_end(query, result, 0, query.requested.max_rows)
        if opens_empty and end < result.row_count:
            end = 0
        return self._to_page(query, result, 0, range(end))

    async def next_page(
        self,
        token_value: str,
        requested: QueryRequest,
        query_id: str | None = None,
        client_token: str | None = None,
    ) -> Page:
        """Return the page of a token, which must belong to the caller and the query.

        Args:
            token_value: The token.
            requested: The request that contains the token.
            query_id: The ID of the query in the request, if present.
            client_token: The clientToken in the request, if present.
        """
        self._evict_expired()
        token = self._tokens.get(token_value)
        if token is None or not _may_continue(requested, token.query.requested):
            raise _build_token_error()
        if query_id not in (None, token.query.query_id):
            raise _build_token_error()
        if client_token not in (None, token.query.client_token):
            raise _build_token_error()
        self._use(token)
        if token.page is not None:
            return token.page
        query = token.query
        if not query.cancelled and not await query.job.wait_finished(LIMITS.next_page_seconds):
            return self._page_while_running(query, token.index)
        result = await query.result()
        max_rows = requested.max_rows or query.requested.max_rows
        end = await self._page_end(query, result, token.start, max_rows)
        token.page = self._to_page(query, result, token.index, range(token.start, end))
        return token.page

    def require_own(self, caller: Caller, query_id: str, kinds: Collection[str]) -> Query:
        """Return the caller's query, which must be of one of the kinds."""
        self._evict_expired()
        query = self._queries.get(query_id)
        if query is None or query.requested.kind not in kinds:
            raise not_found(f"The query {query_id}")
        if query.requested.caller.principal != caller.principal:
            raise unauthorized(f"the query {query_id}")
        query.last_used = self._clock()
        return query

    def list_for_resource(self, resource_id: str) -> list[Query]:
        """List the queries of a database or an endpoint."""
        return [
            query for query in self._queries.values() if resource_id in query.requested.resource_ids
        ]

    async def cancel_for_resource(self, resource_id: str) -> None:
        """Cancel the queries of a database or an endpoint."""
        for query in self.list_for_resource(resource_id):
            await query.cancel()

    async def clear(self) -> None:
        """Cancel and remove all queries."""
        for query in list(self._queries.values()):
            await query.cancel()
            self._forget(query)

    def _use(self, token: _Token) -> None:
        """Count a use of a token. Raise if it is no longer valid."""
        if token.uses >= TOKEN_USES or token.index < token.query.newest_used:
            raise _build_token_error()
        token.uses += 1
        token.query.newest_used = token.index
        token.query.last_used = self._clock()
        self._tokens = {
            value: other
            for value, other in self._tokens.items()
            if other.query is not token.query or other.index >= token.index
        }

    async def _page_end(
        self, query: Query, result: Result, start: int, max_rows: int | None
    ) -> int:
        """Find the end of a page without blocking the event loop."""
        job = self._start_job(
            lambda cursor: result.page_end(cursor, start, max_rows), query.user_id, Workload.READ
        )
        return await job.result()

    async def _supervise(self, query: Query) -> None:
        """Stop a query after its time limit, and record the size of its result."""
        await query.job.wait_started()
        if not await query.job.wait_finished(LIMITS.query_seconds):
            await query.job.stop()
        try:
            query.size = (await query.job.result()).size
        except Exception:
            # The request for the next page reports the error.
            return
        self._evict_oldest(query.user_id, but=query)

    def _check_unfinished(self, user_id: str) -> None:
        """Raise if the user may not start another query."""
        unfinished = sum(query.job.running for query in self._list_for_user(user_id))
        if unfinished >= LIMITS.max_unfinished_queries:
            raise PlatformError("ThrottlingException", "Rate exceeded.")

    def _list_for_user(self, user_id: str) -> list[Query]:
        return [query for query in self._queries.values() if query.user_id == user_id]

    def _evict_oldest(self, user_id: str, but: Query | None = None) -> None:
        """Remove the user's oldest results above the limits, except for one."""
        kept = [
            query
            for query in self._list_for_user(user_id)
            if query is not but and not query.job.running
        ]
        kept.sort(key=lambda query: query.last_used, reverse=True)
        size = but.size if but is not None else 0
        for rank, query in enumerate(kept, start=1):
            size += query.size
            if rank >= LIMITS.max_kept_queries or size > LIMITS.max_kept_query_bytes:
                self._forget(query)

    def _to_page(self, query: Query, result: Result, index: int, rows: range) -> Page:
        """Build a page of a finished query, with a token if there are more rows."""
        if rows.stop >= result.row_count:
            return Page(query, index, rows, 100.0, None)
        progress = 100.0 * rows.stop / result.row_count
        return Page(query, index, rows, progress, self._issue(query, index + 1, rows.stop))

    def _page_while_running(self, query: Query, index: int) -> Page:
        """Build a page without rows, whose token is for the first rows."""
        return Page(query, index, range(0), 0.0, self._issue(query, index + 1, 0))

    def _issue(self, query: Query, index: int, start: int) -> str:
        value = secrets.token_urlsafe(48)
        self._tokens[value] = _Token(query, index, start, self._clock())
        return value

    def _evict_expired(self) -> None:
        """Remove expired tokens and queries."""
        oldest = self._clock() - TOKEN_SECONDS
        for value in [v for v, token in self._tokens.items() if token.issued < oldest]:
            del self._tokens[value]
        for query in list(self._queries.values()):
            if query.last_used < oldest and not query.job.running:
                self._forget(query)

    def _forget(self, query: Query) -> None:
        """Remove a query and drop the table of its result."""
        del self._queries[query.query_id]
        for value in [v for v, token in self._tokens.items() if token.query is query]:
            del self._tokens[value]
        drop = f"DROP TABLE IF EXISTS {_table(query.query_id)}"
        self._start_job(lambda cursor: cursor.execute(drop), query.user_id, Workload.READ)


def _table(query_id: str) -> str:
    """Return the name of the result table of a query."""
    return f"results.query_{query_id}"


def _may_continue(requested: QueryRequest, first: QueryRequest) -> bool:
    """Return whether a request may continue the query of an earlier one."""
    return (
        requested.kind == first.kind
        and requested.caller.principal == first.caller.principal
        and requested.resource_ids == first.resource_ids
        and requested.query_string in (None, first.query_string)
    )


def _build_token_error() -> PlatformError:
    """Create the error for a token. It does not reveal the reason."""
    return invalid_request("Invalid pagination token.")
