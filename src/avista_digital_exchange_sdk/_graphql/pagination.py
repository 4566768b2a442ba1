"""Pagination of results: each page has the token of the next one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Protocol, TypeVar

from .._backends import Backend
from ..errors import DigitalExchangeError, InvalidResponseError


class TokenPage(Protocol):
    """A page of a result."""

    @property
    def nextToken(self) -> str | None:
        """The token of the next page; empty or None on the last page."""


_Page = TypeVar("_Page", bound=TokenPage)


async def paginate(
    read_page: Callable[[_Page | None], Coroutine[Any, Any, _Page]],
    *,
    first: _Page | None = None,
    prefetch: Backend | None = None,
    create_error: Callable[[str], DigitalExchangeError] = InvalidResponseError,
) -> AsyncGenerator[_Page, None]:
    """Iterate over the pages of a result. An empty page need not be the last one.

    Args:
        read_page: Reads the page after another one; the first page for None.
        first: The page to begin with, if it was read already.
        prefetch: The backend that reads the next page while the present one is processed. Defaults
            to reading a page when it is needed.
        create_error: Creates the error for endless pages.
    """
    page = first or await read_page(None)
    while token := page.nextToken:
        following = prefetch.spawn(read_page(page)) if prefetch else None
        try:
            yield page
            page = await (following.result() if following else read_page(page))
        finally:
            if following:
                await following.cancel()
        if page.nextToken == token:
            raise create_error("the platform returned the same page token twice")
    yield page
