"""What both colours ask of websockets, which is imported when a subscription starts."""

import logging
import sys
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import SubscriptionError
from ._tracebacks import hide_transport
from .base import NetworkConfig

_Result = TypeVar("_Result")

MAX_MESSAGE_BYTES = 1 << 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def connect_options(network: NetworkConfig, url: str) -> dict[str, Any]:
    """Options of websockets' `connect`."""
    parts = urlsplit(url)
    options = {
        "open_timeout": network.timeout,
        "close_timeout": 1,
        # The platform keeps the connection alive itself; pings of our own would add nothing.
        "ping_interval": None,
        "max_size": MAX_MESSAGE_BYTES,
        "compression": None,
        # The logger of websockets shows whole messages, token included; nobody listens to this one.
        "logger": logging.Logger("websockets of the SDK", logging.CRITICAL + 1),
        "proxy": _proxy(network, parts.hostname or ""),
    }
    return options | {"ssl": network.tls} if parts.scheme == "wss" else options


def _proxy(network: NetworkConfig, host: str) -> str | bool | None:
    """The proxy to use, as websockets takes it: True for what the environment says."""
    if host in LOOPBACK:
        # No proxy can reach this machine's own loopback for us.
        return None
    if network.proxy is not None:
        return network.proxy.reveal()
    proxies = getproxies()
    # Of ALL_PROXY, which httpx heeds, websockets does not know.
    if "all" in proxies and not proxies.keys() & {"wss", "https"} and not proxy_bypass(host):
        return proxies["all"]
    return True


async def await_socket(operation: Awaitable[_Result]) -> _Result:
    """Await websockets, and turn its errors into this package's."""
    from websockets.exceptions import ConnectionClosed, WebSocketException

    handled = sys.exception()
    try:
        return await operation
    except BaseException as error:
        hide_transport(error, handled)
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
