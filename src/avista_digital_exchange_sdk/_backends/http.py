"""What both colours ask of httpx: requests that keep secrets, errors of this package."""

import contextlib
import sys
from collections.abc import Generator, Iterator
from typing import Any

import httpx

from .._secrets import Secret, SecretBytes
from ..errors import (
    ConnectionFailedError,
    ExchangeClosedError,
    InvalidParameterError,
    InvalidResponseError,
    RequestTimeoutError,
)
from ._tracebacks import hide_transport
from .base import NetworkConfig

MAX_RESPONSE_BYTES = 64 << 20
"""Bytes; AWS AppSync answers with at most 5 MB, so what is larger is not an answer of it."""

H11_QUOTE_MARKER = ": bytearray("
"""How h11 begins to quote what is no HTTP."""

JSON_HEADERS = {"Content-Type": "application/json"}

LOOPBACK_PATTERNS = ("all://127.0.0.1", "all://localhost", "all://[::1]")


def client_options(network: NetworkConfig) -> dict[str, Any]:
    """Options of both of httpx's clients."""
    return {
        "timeout": network.timeout,
        "verify": network.tls,
        "proxy": network.proxy and network.proxy.reveal(),
        # No proxy can reach this machine's own loopback for us.
        "mounts": dict.fromkeys(LOOPBACK_PATTERNS),
    }


@contextlib.contextmanager
def proxy_errors() -> Iterator[None]:
    """Turn httpx's refusals of the environment's proxies into this package's errors."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # ImportError: a SOCKS proxy, for which httpx needs another package.
        hide_transport(error)
        message = "the environment (HTTPS_PROXY, ALL_PROXY and so on) names one that can't be used"
        raise InvalidParameterError(
            f"proxy: {message}; valid is the URL of an http:// or https:// proxy"
        ) from None


def check_open(client: httpx.Client | httpx.AsyncClient) -> None:
    """Refuse to send anything by a client that was closed."""
    if client.is_closed:
        raise ExchangeClosedError("this exchange was closed; make a new one")


class _PresignedUrl(httpx.URL):
    """A URL whose query string only the transport sees: no log or representation shows it."""

    def __init__(self, url: Secret[str]) -> None:
        super().__init__(visible_url(url))
        self._target = SecretBytes(httpx.URL(url.reveal()).raw_path)

    @property
    def raw_path(self) -> bytes:
        """The path and the query string."""
        return self._target


class SecretParts(httpx.Auth):
    """Adds the secret parts of a request to a copy of it, as late as httpx allows.

    Args:
        token: The token to send.
        url: The presigned URL to send the request to.
    """

    def __init__(self, *, token: Secret[str] | None = None, url: Secret[str] | None = None) -> None:
        self._token = token
        self._url = url

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a copy of the request in its place."""
        headers = list(request.headers.raw)
        if self._token is not None:
            headers.append((b"Authorization", SecretBytes(self._token.reveal(), "ascii")))
        sent = httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        if self._url is not None:
            sent.url = _PresignedUrl(self._url)
        response = yield sent
        response.request = request


def visible_url(url: Secret[str]) -> httpx.URL:
    """A presigned URL without its query string."""
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):
        return httpx.URL(httpx.URL(url.reveal()), query=None)
    # Out here, where the error does not come with the URL.
    raise InvalidResponseError("the platform gave an address that is no URL")


def presigned_headers(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a request to a presigned URL, for the bytes as they are stored."""
    return {"Accept-Encoding": "identity", **headers}


def check_response_size(received: int) -> None:
    """Refuse an answer that is larger than any the platform gives."""
    if received > MAX_RESPONSE_BYTES:
        raise InvalidResponseError(f"the answer is larger than {MAX_RESPONSE_BYTES} bytes")


@contextlib.contextmanager
def http_errors(timeout: float) -> Iterator[None]:
    """Turn httpx's errors into this package's; theirs stay as causes, without the request."""
    handled = sys.exception()
    try:
        try:
            yield
        except BaseException as error:
            hide_transport(error, handled)
            if isinstance(error, httpx.RequestError):
                # It holds the token or a presigned URL, and whoever pickles causes would pickle it.
                error._request = None
            raise
    except httpx.TimeoutException as error:
        kind = type(error).__name__.removesuffix("Timeout").lower()
        message = f"no answer within {timeout:g} s ({kind} timeout)"
        sent = not isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout))
        raise RequestTimeoutError(message, sent=sent) from error
    except httpx.TransportError as error:
        reason = _strip_quoted_response(error)
        message = f"the connection failed: {reason or type(error).__name__}"
        sent = not isinstance(error, (httpx.ConnectError, httpx.ProxyError))
        raise ConnectionFailedError(message, sent=sent) from error
    except UnicodeError:
        message = "the connection failed: the address holds no name a host can have"
        raise ConnectionFailedError(message, sent=False) from None
    except httpx.DecodingError as error:
        raise InvalidResponseError("the answer is not encoded as it says") from error


def _strip_quoted_response(error: httpx.TransportError) -> str:
    """Take out of an error, and all it comes from, what it quotes of an answer that is no HTTP.

    The quoted may be a secret that a server echoed.
    """
    reason = str(error).partition(H11_QUOTE_MARKER)[0]
    link: BaseException | None = error
    while link is not None and H11_QUOTE_MARKER in str(link):
        link.args = (reason,)
        link = link.__cause__ or link.__context__
    return reason
