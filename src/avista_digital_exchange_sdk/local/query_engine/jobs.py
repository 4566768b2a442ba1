"""Run DuckDB work in threads, without blocking the event loop."""

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
    """The job was stopped before it finished."""


class DuckDbTask(Generic[R_co]):
    """A running job. Several tasks can wait for it, and it can be stopped."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, threads: Executor, work: Work[R_co]
    ) -> None:
        self._cursor = connection.cursor()
        self._stopped = False
        self._loop = asyncio.get_running_loop()
        self._started = asyncio.Event()
        self._thread = threads.submit(self._run, work)
        self._future = asyncio.wrap_future(self._thread)
        # Retrieve the exception so that asyncio does not log it if nothing awaits it.
        self._future.add_done_callback(lambda future: future.cancelled() or future.exception())

    @property
    def running(self) -> bool:
        """Whether the job has not finished, successfully or not."""
        return not self._thread.done()

    async def wait_finished(self, seconds: float) -> bool:
        """Wait for the job to finish, with a timeout. Return whether it finished."""
        await asyncio.wait([self._future], timeout=seconds)
        return self._future.done()

    async def wait_started(self) -> None:
        """Wait until the job starts in a thread or is stopped."""
        await self._started.wait()

    async def result(self) -> R_co:
        """Wait for the job and return its result or raise its error."""
        await asyncio.wait([self._future])
        if self._future.cancelled():
            raise JobStoppedError
        return self._future.result()

    async def stop(self) -> None:
        """Interrupt the job and wait until it has stopped."""
        while not self._future.done():
            self.interrupt()
            await self.wait_finished(_INTERRUPT_AGAIN)

    def interrupt(self) -> None:
        """Interrupt the job. Has no effect between statements, so repeat until the job stops."""
        self._stopped = True
        if self._thread.cancel():
            self._cursor.close()
            self._note_start()
            return
        # The job may have finished and closed its cursor.
        with suppress(duckdb.ConnectionException):
            self._cursor.interrupt()

    def _run(self, work: Work[R_co]) -> R_co:
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
        """Record the start of the job. May be called from any thread."""
        # The event loop is already closed if the exchange is closing.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._started.set)
