"""Work on a DuckDB cursor in a thread of its own, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Generic, TypeVar

import duckdb

R_co = TypeVar("R_co", covariant=True)
Work = Callable[[duckdb.DuckDBPyConnection], R_co]

_INTERRUPT_AGAIN = 0.05


class JobStoppedError(Exception):
    """The job was stopped before it was done."""


class DuckDbTask(Generic[R_co]):
    """One piece of work running. Many can wait for it, and it can be stopped."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, threads: Executor, work: Work[R_co]
    ) -> None:
        self._cursor = connection.cursor()
        self._stopped = False
        self._loop = asyncio.get_running_loop()
        self._started = asyncio.Event()
        self._thread = threads.submit(self._run, work)
        self._future = asyncio.wrap_future(self._thread)
        # The error is raised for those who wait; it is fine if no one does.
        self._future.add_done_callback(lambda future: future.cancelled() or future.exception())

    @property
    def running(self) -> bool:
        """Whether the work is still to come to its end, good or bad."""
        return not self._thread.done()

    async def wait_finished(self, seconds: float) -> bool:
        """Wait a while for the work to be done, whatever comes of it."""
        await asyncio.wait([self._future], timeout=seconds)
        return self._future.done()

    async def wait_started(self) -> None:
        """Wait until a thread was free for the work, or it was stopped before."""
        await self._started.wait()

    async def result(self) -> R_co:
        """Wait for what the work returns, or raises."""
        await asyncio.wait([self._future])
        if self._future.cancelled():
            raise JobStoppedError
        return self._future.result()

    async def stop(self) -> None:
        """Interrupt the work and wait until it has stopped."""
        while not self._future.done():
            self.interrupt()
            await self.wait_finished(_INTERRUPT_AGAIN)

    def interrupt(self) -> None:
        """Interrupt the work. Between two statements that is lost: repeat it until it stopped."""
        self._stopped = True
        if self._thread.cancel():
            self._cursor.close()
            self._note_start()
            return
        # The work may be done, and its cursor closed, by now.
        with suppress(duckdb.ConnectionException):
            self._cursor.interrupt()

    def _run(self, work: Work[R_co]) -> R_co:
        """Do the work, in the thread."""
        try:
            if self._stopped:
                raise JobStoppedError
            self._note_start()
            return work(self._cursor)
        except duckdb.InterruptException:
            raise JobStoppedError from None
        finally:
            self._cursor.close()

    def _note_start(self) -> None:
        """Stop waiting, from any thread."""
        # The loop is closed where the exchange is closing.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._started.set)
