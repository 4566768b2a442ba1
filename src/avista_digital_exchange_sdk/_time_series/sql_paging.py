"""Following the pages of a query in Timestream's SQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from .._graphql.client import require_found
from .._graphql.pagination import TokenPage, paginate

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client
    from .._generated.fragments import TimestreamPage


class _HasTokens(TokenPage, Protocol):
    @property
    def clientToken(self) -> str | None: ...


SqlPage = TypeVar("SqlPage", bound=_HasTokens)


async def get_sql_page(
    client: Client,
    database_id: str,
    query: str,
    max_rows: int | None = None,
    next_token: str | None = None,
    client_token: str | None = None,
) -> TimestreamPage:
    """Get one page of a result."""
    page = await client.time_series_db_query_database_with_timestream_query(
        database_id, query, max_rows, next_token, client_token
    )
    return require_found(page, "time series database", database_id)


def iter_sql_pages(
    client: Client,
    backend: Backend,
    database_id: str,
    query: str,
    max_rows: int | None,
    read: Callable[[TimestreamPage], SqlPage],
) -> AsyncGenerator[SqlPage, None]:
    """Iterate over every page of a result; the next page is prefetched."""

    async def read_page(before: SqlPage | None) -> SqlPage:
        tokens = (before.nextToken, before.clientToken) if before else ()
        return read(await get_sql_page(client, database_id, query, max_rows, *tokens))

    return paginate(read_page, prefetch=backend)
