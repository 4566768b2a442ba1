"""The protocol of backends, and how coroutines over a sync backend are run."""

import contextlib
import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Mapping,
)
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, NamedTuple, Protocol, TypeVar

from .._options import DEFAULT_CONCURRENCY, Options
from .._secrets import Secret
from .._utils.validation import HttpHosts
from ..errors import DigitalExchangeError
from .batches import BatchedGenerator
from .processes import Process, check_process, current_process, run_for_process
from .proxies import Proxies
from .request_queue import Event, RequestQueue
from .tls import Tls

# The size in bytes of the blocks in which files are read and written.
BLOCK_BYTES = 1 << 18

_Result = TypeVar("_Result")
_Outcome = TypeVar("_Outcome", covariant=True)


class NetworkConfig(NamedTuple):
    """The network configuration of a client.

    Attributes:
        timeout: Timeout in seconds for each response, or for each chunk of a file.
        tls: The verification of certificates.
        proxies: The proxies.
        http_hosts: The hosts with which files may be exchanged without encryption.
        max_concurrency: Maximum number of concurrent requests to the platform's API.
        options: Internal timeouts and sizes.
    """

    timeout: float
    tls: Tls
    proxies: Proxies
    http_hosts: HttpHosts = HttpHosts.NONE
    max_concurrency: int = DEFAULT_CONCURRENCY
    options: Options = Options()


class OwnedBackend(ABC):
    """Warns when it is deleted while its connections are open.

    Args:
        network: The configuration of its connections.
        owner: The representation of its client, for the warning. Without one there is no warning.
    """

    def __init__(self, network: NetworkConfig, owner: str) -> None:
        self._network = network
        self._owner = owner
        self._is_closed = False

    @property
    @abstractmethod
    def _has_open_connections(self) -> bool:
        """Whether there are connections of this process."""

    @abstractmethod
    def _drop_connections(self) -> None:
        """Close the connections of this process without waiting, if there are any."""

    # While the interpreter exits, globals are None, those of other modules too.
    def __del__(
        self,
        _warn: Callable[..., object] = warnings.warn,
        _is_finalizing: Callable[[], bool] = sys.is_finalizing,
    ) -> None:
        try:
            if self._is_closed or not self._has_open_connections:
                return
            if self._owner:
                _warn(f"unclosed {self._owner}", ResourceWarning, stacklevel=2, source=self)
            self._drop_connections()
        except (AttributeError, TypeError):
            if not _is_finalizing():
                raise


class Response:
    """A complete HTTP response. Its representation shows only the status: the rest may be secret.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self._headers = Secret(headers)
        self._content = Secret(content)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""
        return self._headers.reveal()

    @property
    def content(self) -> bytes:
        """The body."""
        return self._content.reveal()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status})"


class StreamingResponse(Protocol):
    """An HTTP response whose body is streamed."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    def blocks(self) -> AsyncGenerator[bytes, None]:
        """Iterate over the blocks of the body."""

    async def read(self, limit: int) -> bytes:
        """Read the body, at most `limit` bytes."""


class WebSocket(Protocol):
    """An open WebSocket."""

    async def send(self, message: Secret[str]) -> None:
        """Send a text message."""

    async def receive(self, timeout: float) -> Secret[str]:
        """Wait at most `timeout` seconds for a message; raise TimeoutError otherwise."""


class OpeningWebSocket(WebSocket, Protocol[_Outcome]):
    """A WebSocket that is opened in the background."""

    async def wait_until_open(self) -> _Outcome:
        """Wait until it is open, and return the result of the handshake."""


# Exchanges the first messages over a WebSocket, in the background.
Handshake = Callable[[WebSocket], Coroutine[Any, Any, _Result]]


class TaskHandle(Protocol[_Outcome]):
    """A concurrently running coroutine or function."""

    async def result(self) -> _Outcome:
        """Wait for the result; raise its exception."""

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, at most `timeout` seconds; return whether it has."""

    async def cancel(self) -> None:
        """Cancel it. The result is discarded."""


class Signal(Protocol):
    """Wakes up the consumers that wait for it.

    Attributes:
        lock: Protects what the consumers wait for.
    """

    lock: AbstractContextManager[object]

    def set(self) -> None:
        """Wake up all that wait, and those that will before `clear()`."""

    def clear(self) -> None:
        """Let those that wait from now on wait for the next `set()`."""

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds; return whether it is."""


