"""What both colours ask of websockets, which is imported when a subscription starts."""

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


def connect_options(network: NetworkConfig, url: str) -> dict[str, Any]:
    """Options of websockets' `connect`."""
    parts = urlsplit(url)
    options: dict[str, Any] = {
        # To connect, for TLS, and for the handshake.
        "open_timeout": min(network.timeout, 2 * network.options.connect_timeout),
        "close_timeout": 1,
        # The platform keeps the connection alive itself; pings of our own would add nothing.
        "ping_interval": None,
        "max_size": MAX_MESSAGE_BYTES,
        "compression": None,
        # The logger of websockets shows whole messages, token included; nobody listens to this one.
        "logger": logging.Logger("websockets of the SDK", logging.CRITICAL + 1),
        "proxy": None,
    }
    if proxy := network.proxies.find(parts.scheme, parts.hostname or "", parts.port):
        options["proxy"] = proxy.reveal()
        if proxy.reveal().startswith("https"):
            options["proxy_ssl"] = network.tls.context
    return options | {"ssl": network.tls.context} if parts.scheme == "wss" else options


async def await_socket(operation: Awaitable[_Result]) -> _Result:
    """Await websockets, and turn its errors into this package's."""
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
        # ImportError: a SOCKS proxy, for which websockets needs another package.
        elif isinstance(error, (WebSocketException, EOFError, ImportError)):
            problem = SubscriptionError(f"the real-time connection failed ({reason})")
        elif isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise SubscriptionError(f"the real-time connection failed ({reason})") from error
        else:
            raise
    # Out here, without websockets' own errors: they hold what the server said, which may repeat
    # the token.
    raise problem
