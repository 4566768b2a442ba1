"""Connections that a client can't keep for nothing, and that never hold more than they must.

uvicorn bounds neither how long a request's head takes nor how much of an unread body it goes
through, and it keeps the pongs of a client that does not read them.
"""

from __future__ import annotations

import asyncio
from typing import cast

import h11
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

try:
    import resource
except ModuleNotFoundError:  # Windows
    _OPEN_FILES = 2048
else:
    _OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[0]

# Half of what the process may open is left to files and databases.
MAX_CONNECTIONS = max(16, min(1000, _OPEN_FILES // 2))
MAX_HEAD_SECONDS = 20.0
# How long a client may leave unread what is written to it.
MAX_UNREAD_SECONDS = 300.0
# A client that is refused while it sends learns why only if its bytes are still taken. They are
# thrown away unparsed, as far as that takes no more than this.
MAX_DISCARDED_BYTES = 64 * 1024**2
MAX_DISCARD_SECONDS = 10.0
MAX_MESSAGE_FRAGMENTS = 1024
MAX_UNREAD_BYTES = 1024**2


class HttpConnection(H11Protocol):
    """One HTTP connection."""

    _deadline: asyncio.TimerHandle | None = None
    _write_deadline: asyncio.TimerHandle | None = None
    _waiting_since: float | None = None
    _discarded: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client a while to send its first request."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._wait_for_head()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        _cancel(self._write_deadline)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what belongs to a request; throw away the rest of one that was answered."""
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
        """Go on to the next request, unless the client is still sending this one."""
        if self.conn.their_state is not h11.SEND_BODY or self.transport.is_closing():
            self._waiting_since = self.loop.time()
            return super().on_response_complete()
        self.server_state.total_requests += 1
        self._discarded = 0
        self._deadline = self.loop.call_later(MAX_DISCARD_SECONDS, self.transport.abort)
        self.transport.write_eof()
        self.flow.resume_reading()

    def pause_writing(self) -> None:
        """Give the client a while to read."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(MAX_UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        _cancel(self._write_deadline)
        super().resume_writing()

    def _wait_for_head(self) -> None:
        """Close the connection unless a whole head arrives in time."""
        self._waiting_since = self.loop.time()
        self._deadline = self.loop.call_later(MAX_HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        """Call off the deadline."""
        self._waiting_since = None
        _cancel(self._deadline)
        self._deadline = None

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a request; it may be this one."""
        waiting = [
            (connection._waiting_since, connection)
            for connection in self.connections
            if isinstance(connection, HttpConnection | WebSocketConnection)
            and connection._waiting_since is not None
        ]
        _, longest = min(waiting, key=lambda item: item[0])
        longest._waiting_since = None
        longest.transport.abort()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """One WebSocket connection, which waits until the client was answered for the first time."""

    _write_deadline: asyncio.TimerHandle | None = None
    _waiting_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client a while to say who it is."""
        super().connection_made(transport)
        self._waiting_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _cancel(self._write_deadline)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take frames, as long as their answers are read."""
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment of a message; however small, it must not be one of too many."""
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
        """Give the client a while to read."""
        super().pause_writing()
        self._write_deadline = self.loop.call_later(MAX_UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        _cancel(self._write_deadline)
        super().resume_writing()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    """Call off what was to happen later."""
    if timer is not None:
        timer.cancel()
