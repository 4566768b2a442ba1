"""The bounded buffer between a real-time connection and the consumer of its events."""

from collections import deque
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from .._backends import Signal
from ..errors import SubscriptionError
from .appsync_protocol import Message


class BufferedEvent(NamedTuple):
    """An event that was received.

    Attributes:
        subject: The index of its subscription.
        message: The message, whose payload is the event.
    """

    subject: int
    message: Message


class BufferedGap(NamedTuple):
    """An interruption of subscriptions, in order with the events.

    Attributes:
        indexes: The indexes of the subscriptions.
        start: When the last message before it was received.
        end: When the subscriptions were active again.
        reason: Why they were interrupted.
    """

    indexes: Collection[int]
    start: datetime
    end: datetime
    reason: str


class EventBuffer:
    """Holds events until they are consumed, at most a number of them. Thread-safe.

    Args:
        signal: Wakes up the consumer.
        size: Maximum number of events.
        max_bytes: Maximum size of the events.
        indexes: The indexes of all subscriptions.
        fails_when_full: Whether the stream fails when the buffer is full; otherwise the events
            that do not fit are reported as a gap.
    """

    def __init__(
        self,
        signal: Signal,
        size: int,
        max_bytes: int,
        indexes: Collection[int],
        *,
        fails_when_full: bool,
    ) -> None:
        self._signal = signal
        self._size = size
        self._max_bytes = max_bytes
        self._indexes = indexes
        self._fails_when_full = fails_when_full
        self._items: deque[BufferedEvent | BufferedGap] = deque()
        self._bytes = 0
        self._full_since: datetime | None = None
        self._error: Exception | None = None
        self._has_ended = False

    @property
    def has_ended(self) -> bool:
        """Whether no further events are added."""
        return self._has_ended

    def put(self, event: BufferedEvent) -> None:
        """Add an event."""
        with self._signal.lock:
            has_room = (
                len(self._items) < self._size
                and self._bytes + event.message.size <= self._max_bytes
            )
            if self._full_since is not None or (self._items and not has_room):
                self._full_since = self._full_since or datetime.now(UTC)
            else:
                self._items.append(event)
                self._bytes += event.message.size
        self._signal.set()

    def put_gap(self, gap: BufferedGap) -> None:
        """Add an interruption."""
        with self._signal.lock:
            last = self._items[-1] if self._items else None
            if self._full_since is not None:
                pass  # The dropped events are reported up to the time when they fit again.
            elif isinstance(last, BufferedGap) and last.indexes == gap.indexes:
                self._items[-1] = gap._replace(start=last.start)
            elif len(self._items) >= self._size:
                self._full_since = gap.start
            else:
                self._items.append(gap)
        self._signal.set()

    def end(self, error: Exception | None = None) -> None:
        """End the events; those in the buffer are still delivered, then the error is raised."""
        with self._signal.lock:
            if not self._has_ended:
                self._has_ended, self._error = True, error
        self._signal.set()

    def discard(self) -> None:
        """End the events and discard those in the buffer."""
        with self._signal.lock:
            self._items.clear()
            self._has_ended, self._error, self._full_since = True, None, None
        self._signal.set()

    async def next(self, timeout: float | None = None) -> BufferedEvent | BufferedGap | None:
        """Wait for the next item; return None at the end.

        Raises:
            TimeoutError: There was none within `timeout` seconds.
            SubscriptionError: The stream has failed, and all events before that were delivered.
        """
        while True:
            # Cleared before looking, so that an item that arrives afterwards sets it again.
            self._signal.clear()
            with self._signal.lock:
                item = self._take()
                if item is not None:
                    return item
                if self._has_ended:
                    if self._error is not None:
                        # Wake up other consumers too.
                        self._signal.set()
                        raise self._error
                    self._signal.set()
                    return None
            if not await self._signal.wait(timeout):
                raise TimeoutError("no event was received in time")

    def _take(self) -> BufferedEvent | BufferedGap | None:
        if self._items:
            item = self._items.popleft()
            self._bytes -= item.message.size if isinstance(item, BufferedEvent) else 0
            return item
        if self._full_since is None:
            return None
        gap = self._describe_overflow(self._full_since)
        if self._fails_when_full:
            self._has_ended = True
            self._error = self._error or SubscriptionError(
                f"{gap.reason}; events from {gap.start.isoformat()} on were lost"
            )
            return None
        self._full_since = None
        return gap

    def _describe_overflow(self, since: datetime) -> BufferedGap:
        reason = (
            f"the buffer was full ({self._size} events or {self._max_bytes} bytes), as events were "
            "read too slowly"
        )
        return BufferedGap(self._indexes, since, datetime.now(UTC), reason)
