"""Requests and errors of httpx, shared by both backends."""

import contextlib
import socket
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

# The beginning of quoted invalid data in errors of h11.
H11_QUOTE_MARKER = ": bytearray("

CERTIFICATE_ERROR = "CERTIFICATE_VERIFY_FAILED"  # a reason of OpenSSL

JSON_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": ACCEPTED_ENCODING}


def build_timeouts(network: NetworkConfig, timeout: float) -> httpx.Timeout:
    """Create the timeouts of a request. Waiting for a connection of the pool has none."""
    return httpx.Timeout(timeout, connect=_limit_connect_timeout(network, timeout), pool=None)


def _limit_connect_timeout(network: NetworkConfig, timeout: float) -> float:
    return min(timeout, network.options.connect_timeout)


def build_transport_options(network: NetworkConfig, proxy: Secret[str] | None) -> dict[str, Any]:
    """Create the options of httpx's transports, with a proxy or without."""
    # The connections of a pool are not limited, as the time that httpcore needs grows with the
    # square of the number of waiting requests.
    max_idle = network.max_concurrency + network.options.max_streams
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=max_idle)
    options: dict[str, Any] = {"verify": network.tls.context, "limits": limits}
    if proxy is None:
        return options
    is_encrypted = proxy.reveal().startswith("https")
    context = network.tls.context if is_encrypted else None
    return options | {"proxy": httpx.Proxy(proxy.reveal(), ssl_context=context)}


def build_closed_error() -> ExchangeClosedError:
    """Create the error of calls of a closed client."""
    return ExchangeClosedError("the client is closed; create a new one")


class _PresignedUrl(httpx.URL):
    """A URL whose query string only the transport reads; logs and representations hide it."""

    def __init__(self, url: Secret[str]) -> None:
        super().__init__(strip_secrets(url))
        self._target = SecretBytes(httpx.URL(url.reveal()).raw_path)

    @property
    def raw_path(self) -> bytes:
        """The path and the query string."""
        return self._target


class SecretParts(httpx.Auth):
    """Adds the secret parts to a copy of a request, as late as httpx allows.

    Args:
        token: The token to send.
        url: The presigned URL to send the request to.
    """

    def __init__(self, *, token: Secret[str] | None = None, url: Secret[str] | None = None) -> None:
        self._token = token
        self._url = url

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a copy of the request instead of it."""
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


def check_url(network: NetworkConfig, url: Secret[str]) -> httpx.URL:
    """Return a presigned URL without its secret parts; raise an error if it is not secure."""
    visible = strip_secrets(url)
    # Both the original URL and the one that httpx parsed, as parsers differ for unusual URLs.
    readings = (url, Secret(str(visible)))
    if not all(validation.is_secure(reading.reveal(), network.http_hosts) for reading in readings):
        host = validation.format_value(f"{visible.scheme}://{visible.host}")
        raise TransferError(f"the platform returned a URL that is not https: {host}")
    return visible


def strip_secrets(url: Secret[str]) -> httpx.URL:
    """Return a presigned URL without its secret parts."""
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):
        return httpx.URL(httpx.URL(url.reveal()), query=None, fragment=None)
    # Raised outside of the block, so that the URL is not in the context of the error.
    raise InvalidResponseError("the platform returned an invalid URL")


def build_presigned_headers(headers: dict[str, str]) -> dict[str, str]:
    """Add the headers of requests to presigned URLs, which transfer the stored bytes unencoded."""
    return {"Accept-Encoding": "identity", **headers}


@contextlib.contextmanager
def convert_errors(network: NetworkConfig, timeout: float) -> Iterator[None]:
    """Convert errors of httpx to those of this package, with the original ones as causes."""
    handled = sys.exception()
    peer = ""
    try:
        try:
            yield
        except BaseException as error:
            strip_transport(error, handled)
            if isinstance(error, httpx.RequestError):
                peer = _describe_peer(network, error)
                # It contains the token or a presigned URL, and may be pickled with the cause.
                error._request = None
            raise
    except httpx.TimeoutException as error:
        if isinstance(error, httpx.ConnectTimeout):
            seconds = _limit_connect_timeout(network, timeout)
            message = (
                f"no connection{peer and f' to {peer}'} within {seconds:g} s (connect timeout)"
            )
            raise RequestTimeoutError(message, sent=False) from error
        kind = type(error).__name__.removesuffix("Timeout").lower()
        message = f"no response within {timeout:g} s ({kind} timeout)"
        raise RequestTimeoutError(message) from error
    except httpx.TransportError as error:
        reason = _strip_quoted_response(error)
        message = _describe_failure(error, peer, reason or type(error).__name__)
        if CERTIFICATE_ERROR in reason:
            message += network.tls.describe_trust()
        sent = not isinstance(error, (httpx.ConnectError, httpx.ProxyError))
        raise ConnectionFailedError(message, sent=sent) from error
    except UnicodeError:
        message = "the connection failed: the URL has an invalid host name"
        raise ConnectionFailedError(message, sent=False) from None


def _describe_peer(network: NetworkConfig, error: httpx.RequestError) -> str:
    """Describe what the client connects to: a host, or a proxy with the variable that names it."""
    if error._request is None:
        return ""
    url = error._request.url
    proxy = network.proxies.describe(url.scheme, url.host, url.port)
    return proxy or (url.host if url.port is None else f"{url.host}:{url.port}")


def _describe_failure(error: httpx.TransportError, peer: str, reason: str) -> str:
    if peer and isinstance(error, httpx.ConnectError):
        causes = list(_iterate_causes(error))
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return f"no host {peer.removeprefix('the proxy ')}: {reason}"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return f"{peer} refused the connection"
    return f"the connection{peer and f' to {peer}'} failed: {reason}"


def _iterate_causes(error: BaseException) -> Iterator[BaseException]:
    pending: list[BaseException | None] = [error]
    while pending:
        if (one := pending.pop()) is not None:
            yield one
            pending += [one.__cause__ or one.__context__, *getattr(one, "exceptions", ())]
            # httpcore passes on some causes only as arguments.
            pending += [each for each in one.args if isinstance(each, BaseException)]


def _strip_quoted_response(error: httpx.TransportError) -> str:
    """Remove quotations of a server's or proxy's response from an error and its causes.

    They may contain a secret that the server echoed.
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


def drop_reason_phrase(response: httpx.Response) -> httpx.Response:
    """Remove the reason phrase of a response, which httpx would log unescaped."""
    response.extensions.pop("reason_phrase", None)
    return response
