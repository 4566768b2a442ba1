"""Sinks for query results, including the file sink."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import IO, NamedTuple, Protocol

from .._generated.enums import TimeSeriesQueryOutputFileType
from .._options import Options
from .._transfer.output_file import Output
from .csv_result_writer import CsvResultWriter
from .result_writers import JsonResultWriter, RequestedSeries, ResultWriter


class ChunkConsumer(NamedTuple):
    """Merges the chunks of a result.

    Attributes:
        add: Adds a prepared chunk; they are ordered by page.
        prepare: Converts a chunk to what takes less time to add. Chunks can be prepared in any
            order, and by several threads.
    """

    add: Callable[[bytes], None]
    # Returns the same object.
    prepare: Callable[[bytes], bytes] = bytes


class ResultSink(Protocol):
    """Receives a result: the file that the platform exports, or the chunks of its pages."""

    @property
    def export_format(self) -> TimeSeriesQueryOutputFileType:
        """The required format of the exported file."""

    def open_file(self) -> AbstractAsyncContextManager[IO[bytes]]:
        """Open the output of the exported file. If it is opened again, it is empty."""

    def open_chunks(self) -> AbstractAsyncContextManager[ChunkConsumer]:
        """Open the consumer of the chunks. Closing it completes the result."""


class FileSink:
    """Writes a CSV or JSON file.

    Args:
        request: The requested assets and attributes.
        file_format: The format of the file.
        output: Opens the file.
        options: The sizes of buffers in memory.
    """

    def __init__(
        self,
        request: RequestedSeries,
        file_format: TimeSeriesQueryOutputFileType,
        output: Output,
        options: Options,
    ) -> None:
        self.export_format = file_format
        self._request = request
        self._output = output
        self._spool_bytes = options.spool_bytes

    def open_file(self) -> AbstractAsyncContextManager[IO[bytes]]:
        """Open the file for the exported one."""
        return self._output()

    @contextlib.asynccontextmanager
    async def open_chunks(self) -> AsyncIterator[ChunkConsumer]:
        """Open the file for the merged chunks."""
        async with self._output() as file:
            with contextlib.closing(self._create_writer(file)) as writer:
                yield ChunkConsumer(writer.add, writer.prepare)
                writer.finish()

    def _create_writer(self, file: IO[bytes]) -> ResultWriter:
        if self.export_format is TimeSeriesQueryOutputFileType.CSV:
            return CsvResultWriter(self._request, file, self._spool_bytes)
        return JsonResultWriter(self._request, file, self._spool_bytes)
