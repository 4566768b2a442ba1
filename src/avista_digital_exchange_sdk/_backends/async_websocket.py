"""WebSockets on asyncio."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Generic, TypeVar, cast

from .._secrets import Secret
from ..errors import SubscriptionError
from ._tracebacks import hide_transport
from .async_tasks import Task, closing
from .base import Handshake, NetworkConfig, OpeningWebSocket
from .websocket import await_socket, build_connect_options

_Result = TypeVar("_Result")

# Timeouts in seconds for sending a message and for the closing handshake.
SEND_TIMEOUT_SECONDS = 10.0
CLOSE_TIMEOUT_SECONDS = 2.0


@contextlib.asynccontextmanager
async def open_socket(
    network: NetworkConfig,
    url: str,
    subprotocols: Secret[list[str]],
    handshake: Handshake[_Result],
    timeout: float | None,
) -> AsyncIterator[OpeningWebSocket[_Result]]:
    """Open a WebSocket in the background, for a `with` block."""
    if timeout is not None:
        network = network._replace(timeout=min(timeout, network.timeout))
    socket = _OpeningWebSocket(_open(network, url, subprotocols, handshake))
    with hide_transport():
        async with closing(socket):
            yield socket


async def _open(
    network: NetworkConfig,
    url: str,
    subprotocols: Secret[list[str]],
    handshake: Handshake[_Result],
) -> tuple["_WebSocket", _Result]:
    socket = await await_socket(_connect(network, url, subprotocols))
    try:
        return socket, await handshake(socket)
    except BaseException:
        await socket.aclose()
        raise


async def _connect(
    network: NetworkConfig, url: str, subprotocols: Secret[list[str]]
) -> "_WebSocket":
    from websockets.asyncio.client import connect

    from .websocket_connection import NoRedirectConnection

    options = build_connect_options(network, url)
    try:
        connection = await connect(
            url,
            create_connection=NoRedirectConnection,
            subprotocols=cast(Any, subprotocols.reveal()),
            **options,
        )
    except TimeoutError as error:
        raise SubscriptionError("the real-time connection did not open in time") from error
    except ssl.SSLCertVerificationError as error:
        message = "the real-time connection failed: the certificate could not be verified"
        raise SubscriptionError(f"{message}{network.tls.describe_trust()}") from error
    return _WebSocket(connection)


class _WebSocket:
    def __init__(self, socket: Any) -> None:
        # It contains the last message of the server.
        self._socket = Secret(socket)

    async def send(self, message: Secret[str]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                return await await_socket(self._socket.reveal().send(message.reveal()))
        raise SubscriptionError("the real-time connection accepts no data")

    async def receive(self, timeout: float) -> Secret[str]:
        async with asyncio.timeout(timeout):
            return Secret(await await_socket(self._socket.reveal().recv(decode=True)))

    async def aclose(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self._socket.reveal().close()
        except TimeoutError:
            self._socket.reveal().transport.abort()
        except BaseException:
            self._socket.reveal().transport.abort()
            raise


class _OpeningWebSocket(Generic[_Result]):
    def __init__(self, opening: Coroutine[Any, Any, tuple[_WebSocket, _Result]]) -> None:
        self._opening = Task(opening)

    async def wait_until_open(self) -> _Result:
        _, result = await self._opening.result()
        return result

    async def send(self, message: Secret[str]) -> None:
        socket, _ = await self._opening.result()
        await socket.send(message)

    async def receive(self, timeout: float) -> Secret[str]:
        socket, _ = await self._opening.result()
        return await socket.receive(timeout)

    async def aclose(self) -> None:
        await self._opening.cancel()
        if self._opening.has_succeeded:
            socket, _ = await self._opening.result()
            await socket.aclose()
