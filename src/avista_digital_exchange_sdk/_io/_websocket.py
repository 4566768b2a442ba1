"""What both colours ask of websockets, which is imported when a subscription starts."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ..errors import SubscriptionError
from ._protocol import Network

LONGEST_MESSAGE = 1 << 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def connect_options(network: Network, url: str, subprotocols: list[str]) -> dict[str, Any]:
    """Options of both of websockets' `connect`."""
    parts = urlsplit(url)
    options = {
        "subprotocols": subprotocols,
        "open_timeout": network.timeout,
        "close_timeout": 1,
        # The platform keeps the connection alive itself; pings of our own would add nothing.
        "ping_interval": None,
        "max_size": LONGEST_MESSAGE,
        "compression": None,
        # The logger of websockets shows whole messages, token included; nobody listens to this one.
        "logger": logging.Logger("websockets of the SDK", logging.CRITICAL + 1),
        # True takes what the environment says; no proxy can reach this machine's own loopback.
        "proxy": None if parts.hostname in LOOPBACK else network.proxy or True,
    }
    return options | {"ssl": network.tls} if parts.scheme == "wss" else options


@contextlib.contextmanager
def socket_errors() -> Iterator[None]:
    """Turn the errors of websockets into this package's; theirs can carry the request."""
    from websockets.exceptions import ConnectionClosed, WebSocketException

    try:
        yield
    except ConnectionClosed as error:
        raise SubscriptionError("the real-time connection was closed") from error
    except TimeoutError:
        raise
    except (WebSocketException, OSError, EOFError, ImportError) as error:
        # ImportError: a SOCKS proxy, for which websockets needs another package.
        reason = type(error).__name__
        raise SubscriptionError(f"the real-time connection failed ({reason})") from error
