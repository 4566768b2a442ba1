"""Runs a Local Exchange until the process is terminated."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from . import LocalExchange
from .private_files import remove_regular_file, write_private
from .request_log import log_to_stderr

READY_FIELDS = (
    "endpoint",
    "realtimeEndpoint",
    "tokens",
    "dataStoreId",
    "homeDirectoryId",
    "timeSeriesDbId",
    "collaborativeId",
    "iotHubId",
    "modelId",
    "iotEndpointId",
    "iotGroupId",
    "captureId",
    "captureAttributeId",
)

# The number of new objects at which the garbage collector runs. The many objects of a request are
# freed without it when the request ends.
GC_THRESHOLD = 50_000


def serve(
    create: Callable[[], LocalExchange],
    ready_file: Path | None,
    on_ready: Callable[[LocalExchange], None],
    *,
    log: bool = False,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP.

    The ready file exists only while requests are accepted.

    Args:
        create: Creates the exchange.
        ready_file: The JSON file to write once the exchange is ready.
        on_ready: Called with the exchange once it is ready.
        log: Whether to log requests to standard error.

    Raises:
        OSError: The IP address, a file or a directory cannot be used.
    """
    gc.set_threshold(GC_THRESHOLD)
    # Files that this process creates are accessible only to its user.
    os.umask(0o077)
    stop: SimpleQueue[int] = SimpleQueue()
    numbers = [signal.SIGTERM, signal.SIGINT]
    # Windows has no SIGHUP; nohup ignores it, which must not change.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, lambda received, _frame: stop.put(received))
    if log:
        log_to_stderr()
    if ready_file is not None:
        remove_regular_file(ready_file)
    with create() as local:
        try:
            if ready_file is not None:
                write_private(ready_file, ready_json(local) + "\n")
            on_ready(local)
            stop.get()
        finally:
            if ready_file is not None:
                remove_regular_file(ready_file)


def ready_json(local: LocalExchange) -> str:
    """Return the URLs, tokens and IDs that clients need as JSON."""
    fields = {name: getattr(local, name) for name in READY_FIELDS}
    public = {"endpoint": local.publicEndpoint, "realtimeEndpoint": local.publicRealtimeEndpoint}
    return json.dumps(fields | public, indent=2)
