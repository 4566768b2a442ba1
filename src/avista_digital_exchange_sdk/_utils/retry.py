"""Retries with exponential backoff and full jitter.

The arithmetic is that of "Exponential backoff and jitter" in the AWS architecture blog.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Protocol, TypeVar

from .._options import Options
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
from .logging import log_give_up, log_retry

UNAVAILABLE_STATUS = 503
# Beyond any maximum delay. Larger powers would exceed the range of floats.
MAX_DOUBLINGS = 60
RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

_Result = TypeVar("_Result")


class Clock(Protocol):
    """The clock that delays are measured with."""

    async def sleep(self, seconds: float) -> None:
        """Wait for a delay."""

    def clock(self) -> float:
        """Get the time in seconds of a monotonic clock."""


class RetryPolicy(NamedTuple):
    """How steps are retried.

    Attributes:
        clock: Waits for the delays.
        max_retries: Maximum number of retries of a step that makes no progress.
        options: The delays.
        log: The logger of retries.
    """

    clock: Clock
    max_retries: int
    options: Options
    log: logging.Logger


class Attempt:
    """One attempt at a step. The step sets its attributes.

    Attributes:
        made_progress: Whether it got further than earlier attempts, which resets the retry counter.
        retry_after: The `Retry-After` of the server in seconds.
        is_retry_immediate: Whether to retry without a delay.
    """

    def __init__(self) -> None:
        self.made_progress = False
        self.retry_after: float | None = None
        self.is_retry_immediate = False


async def retrying(
    policy: RetryPolicy,
    step: Callable[[Attempt], Awaitable[_Result]],
    is_retryable: Callable[[Exception], bool],
    *,
    deadline: float | None = None,
) -> _Result:
    """Run a step until it succeeds, fails permanently, or the retries are used up.

    Args:
        policy: The number of retries and the delays.
        step: The step.
        is_retryable: Whether another attempt can help after an error.
        deadline: The time of the clock after which no attempt starts.
    """
    backoff = Backoff(policy.max_retries, policy.options)
    while True:
        attempt = Attempt()
        try:
            return await step(attempt)
        except Exception as error:
            if attempt.made_progress:
                backoff.reset()
            if not is_retryable(error):
                raise
            delay = backoff.next_delay(attempt.retry_after)
            if delay is not None and attempt.is_retry_immediate:
                continue
            if delay is None or _is_after(deadline, policy.clock, delay):
                log_give_up(policy.log, error, backoff.retries)
                raise
            log_retry(policy.log, error, delay)
        await policy.clock.sleep(delay)


def _is_after(deadline: float | None, clock: Clock, delay: float) -> bool:
    return deadline is not None and clock.clock() + delay > deadline


class Backoff:
    """The delays between the attempts at one step."""

    def __init__(self, max_retries: int, options: Options) -> None:
        self._max_retries = max_retries
        self._options = options
        self._retries = 0

    def reset(self) -> None:
        """Reset the retry counter."""
        self._retries = 0

    @property
    def retries(self) -> int:
        """The number of retries since the last progress."""
        return self._retries

    def next_delay(self, retry_after: float | None = None) -> float | None:
        """Get the next delay in seconds, at least `retry_after`; None if no retries are left."""
        options = self._options
        if self._retries >= self._max_retries or (retry_after or 0) > options.max_retry_after:
            return None
        max_delay = min(
            options.max_retry_delay,
            options.initial_retry_delay * 2 ** min(self._retries, MAX_DOUBLINGS),
        )
        self._retries += 1
        return max(random.uniform(0, max_delay), retry_after or 0)


def is_retryable(error: Exception, *, idempotent: bool) -> bool:
    """Whether a retry can help and is safe.

    Args:
        error: The error of the attempt.
        idempotent: Whether the step is idempotent. If not, only errors that occurred before the
            request took effect are retryable.
    """
    if isinstance(error, ConnectionFailedError):
        return idempotent or not error.sent
    if isinstance(error, RateLimitError):
        return True
    if isinstance(error, ApiError):
        # The platform also reports its own failures in responses with the status 200.
        is_reported = error.statusCode == 200 and isinstance(error, ServerError)
        return idempotent and (is_reported or error.statusCode in RETRYABLE_STATUSES)
    return False


def is_throttling(error: DigitalExchangeError) -> bool:
    """Whether the platform asks to send fewer requests."""
    return isinstance(error, RateLimitError) or (
        isinstance(error, ApiError) and error.statusCode == UNAVAILABLE_STATUS
    )


def may_have_succeeded(error: DigitalExchangeError) -> bool:
    """Whether the request may have taken effect despite this error."""
    if isinstance(error, ConnectionFailedError):
        return error.sent
    if isinstance(error, RateLimitError):
        return False
    if isinstance(error, ApiError) and error.statusCode in RETRYABLE_STATUSES:
        return True
    certain = (ExchangeClosedError, InvalidRequestError, NotFoundError, UnauthorizedError)
    return not isinstance(error, certain)


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Parse a Retry-After header, which is a number of seconds or a date, to seconds."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        time = parsedate_to_datetime(value)
    except (ValueError, OverflowError, LookupError, TypeError):
        # The parser raises all of these for invalid dates.
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return max(0.0, (time - datetime.now(UTC)).total_seconds())
