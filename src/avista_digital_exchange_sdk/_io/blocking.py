"""`Io` whose coroutines block and never suspend."""

import concurrent.futures
import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from ._http import (
    check_open,
    check_size,
    client_options,
    http_errors,
    presigned_request,
    proxy_errors,
)
from ._protocol import Answer, Download, Network, Pending, Socket, run

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

_Result = TypeVar("_Result")


class BlockingIo:
    """`Io` for the blocking client."""

    def __init__(self, network: Network) -> None:
        self._network = network
        with proxy_errors():
            self._http = httpx.Client(**client_options(network))

    async def post(
        self, url: str, headers: dict[str, str], content: bytes, timeout: float | None = None
    ) -> Answer:
        check_open(self._http)
        patience = timeout or self._network.timeout
        request = self._http.build_request(
            "POST", url, headers=headers, content=content, timeout=patience
        )
        return self._answer(request, patience)

    async def put(self, url: str, size: int, blocks: Iterator[bytes]) -> Answer:
        headers = {"Content-Length": str(size)}
        request = presigned_request(self._http, "PUT", url, headers, content=blocks)
        return self._answer(request, self._network.timeout)

    def _answer(self, request: httpx.Request, patience: float) -> Answer:
        body = bytearray()
        with (
            http_errors(patience),
            contextlib.closing(self._http.send(request, stream=True)) as answer,
        ):
            for block in answer.iter_bytes():
                body += block
                check_size(len(body))
        return Answer(answer.status_code, answer.headers, bytes(body))

    @contextlib.asynccontextmanager
    async def get(self, url: str, headers: dict[str, str]) -> AsyncIterator[Download]:
        request = presigned_request(self._http, "GET", url, headers)
        with http_errors(self._network.timeout):
            response = self._http.send(request, stream=True)
        with contextlib.closing(response), _ended_when_abandoned(response):
            yield _Download(response, self._network.timeout)

    @contextlib.asynccontextmanager
    async def websocket(self, url: str, subprotocols: list[str]) -> AsyncIterator[Socket]:
        from anyio.from_thread import start_blocking_portal

        from .asynchronous import open_socket

        # On an event loop in a thread of its own. The blocking connections of websockets have a
        # thread too, and let both threads use one TLS session at a time, which OpenSSL forbids.
        opening = open_socket(self._network, url, subprotocols)
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(opening) as connection,
        ):
            yield _Socket(connection, portal)

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> Pending[_Result]:
        return _Thread(flow)

    def beside(self, work: Callable[[], _Result]) -> Pending[_Result]:
        async def flow() -> _Result:
            return work()

        return _Thread(flow())

    async def sleep(self, seconds: float) -> None:
        thread: _Thread[Any] | None = getattr(_begun, "thread", None)
        if thread is None:
            time.sleep(seconds)
        elif thread.abandoned.wait(seconds):
            raise concurrent.futures.CancelledError

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        self._http.close()


class _Download:
    def __init__(self, response: httpx.Response, timeout: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._timeout = timeout

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        with http_errors(self._timeout):
            for block in self._response.iter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        with http_errors(self._timeout):
            for block in self._response.iter_raw():
                body += block
                if len(body) >= limit:
                    break
        return bytes(body[:limit])


class _Socket:
    def __init__(self, socket: Socket, portal: "BlockingPortal") -> None:
        self._socket = socket
        self._portal = portal

    async def send(self, text: str) -> None:
        self._portal.call(self._socket.send, text)

    async def receive(self, timeout: float) -> str:
        return self._portal.call(self._socket.receive, timeout)


_begun = threading.local()
"""`thread` is the `_Thread` that runs, in a flow that was begun beside another one."""


class _Thread(Generic[_Result]):
    """A flow in a thread of its own, which does not keep the interpreter from exiting."""

    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._outcome: concurrent.futures.Future[_Result] = concurrent.futures.Future()
        self._flow = flow
        self.abandoned = threading.Event()
        self.reading: socket.socket | None = None
        try:
            threading.Thread(target=self._run, daemon=True).start()
        except BaseException:
            # Starting one takes a moment, in which Ctrl-C may come; nobody else knows of it yet.
            self._end()
            raise

    def _run(self) -> None:
        _begun.thread = self
        try:
            self._outcome.set_result(run(self._flow))
        except BaseException as error:
            self._outcome.set_exception(error)

    async def result(self) -> _Result:
        return self._outcome.result()

    async def abandon(self) -> None:
        self._end()

    def _end(self) -> None:
        # A thread can't be stopped from outside, but what it waits for can be ended.
        self.abandoned.set()
        if (reading := self.reading) is not None:
            with contextlib.suppress(OSError):
                reading.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _ended_when_abandoned(response: httpx.Response) -> Iterator[None]:
    """Let a response end when the flow that reads it is abandoned."""
    thread: _Thread[Any] | None = getattr(_begun, "thread", None)
    stream = response.extensions.get("network_stream")
    if thread is None or stream is None:
        yield
        return
    thread.reading = stream.get_extra_info("socket")
    try:
        if thread.abandoned.is_set():
            # Just before there was anything to end.
            raise concurrent.futures.CancelledError
        yield
    finally:
        thread.reading = None
