"""Result files with presigned URLs: chunks of pages, and exports of whole results."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import duckdb

from ..database import Row
from ..errors import PlatformError
from ..limits import LIMITS
from ..private_files import open_new
from ..s3.storage import ObjectStore, StoredObject
from .engine import QueryEngine
from .jobs import JobStoppedError
from .queries import Page, Query
from .results import Result
from .worker_pools import Workload

JSON_CONTENT = "application/json"
CSV_CONTENT = "text/csv"


class Writer(Protocol):
    """A file that accepts text."""

    def write(self, text: str, /) -> object:
        """Write text."""


WriteRows = Callable[[duckdb.DuckDBPyConnection, Result, Writer, range], None]
WriteAll = Callable[[duckdb.DuckDBPyConnection, Result, Writer], None]
Announce = Callable[[Row], Awaitable[None]]


class BoundedWriter:
    """Writes to a file, up to a maximum number of characters."""

    def __init__(self, file: Writer, limit: int) -> None:
        self._file = file
        self._left = limit

    def write(self, text: str, /) -> None:
        """Write text.

        Raises:
            OSError: If the file would become too large.
        """
        self._left -= len(text)
        if self._left < 0:
            raise OSError(errno.EFBIG, "The export is too large")
        self._file.write(text)


class ResultFiles:
    """Writes query results to files."""

    def __init__(self, engine: QueryEngine, objects: ObjectStore) -> None:
        self._engine = engine
        self._objects = objects

    async def chunk_url(self, page: Page, write: WriteRows) -> str:
        """Return the presigned URL of a chunk, which is written when first requested."""
        if page.chunk_key is None:
            # Cancelling the query later keeps the pages it has already returned.
            result = await page.query.result() if page.rows else None

            async def make(path: Path) -> None:
                await self._write_chunk(page, result, write, path)

            page.chunk_key = self._objects.create(page.query.user_id, make).key
        return self._objects.download_url(page.chunk_key, content_type=JSON_CONTENT)

    def start_export(
        self, query: Query, write: WriteAll, content_type: str, announce: Announce
    ) -> None:
        """Start to export the whole result of a query to a file.

        Args:
            query: The query.
            write: Writes the result.
            content_type: The content type of the file.
            announce: Called with the file's URL and size once it is complete.
        """
        if query.exporting >= LIMITS.max_exports:
            raise PlatformError("ThrottlingException", "Rate exceeded.")
        query.exporting += 1
        self._engine.start_task(self._export(query, write, content_type, announce))

    async def _export(
        self, query: Query, write: WriteAll, content_type: str, announce: Announce
    ) -> None:
        """Write an export and announce it, unless the query is cancelled."""
        try:
            stored = await self._write_export(query, write)
        except JobStoppedError:
            return
        finally:
            query.exporting -= 1
        size = self._objects.complete(stored)
        await announce(
            {
                "fileSizeBytes": size if size <= LIMITS.max_int else None,
                "queryId": query.query_id,
                "url": self._objects.download_url(stored.key, content_type=content_type),
            }
        )

    async def _write_export(self, query: Query, write: WriteAll) -> StoredObject:
        result = await query.result()
        stored = self._objects.create(query.user_id)

        def write_file(cursor: duckdb.DuckDBPyConnection) -> None:
            with open_new(stored.path, "x", encoding="utf-8", newline="") as file:
                write(cursor, result, BoundedWriter(file, LIMITS.max_export_bytes))

        job = self._engine.start_job(write_file, query.user_id, Workload.EXPORT)
        query.exports.append(job)
        try:
            await job.result()
        except BaseException:
            self._objects.delete(stored.key)
            raise
        finally:
            query.exports.remove(job)
        return stored

    async def _write_chunk(
        self, page: Page, result: Result | None, write: WriteRows, path: Path
    ) -> None:
        if result is None:
            with open_new(path) as file:
                file.write(b"[]\n")
            return

        def write_rows(cursor: duckdb.DuckDBPyConnection) -> None:
            with open_new(path, "x", encoding="utf-8", newline="") as file:
                write(cursor, result, file, page.rows)

        await self._engine.start_job(write_rows, page.query.user_id, Workload.READ).result()
