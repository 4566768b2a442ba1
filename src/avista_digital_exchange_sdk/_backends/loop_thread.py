"""An event loop in a separate thread, for libraries without a sync interface."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from .processes import check_process, current_process
from .sync_tasks import wait_for_result

_Result = TypeVar("_Result")


class LoopThread:
    """Runs coroutines in a thread. After a fork the child process does not use it.

    anyio's portal has the same purpose, but a forked process would wait for its thread forever.
    """

    def __init__(self) -> None:
        self._process = current_process()
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        try:
            self._loop = self._started.result()
        except BaseException:
            # Ctrl-C before the caller can close it.
            self._started.add_done_callback(self._stop)
            raise

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._started.set_result(asyncio.get_running_loop())
        await self._stopping.wait()

    def call(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine and return its result."""
        try:
            check_process(self._process)
            running = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except Exception:
            # Not after Ctrl-C: the loop may be running it already.
            coroutine.close()
            raise
        try:
            return wait_for_result(running)
        except BaseException:
            # After Ctrl-C or a cancellation the coroutine is still running.
            running.cancel()
            raise

    @contextlib.contextmanager
    def enter(self, manager: AbstractAsyncContextManager[_Result]) -> Iterator[_Result]:
        """Run an async context manager around a `with` block."""
        value = self.call(manager.__aenter__())
        try:
            yield value
        finally:
            if self._process is current_process():
                self.call(manager.__aexit__(None, None, None))

    def submit(self, coroutine: Coroutine[Any, Any, object]) -> "Future[object]":
        """Start a coroutine without waiting for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """Stop the loop and its thread."""
        if self._process is current_process():
            self.stop()
            self._thread.join()

    def stop(self) -> None:
        """Stop the loop without waiting for its thread."""
        self._stop(self._started)

    def _stop(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        started.result().call_soon_threadsafe(self._stopping.set)
