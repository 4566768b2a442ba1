"""The events of subscriptions, received in the background until they are consumed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from .._backends import (
    Backend,
    BackgroundTask,
    Signal,
    build_closed_error,
    check_process,
    current_process,
)
from ..errors import SubscriptionError
from .client import GraphQLClient, Subscription
from .event_buffer import BufferedEvent, BufferedGap, EventBuffer
from .live_subscriptions import LiveSubscriptions


class FeedOptions(NamedTuple):
    """How events are received.

    Attributes:
        reconnect: Whether to connect again after a connection is lost.
        buffer_size: Maximum number of events that wait for the consumer.
    """

    reconnect: bool
    buffer_size: int


class LiveFeed:
    """Receives the events of any number of subscriptions in the background.

    Args:
        client: Knows the backend, the endpoint and the token.
        subscriptions: The subscriptions.
        options: How events are received.
    """

    def __init__(
        self,
        client: GraphQLClient,
        subscriptions: Sequence[Subscription[Any]],
        options: FeedOptions,
    ) -> None:
        self._process = current_process()
        self._client = client
        groups = _split(subscriptions, client.backend.options.max_subscriptions)
        self._started = client.backend.create_signal()
        self._buffer = EventBuffer(
            client.backend.create_signal(),
            options.buffer_size,
            client.backend.options.max_buffered_bytes,
            range(len(subscriptions)),
            fails_when_full=not options.reconnect,
        )
        self._receiver = _Receiver(client, groups, self._buffer, self._started.set, options)
        self._task: BackgroundTask | None = None

    async def open(self, timeout: float | None = None) -> None:
        """Subscribe, and wait until all subscriptions are active, at most `timeout` seconds."""
        self._task = self._client.backend.run_in_background(self._receiver.run)
        if not await self._started.wait(timeout):
            raise SubscriptionError(f"the subscription did not start within {timeout:.3g} s")
        if not self._receiver.has_started:
            raise self._receiver.error or build_closed_error()

    async def next(self, timeout: float | None = None) -> BufferedEvent | BufferedGap | None:
        """Wait for the next event or gap; return None at the end. See `EventBuffer.next()`."""
        check_process(self._process)
        return await self._buffer.next(timeout)

    @property
    def has_ended(self) -> bool:
        """Whether it was stopped, or has failed."""
        return self._buffer.has_ended

    def stop(self) -> None:
        """Unsubscribe without waiting, and discard what was not consumed."""
        if self._process is not current_process():
            # The connections, and the threads that may hold the lock of the buffer, are the
            # parent's.
            return
        self._buffer.discard()
        if self._task is not None:
            self._task.stop()

    async def close(self) -> None:
        """Unsubscribe, and wait until the connections are closed."""
        self.stop()
        if self._task is not None:
            await self._task.wait(self._client.backend.options.cleanup_timeout)


def _split(
    subscriptions: Sequence[Subscription[Any]], size: int
) -> list[Mapping[int, Subscription[Any]]]:
    numbered = list(enumerate(subscriptions))
    return [dict(numbered[start : start + size]) for start in range(0, len(numbered), size)]


class _Receiver:
    """The background task of a feed. It must not refer to the feed, which it would keep alive.

    Attributes:
        error: Why the subscriptions have ended.
    """

    def __init__(
        self,
        client: GraphQLClient,
        groups: Sequence[Mapping[int, Subscription[Any]]],
        buffer: EventBuffer,
        on_change: Callable[[], object],
        options: FeedOptions,
    ) -> None:
        self.error: Exception | None = None
        self._client = client
        self._groups = groups
        self._buffer = buffer
        self._on_change = on_change
        self._options = options
        self._number_of_starting = len(groups)

    async def run(self, backend: Backend) -> None:
        """Receive the events of all groups until one fails, or this is cancelled."""
        failed = backend.create_signal()
        tasks = [
            backend.run_in_background(partial(self._receive, group, failed))
            for group in self._groups
        ]
        try:
            await failed.wait()
        finally:
            for task in tasks:
                task.stop()
            for task in tasks:
                await task.wait(backend.options.cleanup_timeout)
            self.error = self.error or build_closed_error()
            self._buffer.end(self.error)
            self._on_change()

    async def _receive(
        self, group: Mapping[int, Subscription[Any]], failed: Signal, backend: Backend
    ) -> None:
        reconnect = self._options.reconnect
        subscriptions = LiveSubscriptions(
            backend, self._client, group, self._buffer, reconnect=reconnect
        )
        try:
            await subscriptions.run(self._note_start)
        except Exception as error:
            self.error = self.error or error
        finally:
            failed.set()

    @property
    def has_started(self) -> bool:
        """Whether all subscriptions were active at a time."""
        return self._number_of_starting == 0

    def _note_start(self) -> None:
        self._number_of_starting -= 1
        if self.has_started:
            self._on_change()
