"""The result of a query as a table."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import IO

import pyarrow as pa

from .._generated.enums import TimeSeriesQueryOutputFileType
from .._time_series.result_sinks import ChunkConsumer
from .._time_series.result_writers import RequestedSeries
from .._transfer.output_file import write_spool
from .arrow_types import mark_bigint_fields
from .csv_reader import CsvResult
from .json_reader import AssetDataTable


class TableSink:
    """Keeps a result until the types of its attributes are known.

    Args:
        request: The requested assets and attributes.
        file: An open file, for the platform's export.
    """

    export_format = TimeSeriesQueryOutputFileType.CSV

    def __init__(self, request: RequestedSeries, file: IO[bytes]) -> None:
        self._request = request
        self._file = file
        self._data: AssetDataTable | None = None

    def open_file(self) -> AbstractAsyncContextManager[IO[bytes]]:
        """Open the file, to which the platform's is copied."""
        return write_spool(self._file)

    @contextlib.asynccontextmanager
    async def open_chunks(self) -> AsyncIterator[ChunkConsumer]:
        """Parse the chunks as they arrive."""
        data = AssetDataTable(self._request)
        yield ChunkConsumer(data.add)
        self._data = data

    def table(self, shape: str, types: Mapping[str, str]) -> pa.Table:
        """Return the table, wide or long, its columns of the given types."""
        if self._data is not None:
            table = self._data.table(shape, types)
        else:
            result = CsvResult(self._file, types)
            table = result.wide() if shape == "wide" else result.long()
        return table.cast(mark_bigint_fields(table.schema)) if shape == "wide" else table
