"""A query with filters from its checked arguments to its result, in a file or a table."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from datetime import tzinfo
from enum import StrEnum
from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

from ..._backends import Backend
from ..._generated.enums import TimeSeriesQueryOutputFileType
from ..._time_series.asset_patterns import expand_patterns, has_patterns
from ..._time_series.attribute_types import AttributeTypes
from ..._time_series.csv_time_zone import convert_csv
from ..._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from ..._time_series.latest_values import list_latest_values
from ..._time_series.missing_data import MissingSeries, report_missing, report_unchecked
from ..._time_series.query_operations import TimeSeriesQueryOperations
from ..._time_series.result_presence import find_missing_in_csv, find_missing_in_json
from ..._time_series.result_sinks import FileSink
from ..._time_series.result_writers import RequestedSeries
from ..._time_series.zones import TimeZone
from ..._transfer.output_file import Output, write_spool
from ..._transfer.transfers import Transfers
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressReporter
from ..._utils.temporary_files import explain_full_disk, open_temporary_file
from ...errors import DigitalExchangeError

if TYPE_CHECKING:
    import pyarrow as pa

    from ..._generated.client import Client
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import TimeSeriesQueryAssetInput

CSV = TimeSeriesQueryOutputFileType.CSV

_Result = TypeVar("_Result")


class ResultFileFormat(StrEnum):
    """The formats of result files."""

    CSV = "CSV"
    JSON = "JSON"
    PARQUET = "PARQUET"


class QueryRequest(NamedTuple):
    """The checked arguments of a query with filters.

    Attributes:
        database_id: The database.
        filters: The assets and attributes, patterns among them.
        time_range: The start and the end.
        max_rows: The most rows of a page.
        export_timeout: Seconds to wait for the platform's file.
        aggregate: Where the result is merged: `server`, `client` or `auto`.
        zone: The time zone of the result's timestamps. Defaults to UTC.
        error_handling: What to do about missing data: `warn`, `raise` or `ignore`.
        reporter: Reports the progress.
        attribute_types: The types of attributes. Defaults to those that the database has.
    """

    database_id: str
    filters: list[TimeSeriesQueryAssetInput]
    time_range: tuple[str, str]
    max_rows: int | None
    export_timeout: float
    aggregate: str
    zone: TimeZone | None
    error_handling: str
    reporter: ProgressReporter
    attribute_types: Mapping[str, str] | None = None


class FilteredQuery:
    """Runs a query with filters.

    Args:
        client: The client.
        backend: The backend.
        transfers: Downloads the result.
        request: The arguments.
    """

    def __init__(
        self, client: Client, backend: Backend, transfers: Transfers, request: QueryRequest
    ) -> None:
        self._client = client
        self._backend = backend
        self._transfers = transfers
        self._request = request
        self._assets: list[TimeSeriesAssetData] | None = None

    async def read_table(self, shape: str) -> pa.Table:
        """Return the result as a table, wide or long."""
        from ..._dataframes.presence import find_missing_in_table
        from ..._dataframes.table_sink import TableSink
        from ..._dataframes.time_zones import convert_timestamps

        spec = await self._create_spec()
        with open_temporary_file() as file:
            sink = TableSink(spec.request, file)
            async with aclosing(self._attribute_types(spec)) as types:
                with explain_full_disk():
                    await self._runner(spec).run(sink, types.prefetch)
                table = sink.table(shape, await types.get())
        if self._request.error_handling != "ignore":
            await self._report(find_missing_in_table(table, shape, spec.request))
        return convert_timestamps(table, self._request.zone)

    async def write(self, file_format: ResultFileFormat, output: Output) -> None:
        """Write the result to a file."""
        spec = await self._create_spec()
        if file_format is ResultFileFormat.PARQUET:
            await self._write_parquet(spec, output)
        elif file_format is ResultFileFormat.CSV and self._request.zone is not None:
            await self._write_local_csv(spec, self._request.zone, output)
        else:
            await self._write_as_is(spec, TimeSeriesQueryOutputFileType(file_format), output)

    async def _write_as_is(
        self, spec: FilterQuerySpec, file_format: TimeSeriesQueryOutputFileType, output: Output
    ) -> None:
        @contextlib.asynccontextmanager
        async def checked_output() -> AsyncIterator[IO[bytes]]:
            async with output() as file:
                yield file
                # An error of the check leaves no file.
                await self._check_file(spec, file_format, file)

        await self._runner(spec).run(self._create_sink(spec, file_format, checked_output))

    async def _write_local_csv(self, spec: FilterQuerySpec, zone: tzinfo, output: Output) -> None:
        """Write a CSV file with timestamps in a time zone."""
        with open_temporary_file() as source:
            with explain_full_disk():
                await self._write_as_is(spec, CSV, partial(write_spool, source))
            async with output() as file:
                await self._in_thread(lambda: convert_csv(source, file, zone))

    async def _write_parquet(self, spec: FilterQuerySpec, output: Output) -> None:
        require_extra("arrow", "pyarrow")
        from ..._dataframes.csv_reader import CsvResult

        with open_temporary_file() as source:
            sink = self._create_sink(spec, CSV, partial(write_spool, source))
            async with aclosing(self._attribute_types(spec)) as types:
                with explain_full_disk():
                    await self._runner(spec).run(sink, types.prefetch)
                await self._check_file(spec, CSV, source)
                result = CsvResult(source, await types.get())
            async with output() as file:
                result.write_parquet(file, self._backend.options, self._request.zone)

    async def _check_file(
        self, spec: FilterQuerySpec, file_format: TimeSeriesQueryOutputFileType, file: IO[bytes]
    ) -> None:
        """Report data that is missing in a file."""
        if self._request.error_handling == "ignore":
            return
        max_bytes = self._backend.options.max_json_check_bytes
        missing = await self._in_thread(
            lambda: (
                find_missing_in_csv(file, spec.request)
                if file_format is CSV
                else find_missing_in_json(file, spec.request, max_bytes)
            )
        )
        await self._report(missing)

    async def _report(self, missing: MissingSeries) -> None:
        """Report data that is missing in a result, with similar names that exist."""
        if not missing.series:
            return
        request = self._request
        try:
            assets = await self._list_assets()
        except DigitalExchangeError as error:
            report_unchecked(error, request.error_handling)
            return
        report_missing(missing, assets, request.time_range, request.error_handling)

    async def _create_spec(self) -> FilterQuerySpec:
        request = self._request
        filters = request.filters
        if has_patterns(filters):
            filters = expand_patterns(filters, await self._list_assets())
        return FilterQuerySpec(
            TimeSeriesQueryOperations(
                self._client, request.database_id, filters, request.time_range, request.max_rows
            ),
            RequestedSeries(filters),
            request.export_timeout,
            request.aggregate,
            request.reporter,
        )

    async def _list_assets(self) -> Iterable[TimeSeriesAssetData]:
        if self._assets is None:
            self._assets = await list_latest_values(self._client, self._request.database_id)
        return self._assets

    def _create_sink(
        self, spec: FilterQuerySpec, file_format: TimeSeriesQueryOutputFileType, output: Output
    ) -> FileSink:
        return FileSink(spec.request, file_format, output, self._backend.options)

    def _runner(self, spec: FilterQuerySpec) -> FilterQueryRunner:
        return FilterQueryRunner(self._client, self._backend, self._transfers, spec)

    def _attribute_types(self, spec: FilterQuerySpec) -> AttributeTypes:
        return AttributeTypes(
            self._client,
            self._backend,
            self._request.database_id,
            spec.request.position,
            self._request.attribute_types,
        )

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()
