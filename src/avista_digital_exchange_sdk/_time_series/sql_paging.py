"""Following the pages of a query in Timestream's SQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from .._graphql.client import require_found
from ..errors import InvalidResponseError

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client
    from .._generated.fragments import TimestreamPage


class _HasNextToken(Protocol):
    @property
    def nextToken(self) -> str | None: ...


SqlPage = TypeVar("SqlPage", bound=_HasNextToken)


async def get_sql_page(
    client: Client,
    timeSeriesDbId: str,
    queryString: str,
    maxRows: int | None = None,
    nextToken: str | None = None,
    clientToken: str | None = None,
) -> TimestreamPage:
    """Get one page of a result."""
    page = await client.time_series_db_query_database_with_timestream_query(
        timeSeriesDbId, queryString, maxRows, nextToken, clientToken
    )
    return require_found(page, "time series database", timeSeriesDbId)


async def iter_sql_pages(
    client: Client,
    backend: Backend,
    timeSeriesDbId: str,
    queryString: str,
    maxRows: int | None,
    read: Callable[[TimestreamPage], SqlPage],
) -> AsyncGenerator[SqlPage, None]:
    """Iterate over every page of a result; the next page is prefetched."""
    response = await get_sql_page(client, timeSeriesDbId, queryString, maxRows)
    page = read(response)
    while page.nextToken:
        following = backend.spawn(
            get_sql_page(
                client, timeSeriesDbId, queryString, maxRows, page.nextToken, response.clientToken
            )
        )
        try:
            yield page
            before, response = page.nextToken, await following.result()
        finally:
            await following.cancel()
        page = read(response)
        if page.nextToken == before:
            raise InvalidResponseError("the platform gave the same page token twice")
    yield page
