"""The sync backend, whose coroutines block and never suspend."""

import contextlib
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from .._options import Options
from .._secrets import Secret
from .._utils.retry import Clock
from ._tracebacks import hide_transport
from .base import (
    Backend,
    BackgroundTask,
    Handshake,
    NetworkConfig,
    OpeningWebSocket,
    OwnedBackend,
    Response,
    Signal,
    StreamingResponse,
    TaskHandle,
)
from .body import ResponseBody
from .deadlines import Deadline
from .http import (
    JSON_HEADERS,
    SecretParts,
    build_closed_error,
    build_presigned_headers,
    build_timeouts,
    build_transport_options,
    check_url,
    convert_errors,
    drop_reason_phrase,
)
from .processes import PerProcess, check_process
from .request_queue import Event, RequestQueue
from .sync_network import DeadlineBackend, apply_deadline
from .sync_tasks import Slots, ThreadEvent, ThreadTask, sleep

if TYPE_CHECKING:
    from .loop_thread import LoopThread

_Result = TypeVar("_Result")


class _Clock:
    async def sleep(self, seconds: float) -> None:
        sleep(seconds)

    def clock(self) -> float:
        return time.monotonic()


class SyncBackend(_Clock, OwnedBackend):
    """The backend of the sync client.

    Args:
        network: The configuration of its connections.
        owner: The representation of its client, for the warning if it is not closed.
    """

    def __init__(self, network: NetworkConfig, owner: str = "") -> None:
        super().__init__(network, owner)
        self._connections = PerProcess(lambda: _Connections(network, _Clock()))
        self._background: weakref.WeakSet[BackgroundTask] = weakref.WeakSet()

    def _get_connections(self) -> "_Connections":
        check_process()
        if self._is_closed:
            raise build_closed_error()
        return self._connections.get()

    @property
    def options(self) -> Options:
        return self._network.options

    @property
    def max_concurrency(self) -> int:
        return self._network.max_concurrency

    async def get_request_queue(self) -> RequestQueue:
        return self._get_connections().requests

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        connections = self._get_connections()
        timeout = timeout or self._network.timeout
        request = connections.http.build_request(
            "POST",
            url,
            headers=JSON_HEADERS,
            content=content,
            timeout=build_timeouts(self._network, timeout),
        )
        with convert_errors(self._network, timeout):
            return connections.send(request, SecretParts(token=token), timeout)

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        connections = self._get_connections()
        public_url = check_url(self._network, url)
        headers = build_presigned_headers({"Content-Length": str(size)})
        request = connections.http.build_request("PUT", public_url, headers=headers, content=blocks)
        timeout = self._network.timeout
        with connections.streams.acquire(), convert_errors(self._network, timeout):
            return connections.send(request, SecretParts(url=url), timeout)

    @contextlib.asynccontextmanager
    async def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AsyncIterator[StreamingResponse]:
        connections = self._get_connections()
        public_url = check_url(self._network, url)
        request = connections.http.build_request(
            "GET", public_url, headers=build_presigned_headers(headers)
        )
        with connections.streams.acquire():
            with convert_errors(self._network, self._network.timeout):
                download = connections.open(request, SecretParts(url=url))
            with hide_transport(), contextlib.closing(download):
                yield download

    @contextlib.asynccontextmanager
    async def transfer_slot(self) -> AsyncIterator[None]:
        with self._get_connections().transfers.acquire():
            yield

    @contextlib.asynccontextmanager
    async def websocket(
        self,
        url: str,
        subprotocols: Secret[list[str]],
        handshake: Handshake[_Result],
        timeout: float | None = None,
    ) -> AsyncIterator[OpeningWebSocket[_Result]]:
        from .async_websocket import open_socket
        from .loop_thread import LoopThread

        self._get_connections()
        # Uses an event loop in a separate thread. The sync connections of websockets have a thread
        # too, but both threads may use a TLS session at the same time, which OpenSSL forbids.
        opening = open_socket(self._network, url, subprotocols, handshake, timeout)
        with (
            hide_transport(),
            contextlib.closing(LoopThread()) as thread,
            thread.enter(opening) as connection,
        ):
            yield _WebSocket(connection, thread)

    def create_event(self) -> Event:
        return ThreadEvent()

    def spawn(self, coroutine: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        return ThreadTask(coroutine)

    def run_in_thread(self, function: Callable[[], _Result]) -> TaskHandle[_Result]:
        async def run() -> _Result:
            return function()

        return ThreadTask(run())

    def run_in_background(
        self, create: Callable[[Backend], Coroutine[Any, Any, object]]
    ) -> BackgroundTask:
        from .async_backend import AsyncBackend
        from .background import ThreadTask

        self._get_connections()
        task = ThreadTask(create(AsyncBackend(self._network)))
        self._background.add(task)
        return task

    def create_signal(self) -> Signal:
        from .background import ThreadSignal

        return ThreadSignal()

    @property
    def _has_open_connections(self) -> bool:
        return self._connections.existing is not None

    def _drop_connections(self) -> None:
        if connections := self._connections.existing:
            connections.http.close()

    async def close(self) -> None:
        self._is_closed = True
        for task in list(self._background):
            task.stop()
        self._drop_connections()


class _Connections:
    """The connections of one process and their limits."""

    def __init__(self, network: NetworkConfig, clock: Clock) -> None:
        self._network = network
        self.http = httpx.Client(
            transport=_Transport(network),
            trust_env=False,
            timeout=build_timeouts(network, network.timeout),
        )
        self.requests = RequestQueue(network.max_concurrency, clock, ThreadEvent)
        self.streams = Slots(network.options.max_streams)
        self.transfers = Slots(network.options.max_transfers)

    def send(self, request: httpx.Request, secrets: SecretParts, timeout: float) -> Response:
        """Send a request and read the response."""
        deadline = Deadline(timeout)
        request.extensions["trace"] = deadline.follow
        with (
            apply_deadline(deadline),
            contextlib.closing(self.http.send(request, auth=secrets, stream=True)) as response,
        ):
            body = ResponseBody(response.headers, self._network.options.max_response_bytes)
            for block in response.iter_raw():
                deadline.extend(len(block))
                body.add(block)
        return Response(response.status_code, response.headers, body.finish())

    def open(self, request: httpx.Request, secrets: SecretParts) -> "_StreamingResponse":
        """Send a request and stream the response."""
        deadline = Deadline(self._network.timeout)
        request.extensions["trace"] = deadline.follow
        with apply_deadline(deadline):
            response = self.http.send(request, auth=secrets, stream=True)
        return _StreamingResponse(response, self._network)


class _Transport(httpx.BaseTransport):
    """Sends requests directly or through the proxy of their host."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        self._routes: dict[Secret[str] | None, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        proxy = self._network.proxies.find(url.scheme, url.host, url.port)
        route = self._routes.get(proxy)
        if route is None:
            route = self._routes.setdefault(proxy, self._create_route(proxy))
        return drop_reason_phrase(route.handle_request(request))

    def _create_route(self, proxy: Secret[str] | None) -> httpx.HTTPTransport:
        route = httpx.HTTPTransport(**build_transport_options(self._network, proxy))
        # httpx has no parameter for the network backend.
        route._pool._network_backend = DeadlineBackend(self._network)
        return route

    def close(self) -> None:
        for route in self._routes.values():
            route.close()


class _StreamingResponse:
    def __init__(self, response: httpx.Response, network: NetworkConfig) -> None:
        self.status = response.status_code
        # It may contain the URL of a redirect or an echoed secret.
        self._response = Secret(response)
        self._network = network

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.reveal().headers

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        with convert_errors(self._network, self._network.timeout):
            for block in self._response.reveal().iter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        deadline = Deadline(self._network.timeout)
        deadline.start()
        with convert_errors(self._network, self._network.timeout), apply_deadline(deadline):
            for block in self._response.reveal().iter_raw():
                deadline.extend(len(block))
                body += block
                if len(body) >= limit:
                    break
        return bytes(body[:limit])

    def close(self) -> None:
        self._response.reveal().close()


class _WebSocket(Generic[_Result]):
    def __init__(self, socket: OpeningWebSocket[_Result], thread: "LoopThread") -> None:
        self._socket = socket
        self._thread = thread

    async def wait_until_open(self) -> _Result:
        with hide_transport():
            return self._thread.call(self._socket.wait_until_open())

    async def send(self, message: Secret[str]) -> None:
        with hide_transport():
            self._thread.call(self._socket.send(message))

    async def receive(self, timeout: float) -> Secret[str]:
        with hide_transport():
            return self._thread.call(self._socket.receive(timeout))
