"""What both colours ask of httpx: requests that keep secrets, errors of this package."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx

from ..errors import (
    ConnectionFailedError,
    ExchangeClosedError,
    InvalidParameterError,
    InvalidResponseError,
    RequestTimeoutError,
)
from ._protocol import Network

LARGEST_ANSWER = 64 << 20
"""Bytes; AWS AppSync answers with at most 5 MB, so what is larger is not an answer of it."""

QUOTATION = ": bytearray("
"""How h11 begins to quote what is no HTTP."""

LOOPBACK_PATTERNS = ("all://127.0.0.1", "all://localhost", "all://[::1]")


def client_options(network: Network) -> dict[str, Any]:
    """Options of both of httpx's clients."""
    return {
        "timeout": network.timeout,
        "verify": network.tls,
        "proxy": network.proxy,
        # No proxy can reach this machine's own loopback for us.
        "mounts": dict.fromkeys(LOOPBACK_PATTERNS),
    }


@contextlib.contextmanager
def proxy_errors() -> Iterator[None]:
    """Turn httpx's refusals of the environment's proxies into this package's errors."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL):
        # ImportError: a SOCKS proxy, for which httpx needs another package.
        message = "the environment (HTTPS_PROXY, ALL_PROXY and so on) names one that can't be used"
        raise InvalidParameterError(
            f"proxy: {message}; valid is the URL of an http:// or https:// proxy"
        ) from None


def check_open(client: httpx.Client | httpx.AsyncClient) -> None:
    """Refuse to send anything by a client that was closed."""
    if client.is_closed:
        raise ExchangeClosedError("this exchange was closed; make a new one")


class _PresignedUrl(httpx.URL):
    """A URL that prints without its query string, so that no log of httpx can show it."""

    def __str__(self) -> str:
        return super().__str__().partition("?")[0]

    def __repr__(self) -> str:
        return f"URL({str(self)!r})"


def presigned_request(
    client: httpx.Client | httpx.AsyncClient,
    method: str,
    url: str,
    headers: dict[str, str],
    **options: Any,
) -> httpx.Request:
    """A request to a presigned URL, for the bytes as they are stored."""
    check_open(client)
    try:
        address = _PresignedUrl(url)
        request = client.build_request(
            method, address, headers={"Accept-Encoding": "identity", **headers}, **options
        )
    except (httpx.InvalidURL, UnicodeError):
        raise InvalidResponseError("the platform gave an address that is no URL") from None
    request.url = address
    return request


def check_size(received: int) -> None:
    """Refuse an answer that is larger than any the platform gives."""
    if received > LARGEST_ANSWER:
        raise InvalidResponseError(f"the answer is larger than {LARGEST_ANSWER} bytes")


@contextlib.contextmanager
def http_errors(timeout: float) -> Iterator[None]:
    """Turn httpx's errors into this package's; theirs stay as causes, without the request."""
    try:
        try:
            yield
        except httpx.RequestError as error:
            # It holds the token or a presigned URL, and whoever pickles causes would pickle it.
            error._request = None
            raise
    except httpx.TimeoutException as error:
        kind = type(error).__name__.removesuffix("Timeout").lower()
        message = f"no answer within {timeout:g} s ({kind} timeout)"
        sent = not isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout))
        raise RequestTimeoutError(message, sent=sent) from error
    except httpx.TransportError as error:
        reason = _without_echo(error)
        message = f"the connection failed: {reason or type(error).__name__}"
        sent = not isinstance(error, (httpx.ConnectError, httpx.ProxyError))
        raise ConnectionFailedError(message, sent=sent) from error
    except UnicodeError:
        message = "the connection failed: the address holds no name a host can have"
        raise ConnectionFailedError(message, sent=False) from None
    except httpx.DecodingError as error:
        raise InvalidResponseError("the answer is not encoded as it says") from error


def _without_echo(error: httpx.TransportError) -> str:
    """Take out of an error, and all it comes from, what it quotes of an answer that is no HTTP.

    The quoted may be a secret that a server echoed.
    """
    reason = str(error).partition(QUOTATION)[0]
    link: BaseException | None = error
    while link is not None and QUOTATION in str(link):
        link.args = (reason,)
        link = link.__cause__ or link.__context__
    return reason
