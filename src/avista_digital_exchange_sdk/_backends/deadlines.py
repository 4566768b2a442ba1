"""Deadlines of whole responses, which also limit slowly trickling ones."""

import time
from collections.abc import Callable

# Slower than any line that is of use.
MIN_BYTES_PER_SECOND = 1000


class Deadline:
    """The deadline of a response.

    The head must be received within the timeout after the request was sent. The body has the same
    time again, and one more second for each `MIN_BYTES_PER_SECOND` received bytes.

    Args:
        timeout: The timeout in seconds.
        on_change: Called with the remaining seconds when they change; None without a deadline.
    """

    def __init__(
        self, timeout: float, on_change: Callable[[float | None], object] | None = None
    ) -> None:
        self._timeout = timeout
        self._on_change = on_change or _ignore
        self._at: float | None = None

    @property
    def remaining(self) -> float | None:
        """The remaining seconds, or None without a deadline."""
        return None if self._at is None else self._at - time.monotonic()

    def follow(self, event: str, *_: object) -> None:
        """Handle an event that httpcore reports to the `trace` of a request."""
        if event.endswith(".send_request_headers.started"):
            # A request with a file may take long to send. Each block has its own timeout.
            self._set(None)
        elif event.endswith(".receive_response_headers.started"):
            self.start()

    def start(self) -> None:
        """Start the timeout."""
        self._set(time.monotonic() + self._timeout)

    def extend(self, received: int) -> None:
        """Extend the deadline after bytes were received."""
        if self._at is not None:
            self._set(self._at + received / MIN_BYTES_PER_SECOND)

    def end(self) -> None:
        """Remove the deadline and the callback."""
        self._at, self._on_change = None, _ignore

    def _set(self, at: float | None) -> None:
        self._at = at
        self._on_change(self.remaining)


def _ignore(_remaining: float | None) -> None:
    pass
