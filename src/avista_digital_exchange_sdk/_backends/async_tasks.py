"""Tasks and clean-up on asyncio."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Generic, TypeVar

from .processes import current_process

_Result = TypeVar("_Result")


@contextlib.asynccontextmanager
async def closing(connection: Any) -> AsyncIterator[None]:
    """Close a connection after a `with` block.

    A forked child process does not: it shares the selector of the event loop with its parent, which
    would lose the connection.
    """
    process = current_process()
    try:
        yield
    finally:
        if process is current_process():
            await connection.aclose()


class Task(Generic[_Result]):
    """A running task, whose result can be awaited several times."""

    def __init__(self, coroutine: Coroutine[Any, Any, _Result]) -> None:
        self._task = asyncio.create_task(coroutine)
        # Retrieve the exception, so that asyncio does not log it.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def result(self) -> _Result:
        return await self._task

    async def wait(self, timeout: float | None = None) -> bool:
        done, _ = await asyncio.wait([self._task], timeout=timeout)
        return bool(done)

    @property
    def has_succeeded(self) -> bool:
        """Whether there is a result."""
        is_over = self._task.done() and not self._task.cancelled()
        return is_over and self._task.exception() is None

    async def cancel(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
