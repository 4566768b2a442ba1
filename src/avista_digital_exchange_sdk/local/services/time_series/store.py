"""The time series databases of one Local Exchange, in one DuckDB file."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import duckdb

from avista_digital_exchange_sdk.local.caller import Caller
from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.private_files import (
    make_contents_private,
    make_folder,
    restrict_if_there,
)

from ...._text import EscapingFilter
from ...timestream_sql.budget import THREADS, budget_statements, overdraws_macro
from ...timestream_sql.macros import macro_statements
from .asset_data import written_data
from .catalog import Catalog, load_catalog, schema_name
from .duckdb_sql import json_string_macro, quote
from .ingest import write_batch
from .jobs import DuckDbTask, Work
from .queries import Queries
from .records import Rejection, check_length, read_records
from .worker_pools import WorkerPools, Workload

MAX_ASSET_ID_BYTES = 2048
_CLOSE_AGAIN = 0.02
_MEMORY_LIMIT = "1GB"
_SPILL_LIMIT = "5GB"
_MEMORY_WAITS = (0.1, 0.2, 0.5, 1, 2, 3, 4, 5)
"""Seconds to wait for memory, time after time."""

R = TypeVar("R")
_log = logging.getLogger(__name__)
_log.addFilter(EscapingFilter())


@dataclass(frozen=True)
class Written:
    """What a publish wrote, shaped like TimeSeriesDbAssetData, and what it could not write."""

    assets: list[dict[str, Any]]
    rejections: list[Rejection]


class TimeSeriesStore:
    """Publishes to and reads from time series databases; who may do so is decided elsewhere."""

    def __init__(self, folder: Path, *, keep_omitted_measures: bool = False) -> None:
        make_contents_private(make_folder(folder))
        for name in ("time_series.duckdb", "time_series.duckdb.wal"):
            restrict_if_there(folder / name)
        self._connection = duckdb.connect(str(folder / "time_series.duckdb"))
        for statement in (
            "ATTACH ':memory:' AS results",
            f"SET temp_directory = {quote(str(folder / 'spill'))}",
            f"SET memory_limit = '{_MEMORY_LIMIT}'",
            f"SET max_temp_directory_size = '{_SPILL_LIMIT}'",
            f"SET threads = {THREADS}",
            # A query gets at its own database's tables and at nothing else on this machine.
            "SET enable_external_access = false",
            "SET lock_configuration = true",
            json_string_macro(),
            *macro_statements(),
            *budget_statements(),
            overdraws_macro(),
        ):
            self._connection.execute(statement)
        self._keep_omitted_measures = keep_omitted_measures
        self._pools = WorkerPools()
        self._jobs: WeakSet[DuckDbTask[Any]] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer_lock = threading.Lock()
        self._catalogues: dict[str, Catalog] = {}
        self.queries: Queries = Queries(self.start_job)

    def start_job(self, work: Work[R], user_id: str, workload: Workload) -> DuckDbTask[R]:
        """Start work on a cursor of its own, in a thread of a user's."""
        return self._start(work, self._pools.get(user_id, workload))

    def _start(self, work: Work[R], threads: Executor) -> DuckDbTask[R]:
        """Start work on a cursor of its own, in one of some threads."""
        job = DuckDbTask(self._connection, threads, work)
        self._jobs.add(job)
        return job

    def start_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Let something go on after the request that started it was answered."""
        task = asyncio.create_task(_logged(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def publish(
        self, time_series_db_id: str, asset_id: str, records: Sequence[Mapping[str, Any] | None]
    ) -> Written:
        """Write a batch of records for an asset."""
        check_length("assetId", asset_id, MAX_ASSET_ID_BYTES)
        valid, unreadable = read_records(records)

        def write(cursor: duckdb.DuckDBPyConnection) -> Written:
            with self._writer_lock:
                catalogue = self._catalogue(cursor, time_series_db_id)
                accepted, refused = write_batch(
                    cursor,
                    catalogue,
                    asset_id,
                    valid,
                    keep_omitted_measures=self._keep_omitted_measures,
                )
                written = written_data(asset_id, catalogue.assets.get(asset_id), accepted)
            rejections = sorted([*unreadable, *refused], key=lambda rejection: rejection.index)
            return Written(written, rejections)

        return await self._start(_patiently(write), self._pools.writer).result()

    async def drop(self, time_series_db_id: str) -> None:
        """Delete a database's data and stop everything that still reads it."""
        for query in self.queries.of_database(time_series_db_id):
            await query.cancel()

        def drop(cursor: duckdb.DuckDBPyConnection) -> None:
            with self._writer_lock:
                cursor.execute(f"DROP SCHEMA IF EXISTS {schema_name(time_series_db_id)} CASCADE")
                self._catalogues.pop(time_series_db_id, None)

        await self._start(drop, self._pools.writer).result()

    def catalogue(self, cursor: duckdb.DuckDBPyConnection, time_series_db_id: str) -> Catalog:
        """Return what a database holds; to be called from a job."""
        with self._writer_lock:
            return self._catalogue(cursor, time_series_db_id)

    def check_own_query(self, caller: Caller, query_id: str) -> None:
        """Refuse a query that is not the caller's own."""
        self.queries.own(caller, query_id)

    def close(self) -> None:
        """Stop everything and close the file."""
        while running := [job for job in self._jobs if job.running]:
            for job in running:
                job.interrupt()
            time.sleep(_CLOSE_AGAIN)
        self._pools.close()
        self._connection.close()

    def _catalogue(self, cursor: duckdb.DuckDBPyConnection, time_series_db_id: str) -> Catalog:
        """Return what a database holds, with the writer's lock held."""
        if time_series_db_id not in self._catalogues:
            self._catalogues[time_series_db_id] = load_catalog(cursor, time_series_db_id)
        return self._catalogues[time_series_db_id]


def _patiently(work: Work[R]) -> Work[R]:
    """Have work tried again while queries leave it no memory."""

    def tried(cursor: duckdb.DuckDBPyConnection) -> R:
        for seconds in _MEMORY_WAITS:
            try:
                return work(cursor)
            except duckdb.OutOfMemoryException:
                time.sleep(seconds)
        raise PlatformError("ThrottlingException", "Rate exceeded.")

    return tried


async def _logged(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run something nobody waits for; if it fails, say so in the log."""
    try:
        await coroutine
    except Exception:
        _log.exception("Work in the background failed.")