class BackgroundTask(Protocol):
    """A coroutine that runs on an event loop while its starter does something else."""

    def stop(self) -> None:
        """Cancel it without waiting, from any thread. In a forked process this does nothing."""

    async def wait(self, timeout: float) -> bool:
        """Wait until it has ended, at most `timeout` seconds; return whether it has."""


class Backend(Protocol):
    """The I/O operations that coroutines can wait for."""

    @property
    def options(self) -> Options:
        """The internal timeouts and sizes."""

    @property
    def max_concurrency(self) -> int:
        """Maximum number of concurrent requests to the platform's API."""

    async def get_request_queue(self) -> RequestQueue:
        """Get the queue of the operations that send requests."""

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        """POST JSON and read the response. `timeout` in seconds overrides the default."""

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        """PUT a body of a known size to a presigned URL."""

    def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AbstractAsyncContextManager[StreamingResponse]:
        """GET a presigned URL and stream the response."""

    def websocket(
        self,
        url: str,
        subprotocols: Secret[list[str]],
        handshake: Handshake[_Result],
        timeout: float | None = None,
    ) -> AbstractAsyncContextManager[OpeningWebSocket[_Result]]:
        """Open a WebSocket in the background. `timeout` in seconds limits the default timeout."""

    def transfer_slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for one of the limited number of concurrent transfers."""

    def create_event(self) -> Event:
        """Create an event that concurrent coroutines can wait for."""

    def spawn(self, coroutine: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        """Run a coroutine concurrently."""

    def run_in_thread(self, function: Callable[[], _Result]) -> TaskHandle[_Result]:
        """Run a CPU-bound or blocking function in a thread."""

    def run_in_background(
        self, create: "Callable[[Backend], Coroutine[Any, Any, object]]"
    ) -> BackgroundTask:
        """Run a coroutine in the background, until it ends or this backend is closed.

        Args:
            create: Creates the coroutine, for a backend on an event loop.
        """

    def create_signal(self) -> Signal:
        """Create a signal that a background task may set."""

    async def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""

    def clock(self) -> float:
        """Get the time in seconds of a monotonic clock."""

    async def close(self) -> None:
        """Close all connections."""


def run_sync(coroutine: Coroutine[Any, Any, _Result], process: Process | None = None) -> _Result:
    """Run a coroutine over a `SyncBackend`, which never suspends, so that one step is sufficient.

    Args:
        coroutine: The coroutine.
        process: The process in which it was started. Defaults to the present one.
    """
    with run_for_process(process or current_process()):
        try:
            coroutine.send(None)
        except StopIteration as end:
            result: _Result = end.value
            return result
        finally:
            coroutine.close()
    raise RuntimeError("a coroutine over a SyncBackend was suspended")


def iterate_sync(generator: AsyncGenerator[_Result, None]) -> Generator[_Result, None, None]:
    """Iterate over an async generator over a `SyncBackend`, one step per item or batch."""
    process = current_process()
    if isinstance(generator, BatchedGenerator):
        with contextlib.closing(iterate_sync(generator.batches)) as batches:
            for batch in batches:
                for item in batch:
                    yield item
                    check_process(process)
        return
    try:
        while True:
            check_process(process)
            try:
                # The same as run_sync(), whose call per row would take as long as the step itself.
                generator.__anext__().send(None)
            except StopIteration as end:
                item = end.value
            except StopAsyncIteration:
                return
            else:
                raise RuntimeError("a coroutine over a SyncBackend was suspended")
            yield item
    finally:
        # After a fork the child must not clean up what the parent still uses.
        is_ours = process is current_process()
        with contextlib.nullcontext() if is_ours else contextlib.suppress(DigitalExchangeError):
            run_sync(generator.aclose(), process)


async def to_async_iter(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Convert an iterator to an async one."""
    for block in blocks:
        yield block
