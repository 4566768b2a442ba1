"""Subscriptions that are kept active: connections that are renewed and replaced."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from random import uniform
from typing import Any

from pydantic_core import to_json

from .._backends import Backend
from .._utils.logging import log_give_up
from .._utils.retry import Backoff
from ..errors import DigitalExchangeError, SubscriptionError
from .appsync_protocol import Message, is_transient
from .client import GraphQLClient, Subscription
from .event_buffer import BufferedEvent, BufferedGap, EventBuffer
from .live_connection import LiveConnection

# Reconnecting ends only when the stream is closed.
UNLIMITED = 1 << 62


class LiveSubscriptions:
    """Keeps up to 100 subscriptions active over one connection at a time.

    Args:
        backend: A backend on the running event loop.
        client: Knows the endpoint, the token and the logger.
        subscriptions: The subscriptions by their index.
        buffer: Receives the events and the gaps.
        reconnect: Whether to connect again after the connection is lost.
    """

    def __init__(
        self,
        backend: Backend,
        client: GraphQLClient,
        subscriptions: Mapping[int, Subscription[Any]],
        buffer: EventBuffer,
        *,
        reconnect: bool,
    ) -> None:
        self._backend = backend
        self._client = client
        self._subscriptions = subscriptions
        self._buffer = buffer
        self._reconnects = reconnect
        self._overlap: _Overlap | None = None
        # The connection that is being replaced.
        self._previous: LiveConnection | None = None
        self._connections: set[LiveConnection] = set()

    @property
    def _log(self) -> logging.Logger:
        return self._client.log

    async def run(self, on_start: Callable[[], object]) -> None:
        """Subscribe, and receive events until it is cancelled or fails permanently.

        Args:
            on_start: Called when all subscriptions are active for the first time.
        """
        try:
            connection = await self._connect(self._client.max_retries)
            on_start()
            while True:
                connection = await self._keep(connection)
        finally:
            for open_connection in self._connections:
                open_connection.abandon()
            for open_connection in self._connections:
                await open_connection.stop()

    async def _keep(self, connection: LiveConnection) -> LiveConnection:
        """Wait until a connection needs to be replaced; return its replacement."""
        has_ended = await connection.wait(self._renewal_delay())
        if not has_ended:
            return await self._renew(connection)
        return await self._replace(connection)

    def _renewal_delay(self) -> float:
        # At different times, so that not all connections of a program are renewed at once.
        return self._backend.options.max_connection_seconds * uniform(0.9, 1)

    def _open(self) -> LiveConnection:
        connection = LiveConnection(
            self._backend, self._client, self._subscriptions, self._note_start, self._receive
        )
        self._connections.add(connection)
        return connection

    async def _close(self, connection: LiveConnection) -> None:
        self._connections.discard(connection)
        await connection.stop()

    async def _connect(self, max_retries: int) -> LiveConnection:
        """Open a connection, with retries."""
        backoff = Backoff(max_retries, self._backend.options)
        while True:
            connection = self._open()
            try:
                await connection.wait_until_started()
                return connection
            except DigitalExchangeError as error:
                await self._close(connection)
                if not _can_retry(error):
                    raise
                delay = backoff.next_delay()
                if delay is None:
                    log_give_up(self._log, error, backoff.retries)
                    raise
                self._log.info("%s; connecting again in %.1f s", error, delay)
            await self._backend.sleep(delay)

    async def _replace(self, lost: LiveConnection) -> LiveConnection:
        """Replace a connection that was lost, and report the gap."""
        error = lost.error or _build_closed_error()
        await self._close(lost)
        if not (self._reconnects and _can_retry(error)):
            raise error
        self._log.info("%s; connecting again", error)
        self._previous = lost
        return await self._connect(UNLIMITED)

    async def _renew(self, old: LiveConnection) -> LiveConnection:
        """Replace a connection before the server closes it, without missing events."""
        if not self._reconnects:
            return old
        overlap_seconds = self._backend.options.connection_overlap_seconds
        self._overlap, self._previous = _Overlap(), old
        try:
            fresh = await self._connect(UNLIMITED)
            # Events that were sent before the new connection was active are still on their way.
            await old.wait(overlap_seconds)
            await self._close(old)
            await fresh.wait(overlap_seconds)
        finally:
            self._overlap = None
        return fresh

    def _note_start(self, connection: LiveConnection) -> None:
        """Report the time without a connection, if there was one."""
        self._log.debug("%d subscriptions are active", len(self._subscriptions))
        previous, self._previous = self._previous, None
        if previous is not None and previous.has_ended:
            start, end = previous.last_received, connection.last_received
            reason = str(previous.error or _build_closed_error())
            self._buffer.put_gap(BufferedGap(self._subscriptions.keys(), start, end, reason))

    def _receive(self, connection: LiveConnection, index: int, message: Message) -> None:
        payload = message.payload.reveal()
        if self._overlap and not self._overlap.is_new(connection, index, payload):
            return
        self._buffer.put(BufferedEvent(index, message))


def _build_closed_error() -> SubscriptionError:
    return SubscriptionError("the real-time connection was closed")


def _can_retry(error: DigitalExchangeError) -> bool:
    return isinstance(error, SubscriptionError) and is_transient(error)


class _Overlap:
    """Recognizes events that two connections receive while one replaces the other."""

    def __init__(self) -> None:
        self._received: Counter[tuple[LiveConnection, int, bytes]] = Counter()
        self._delivered: Counter[tuple[int, bytes]] = Counter()

    def is_new(self, connection: LiveConnection, index: int, payload: object) -> bool:
        """Whether an event was not yet received over the other connection."""
        event = (index, to_json(payload))
        self._received[(connection, *event)] += 1
        if self._received[(connection, *event)] <= self._delivered[event]:
            return False
        self._delivered[event] += 1
        return True
