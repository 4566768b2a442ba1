"""Options and errors of websockets, shared by both backends."""

import logging
import sys
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ..errors import SubscriptionError
from ._tracebacks import strip_transport
from .base import NetworkConfig

_Result = TypeVar("_Result")

MAX_MESSAGE_BYTES = 1 << 20


def build_connect_options(network: NetworkConfig, url: str) -> dict[str, Any]:
    """Create the options of websockets' `connect`."""
    parts = urlsplit(url)
    options: dict[str, Any] = {
        # To connect, for TLS, and for the handshake.
        "open_timeout": min(network.timeout, 2 * network.options.connect_timeout),
        # The close message is sent, but its response not waited for.
        "close_timeout": 0,
        # The platform sends keep-alive messages, so pings are not needed.
        "ping_interval": None,
        "max_size": MAX_MESSAGE_BYTES,
        "compression": None,
        # The logger of websockets logs whole messages including the token, so this one is disabled.
        "logger": logging.Logger("websockets of the SDK", logging.CRITICAL + 1),
        "proxy": None,
    }
    if proxy := network.proxies.find(parts.scheme, parts.hostname or "", parts.port):
        options["proxy"] = proxy.reveal()
        if proxy.reveal().startswith("https"):
            options["proxy_ssl"] = network.tls.context
    return options | {"ssl": network.tls.context} if parts.scheme == "wss" else options


async def await_socket(operation: Awaitable[_Result]) -> _Result:
    """Await an operation of websockets and convert its errors to those of this package."""
    from websockets.exceptions import ConnectionClosed, WebSocketException

    handled = sys.exception()
    try:
        return await operation
    except BaseException as error:
        strip_transport(error, handled)
        reason = type(error).__name__
        if isinstance(error, ConnectionClosed):
            code = f" (code {error.rcvd.code})" if error.rcvd else ""
            problem = SubscriptionError(f"the real-time connection was closed{code}")
        # websockets raises ImportError for SOCKS proxies, which need another package.
        elif isinstance(error, (WebSocketException, EOFError, ImportError)):
            problem = SubscriptionError(f"the real-time connection failed ({reason})")
        elif isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise SubscriptionError(f"the real-time connection failed ({reason})") from error
        else:
            raise
    # Raised outside of the block, without the errors of websockets as context: they contain the
    # messages of the server, which may repeat the token.
    raise problem
