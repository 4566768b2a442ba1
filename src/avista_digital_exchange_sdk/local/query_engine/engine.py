"""The DuckDB file of the exchange, and the jobs that use it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import duckdb

from ..._escaping import EscapingFilter
from ..errors import PlatformError
from ..private_files import make_contents_private, make_folder, restrict_if_there
from .jobs import DuckDbTask, Work
from .queries import Queries
from .sql import json_string_macro, quote
from .worker_pools import WorkerPools, Workload

# Each thread processes separate rows.
THREADS = min(4, os.cpu_count() or 1)
_CLOSE_AGAIN = 0.02
_MEMORY_LIMIT = "1GB"
_SPILL_LIMIT = "5GB"
_MEMORY_WAITS = (0.1, 0.2, 0.5, 1, 2, 3, 4, 5)
"""Delays in seconds between attempts after running out of memory."""

R = TypeVar("R")
_log = logging.getLogger(__name__)
_log.addFilter(EscapingFilter())


class QueryEngine:
    """Runs jobs on one DuckDB file: one writer at a time, concurrent readers."""

    def __init__(self, folder: Path) -> None:
        make_contents_private(make_folder(folder))
        for name in ("time_series.duckdb", "time_series.duckdb.wal"):
            restrict_if_there(folder / name)
        self._connection = duckdb.connect(str(folder / "time_series.duckdb"))
        self.run_statements(
            [
                "ATTACH ':memory:' AS results",
                f"SET temp_directory = {quote(str(folder / 'spill'))}",
                f"SET memory_limit = '{_MEMORY_LIMIT}'",
                f"SET max_temp_directory_size = '{_SPILL_LIMIT}'",
                f"SET threads = {THREADS}",
                # Queries must not access other files on this machine.
                "SET enable_external_access = false",
                "SET lock_configuration = true",
                json_string_macro(),
            ]
        )
        self._pools = WorkerPools()
        self._jobs: WeakSet[DuckDbTask[Any]] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()
        self.writer_lock: threading.Lock = threading.Lock()
        self.queries: Queries = Queries(self.start_job, self.start_task)

    def run_statements(self, statements: Iterable[str]) -> None:
        """Execute statements that set up the file for a service."""
        for statement in statements:
            self._connection.execute(statement)

    def start_job(self, work: Work[R], user_id: str, workload: Workload) -> DuckDbTask[R]:
        """Start a job with its own cursor in a thread of the user."""
        return self._start(work, self._pools.get(user_id, workload))

    async def write(self, work: Work[R]) -> R:
        """Run a job that writes, after all earlier writes."""

        def write(cursor: duckdb.DuckDBPyConnection) -> R:
            with self.writer_lock:
                return work(cursor)

        return await self._start(_retry_out_of_memory(write), self._pools.writer).result()

    def start_task(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a background task, which continues after the response to its request."""
        task = asyncio.create_task(_log_errors(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def close(self) -> None:
        """Stop all jobs and close the file."""
        while running := [job for job in self._jobs if job.running]:
            for job in running:
                job.interrupt()
            time.sleep(_CLOSE_AGAIN)
        self._pools.close()
        self._connection.close()

    def _start(self, work: Work[R], threads: Executor) -> DuckDbTask[R]:
        """Start a job with its own cursor in an executor."""
        job = DuckDbTask(self._connection, threads, work)
        self._jobs.add(job)
        return job


def _retry_out_of_memory(work: Work[R]) -> Work[R]:
    """Retry a job while concurrent queries use up the memory."""

    def attempt(cursor: duckdb.DuckDBPyConnection) -> R:
        for seconds in _MEMORY_WAITS:
            try:
                return work(cursor)
            except duckdb.OutOfMemoryException:
                time.sleep(seconds)
        raise PlatformError("ThrottlingException", "Rate exceeded.")

    return attempt


async def _log_errors(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that nothing awaits, and log its errors."""
    try:
        await coroutine
    except Exception:
        _log.exception("Work in the background failed.")
