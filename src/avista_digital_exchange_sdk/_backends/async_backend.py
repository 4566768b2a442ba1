"""`Io` over asyncio."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar, cast

import httpx

from .._secrets import Secret
from ..errors import SubscriptionError
from ._tracebacks import hidden_transport
from .base import NetworkConfig, Response, StreamingResponse, TaskHandle, WebSocket, to_async_iter
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
from .websocket import await_socket, connect_options

_Result = TypeVar("_Result")


class AsyncBackend:
    """`Io` for the asynchronous client."""

    def __init__(self, network: NetworkConfig) -> None:
        self._network = network
        with proxy_errors():
            self._http = httpx.AsyncClient(**client_options(network))

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        check_open(self._http)
        patience = timeout or self._network.timeout
        request = self._http.build_request(
            "POST", url, headers=JSON_HEADERS, content=content, timeout=patience
        )
        with http_errors(patience):
            return await self._send(request, SecretParts(token=token))

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        check_open(self._http)
        headers = presigned_headers({"Content-Length": str(size)})
        address = visible_url(url)
        request = self._http.build_request(
            "PUT", address, headers=headers, content=to_async_iter(blocks)
        )
        with http_errors(self._network.timeout):
            return await self._send(request, SecretParts(url=url))

    async def _send(self, request: httpx.Request, secrets: SecretParts) -> Response:
        body = bytearray()
        sending = self._http.send(request, auth=secrets, stream=True)
        async with contextlib.aclosing(await sending) as answer:
            async for block in answer.aiter_bytes():
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
            download = await self._open(request, SecretParts(url=url))
        with hidden_transport():
            async with contextlib.aclosing(download):
                yield download

    async def _open(self, request: httpx.Request, secrets: SecretParts) -> "_StreamingResponse":
        response = await self._http.send(request, auth=secrets, stream=True)
        return _StreamingResponse(response, self._network.timeout)

    def websocket(
        self, url: str, subprotocols: Secret[list[str]]
    ) -> AbstractAsyncContextManager[WebSocket]:
        return open_socket(self._network, url, subprotocols)

    def spawn(self, flow: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        return _Task(flow)

    def run_in_thread(self, work: Callable[[], _Result]) -> TaskHandle[_Result]:
        return _Task(asyncio.to_thread(work))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def clock(self) -> float:
        return time.monotonic()

    async def close(self) -> None:
        await self._http.aclose()


@contextlib.asynccontextmanager
async def open_socket(
    network: NetworkConfig, url: str, subprotocols: Secret[list[str]]
) -> AsyncIterator[WebSocket]:
    """Open a WebSocket; close it in the end."""
    socket = await await_socket(_connected(network, url, subprotocols))
    with hidden_transport():
        async with contextlib.aclosing(socket):
            yield socket


async def _connected(
    network: NetworkConfig, url: str, subprotocols: Secret[list[str]]
) -> "_WebSocket":
    from websockets.asyncio.client import connect

    from .websocket_connection import NoRedirectConnection

    options = connect_options(network, url)
    try:
        connection = await connect(
            url,
            create_connection=NoRedirectConnection,
            subprotocols=cast(Any, subprotocols.reveal()),
            **options,
        )
    except TimeoutError as error:
        raise SubscriptionError("the real-time connection did not open in time") from error
    return _WebSocket(connection)


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
            async for block in self._response.reveal().aiter_raw():
                yield block

    async def read(self, limit: int) -> bytes:
        body = bytearray()
        with http_errors(self._timeout):
            async for block in self._response.reveal().aiter_raw():
                body += block
                if len(body) >= limit:
                    break
        return bytes(body[:limit])

    async def aclose(self) -> None:
        await self._response.reveal().aclose()


class _WebSocket:
    def __init__(self, socket: Any) -> None:
        # It holds what the server said last.
        self._socket = Secret(socket)

    async def send(self, message: Secret[str]) -> None:
        await await_socket(self._socket.reveal().send(message.reveal()))

    async def receive(self, timeout: float) -> Secret[str]:
        async with asyncio.timeout(timeout):
            return Secret(await await_socket(self._socket.reveal().recv(decode=True)))

    async def aclose(self) -> None:
        await self._socket.reveal().close()


class _Task(Generic[_Result]):
    def __init__(self, flow: Coroutine[Any, Any, _Result]) -> None:
        self._task = asyncio.create_task(flow)
        # Whoever abandons it does not want to hear how it ended.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def result(self) -> _Result:
        return await self._task

    async def cancel(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
