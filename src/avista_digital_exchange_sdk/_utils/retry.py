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
from .logging import log_retry

RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

_Result = TypeVar("_Result")


class Clock(Protocol):
    """What delays are waited for on."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def clock(self) -> float:
        """Seconds of a clock that never goes back."""


class RetryPolicy(NamedTuple):
    """How steps are retried.

    Attributes:
        clock: What delays are waited for on.
        max_retries: Maximum number of retries of a step that makes no progress.
        options: The delays.
        log: Where retries are logged.
    """

    clock: Clock
    max_retries: int
    options: Options
    log: logging.Logger


class Attempt:
    """One attempt at a step, which the step may say more about.

    Attributes:
        made_progress: Whether it got further than those before, which resets the retry counter.
        retry_after: Seconds that the server asks to wait before the next attempt.
        is_retry_immediate: Whether the next attempt needs no delay.
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
        policy: How often, and after which delays.
        step: The step.
        is_retryable: Whether another attempt can help after an error.
        deadline: The time of the clock after which no attempt begins.
    """
    backoff = Backoff(policy.max_retries, policy.options)
    while True:
        attempt = Attempt()
        try:
            return await step(attempt)
        except Exception as error:
            if attempt.made_progress:
                backoff.reset()
            delay = backoff.next_delay(attempt.retry_after) if is_retryable(error) else None
            if delay is None:
                raise
            if attempt.is_retry_immediate:
                continue
            if deadline is not None and policy.clock.clock() + delay > deadline:
                raise
            log_retry(policy.log, error, delay)
        await policy.clock.sleep(delay)


class Backoff:
    """The delays between the attempts at one step."""

    def __init__(self, max_retries: int, options: Options) -> None:
        self._max_retries = max_retries
        self._options = options
        self._retries = 0

    def reset(self) -> None:
        """Reset the retry counter."""
        self._retries = 0

    def next_delay(self, retry_after: float | None = None) -> float | None:
        """The next delay in seconds, at least `retry_after`; None when it is time to give up."""
        options = self._options
        if self._retries >= self._max_retries or (retry_after or 0) > options.max_retry_after:
            return None
        highest = min(options.max_retry_delay, options.initial_retry_delay * 2**self._retries)
        self._retries += 1
        return max(random.uniform(0, highest), retry_after or 0)


def is_retryable(error: Exception, *, idempotent: bool) -> bool:
    """Whether trying again can help, and can do no harm.

    Args:
        error: What the attempt ended with.
        idempotent: Whether doing the step twice is as good as doing it once. If not, only
            failures that happened before the step was done count.
    """
    if isinstance(error, ConnectionFailedError):
        return idempotent or not error.sent
    if isinstance(error, RateLimitError):
        return True
    if isinstance(error, ApiError):
        # The platform tells of failures of its own inside a 200 too.
        told = error.statusCode == 200 and isinstance(error, ServerError)
        return idempotent and (told or error.statusCode in RETRYABLE_STATUSES)
    return False


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
