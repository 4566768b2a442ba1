"""`Io` whose coroutines block and never suspend."""

import concurrent.futures
import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from .._secrets import Secret
from ._tracebacks import hidden_transport
from .base import NetworkConfig, Response, StreamingResponse, TaskHandle, WebSocket, run_sync
from .http import (
    JSON_HEADERS,
    SecretParts,
    check_open,
    check_response_size,
    client_options,
    http_errors,
    presigned_headers,
    proxy_errors,
    visible_url,
)

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

_Result = TypeVar("_Result")


class SyncBackend:
    """`Io` for the blocking client."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        with proxy_errors():
            self._http = httpx.Client(**client_options(network))

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        check_open(self._http)
        patience = timeout or self._network.timeout
        request = self._http.build_request(
            "POST", url, headers=JSON_HEADERS, content=content, timeout=patience
        )
        with http_errors(patience):
            return self._send(request, SecretParts(token=token))

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        check_open(self._http)
        headers = presigned_headers({"Content-Length": str(size)})
        address = visible_url(url)
        request = self._http.build_request("PUT", address, headers=headers, content=blocks)
        with http_errors(self._network.timeout):
            return self._send(request, SecretParts(url=url))

    def _send(self, request: httpx.Request, secrets: SecretParts) -> Response:
        body = bytearray()
        with contextlib.closing(self._http.send(request, auth=secrets, stream=True)) as answer:
            for block in answer.iter_bytes():
                body += block
                check_response_size(len(body))
        return Response(answer.status_code, answer.headers, bytes(body))

    @contextlib.asynccontextmanager
    async def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AsyncIterator[StreamingResponse]:
        check_open(self._http)
        request = self._http.build_request(
            "GET", visible_url(url), headers=presigned_headers(headers)
        )
        with http_errors(self._network.timeout):
            download = self._open(request, SecretParts(url=url))
        with hidden_transport(), contextlib.closing(download), _cancellable(download):
            yield download

    def _open(self, request: httpx.Request, secrets: SecretParts) -> "_StreamingResponse":
        response = self._http.send(request, auth=secrets, stream=True)
        return _StreamingResponse(response, self._network.timeout)

    @contextlib.asynccontextmanager
    async def websocket(
        self, url: str, subprotocols: Secret[list[str]]
    ) -> AsyncIterator[WebSocket]:
        from anyio.from_thread import start_blocking_portal

        from .async_backend import open_socket

        # On an event loop in a thread of its own. The blocking connections of websockets have a
        # thread too, and let both threads use one TLS session at a time, which OpenSSL forbids.
        opening = open_socket(self._network, url, subprotocols)
        with (
            hidden_transport(),
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(opening) as connection,
        ):
            yield _WebSocket(connection, portal)

    def spawn(self, flow: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        return _Thread(flow)

    def run_in_thread(self, work: Callable[[], _Result]) -> TaskHandle[_Result]:
        async def flow() -> _Result:
            return work()

        return _Thread(flow())

    async def sleep(self, seconds: float) -> None:
        thread: _Thread[Any] | None = getattr(_running, "thread", None)
        if thread is None:
            time.sleep(seconds)
        elif thread.abandoned.wait(seconds):
            raise concurrent.futures.CancelledError

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        self._http.close()


class _StreamingResponse:
    def __init__(self, response: httpx.Response, timeout: float) -> None:
        self.status = response.status_code
        # It has the URL of a redirect, and what else a server may repeat.
        self._response = Secret(response)
        self._timeout = timeout

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.reveal().headers

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        with http_errors(self._timeout):
            for block in self._response.reveal().iter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        with http_errors(self._timeout):
            for block in self._response.reveal().iter_raw():
                body += block
                if len(body) >= limit:
                    break
        return bytes(body[:limit])

    def socket(self) -> socket.socket | None:
        """The socket it comes over, if that is known."""
        stream = self._response.reveal().extensions.get("network_stream")
        return stream and stream.get_extra_info("socket")

    def close(self) -> None:
        self._response.reveal().close()


class _WebSocket:
    def __init__(self, socket: WebSocket, portal: "BlockingPortal") -> None:
        self._socket = socket
        self._portal = portal

    async def send(self, message: Secret[str]) -> None:
        with hidden_transport():
            self._portal.call(self._socket.send, message)

    async def receive(self, timeout: float) -> Secret[str]:
        with hidden_transport():
            return self._portal.call(self._socket.receive, timeout)


_running = threading.local()
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
        _running.thread = self
        try:
            self._outcome.set_result(run_sync(self._flow))
        except BaseException as error:
            self._outcome.set_exception(error)

    async def result(self) -> _Result:
        return self._outcome.result()

    async def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        # A thread can't be stopped from outside, but what it waits for can be ended.
        self.abandoned.set()
        if (reading := self.reading) is not None:
            with contextlib.suppress(OSError):
                reading.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _cancellable(download: _StreamingResponse) -> Iterator[None]:
    """Let a download end when the flow that reads it is abandoned."""
    thread: _Thread[Any] | None = getattr(_running, "thread", None)
    reading = download.socket()
    if thread is None or reading is None:
        yield
        return
    thread.reading = reading
    try:
        if thread.abandoned.is_set():
            # Just before there was anything to end.
            raise concurrent.futures.CancelledError
        yield
    finally:
        thread.reading = None
