"""Coroutines that run in the background, and how their consumers are woken up."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from typing import Any

from .loop_thread import LoopThread
from .processes import current_process

# On Windows, Ctrl-C does not interrupt a thread that waits for a lock.
WAIT_SECONDS = 0.5 if os.name == "nt" else None

# Event loops have only weak references to tasks, which would be garbage collected with a consumer
# before they have closed their connection.
_tasks: set[asyncio.Task[object]] = set()


class LoopTask:
    """A background task in the running event loop."""

    def __init__(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._process = current_process()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(coroutine)
        _tasks.add(self._task)
        self._task.add_done_callback(_forget)

    def stop(self) -> None:
        if self._process is not current_process() or self._loop.is_closed():
            return
        # The loop may be closed in the meantime, which has cancelled the task.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        # A second cancellation would interrupt the clean-up after the first one, such as that by
        # asyncio.run() at its end.
        if not self._task.cancelling():
            self._task.cancel()

    async def wait(self, timeout: float) -> bool:
        if self._process is not current_process() or self._task.done():
            return True
        if asyncio.get_running_loop() is not self._loop:
            # The tasks of another loop can't be awaited.
            return False
        done, _ = await asyncio.wait([self._task], timeout=timeout)
        return bool(done)


def _forget(task: asyncio.Task[object]) -> None:
    _tasks.discard(task)
    # Retrieve the exception, so that asyncio does not log it.
    if not task.cancelled():
        task.exception()


class ThreadTask:
    """A background task in the event loop of a thread of its own, which ends with it."""

    def __init__(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._process = current_process()
        self._ended = threading.Event()
        try:
            self._thread = LoopThread()
        except BaseException:
            coroutine.close()
            raise
        self._running = self._thread.submit(self._run(coroutine))

    async def _run(self, coroutine: Coroutine[Any, Any, object]) -> None:
        # Not when the future is done: that is before a cancelled coroutine has closed its
        # connection, and the end of the loop would interrupt it.
        try:
            await coroutine
        finally:
            self._ended.set()
            self._thread.stop()

    def stop(self) -> None:
        if self._process is current_process():
            self._running.cancel()

    async def wait(self, timeout: float) -> bool:
        return self._process is not current_process() or self._ended.wait(timeout)


class LoopSignal:
    """A signal for consumers in the same event loop."""

    def __init__(self) -> None:
        # All run in one thread.
        self.lock: AbstractContextManager[object] = contextlib.nullcontext()
        self._event = asyncio.Event()
        self.set = self._event.set
        self.clear = self._event.clear

    async def wait(self, timeout: float | None = None) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                return await self._event.wait()
        return self._event.is_set()


class ThreadSignal:
    """A signal for consumers in other threads."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[object] = threading.Lock()
        self._event = threading.Event()
        self.set = self._event.set
        self.clear = self._event.clear

    async def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            return self._event.wait(timeout)
        while not self._event.wait(WAIT_SECONDS):
            pass
        return True
