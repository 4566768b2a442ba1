"""How slow the Local Exchange is, and how many requests it accepts."""

from __future__ import annotations

import math
import time

from .faults import Faults, check_seconds, is_number


class Conditions:
    """The conditions under which the requests of one Local Exchange are served."""

    def __init__(self, latency: float, throttle: float | None) -> None:
        self._initial = latency, throttle
        self.faults: Faults = Faults()
        self.latency = latency
        self.throttle = throttle

    @property
    def latency(self) -> float:
        """The time in seconds that each operation takes in addition."""
        return self._latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._latency = check_seconds("latency", seconds)

    @property
    def throttle(self) -> float | None:
        """Maximum number of GraphQL requests per second; None for no limit."""
        return self._throttle

    @throttle.setter
    def throttle(self, rate: float | None) -> None:
        if rate is not None and (not is_number(rate) or not 0 < rate < math.inf):
            raise ValueError(
                f"throttle must be a positive number of requests per second or None, got {rate!r}"
            )
        self._throttle = None if rate is None else float(rate)
        self._bucket = None if rate is None else TokenBucket(rate)

    def accept_request(self) -> bool:
        """Count a GraphQL request; return False if it exceeds the limit."""
        bucket = self._bucket
        return bucket is None or bucket.take()

    def reset(self) -> None:
        """Restore the conditions with which the exchange started."""
        self.faults.clear()
        self.latency, self.throttle = self._initial


class TokenBucket:
    """Limits the rate of requests, with bursts of up to one second's requests."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._capacity = max(1.0, rate)
        self._tokens = self._capacity
        self._updated = time.monotonic()

    def take(self) -> bool:
        """Take a token; return False if there is none."""
        now = time.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._updated) * self._rate)
        self._updated = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
