"""What both colours ask of httpx: requests that keep secrets, errors of this package."""

import contextlib
import sys
from collections.abc import Generator, Iterator
from typing import Any

import httpx

from .._secrets import Secret, SecretBytes
from .._utils import validation
from ..errors import (
    ConnectionFailedError,
    ExchangeClosedError,
    InvalidResponseError,
    RequestTimeoutError,
    TransferError,
)
from ._tracebacks import strip_transport
from .base import NetworkConfig
from .body import ACCEPTED_ENCODING

H11_QUOTE_MARKER = ": bytearray("
"""How h11 begins to quote what is no HTTP."""

CERTIFICATE_ERROR = "CERTIFICATE_VERIFY_FAILED"  # in OpenSSL's words

JSON_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": ACCEPTED_ENCODING}


def request_timeouts(network: NetworkConfig, timeout: float) -> httpx.Timeout:
    """The timeouts of the steps of a request; waiting for a connection of our own has none."""
    return httpx.Timeout(timeout, connect=_connect_timeout(network, timeout), pool=None)


def _connect_timeout(network: NetworkConfig, timeout: float) -> float:
    return min(timeout, network.options.connect_timeout)


def transport_options(network: NetworkConfig, proxy: Secret[str] | None) -> dict[str, Any]:
    """Options of httpx's transports that lead through a proxy, or directly."""
    # The pools of httpcore never make a request wait: that takes time in proportion to the square
    # of the number of those that do.
    max_idle = network.options.max_calls + network.options.max_streams
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=max_idle)
    options: dict[str, Any] = {"verify": network.tls.context, "limits": limits}
    if proxy is None:
        return options
    is_encrypted = proxy.reveal().startswith("https")
    context = network.tls.context if is_encrypted else None
    return options | {"proxy": httpx.Proxy(proxy.reveal(), ssl_context=context)}


def closed_error() -> ExchangeClosedError:
    """Build the error for a call after the client was closed."""
    return ExchangeClosedError("this exchange was closed; make a new one")


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


def checked_url(network: NetworkConfig, url: Secret[str]) -> httpx.URL:
    """A presigned URL, as it may be seen; refused if the bytes could be read on the way."""
    visible = visible_url(url)
    # Both as it came and as httpx reads it: readers of URLs differ in odd ones.
    readings = (url, Secret(str(visible)))
    if not all(
        validation.is_secure(one.reveal(), allow_http=network.allows_http) for one in readings
    ):
        host = validation.format_value(f"{visible.scheme}://{visible.host}")
        raise TransferError(f"the platform gave an address that is not https: {host}")
    return visible


def visible_url(url: Secret[str]) -> httpx.URL:
    """A presigned URL without what is secret in it."""
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):
        return httpx.URL(httpx.URL(url.reveal()), query=None, fragment=None)
    # Out here, where the error does not come with the URL.
    raise InvalidResponseError("the platform gave an address that is no URL")


def presigned_headers(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a request to a presigned URL, for the bytes as they are stored."""
    return {"Accept-Encoding": "identity", **headers}


@contextlib.contextmanager
def http_errors(network: NetworkConfig, timeout: float) -> Iterator[None]:
    """Turn httpx's errors into this package's; theirs stay as causes, without the request."""
    handled = sys.exception()
    try:
        try:
            yield
        except BaseException as error:
            strip_transport(error, handled)
            if isinstance(error, httpx.RequestError):
                # It holds the token or a presigned URL, and whoever pickles causes would pickle it.
                error._request = None
            raise
    except httpx.TimeoutException as error:
        if isinstance(error, httpx.ConnectTimeout):
            seconds = _connect_timeout(network, timeout)
            message = f"no connection within {seconds:g} s (connect timeout)"
            raise RequestTimeoutError(message, sent=False) from error
        kind = type(error).__name__.removesuffix("Timeout").lower()
        message = f"no answer within {timeout:g} s ({kind} timeout)"
        raise RequestTimeoutError(message) from error
    except httpx.TransportError as error:
        reason = _strip_quoted_response(error)
        message = f"the connection failed: {reason or type(error).__name__}"
        if CERTIFICATE_ERROR in reason:
            message += network.tls.describe_trust()
        sent = not isinstance(error, (httpx.ConnectError, httpx.ProxyError))
        raise ConnectionFailedError(message, sent=sent) from error
    except UnicodeError:
        message = "the connection failed: the address holds no name a host can have"
        raise ConnectionFailedError(message, sent=False) from None


def _strip_quoted_response(error: httpx.TransportError) -> str:
    """Take out of an error, and all it comes from, what it quotes of a server or proxy.

    The quoted may be a secret that a server echoed.
    """
    message = str(error)
    reason = message.partition(H11_QUOTE_MARKER)[0]
    if isinstance(error, httpx.ProxyError) and message[:3].isdecimal():
        reason = f"{message[:3]} {httpx.codes.get_reason_phrase(int(message[:3]))}".rstrip()
    link: BaseException | None = error
    while link is not None and str(link) == message != reason:
        link.args = (reason,)
        link = link.__cause__ or link.__context__
    return reason


def drop_reason(response: httpx.Response) -> httpx.Response:
    """Drop the reason phrase of a response: httpx would log it as the server sent it."""
    response.extensions.pop("reason_phrase", None)
    return response
