"""Waiting for the network, in two colours: blocking and asynchronous.

Everything above this module is written once, as coroutines over `Io`. Under `AsyncIo` they suspend
as coroutines do. Under `BlockingIo` every wait blocks instead, so a whole flow runs in one step of
its coroutine (see `run`), with no event loop: the blocking client works where a loop is already
running, and Ctrl-C behaves.

Only this module knows httpx, websockets, asyncio and clocks.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import httpx

from .errors import ConnectionFailedError, RequestTimeoutError, SubscriptionError

BLOCK_SIZE = 1 << 18
LONGEST_MESSAGE = 1 << 20

_Result = TypeVar("_Result")
_Outcome = TypeVar("_Outcome", covariant=True)


class Answer(NamedTuple):
    """A whole HTTP response."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Download(Protocol):
    """An HTTP response whose body is still to be read."""

    status: int
    headers: Mapping[str, str]

    def blocks(self) -> AsyncIterator[bytes]:
        """The body, block by block."""

    async def read(self) -> bytes:
        """The body, at once."""


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, text: str) -> None:
        """Send one text message."""

    async def receive(self, timeout: float) -> str:
        """Wait at most `timeout` seconds for one message; raise TimeoutError when none comes."""


class Pending(Protocol[_Outcome]):
    """A flow that runs beside the one that began it."""

    async def result(self) -> _Outcome:
        """Wait for its end; raise what it raised."""

    def abandon(self) -> None:
        """Let nobody wait for it any more."""


class Io(Protocol):
    """What a flow can wait for."""

    async def post(
        self, url: str, headers: dict[str, str], content: bytes, timeout: float | None = None
    ) -> Answer:
        """POST a body and read the whole answer; `timeout` seconds in place of the usual."""

    async def put(self, url: str, size: int, blocks: Iterator[bytes]) -> Answer:
        """PUT a body of a known size to a presigned URL."""

    def get(self, url: str) -> contextlib.AbstractAsyncContextManager[Download]:
        """GET a presigned URL, leaving the body to be read."""

    def websocket(
        self, url: str, subprotocols: list[str]
    ) -> contextlib.AbstractAsyncContextManager[Socket]:
        """Open a WebSocket."""

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> "Pending[_Result]":
        """Begin a flow that runs beside the present one."""

    def clock(self) -> float:
        """Seconds of a clock that never goes back."""

    async def close(self) -> None:
        """Close every connection."""


