"""Waiting for the network, in two colours: blocking and asynchronous.

Everything above this package is written once, as coroutines over `Io`. Under `AsyncIo` they suspend
as coroutines do. Under `BlockingIo` every wait blocks instead, so a whole flow runs in one step of
its coroutine (see `run`), with no event loop: the blocking client works where a loop is already
running, and Ctrl-C behaves.

Only this package knows httpx, websockets, asyncio, threads and clocks.
"""

from .base import (
    BLOCK_SIZE,
    Answer,
    Download,
    Io,
    Network,
    Pending,
    Socket,
    iterate,
    run,
)
from .md5 import FileMd5
from .sync_backend import BlockingIo
from .tls import Verify, tls_context

__all__ = [
    "BLOCK_SIZE",
    "Answer",
    "BlockingIo",
    "Download",
    "FileMd5",
    "Io",
    "Network",
    "Pending",
    "Socket",
    "Verify",
    "iterate",
    "run",
    "tls_context",
]
