"""How long a response may take as a whole, however steadily it trickles in."""

import time
from collections.abc import Callable

# Slower than any line that is of use.
MIN_BYTES_PER_SECOND = 1000


class Deadline:
    """When a response must have come.

    Its head must come within the timeout after the request was sent. Its body then has that time
    again, and a second more for each `MIN_BYTES_PER_SECOND` bytes that came.

    Args:
        timeout: Seconds.
        on_change: Called with the seconds that remain, whenever they change; None while nothing
            is waited for.
    """

    def __init__(
        self, timeout: float, on_change: Callable[[float | None], object] | None = None
    ) -> None:
        self._timeout = timeout
        self._on_change = on_change or _ignore
        self._at: float | None = None

    @property
    def remaining(self) -> float | None:
        """Seconds until it passes; None while nothing is waited for."""
        return None if self._at is None else self._at - time.monotonic()

    def follow(self, event: str, *_: object) -> None:
        """Follow the steps of httpcore, which it reports to the `trace` of a request."""
        if event.endswith(".send_request_headers.started"):
            # A request may take long to send: a file, say. Each part of it has a timeout.
            self._set(None)
        elif event.endswith(".receive_response_headers.started"):
            self.start()

    def start(self) -> None:
        """Give the time for what is waited for now."""
        self._set(time.monotonic() + self._timeout)

    def extend(self, received: int) -> None:
        """Give the time for more after some bytes came."""
        if self._at is not None:
            self._set(self._at + received / MIN_BYTES_PER_SECOND)

    def end(self) -> None:
        """Wait for nothing any more, and forget who was told."""
        self._at, self._on_change = None, _ignore

    def _set(self, at: float | None) -> None:
        self._at = at
        self._on_change(self.remaining)


def _ignore(_remaining: float | None) -> None:
    pass
