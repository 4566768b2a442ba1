"""Requests something for many items in one request."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock, Thread  # noqa: TID251  # only the core SDK uses backends
from time import monotonic  # noqa: TID251  # likewise
from typing import Generic, TypeVar

from .._graphql.batching import MAX_BATCH_QUERIES
from ..errors import DigitalExchangeError

Item = TypeVar("Item")
Result = TypeVar("Result")


def divide_evenly(
    items: Sequence[Item], max_items: int = MAX_BATCH_QUERIES
) -> Iterator[Sequence[Item]]:
    """Divide items into as few batches as possible, all of about the same size."""
    count = -(-len(items) // max_items)
    for number in range(count):
        yield items[number * len(items) // count : (number + 1) * len(items) // count]


def raise_error(outcome: Result | DigitalExchangeError) -> Result:
    """Return the result of an item, or raise its error."""
    if isinstance(outcome, DigitalExchangeError):
        raise outcome
    return outcome


class Batches(Generic[Result]):
    """Requests something for items in batches, each shortly before its items need it.

    Args:
        request: Requests it for several items, which are integers. Items that do not need it are
            not in the result.
        count: The number of items.
        max_items: Maximum number of items in a batch.
    """

    def __init__(
        self,
        request: Callable[[Sequence[int]], Mapping[int, Result | DigitalExchangeError]],
        count: int,
        max_items: int,
    ) -> None:
        self._batches = [_Batch(request, items) for items in divide_evenly(range(count), max_items)]
        self._by_item = [batch for batch in self._batches for _ in batch.items]

    def take(self, item: int, ahead: int) -> Result | None:
        """Return what was requested for an item, once; raise its error.

        Args:
            item: The item.
            ahead: The number of items before the one whose batch is requested in the meantime.

        Returns:
            None if it was not requested, or already taken.
        """
        if item + ahead < len(self._by_item):
            self._by_item[item + ahead].start()
        outcome = self._by_item[item].take(item)
        return None if outcome is None else raise_error(outcome)

    def take_unused(self, timeout: float) -> tuple[list[Result], list[int]]:
        """Return what was requested and never taken.

        Args:
            timeout: Maximum time in seconds to wait for pending requests.

        Returns:
            The results, and the items whose results are not known in time.
        """
        deadline = monotonic() + timeout
        unused: list[Result] = []
        unknown: list[int] = []
        for batch in self._batches:
            outcomes = batch.take_unused(max(0.0, deadline - monotonic()))
            if outcomes is None:
                unknown += batch.items
            else:
                unused += [one for one in outcomes if not isinstance(one, DigitalExchangeError)]
        return unused, unknown


class _Batch(Generic[Result]):
    """Items for which something is requested once."""

    def __init__(
        self,
        request: Callable[[Sequence[int]], Mapping[int, Result | DigitalExchangeError]],
        items: Sequence[int],
    ) -> None:
        self.items = items
        self._request = request
        self._lock = Lock()
        self._is_started = False
        self._outcomes: dict[int, Result | DigitalExchangeError] = {}

    def start(self) -> None:
        """Request it in another thread, unless it has been requested."""
        if not self._is_started:
            Thread(target=self.take, args=[-1], name="avista-dx", daemon=True).start()

    def take(self, item: int) -> Result | DigitalExchangeError | None:
        with self._lock:
            if not self._is_started:
                # Not again if it fails: then each item requests it for itself.
                self._is_started = True
                with contextlib.suppress(DigitalExchangeError, OSError):
                    self._outcomes |= self._request(self.items)
            return self._outcomes.pop(item, None)

    def take_unused(self, timeout: float) -> list[Result | DigitalExchangeError] | None:
        """Return what was requested and not taken; None if that is not known in time."""
        if not self._lock.acquire(timeout=timeout):
            return None
        try:
            self._is_started = True
            outcomes, self._outcomes = self._outcomes, {}
        finally:
            self._lock.release()
        return list(outcomes.values())