def run(flow: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a flow over `BlockingIo` to its end; its waits block, so one step is all it takes."""
    try:
        flow.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    finally:
        flow.close()
    raise RuntimeError("a flow over BlockingIo suspended")


def iterate(flow: AsyncGenerator[_Result, None]) -> Iterator[_Result]:
    """Run an iterating flow over `BlockingIo`, a step an item."""
    try:
        while True:
            try:
                item = run(flow.__anext__())
            except StopAsyncIteration:
                return
            yield item
    finally:
        run(flow.aclose())


class _PresignedUrl(httpx.URL):
    """A URL that prints without its query string, so that no log of httpx can show it."""

    def __str__(self) -> str:
        return super().__str__().partition("?")[0]

    def __repr__(self) -> str:
        return f"URL({str(self)!r})"


def _presigned_request(
    client: httpx.Client | httpx.AsyncClient, method: str, url: str, **options: Any
) -> httpx.Request:
    request = client.build_request(method, url, **options)
    request.url = _PresignedUrl(url)
    return request


@contextlib.contextmanager
def _http_errors(timeout: float) -> Iterator[None]:
    """Turn httpx's errors into this package's; theirs can carry the URL of the request."""
    try:
        yield
    except httpx.TimeoutException as error:
        kind = type(error).__name__.removesuffix("Timeout").lower()
        message = f"no answer within {timeout:g} s ({kind} timeout)"
        raise RequestTimeoutError(message) from error
    except httpx.TransportError as error:
        message = f"the connection failed: {error or type(error).__name__}"
        raise ConnectionFailedError(message) from error


def _socket_options(timeout: float) -> dict[str, Any]:
    # The platform keeps the connection alive itself, so pings of our own add nothing. The logger of
    # websockets shows whole messages, token included, so it gets one that nobody listens to.
    return {
        "open_timeout": timeout,
        "close_timeout": 1,
        "ping_interval": None,
        "max_size": LONGEST_MESSAGE,
        "compression": None,
        "logger": logging.Logger("websockets of the SDK", logging.CRITICAL + 1),
    }


@contextlib.contextmanager
def _socket_errors() -> Iterator[None]:
    """Turn the errors of websockets into this package's; theirs can carry the request."""
    from websockets.exceptions import ConnectionClosed, WebSocketException

    try:
        yield
    except ConnectionClosed as error:
        raise SubscriptionError("the real-time connection was closed") from error
    except (WebSocketException, OSError, EOFError) as error:
        reason = type(error).__name__
        raise SubscriptionError(f"the real-time connection failed ({reason})") from error


class BlockingIo:
    """`Io` whose coroutines block and never suspend."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._http = httpx.Client(timeout=timeout)

    async def post(
        self, url: str, headers: dict[str, str], content: bytes, timeout: float | None = None
    ) -> Answer:
        patience = timeout or self._timeout
        with _http_errors(patience):
            answer = self._http.post(url, headers=headers, content=content, timeout=patience)
        return Answer(answer.status_code, answer.headers, answer.content)

    async def put(self, url: str, size: int, blocks: Iterator[bytes]) -> Answer:
        headers = {"Content-Length": str(size)}
        request = _presigned_request(self._http, "PUT", url, headers=headers, content=blocks)
        with _http_errors(self._timeout):
            answer = self._http.send(request)
        return Answer(answer.status_code, answer.headers, answer.content)

    @contextlib.asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        request = _presigned_request(
            self._http, "GET", url, headers={"Accept-Encoding": "identity"}
        )
        with _http_errors(self._timeout):
            response = self._http.send(request, stream=True)
        with contextlib.closing(response):
            yield _BlockingDownload(response, self._timeout)

    @contextlib.asynccontextmanager
    async def websocket(self, url: str, subprotocols: list[str]) -> AsyncIterator[Socket]:
        from websockets.sync.client import connect
        from websockets.typing import Subprotocol

        names = [Subprotocol(name) for name in subprotocols]
        with _socket_errors():
            socket = connect(url, subprotocols=names, **_socket_options(self._timeout))
        with contextlib.closing(socket):
            yield _BlockingSocket(socket)

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> Pending[_Result]:
        return _Thread(flow)

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        self._http.close()


class _Thread(Generic[_Result]):
    """A flow in a thread of its own, which does not keep the interpreter from exiting."""

    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._future: concurrent.futures.Future[_Result] = concurrent.futures.Future()
        self._flow = flow
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._future.set_result(run(self._flow))
        except BaseException as error:
            self._future.set_exception(error)

    async def result(self) -> _Result:
        return self._future.result()

    def abandon(self) -> None:
        pass


class _BlockingDownload:
    def __init__(self, response: httpx.Response, timeout: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._timeout = timeout

    async def blocks(self) -> AsyncIterator[bytes]:
        with _http_errors(self._timeout):
            for block in self._response.iter_raw(BLOCK_SIZE):
                yield block

    async def read(self) -> bytes:
        with _http_errors(self._timeout):
            return self._response.read()


class _BlockingSocket:
    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        with _socket_errors():
            self._socket.send(text)

    async def receive(self, timeout: float) -> str:
        with _socket_errors():
            return str(self._socket.recv(timeout, decode=True))


class AsyncIo:
    """`Io` over asyncio."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._http = httpx.AsyncClient(timeout=timeout)

    async def post(
        self, url: str, headers: dict[str, str], content: bytes, timeout: float | None = None
    ) -> Answer:
        patience = timeout or self._timeout
        with _http_errors(patience):
            answer = await self._http.post(url, headers=headers, content=content, timeout=patience)
        return Answer(answer.status_code, answer.headers, answer.content)

    async def put(self, url: str, size: int, blocks: Iterator[bytes]) -> Answer:
        headers = {"Content-Length": str(size)}
        content = _as_async(blocks)
        request = _presigned_request(self._http, "PUT", url, headers=headers, content=content)
        with _http_errors(self._timeout):
            answer = await self._http.send(request)
        return Answer(answer.status_code, answer.headers, answer.content)

    @contextlib.asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        request = _presigned_request(
            self._http, "GET", url, headers={"Accept-Encoding": "identity"}
        )
        with _http_errors(self._timeout):
            response = await self._http.send(request, stream=True)
        async with contextlib.aclosing(response):
            yield _AsyncDownload(response, self._timeout)

    @contextlib.asynccontextmanager
    async def websocket(self, url: str, subprotocols: list[str]) -> AsyncIterator[Socket]:
        from websockets.asyncio.client import connect
        from websockets.typing import Subprotocol

        names = [Subprotocol(name) for name in subprotocols]
        with _socket_errors():
            socket = await connect(url, subprotocols=names, **_socket_options(self._timeout))
        try:
            yield _AsyncSocket(socket)
        finally:
            await socket.close()

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> Pending[_Result]:
        return _Task(flow)

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        await self._http.aclose()


class _Task(Generic[_Result]):
    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._task = asyncio.create_task(flow)

    async def result(self) -> _Result:
        return await self._task

    def abandon(self) -> None:
        self._task.cancel()


class _AsyncDownload:
    def __init__(self, response: httpx.Response, timeout: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._timeout = timeout

    async def blocks(self) -> AsyncIterator[bytes]:
        with _http_errors(self._timeout):
            async for block in self._response.aiter_raw(BLOCK_SIZE):
                yield block

    async def read(self) -> bytes:
        with _http_errors(self._timeout):
            return await self._response.aread()


class _AsyncSocket:
    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        with _socket_errors():
            await self._socket.send(text)

    async def receive(self, timeout: float) -> str:
        with _socket_errors():
            async with asyncio.timeout(timeout):
                return str(await self._socket.recv(decode=True))


async def _as_async(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block
