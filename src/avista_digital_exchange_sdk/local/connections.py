"""Connections with timeouts for idle clients and bounded buffers.

uvicorn limits neither the time for request headers nor the amount of unread body it reads, and it
buffers pongs for clients that do not read them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn, cast

import h11
from starlette.requests import ClientDisconnect
from starlette.types import Scope
from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

from .limits import LIMITS

# How long a client may leave written data unread.
MAX_UNREAD_SECONDS = 300.0
# A client that is rejected while it sends only sees the response if its data is still received.
# That data is discarded unparsed, up to this amount.
MAX_DISCARDED_BYTES = 64 * 1024**2
MAX_MESSAGE_FRAGMENTS = 1024
MAX_UNREAD_BYTES = 1024**2

_ABORT = "local_exchange.abort"


class HttpConnection(H11Protocol):
    """One HTTP connection."""

    _deadline: asyncio.TimerHandle | None = None
    _write_deadline: asyncio.TimerHandle | None = None
    _waiting_since: float | None = None
    _discarded: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the timeout for the first request."""
        super().connection_made(cast(asyncio.Transport, transport))
        self.app: Any = _Disconnectable(self.app, self.transport.abort)
        self._wait_for_head()
        if len(self.connections) > LIMITS.max_connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        self._stop_waiting()
        _cancel(self._write_deadline)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process data of a request; discard the rest of one that already has a response."""
        if self._discarded is not None:
            self._discarded += len(data)
            if self._discarded > MAX_DISCARDED_BYTES:
                self.transport.abort()
            return
        super().data_received(data)
        upgraded = self not in self.connections
        if upgraded or (self.cycle is not None and not self.cycle.response_complete):
            self._stop_waiting()
        elif self._deadline is None:
            self._wait_for_head()

    def on_response_complete(self) -> None:
        """Continue with the next request, unless the client is still sending this one."""
        if self.conn.their_state is not h11.SEND_BODY or self.transport.is_closing():
            self._waiting_since = self.loop.time()
            return super().on_response_complete()
        self.server_state.total_requests += 1
        self._discarded = 0
        self._deadline = self.loop.call_later(LIMITS.max_discard_seconds, self.transport.abort)
        self.transport.write_eof()
        self.flow.resume_reading()

    def pause_writing(self) -> None:
        """Start the timeout for the client to read."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(MAX_UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue writing."""
        _cancel(self._write_deadline)
        super().resume_writing()

    def _wait_for_head(self) -> None:
        """Close the connection unless complete headers arrive in time."""
        self._waiting_since = self.loop.time()
        self._deadline = self.loop.call_later(LIMITS.max_head_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        """Cancel the deadline."""
        self._waiting_since = None
        _cancel(self._deadline)
        self._deadline = None

    def _make_room(self) -> None:
        """Close the connection that has been idle longest; it may be this one."""
        waiting = [
            (connection._waiting_since, connection)
            for connection in self.connections
            if isinstance(connection, HttpConnection | WebSocketConnection)
            and connection._waiting_since is not None
        ]
        _, longest = min(waiting, key=lambda item: item[0])
        longest._waiting_since = None
        longest.transport.abort()


async def disconnect(scope: Scope) -> NoReturn:
    """Close the connection of a request without a response.

    Raises:
        ClientDisconnect: Always.
    """
    scope[_ABORT]()
    # The connection is closed in the next iteration of the event loop.
    await asyncio.sleep(0)
    raise ClientDisconnect


class _Disconnectable:
    """Lets an application close the connection of a request."""

    def __init__(self, app: ASGI3Application, abort: Callable[[], None]) -> None:
        self._app = app
        self._abort = abort

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        await self._app(scope | {_ABORT: self._abort}, receive, send)


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket connection, which closes unless the client is authorized in time."""

    _write_deadline: asyncio.TimerHandle | None = None
    _waiting_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the timeout for authorization."""
        super().connection_made(transport)
        self._waiting_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        _cancel(self._write_deadline)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection, unless the client is closing it already."""
        if self.conn.state is State.CLOSING:
            self.transport.close()
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Process frames, as long as the client reads the responses."""
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        """Process a fragment of a message; limits the number of fragments."""
        if len(self.frames) >= MAX_MESSAGE_FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message."""
        await super().send(message)
        if message["type"] == "websocket.send":
            self._waiting_since = None

    def pause_writing(self) -> None:
        """Start the timeout for the client to read."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(MAX_UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue writing."""
        _cancel(self._write_deadline)
        super().resume_writing()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    """Cancel a timer."""
    if timer is not None:
        timer.cancel()
