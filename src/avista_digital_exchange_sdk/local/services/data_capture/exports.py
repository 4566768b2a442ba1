"""Exports of captures: CSV files with presigned URLs."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ...database import Row, timestamp
from ...limits import LIMITS
from ...private_files import open_new, remove_file
from ...query_engine.csv_export import write_csv
from ...query_engine.engine import QueryEngine
from ...query_engine.filter_results import AssetFilter
from ...query_engine.result_files import CSV_CONTENT, BoundedWriter
from ...query_engine.samples import Samples
from ...query_engine.worker_pools import Workload
from ...s3.storage import FILES, ObjectStore
from ...values import EARLIEST, LATEST
from .data_models import index_attributes

FULL_EXPORT = "FULL_EXPORT"
ACTIVE_CAPTURE_EXPORT = "ACTIVE_CAPTURE_EXPORT"


@dataclass
class _ActiveExport:
    """An export of a capture that is still recording."""

    state: str
    started: str
    completed: str | None = None
    key: str | None = None
    logs: tuple[str, ...] = ()


class CaptureExports:
    """Exports the data of captures to files."""

    def __init__(self, samples: Samples, engine: QueryEngine, objects: ObjectStore) -> None:
        self._samples = samples
        self._engine = engine
        self._objects = objects
        self._active: dict[str, _ActiveExport] = {}
        self._writers: set[asyncio.Task[Any]] = set()

    async def write_full(self, capture: Row) -> Row:
        """Export all data of a capture; return the row of the export."""
        self._active.pop(capture["captureId"], None)
        started, key = timestamp(), self._objects.new_key(FILES)
        export: Row = {"key": key, "dateStarted": started, "dateCompleted": None, "logs": []}
        try:
            await self._write(capture, key)
        except Exception as error:
            return export | {"state": "FAILED", "key": None, "logs": [_describe_failure(error)]}
        return export | {"state": "COMPLETE", "dateCompleted": timestamp()}

    def get_full(self, capture: Row) -> Row:
        """Return the DataCaptureDataExport of a capture that has ended or is ending."""
        if capture["dataExport"] is None:
            state = "IN_PROGRESS" if capture["state"] == "FINISHING" else "NOT_CREATED"
            return self._serialize(capture, FULL_EXPORT, {"state": state})
        return self._serialize(capture, FULL_EXPORT, json.loads(capture["dataExport"]))

    async def get_active(self, capture: Row) -> Row:
        """Return the DataCaptureDataExport of a capture that is still recording.

        The first request starts an export. The request that returns its URL completes it, so the
        next request starts a new export.
        """
        capture_id = capture["captureId"]
        if capture["state"] != "CAPTURING" or not await self._has_data(capture):
            return self._serialize(capture, ACTIVE_CAPTURE_EXPORT, {"state": "NOT_CREATED"})
        export = self._active.get(capture_id)
        if export is None:
            export = self._active[capture_id] = _ActiveExport("IN_PROGRESS", timestamp())
            self._engine.start_task(self._write_active(capture, export))
        elif export.state != "IN_PROGRESS":
            del self._active[capture_id]
        kept = {
            "state": export.state,
            "key": export.key,
            "dateStarted": export.started,
            "dateCompleted": export.completed,
            "logs": export.logs,
        }
        return self._serialize(capture, ACTIVE_CAPTURE_EXPORT, kept)

    def delete(self, capture: Row) -> None:
        """Delete the files of a capture."""
        self._active.pop(capture["captureId"], None)
        if capture["dataExport"] is not None:
            self.discard(json.loads(capture["dataExport"]))

    def discard(self, export: Row) -> None:
        """Delete the file of an export if it exists."""
        if export["key"] is not None:
            self._objects.delete(export["key"])

    async def stop_all(self) -> None:
        """Stop and remove all running exports."""
        self._active.clear()
        writers = list(self._writers)
        for writer in writers:
            writer.cancel()
        if writers:
            await asyncio.wait(writers)

    async def _write_active(self, capture: Row, export: _ActiveExport) -> None:
        stored = self._objects.create(capture["ownerUserId"])
        try:
            await self._write(capture, stored.key)
        except Exception as error:
            self._objects.delete(stored.key)
            export.state, export.logs = "FAILED", (_describe_failure(error),)
            return
        self._objects.complete(stored)
        export.state, export.key, export.completed = "COMPLETE", stored.key, timestamp()

    async def _write(self, capture: Row, key: str) -> None:
        """Write a CSV file with everything published before."""
        writer = asyncio.current_task()
        assert writer is not None
        self._writers.add(writer)
        incoming = self._objects.incoming_path()
        try:
            await self._samples.flush()
            await self._write_file(capture, incoming)
            incoming.replace(self._objects.path(key))
        finally:
            remove_file(incoming)
            self._writers.discard(writer)

    async def _write_file(self, capture: Row, path: Path) -> None:
        names = tuple(index_attributes(json.loads(capture["dataModel"])))
        filters = [AssetFilter(capture["captureId"], names)]
        table = f"results.capture_{secrets.token_hex(16)}"

        def write(cursor: duckdb.DuckDBPyConnection) -> None:
            try:
                result = self._samples.read_range(cursor, table, filters, [None], EARLIEST, LATEST)
                with open_new(path, "x", encoding="utf-8", newline="") as file:
                    write_csv(cursor, result, BoundedWriter(file, LIMITS.max_export_bytes), None)
            finally:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")

        job = self._engine.start_job(write, capture["ownerUserId"], Workload.EXPORT)
        try:
            await job.result()
        finally:
            await job.stop()

    async def _has_data(self, capture: Row) -> bool:
        capture_id = capture["captureId"]
        return await self._engine.start_job(
            lambda cursor: self._samples.has_any(cursor, capture_id),
            capture["ownerUserId"],
            Workload.READ,
        ).result()

    def _serialize(self, capture: Row, export_type: str, kept: Row) -> Row:
        """Convert the row of an export to a DataCaptureDataExport."""
        key = kept.get("key")
        url = None if key is None else self._objects.download_url(key, content_type=CSV_CONTENT)
        return {
            "state": kept["state"],
            "exportType": export_type,
            "name": f"{capture['displayName']}.csv",
            "url": url,
            "dateStarted": kept.get("dateStarted"),
            "dateCompleted": kept.get("dateCompleted"),
            "logs": list(kept.get("logs", ())),
        }


def _describe_failure(error: Exception) -> str:
    """Return the reason for a failed export."""
    return f"The export could not be written: {error}"
