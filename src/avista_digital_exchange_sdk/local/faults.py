"""Faults that tests inject: requests that fail, or take longer, in a chosen way."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from threading import Lock
from types import TracebackType
from typing import Any, Literal, Self, TypeGuard, get_args

from .errors import PlatformError
from .fault_names import ALL, TRANSFERS, resolve_operation

FaultKind = Literal[
    "throttle",
    "serverError",
    "timeout",
    "disconnect",
    "lostResponse",
    "unauthorized",
    "graphqlError",
    "expired",
]
DELAY = "delay"
# They affect one field of a request, all others the request.
FIELD_KINDS = frozenset({"graphqlError", DELAY})
_TRANSFER_KINDS = frozenset(
    {"throttle", "serverError", "timeout", "disconnect", "lostResponse", "expired", DELAY}
)
_GRAPHQL_KINDS = frozenset({*get_args(FaultKind), DELAY} - {"expired"})
_RETRY_AFTER_KINDS = frozenset({"throttle", "serverError"})

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class RequestFailedError(Exception):
    """A request fails because of a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


class Fault:
    """Makes requests fail or delays them, until it is removed or has applied `times` times.

    Use it as a context manager to remove it after a block:

        with local.fail("downloadDataStoreFile", "serverError") as fault:
            ...
        assert fault.count == 1

    Attributes:
        operation: The name of what fails, as it was passed.
        kind: How it fails, or `delay`.
        count: The number of requests that it has affected.
    """

    def __init__(
        self,
        operation: str,
        kind: str,
        *,
        times: int | None = None,
        after: int = 0,
        seconds: float = 0.0,
        retry_after: int | None = None,
        error_type: str | None = None,
        message: str | None = None,
    ) -> None:
        self.operation: str = operation
        self.kind: str = kind
        self.count: int = 0
        self.seconds = seconds
        self.retry_after = retry_after
        self.error_type = error_type
        self.message = message
        self._targets = _find_targets(operation, kind)
        self._times = math.inf if times is None else _check_count("times", times, 1)
        self._skipped = _check_count("after", after, 0)
        self._removed = False
        self._held: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def remove(self) -> None:
        """Let requests succeed again, and close the connections of those without a response."""
        self._removed = True
        for loop, released in list(self._held):
            loop.call_soon_threadsafe(released.set)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"Fault({self.operation!r}, {self.kind!r}, count={self.count})"

    @property
    def is_over(self) -> bool:
        """Whether it affects no more requests."""
        return self._removed or self.count >= self._times

    @property
    def is_needed(self) -> bool:
        """Whether it affects requests, or holds any back."""
        return not self.is_over or bool(self._held)

    def affects(self, targets: Collection[str]) -> bool:
        """Count a request with these root fields, or of a transfer; return whether it fails."""
        if self.is_over or self._targets.isdisjoint(targets):
            return False
        if self._skipped > 0:
            self._skipped -= 1
            return False
        self.count += 1
        return True

    async def hold(self, receive: Receive) -> None:
        """Wait until the client closes the connection or the fault is removed."""
        held = asyncio.get_running_loop(), asyncio.Event()
        self._held.add(held)
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(_wait_until_closed(receive)),
            asyncio.create_task(held[1].wait()),
        ]
        try:
            if not self._removed:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._held.discard(held)
            for wait in waits:
                wait.cancel()

    def to_platform_error(self) -> PlatformError:
        """Build the error of a root field."""
        error_type = self.error_type or "InternalFailure"
        return PlatformError(error_type, self.message or "A failure for a test.")


class Faults:
    """The faults of one exchange. All its threads use them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    @property
    def is_empty(self) -> bool:
        """Whether no faults were added."""
        return not self._faults

    def add(self, fault: Fault) -> Fault:
        """Add a fault, which applies after those that were added before."""
        with self._lock:
            self._faults = [*(one for one in self._faults if one.is_needed), fault]
        return fault

    def take(self, targets: Collection[str]) -> Fault | None:
        """Return the fault that makes a request fail, if any."""
        return self._take(targets, lambda fault: fault.kind not in FIELD_KINDS)

    def take_error(self, root_field: str) -> Fault | None:
        """Return the fault that makes a root field fail, if any."""
        return self._take([root_field], lambda fault: fault.kind == "graphqlError")

    def find_delay(self, target: str) -> float:
        """Return for how many seconds a root field or a transfer is delayed."""
        fault = self._take([target], lambda fault: fault.kind == DELAY)
        return 0.0 if fault is None else fault.seconds

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            removed, self._faults = self._faults, []
        for fault in removed:
            fault.remove()

    def _take(self, targets: Collection[str], applies: Callable[[Fault], bool]) -> Fault | None:
        if self.is_empty:
            return None
        with self._lock:
            return next(
                (fault for fault in self._faults if applies(fault) and fault.affects(targets)),
                None,
            )


def create_failure(
    operation: str,
    kind: FaultKind,
    *,
    times: int | None,
    after: int,
    retry_after: int | None,
    error_type: str | None,
    message: str | None,
) -> Fault:
    """Create the fault of `LocalExchange.fail`.

    Raises:
        ValueError: If an argument is not valid, or not valid for the kind.
    """
    if kind not in get_args(FaultKind):
        raise ValueError(f"kind must be one of {', '.join(get_args(FaultKind))}, got {kind!r}")
    if retry_after is not None:
        if kind not in _RETRY_AFTER_KINDS:
            raise ValueError(f"retryAfter is only for {_join(_RETRY_AFTER_KINDS)}, not {kind!r}")
        _check_count("retryAfter", retry_after, 0)
    if kind != "graphqlError" and (error_type, message) != (None, None):
        raise ValueError(f"errorType and message are only for 'graphqlError', not {kind!r}")
    return Fault(
        operation,
        kind,
        times=times,
        after=after,
        retry_after=retry_after,
        error_type=error_type,
        message=message,
    )


def check_seconds(name: str, seconds: object) -> float:
    """Return a number of seconds as a float.

    Raises:
        ValueError: If it is no finite number, or negative.
    """
    if is_number(seconds) and 0 <= seconds < math.inf:
        return float(seconds)
    raise ValueError(f"{name} must be a number of seconds, 0 or more, got {seconds!r}")


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number, which booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _find_targets(operation: str, kind: str) -> frozenset[str]:
    """Return the root fields and transfers that a fault applies to."""
    targets = resolve_operation(operation)
    if operation == ALL:
        transfers = TRANSFERS if kind in _TRANSFER_KINDS else frozenset()
        return transfers | (targets - TRANSFERS if kind in _GRAPHQL_KINDS else frozenset())
    kinds = _TRANSFER_KINDS if targets <= TRANSFERS else _GRAPHQL_KINDS
    if kind not in kinds:
        raise ValueError(f"kind must be one of {_join(kinds)} for {operation!r}, got {kind!r}")
    return targets


def _check_count(name: str, count: object, minimum: int) -> int:
    if isinstance(count, int) and not isinstance(count, bool) and count >= minimum:
        return count
    raise ValueError(f"{name} must be an integer, {minimum} or more, got {count!r}")


def _join(kinds: Collection[str]) -> str:
    return ", ".join(repr(kind) for kind in sorted(kinds))


async def _wait_until_closed(receive: Receive) -> None:
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass
