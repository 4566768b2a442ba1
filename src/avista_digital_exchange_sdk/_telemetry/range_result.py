"""Writes the result of a range query as the CSV file that the platform would export.

A chunk is a JSON array of IotEndpointData with the records of one page. Records are ordered by
endpoint (as requested), then time. Their times have milliseconds and no further digits.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import IO

from pydantic_core import from_json

from .._generated.enums import TimeSeriesQueryOutputFileType
from .._generated.fragments import TimeSeriesAssetData
from .._time_series.csv_result_writer import CsvFile
from .._time_series.query_operations import MILLISECOND, ReadRows
from .._time_series.result_sinks import ChunkConsumer
from .._time_series.result_writers import RequestedSeries
from .._transfer.output_file import Output
from ..errors import InvalidResponseError
from .endpoint_models import EndpointModels

ID_COLUMN = "iotEndpointId"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RequestedRecords(RequestedSeries):
    """The requested endpoints, as assets, and their attributes."""

    def select(self, endpoints: Iterable[TimeSeriesAssetData]) -> list[TimeSeriesAssetData]:
        """Return requested endpoints with the attributes that are requested of each."""
        return [
            endpoint.model_copy(
                update={
                    "attributes": [
                        attribute
                        for attribute in endpoint.attributes
                        if self.is_requested(endpoint.assetId, attribute.name)
                    ]
                }
            )
            for endpoint in endpoints
        ]

    def find_last_rows(self, chunk: bytes, page: int, before: ReadRows | None) -> ReadRows | None:
        """Return what was read of the last endpoint in a chunk, if it has records."""
        try:
            filled = [endpoint for endpoint in from_json(chunk) if endpoint["records"]]
            if not filled:
                return before
            endpoint_id, records = filled[-1][ID_COLUMN], filled[-1]["records"]
            first, last = (int(records[i]["timestamp"]) * MILLISECOND for i in (0, -1))
            # Raises an error if it was not requested.
            self.position[endpoint_id]
        except (ValueError, KeyError, TypeError) as error:
            raise _create_chunk_error(error) from None
        if before is not None and before.asset_id == endpoint_id:
            return before._replace(last_time=last, last_page=page)
        return ReadRows(endpoint_id, first, last, page, page)


class RangeResultSink:
    """Writes the platform's CSV file, or merges the chunks to the same file.

    Args:
        request: The requested endpoints, as assets, and their attributes.
        models: The names of the endpoints, which chunks do not have.
        output: Opens the file.
    """

    export_format = TimeSeriesQueryOutputFileType.CSV

    def __init__(self, request: RequestedSeries, models: EndpointModels, output: Output) -> None:
        self._request = request
        self._models = models
        self._output = output

    def open_file(self) -> AbstractAsyncContextManager[IO[bytes]]:
        """Open the file for the exported one."""
        return self._output()

    @contextlib.asynccontextmanager
    async def open_chunks(self) -> AsyncIterator[ChunkConsumer]:
        """Open the file for the merged chunks."""
        names = {asset.assetId: asset.name for asset in await self._models.get()}
        async with self._output() as file:
            yield ChunkConsumer(RecordMerger(self._request, names, file).add)


class RecordMerger:
    """Writes the records of chunks as CSV, one row per record.

    Args:
        request: The requested endpoints, as assets, and their attributes.
        names: The names of the endpoints.
        file: The file.
    """

    def __init__(
        self, request: RequestedSeries, names: Mapping[str, str | None], file: IO[bytes]
    ) -> None:
        self._request = request
        self._names = names
        self._attributes = [*dict.fromkeys(n for all_ in request.attributes.values() for n in all_)]
        self._last = (-1, 0)
        self._rows = CsvFile(file)
        self._rows.writerow([ID_COLUMN, "name", "timestamp", *self._attributes])

    def add(self, chunk: bytes) -> None:
        """Add the chunk of the next page."""
        try:
            self._rows.writerows(list(self._parse(chunk)))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            # The cause would expose data values.
            raise _create_chunk_error(error) from None

    def _parse(self, chunk: bytes) -> Iterator[list[str | None]]:
        endpoints = from_json(chunk)
        if not isinstance(endpoints, list):
            raise TypeError
        for endpoint in endpoints:
            endpoint_id = endpoint[ID_COLUMN]
            position = self._request.position[endpoint_id]
            for record in endpoint["records"] or ():
                milliseconds = int(record["timestamp"])
                if (position, milliseconds) < self._last:
                    problem = "the result chunks are not ordered by endpoint and time"
                    raise InvalidResponseError(problem)
                self._last = (position, milliseconds)
                values = {
                    entry["name"]: entry["value"]
                    for entry in record["attributes"] or ()
                    if self._request.is_requested(endpoint_id, entry["name"])
                }
                if not all(value is None or isinstance(value, str) for value in values.values()):
                    raise TypeError
                if values:
                    cells = map(values.get, self._attributes)
                    time = _format_time(milliseconds)
                    yield [endpoint_id, self._names[endpoint_id], time, *cells]


def _create_chunk_error(error: Exception) -> InvalidResponseError:
    kind = type(error).__name__
    return InvalidResponseError(
        f"a result chunk is not a JSON array of the requested endpoints ({kind})"
    )


def _format_time(milliseconds: int) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    time = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{time.isoformat(' ')}.{fraction:03d}000000"
