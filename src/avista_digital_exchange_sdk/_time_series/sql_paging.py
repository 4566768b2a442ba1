"""Following the pages of a query in Timestream's SQL."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic_core import from_json

from .._graphql.client import require_found
from .._graphql.pagination import TokenPage, paginate
from ..errors import InvalidResponseError

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client
    from .._generated.fragments import TimestreamPage


# In JSON strings quotes are escaped, so that this can only be a key.
_NEXT_TOKEN = re.compile(r'"NextToken"\s*:\s*("(?:[^"\\]|\\.)*+")')

SqlPage = TypeVar("SqlPage", bound=TokenPage)


class _UnparsedPage(NamedTuple):
    response: TimestreamPage
    nextToken: str | None


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


async def iter_sql_pages(
    client: Client,
    backend: Backend,
    database_id: str,
    query: str,
    max_rows: int | None,
    read: Callable[[TimestreamPage], SqlPage],
) -> AsyncGenerator[SqlPage, None]:
    """Iterate over every page of a result; the next page is prefetched while one is parsed."""

    async def read_page(before: _UnparsedPage | None) -> _UnparsedPage:
        tokens = (before.nextToken, before.response.clientToken) if before else ()
        response = await get_sql_page(client, database_id, query, max_rows, *tokens)
        return _UnparsedPage(response, _find_next_token(response.resultJSONString))

    async with aclosing(paginate(read_page, prefetch=backend)) as pages:
        async for unparsed in pages:
            page = read(unparsed.response)
            if (page.nextToken or None) != unparsed.nextToken:
                raise InvalidResponseError("the page token of a Timestream result can't be read")
            yield page


def _find_next_token(result: str) -> str | None:
    match = _NEXT_TOKEN.search(result)
    try:
        return from_json(match[1]) or None if match else None
    except ValueError:
        raise InvalidResponseError("the response has no Timestream result") from None
