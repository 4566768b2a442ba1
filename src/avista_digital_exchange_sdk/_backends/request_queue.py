"""Limits how many operations of a client send requests at the same time.

The oldest operations send first, and an operation keeps its turn while it waits for a retry: with a
limit of one, a throttled client works like a sequential one. The limit adapts as the congestion
window of TCP does: it is halved when the platform throttles, at most once for the requests that
were sent before, and grows by one when about as many requests as the limit have succeeded.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Protocol

from .._utils.retry import Clock


class Event(Protocol):
    """What an operation waits for."""

    def set(self) -> None:
        """Let operations continue."""

    def clear(self) -> None:
        """Let operations wait."""

    async def wait(self) -> object:
        """Wait until the event is set."""


class Turn:
    """The turn of an operation.

    Attributes:
        event: Set while the operation may send requests.
        round: The number of reductions of the limit before its last request.
        resumed_at: The end of the last pause that it has waited for.
    """

    def __init__(self, event: Event) -> None:
        self.event = event
        self.round = 0
        self.resumed_at = 0.0


class RequestQueue:
    """The operations of one client, in the order in which they started.

    Args:
        maximum: Maximum number of concurrent requests.
        clock: Waits for pauses.
        create_event: Creates an event of the backend.
    """

    def __init__(self, maximum: int, clock: Clock, create_event: Callable[[], Event]) -> None:
        self._maximum = maximum
        self._clock = clock
        self._create_event = create_event
        self._limit = float(maximum)
        self._turns: dict[Turn, None] = {}
        self._round = 0
        self._resume_at = 0.0
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        """The present maximum number of concurrent requests."""
        return int(self._limit)

    @contextmanager
    def join(self) -> Iterator[Turn]:
        """Add an operation for the duration of a `with` block."""
        turn = Turn(self._create_event())
        try:
            with self._lock:
                self._turns[turn] = None
                self._wake_up()
            yield turn
        finally:
            with self._lock:
                self._turns.pop(turn, None)
                self._wake_up()

    async def wait(self, turn: Turn) -> None:
        """Wait until an operation may send its next request."""
        while True:
            await turn.event.wait()
            resume_at = self._resume_at
            delay = resume_at - self._clock.clock()
            if resume_at <= turn.resumed_at or delay <= 0:
                break
            turn.resumed_at = resume_at
            await self._clock.sleep(delay)
        turn.round = self._round

    def note_success(self, turn: Turn) -> None:
        """Note that a request succeeded, which raises a lowered limit."""
        with self._lock:
            if turn.round == self._round:
                self._resume_at = 0.0
                self._limit = min(self._maximum, self._limit + 1 / self._limit)
                self._wake_up()

    def note_throttling(self, turn: Turn, retry_after: float | None = None) -> None:
        """Note that the platform throttled a request, which lowers the limit.

        Args:
            turn: The operation. It waits for `retry_after` itself.
            retry_after: The time in seconds for which no operation sends another request.
        """
        with self._lock:
            if retry_after:
                turn.resumed_at = self._clock.clock() + retry_after
                self._resume_at = max(self._resume_at, turn.resumed_at)
            if turn.round == self._round:
                self._round += 1
                self._limit = max(1.0, min(self._limit, len(self._turns)) / 2)
                for other in islice(self._turns, self.limit, None):
                    other.event.clear()

    def _wake_up(self) -> None:
        for turn in islice(self._turns, self.limit):
            turn.event.set()
