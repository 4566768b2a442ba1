"""An event loop in a thread of its own, for what has no blocking form."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from .processes import check_process, current_process

_Result = TypeVar("_Result")


class LoopThread:
    """Runs coroutines in a thread; after a fork the child does nothing with it.

    anyio's portal has the same use, but in a forked process it would wait for its thread for ever.
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
            # Ctrl-C: nobody else knows of the thread yet.
            self._started.add_done_callback(self._stop)
            raise

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._started.set_result(asyncio.get_running_loop())
        await self._stopping.wait()

    def call(self, flow: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine to its end."""
        try:
            check_process(self._process)
            running = asyncio.run_coroutine_threadsafe(flow, self._loop)
        except BaseException:
            flow.close()
            raise
        try:
            return running.result()
        except BaseException:
            # Ctrl-C, maybe: then it still runs.
            running.cancel()
            raise

    @contextlib.contextmanager
    def entered(self, manager: AbstractAsyncContextManager[_Result]) -> Iterator[_Result]:
        """Enter an asynchronous context manager, and leave it in the end."""
        value = self.call(manager.__aenter__())
        try:
            yield value
        finally:
            if self._process is current_process():
                self.call(manager.__aexit__(None, None, None))

    def close(self) -> None:
        """End the loop and its thread."""
        if self._process is current_process():
            self._stop(self._started)
            self._thread.join()

    def _stop(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        started.result().call_soon_threadsafe(self._stopping.set)
