"""The async backend, on asyncio."""

import asyncio
import contextlib
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import httpx

from .._options import Options
from .._secrets import Secret
from .._utils.retry import Clock
from ..errors import DigitalExchangeError
from ._tracebacks import hide_transport
from .async_network import RecordBackend
from .async_tasks import Task, closing
from .async_websocket import open_socket
from .background import LoopSignal, LoopTask
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
    to_async_iter,
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
from .processes import check_process, current_process
from .request_queue import Event, RequestQueue

_Result = TypeVar("_Result")


class _Clock:
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def clock(self) -> float:
        return time.monotonic()


class AsyncBackend(_Clock, OwnedBackend):
    """The backend of the async client.

    Args:
        network: The configuration of its connections.
        owner: The representation of its client, for the warning if it is not closed.
    """

    def __init__(self, network: NetworkConfig, owner: str = "") -> None:
        super().__init__(network, owner)
        self._loops = _Loops(network, _Clock())
        self._background: weakref.WeakSet[BackgroundTask] = weakref.WeakSet()

    async def _get_connections(self) -> "_Connections":
        if self._is_closed:
            raise build_closed_error()
        return await self._loops.get_connections()

    @property
    def options(self) -> Options:
        return self._network.options

    @property
    def max_concurrency(self) -> int:
        return self._network.max_concurrency

    async def get_request_queue(self) -> RequestQueue:
        return (await self._get_connections()).requests

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        connections = await self._get_connections()
        timeout = timeout or self._network.timeout
        request = connections.http.build_request(
            "POST",
            url,
            headers=JSON_HEADERS,
            content=content,
            timeout=build_timeouts(self._network, timeout),
        )
        with convert_errors(self._network, timeout):
            return await connections.send(request, SecretParts(token=token), timeout)

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        connections = await self._get_connections()
        public_url = check_url(self._network, url)
        headers = build_presigned_headers({"Content-Length": str(size)})
        request = connections.http.build_request(
            "PUT", public_url, headers=headers, content=to_async_iter(blocks)
        )
        timeout = self._network.timeout
        async with connections.streams:
            with convert_errors(self._network, timeout):
                return await connections.send(request, SecretParts(url=url), timeout)

    @contextlib.asynccontextmanager
    async def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AsyncIterator[StreamingResponse]:
        connections = await self._get_connections()
        public_url = check_url(self._network, url)
        request = connections.http.build_request(
            "GET", public_url, headers=build_presigned_headers(headers)
        )
        async with connections.streams:
            with convert_errors(self._network, self._network.timeout):
                download = await connections.open(request, SecretParts(url=url))
            with hide_transport():
                async with closing(download):
                    yield download

    @contextlib.asynccontextmanager
    async def transfer_slot(self) -> AsyncIterator[None]:
        connections = await self._get_connections()
        async with connections.transfers:
            yield

    def websocket(
        self,
        url: str,
        subprotocols: Secret[list[str]],
        handshake: Handshake[_Result],
        timeout: float | None = None,
    ) -> AbstractAsyncContextManager[OpeningWebSocket[_Result]]:
        return open_socket(self._network, url, subprotocols, handshake, timeout)

    def create_event(self) -> Event:
        return asyncio.Event()

    def spawn(self, coroutine: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        return Task(coroutine)

    def run_in_thread(self, function: Callable[[], _Result]) -> TaskHandle[_Result]:
        return Task(asyncio.to_thread(function))

    def run_in_background(
        self, create: Callable[[Backend], Coroutine[Any, Any, object]]
    ) -> BackgroundTask:
        if self._is_closed:
            raise build_closed_error()
        task = LoopTask(create(self))
        self._background.add(task)
        return task

    def create_signal(self) -> Signal:
        return LoopSignal()

    @property
    def _has_open_connections(self) -> bool:
        return self._loops.has_open_connections

    def _drop_connections(self) -> None:
        pass  # The event loops close them when they are deleted.

    async def close(self) -> None:
        self._is_closed = True
        tasks = list(self._background)
        for task in tasks:
            task.stop()
        for task in tasks:
            await task.wait(self.options.cleanup_timeout)
        await self._loops.close()


class _Loops:
    """The connections of each event loop, as another loop cannot use them."""

    def __init__(self, network: NetworkConfig, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self._connections: dict[asyncio.AbstractEventLoop, _Connections] = {}

    async def get_connections(self) -> "_Connections":
        """Get the connections of the running loop."""
        loop = _find_running_loop()
        if loop is None:
            raise DigitalExchangeError(
                "there is no running event loop of asyncio; in a forked process, start a new one "
                "with asyncio.run()"
            )
        connections = self._connections.get(loop)
        if connections is None:
            self._drop(lambda other: other.is_closed())
            connections = self._connections[loop] = _Connections(self._network, self._clock)
            await connections.close_with_loop()
        check_process(connections.process)
        return connections

    @property
    def has_open_connections(self) -> bool:
        """Whether there are connections of this process that no loop has closed."""
        return any(
            connections.process is current_process() and not loop.is_closed()
            for loop, connections in self._connections.items()
        )

    async def close(self) -> None:
        """Close the connections of the running loop. Other loops close theirs themselves."""
        loop = _find_running_loop()
        connections = self._connections.get(loop) if loop else None
        self._drop(lambda other: True)
        if connections is not None and connections.process is current_process():
            await connections.close()

    def _drop(self, should_drop: Callable[[asyncio.AbstractEventLoop], bool]) -> None:
        # Those of the parent process are kept: dropping them would close them in its loop too.
        for loop, connections in list(self._connections.items()):
            if connections.process is current_process() and should_drop(loop):
                self._connections.pop(loop, None)


def _find_running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running loop, or None, as in a process that was forked from a running loop."""
    with contextlib.suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


class _Connections:
    """The connections of one event loop and their limits."""

    def __init__(self, network: NetworkConfig, clock: Clock) -> None:
        self._network = network
        self.process = current_process()
        self.http = httpx.AsyncClient(
            transport=_Transport(network),
            trust_env=False,
            timeout=build_timeouts(network, network.timeout),
        )
        self.requests = RequestQueue(network.max_concurrency, clock, asyncio.Event)
        self.streams = asyncio.Semaphore(network.options.max_streams)
        self.transfers = asyncio.Semaphore(network.options.max_transfers)
        self._closing = _close_finally(self.http)

    async def close_with_loop(self) -> None:
        """Close the connections when the loop shuts down, as at the end of `asyncio.run()`."""
        await anext(self._closing)

    async def close(self) -> None:
        """Close the connections."""
        await self._closing.aclose()

    async def send(self, request: httpx.Request, secrets: SecretParts, timeout: float) -> Response:
        """Send a request and read the response."""
        async with _apply_deadline(timeout) as deadline:
            request.extensions["trace"] = _create_trace(deadline)
            response = await self.http.send(request, auth=secrets, stream=True)
            async with closing(response):
                body = ResponseBody(response.headers, self._network.options.max_response_bytes)
                async for block in response.aiter_raw():
                    deadline.extend(len(block))
                    body.add(block)
        return Response(response.status_code, response.headers, body.finish())

    async def open(self, request: httpx.Request, secrets: SecretParts) -> "_StreamingResponse":
        """Send a request and stream the response."""
        async with _apply_deadline(self._network.timeout) as deadline:
            request.extensions["trace"] = _create_trace(deadline)
            response = await self.http.send(request, auth=secrets, stream=True)
        return _StreamingResponse(response, self._network)


async def _close_finally(http: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    # An event loop closes all open async generators when it shuts down, each separately, so this
    # one must not contain another.
    process = current_process()
    try:
        yield
    finally:
        if process is current_process():
            await http.aclose()


@contextlib.asynccontextmanager
async def _apply_deadline(timeout: float) -> AsyncIterator[Deadline]:
    """Apply a deadline to a `with` block."""
    loop = asyncio.get_running_loop()

    def reschedule(remaining: float | None) -> None:
        limit.reschedule(None if remaining is None else loop.time() + remaining)

    deadline = Deadline(timeout, reschedule)
    try:
        async with asyncio.timeout(None) as limit:
            yield deadline
    except TimeoutError as error:
        raise httpx.ReadTimeout("the response takes too long") from error
    finally:
        # The request refers to the deadline, and would keep the task and its result alive.
        deadline.end()


def _create_trace(deadline: Deadline) -> Callable[..., Coroutine[Any, Any, None]]:
    async def trace(event: str, *_: object) -> None:
        deadline.follow(event)

    return trace


class _Transport(httpx.AsyncBaseTransport):
    """Sends requests directly or through the proxy of their host."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        self._routes: dict[Secret[str] | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        proxy = self._network.proxies.find(url.scheme, url.host, url.port)
        if proxy not in self._routes:
            self._routes[proxy] = self._create_route(proxy)
        return drop_reason_phrase(await self._routes[proxy].handle_async_request(request))

    def _create_route(self, proxy: Secret[str] | None) -> httpx.AsyncHTTPTransport:
        route = httpx.AsyncHTTPTransport(**build_transport_options(self._network, proxy))
        # httpx has no parameter for the network backend.
        route._pool._network_backend = RecordBackend(route._pool._network_backend)
        return route

    async def aclose(self) -> None:
        for route in self._routes.values():
            await route.aclose()


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
            async for block in self._response.reveal().aiter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        timeout = self._network.timeout
        with convert_errors(self._network, timeout):
            async with _apply_deadline(timeout) as deadline:
                deadline.start()
                async for block in self._response.reveal().aiter_raw():
                    deadline.extend(len(block))
                    body += block
                    if len(body) >= limit:
                        break
        return bytes(body[:limit])

    async def aclose(self) -> None:
        await self._response.reveal().aclose()
