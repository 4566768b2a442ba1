"""Results that are fetched once, in the background if they are needed soon."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .base import Backend

if TYPE_CHECKING:
    from .base import TaskHandle

_Result = TypeVar("_Result")


class Prefetched(Generic[_Result]):
    """A result that is fetched once.

    Args:
        backend: The backend.
        fetch: Fetches the result.
    """

    def __init__(self, backend: Backend, fetch: Callable[[], Coroutine[Any, Any, _Result]]) -> None:
        self._backend = backend
        self._fetch = fetch
        self._task: TaskHandle[_Result] | None = None

    def prefetch(self) -> None:
        """Start to fetch it in the background."""
        if self._task is None:
            self._task = self._backend.spawn(self._fetch())

    async def get(self) -> _Result:
        """Return it."""
        self.prefetch()
        assert self._task is not None
        return await self._task.result()

    async def aclose(self) -> None:
        """Cancel what is still being fetched."""
        if self._task is not None:
            await self._task.cancel()
