"""Async iteration over the items of batches, which a sync client takes batch by batch."""

from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

_Item = TypeVar("_Item")


class BatchedGenerator(AsyncGenerator[_Item, None]):
    """Iterates over the items of batches.

    A step of an async generator takes longer than many callers spend on an item. Sync clients,
    which never suspend between the items of a batch, iterate over `batches` instead.

    Args:
        batches: Yields the items, many at a time.

    Attributes:
        batches: The same.
    """

    def __init__(self, batches: AsyncGenerator[Sequence[_Item], None]) -> None:
        self.batches = batches
        self._items = self._iterate()

    async def _iterate(self) -> AsyncGenerator[_Item, None]:
        async with aclosing(self.batches):
            async for batch in self.batches:
                for item in batch:
                    yield item

    def __anext__(self) -> Coroutine[Any, Any, _Item]:
        return self._items.__anext__()

    def asend(self, value: None) -> Coroutine[Any, Any, _Item]:
        """Resume the generator."""
        return self._items.asend(value)

    def athrow(self, *error: Any) -> Coroutine[Any, Any, _Item]:
        """Raise an exception in the generator."""
        return self._items.athrow(*error)

    async def aclose(self) -> None:
        """Close the generator, even if it was not started."""
        await self._items.aclose()
        await self.batches.aclose()
