"""Divides items into batches, and interprets their results."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

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
