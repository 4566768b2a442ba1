"""Network backends: sync and async.

Everything above this package is written once, as coroutines over a `Backend`. With `AsyncBackend`
they suspend as coroutines do. With `SyncBackend` every wait blocks instead, so a coroutine runs to
its end in one step (see `run_sync`), without an event loop: the sync client works where a loop is
already running, and Ctrl-C interrupts it.

Only this package knows httpx, websockets, asyncio, threads and clocks.
"""

from .base import (
    BLOCK_BYTES,
    Backend,
    BackgroundTask,
    NetworkConfig,
    OpeningWebSocket,
    Response,
    Signal,
    StreamingResponse,
    TaskHandle,
    WebSocket,
    iterate_sync,
    run_sync,
)
from .batches import BatchedGenerator
from .http import CERTIFICATE_ERROR, build_closed_error
from .md5 import FollowingMd5
from .positional_file import PositionalFile
from .processes import check_process, current_process
from .proxies import Proxies, is_proxy, normalize_proxy
from .sync_backend import SyncBackend
from .task_window import TaskWindow
from .tls import Tls, Verify

__all__ = [
    "BLOCK_BYTES",
    "CERTIFICATE_ERROR",
    "Backend",
    "BackgroundTask",
    "BatchedGenerator",
    "FollowingMd5",
    "NetworkConfig",
    "OpeningWebSocket",
    "PositionalFile",
    "Proxies",
    "Response",
    "Signal",
    "StreamingResponse",
    "SyncBackend",
    "TaskHandle",
    "TaskWindow",
    "Tls",
    "Verify",
    "WebSocket",
    "build_closed_error",
    "check_process",
    "current_process",
    "is_proxy",
    "iterate_sync",
    "normalize_proxy",
    "run_sync",
]
