"""`Io` whose coroutines block and never suspend."""

import concurrent.futures
import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from .._options import Options
from .._secrets import Secret
from ._tracebacks import hide_transport
from .base import NetworkConfig, Response, StreamingResponse, TaskHandle, WebSocket, run_sync
from .body import ResponseBody
from .deadlines import Deadline
from .http import (
    JSON_HEADERS,
    SecretParts,
    checked_url,
    closed_error,
    drop_reason,
    http_errors,
    presigned_headers,
    request_timeouts,
    transport_options,
)
from .processes import PerProcess, check_process, current_process
from .sync_network import DeadlineBackend, deadline_applied

if TYPE_CHECKING:
    from .loop_thread import LoopThread

# Seconds between looks whether a thread that waits for a slot is wanted any more.
ABANDONED_POLL_SECONDS = 0.2

_Result = TypeVar("_Result")


class SyncBackend:
    """`Io` for the blocking client."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        self._connections = PerProcess(lambda: _Connections(network))
        self._is_closed = False

    def _connected(self) -> "_Connections":
        check_process()
        if self._is_closed:
            raise closed_error()
        return self._connections.get()

    @property
    def options(self) -> Options:
        return self._network.options

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        connections = self._connected()
        # Who sets a timeout of its own tidies up, and must not wait for others.
        slot = connections.calls.acquired() if timeout is None else contextlib.nullcontext()
        timeout = timeout or self._network.timeout
        request = connections.http.build_request(
            "POST",
            url,
            headers=JSON_HEADERS,
            content=content,
            timeout=request_timeouts(self._network, timeout),
        )
        with slot, http_errors(self._network, timeout):
            return connections.send(request, SecretParts(token=token), timeout)

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        connections = self._connected()
        address = checked_url(self._network, url)
        headers = presigned_headers({"Content-Length": str(size)})
        request = connections.http.build_request("PUT", address, headers=headers, content=blocks)
        timeout = self._network.timeout
        with connections.streams.acquired(), http_errors(self._network, timeout):
            return connections.send(request, SecretParts(url=url), timeout)

    @contextlib.asynccontextmanager
    async def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AsyncIterator[StreamingResponse]:
        connections = self._connected()
        address = checked_url(self._network, url)
        request = connections.http.build_request("GET", address, headers=presigned_headers(headers))
        with connections.streams.acquired():
            with http_errors(self._network, self._network.timeout):
                download = connections.open(request, SecretParts(url=url))
            with hide_transport(), contextlib.closing(download), _cancellable(download):
                yield download

    @contextlib.asynccontextmanager
    async def transfer_slot(self) -> AsyncIterator[None]:
        with self._connected().transfers.acquired():
            yield

    @contextlib.asynccontextmanager
    async def websocket(
        self, url: str, subprotocols: Secret[list[str]], timeout: float | None = None
    ) -> AsyncIterator[WebSocket]:
        from .async_backend import open_socket
        from .loop_thread import LoopThread

        self._connected()
        # On an event loop in a thread of its own. The blocking connections of websockets have a
        # thread too, and let both threads use one TLS session at a time, which OpenSSL forbids.
        opening = open_socket(self._network, url, subprotocols, timeout)
        with (
            hide_transport(),
            contextlib.closing(LoopThread()) as thread,
            thread.entered(opening) as connection,
        ):
            yield _WebSocket(connection, thread)

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
        self._is_closed = True
        if connections := self._connections.existing:
            connections.http.close()


class _Connections:
    """What one process talks over, and how much of that at a time."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        self.http = httpx.Client(
            transport=_Transport(network),
            trust_env=False,
            timeout=request_timeouts(network, network.timeout),
        )
        self.calls = _Slots(network.options.max_calls)
        self.streams = _Slots(network.options.max_streams)
        self.transfers = _Slots(network.options.max_transfers)

    def send(self, request: httpx.Request, secrets: SecretParts, timeout: float) -> Response:
        """Send a request and read the whole response."""
        deadline = Deadline(timeout)
        request.extensions["trace"] = deadline.follow
        with (
            deadline_applied(deadline),
            contextlib.closing(self.http.send(request, auth=secrets, stream=True)) as response,
        ):
            body = ResponseBody(response.headers, self._network.options.max_response_bytes)
            for block in response.iter_raw():
                deadline.extend(len(block))
                body.add(block)
        return Response(response.status_code, response.headers, body.finish())

    def open(self, request: httpx.Request, secrets: SecretParts) -> "_StreamingResponse":
        """Send a request and read the head of the response."""
        deadline = Deadline(self._network.timeout)
        request.extensions["trace"] = deadline.follow
        with deadline_applied(deadline):
            response = self.http.send(request, auth=secrets, stream=True)
        return _StreamingResponse(response, self._network)


class _Transport(httpx.BaseTransport):
    """Sends requests directly, or by the proxy that leads to their host."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        self._routes: dict[Secret[str] | None, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        proxy = self._network.proxies.find(url.scheme, url.host, url.port)
        route = self._routes.get(proxy)
        if route is None:
            route = self._routes.setdefault(proxy, self._create_route(proxy))
        return drop_reason(route.handle_request(request))

    def _create_route(self, proxy: Secret[str] | None) -> httpx.HTTPTransport:
        route = httpx.HTTPTransport(**transport_options(self._network, proxy))
        # httpx has no parameter for it.
        route._pool._network_backend = DeadlineBackend(self._network)
        return route

    def close(self) -> None:
        for route in self._routes.values():
            route.close()


class _Slots:
    """How many of something are under way at a time; waiting for one has no timeout."""

    def __init__(self, number: int) -> None:
        self._slots = threading.BoundedSemaphore(number)

    @contextlib.contextmanager
    def acquired(self) -> Iterator[None]:
        """Wait for a slot, and have it for the length of a `with` block."""
        thread: _Thread[Any] | None = getattr(_running, "thread", None)
        while not self._slots.acquire(timeout=None if thread is None else ABANDONED_POLL_SECONDS):
            if thread is not None and thread.abandoned.is_set():
                raise concurrent.futures.CancelledError
        try:
            yield
        finally:
            self._slots.release()


class _StreamingResponse:
    def __init__(self, response: httpx.Response, network: NetworkConfig) -> None:
        self.status = response.status_code
        # It has the URL of a redirect, and what else a server may repeat.
        self._response = Secret(response)
        self._network = network

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.reveal().headers

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        with http_errors(self._network, self._network.timeout):
            for block in self._response.reveal().iter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        deadline = Deadline(self._network.timeout)
        deadline.start()
        with http_errors(self._network, self._network.timeout), deadline_applied(deadline):
            for block in self._response.reveal().iter_raw():
                deadline.extend(len(block))
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
    def __init__(self, socket: WebSocket, thread: "LoopThread") -> None:
        self._socket = socket
        self._thread = thread

    async def send(self, message: Secret[str]) -> None:
        with hide_transport():
            self._thread.call(self._socket.send(message))

    async def receive(self, timeout: float) -> Secret[str]:
        with hide_transport():
            return self._thread.call(self._socket.receive(timeout))


_running = threading.local()
"""`thread` is the `_Thread` that runs, in a flow that was begun beside another one."""


class _Thread(Generic[_Result]):
    """A flow in a thread of its own, which does not keep the interpreter from exiting."""

    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._outcome: concurrent.futures.Future[_Result] = concurrent.futures.Future()
        self._flow = flow
        self._process = current_process()
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
        check_process(self._process)
        return self._outcome.result()

    async def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._process is not current_process():
            # The thread is the parent's, and so is what it reads.
            return
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
