"""When to try again, and how long to wait before: exponential backoff with full jitter.

The arithmetic is that of "Exponential backoff and jitter" in the AWS architecture blog.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..errors import (
    ApiError,
    ConnectionFailedError,
    DigitalExchangeError,
    ExchangeClosedError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnauthorizedError,
)

INITIAL_DELAY = 0.5
MAX_DELAY = 20.0
MAX_RETRY_AFTER = 120.0
RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class Backoff:
    """The waits between the attempts at one step, in seconds; progress renews them."""

    def __init__(self, maxRetries: int) -> None:
        self._maxRetries = maxRetries
        self._retries = 0

    def reset(self) -> None:
        """Begin to count anew: the step got further than before."""
        self._retries = 0

    def next_delay(self, asked: float | None = None) -> float | None:
        """The next wait, at least what the server asked for; None when it is time to give up."""
        if self._retries >= self._maxRetries or (asked or 0) > MAX_RETRY_AFTER:
            return None
        highest = min(MAX_DELAY, INITIAL_DELAY * 2**self._retries)
        self._retries += 1
        return max(random.uniform(0, highest), asked or 0)


def is_retryable(error: DigitalExchangeError, *, repeatable: bool) -> bool:
    """Whether trying again can help, and can do no harm.

    Args:
        error: What the attempt ended with.
        repeatable: Whether doing the step twice is as good as doing it once. If not, only
            failures that happened before the step was done count.
    """
    if isinstance(error, ConnectionFailedError):
        return repeatable or not error.sent
    if isinstance(error, RateLimitError):
        return True
    if isinstance(error, ApiError):
        # The platform tells of failures of its own inside a 200 too.
        told = error.statusCode == 200 and isinstance(error, ServerError)
        return repeatable and (told or error.statusCode in RETRYABLE_STATUSES)
    return False


def may_have_succeeded(error: DigitalExchangeError) -> bool:
    """Whether the platform may have done what it was asked for, though this came of it."""
    if isinstance(error, ConnectionFailedError):
        return error.sent
    if isinstance(error, RateLimitError):
        return False
    if isinstance(error, ApiError) and error.statusCode in RETRYABLE_STATUSES:
        return True
    certain = (ExchangeClosedError, InvalidRequestError, NotFoundError, UnauthorizedError)
    return not isinstance(error, certain)


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait: a number, or a date."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, OverflowError, LookupError, TypeError):
        # All of these come from texts that are no date, such as one of a year far away.
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return max(0.0, (time - datetime.now(UTC)).total_seconds())
