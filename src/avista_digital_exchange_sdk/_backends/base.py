"""What a flow can wait for, and how a flow over blocking waits is run."""

import contextlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Mapping,
)
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol, TypeVar

from .._options import Options
from .._secrets import Secret
from ..errors import DigitalExchangeError
from .processes import Process, check_process, current_process, running_for
from .proxies import Proxies
from .tls import Tls

BLOCK_SIZE = 1 << 18
"""Bytes of a file that are held in memory at a time."""

_Result = TypeVar("_Result")
_Outcome = TypeVar("_Outcome", covariant=True)


class NetworkConfig(NamedTuple):
    """How the network is reached.

    Attributes:
        timeout: Seconds to wait for an answer, or each part of one.
        tls: What verifies the servers' certificates.
        proxies: Which proxy leads to a host.
        allows_http: Whether bytes may be fetched from `http://` URLs of this machine.
        options: Times and sizes that users need not choose.
    """

    timeout: float
    tls: Tls
    proxies: Proxies
    allows_http: bool = False
    options: Options = Options()


class Response:
    """A whole HTTP response, which may repeat secrets and so shows nothing but its status.

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
    """An HTTP response whose body is still to be read."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    def blocks(self) -> AsyncGenerator[bytes, None]:
        """The body, block by block."""

    async def read(self, limit: int) -> bytes:
        """The body at once; at most `limit` bytes of it."""


class WebSocket(Protocol):
    """An open WebSocket."""

    async def send(self, message: Secret[str]) -> None:
        """Send one text message."""

    async def receive(self, timeout: float) -> Secret[str]:
        """Wait at most `timeout` seconds for one message; raise TimeoutError when none comes."""


class TaskHandle(Protocol[_Outcome]):
    """A flow that runs beside the one that began it."""

    async def result(self) -> _Outcome:
        """Wait for its end; raise what it raised."""

    async def cancel(self) -> None:
        """Have it end, whatever it is at; nobody wants its result any more."""


class Backend(Protocol):
    """What a flow can wait for."""

    @property
    def options(self) -> Options:
        """Times and sizes that users need not choose."""

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        """POST JSON and read the whole response; `timeout` seconds in place of the usual."""

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        """PUT a body of a known size to a presigned URL."""

    def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AbstractAsyncContextManager[StreamingResponse]:
        """GET a presigned URL, leaving the body to be read."""

    def websocket(
        self, url: str, subprotocols: Secret[list[str]], timeout: float | None = None
    ) -> AbstractAsyncContextManager[WebSocket]:
        """Open a WebSocket, within `timeout` seconds if that is less than is usual."""

    def transfer_slot(self) -> AbstractAsyncContextManager[None]:
        """Wait until a file may be transferred: only so many are under way at a time."""

    def spawn(self, flow: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        """Begin a flow that runs beside the present one."""

    def run_in_thread(self, work: Callable[[], _Result]) -> TaskHandle[_Result]:
        """Begin work of the processor or the disk, in a thread."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def clock(self) -> float:
        """Seconds of a clock that never goes back."""

    async def close(self) -> None:
        """Close every connection."""


def run_sync(flow: Coroutine[Any, Any, _Result], process: Process | None = None) -> _Result:
    """Run a flow over `BlockingIo` to its end; its waits block, so one step is all it takes.

    Args:
        flow: The flow.
        process: The process in which it began; this one if omitted.
    """
    with running_for(process or current_process()):
        try:
            flow.send(None)
        except StopIteration as end:
            result: _Result = end.value
            return result
        finally:
            flow.close()
    raise RuntimeError("a flow over BlockingIo suspended")


def iterate_sync(flow: AsyncGenerator[_Result, None]) -> Generator[_Result, None, None]:
    """Run an iterating flow over `BlockingIo`, a step an item."""
    process = current_process()
    try:
        while True:
            check_process(process)
            try:
                # As `run` does, which to call for every row would take as long as the step itself.
                flow.__anext__().send(None)
            except StopIteration as end:
                item: _Result = end.value
            except StopAsyncIteration:
                return
            else:
                raise RuntimeError("a flow over BlockingIo suspended")
            yield item
    finally:
        # After a fork nothing is undone here that the parent still works with.
        is_ours = process is current_process()
        with contextlib.nullcontext() if is_ours else contextlib.suppress(DigitalExchangeError):
            run_sync(flow.aclose(), process)


async def to_async_iter(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Blocks that are at hand, for a reader that awaits them."""
    for block in blocks:
        yield block
