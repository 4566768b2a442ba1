"""`Io` over asyncio."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

import httpx

from ..errors import SubscriptionError
from ._http import (
    check_open,
    check_size,
    client_options,
    http_errors,
    presigned_request,
    proxy_errors,
)
from ._protocol import Answer, Download, Network, Pending, Socket, as_async
from ._websocket import connect_options, socket_errors

_Result = TypeVar("_Result")


class AsyncIo:
    """`Io` for the asynchronous client."""

    def __init__(self, network: Network) -> None:
        self._network = network
        with proxy_errors():
            self._http = httpx.AsyncClient(**client_options(network))

    async def post(
        self, url: str, headers: dict[str, str], content: bytes, timeout: float | None = None
    ) -> Answer:
        check_open(self._http)
        patience = timeout or self._network.timeout
        request = self._http.build_request(
            "POST", url, headers=headers, content=content, timeout=patience
        )
        return await self._answer(request, patience)

    async def put(self, url: str, size: int, blocks: Iterator[bytes]) -> Answer:
        headers = {"Content-Length": str(size)}
        request = presigned_request(self._http, "PUT", url, headers, content=as_async(blocks))
        return await self._answer(request, self._network.timeout)

    async def _answer(self, request: httpx.Request, patience: float) -> Answer:
        body = bytearray()
        with http_errors(patience):
            async with contextlib.aclosing(await self._http.send(request, stream=True)) as answer:
                async for block in answer.aiter_bytes():
                    body += block
                    check_size(len(body))
        return Answer(answer.status_code, answer.headers, bytes(body))

    @contextlib.asynccontextmanager
    async def get(self, url: str, headers: dict[str, str]) -> AsyncIterator[Download]:
        request = presigned_request(self._http, "GET", url, headers)
        with http_errors(self._network.timeout):
            response = await self._http.send(request, stream=True)
        async with contextlib.aclosing(response):
            yield _Download(response, self._network.timeout)

    def websocket(self, url: str, subprotocols: list[str]) -> AbstractAsyncContextManager[Socket]:
        return open_socket(self._network, url, subprotocols)

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> Pending[_Result]:
        return _Task(flow)

    def beside(self, work: Callable[[], _Result]) -> Pending[_Result]:
        return _Task(asyncio.to_thread(work))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        await self._http.aclose()


@contextlib.asynccontextmanager
async def open_socket(network: Network, url: str, subprotocols: list[str]) -> AsyncIterator[Socket]:
    """Open a WebSocket; close it in the end."""
    from websockets.asyncio.client import connect

    from ._connection import DirectConnection

    options = connect_options(network, url, subprotocols)
    with socket_errors():
        try:
            socket = await connect(url, create_connection=DirectConnection, **options)
        except TimeoutError as error:
            raise SubscriptionError("the real-time connection did not open in time") from error
    try:
        yield _Socket(socket)
    finally:
        await socket.close()


class _Download:
    def __init__(self, response: httpx.Response, timeout: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._timeout = timeout

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        with http_errors(self._timeout):
            async for block in self._response.aiter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        with http_errors(self._timeout):
            async for block in self._response.aiter_raw():
                body += block
                if len(body) >= limit:
                    break
        return bytes(body[:limit])


class _Socket:
    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        with socket_errors():
            await self._socket.send(text)

    async def receive(self, timeout: float) -> str:
        with socket_errors():
            async with asyncio.timeout(timeout):
                return str(await self._socket.recv(decode=True))


class _Task(Generic[_Result]):
    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._task = asyncio.create_task(flow)
        # Whoever abandons it does not want to hear how it ended.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def result(self) -> _Result:
        return await self._task

    async def abandon(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
