"""A range query from its arguments to its result, in a file, a table or rows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple, TypeVar

from ..._backends import Backend
from ..._telemetry.endpoint_filters import parse_endpoint_filters
from ..._telemetry.endpoint_models import EndpointModels
from ..._telemetry.range_operations import RangeQueryOperations
from ..._telemetry.range_result import RangeResultSink, RequestedRecords
from ..._telemetry.range_rows import Cell, iter_rows, write_json
from ..._time_series.asset_patterns import expand_patterns, is_pattern
from ..._time_series.csv_time_zone import convert_csv
from ..._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from ..._time_series.missing_data import ERROR_HANDLINGS, report_missing, report_unchecked
from ..._time_series.result_presence import find_missing_in_csv
from ..._time_series.result_writers import RequestedSeries
from ..._time_series.time_arguments import parse_time_range
from ..._time_series.timestamps import parse_timestamp_ns
from ..._time_series.zones import TimeZone, parse_time_zone
from ..._transfer.output_file import Output, write_spool
from ..._transfer.transfers import Transfers
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressReporter
from ..._utils.temporary_files import explain_full_disk, open_temporary_file
from ...errors import DigitalExchangeError, NotFoundError
from ..base import BaseService
from ..time_series.filtered_query import ResultFileFormat
from ..time_series.query_arguments import AGGREGATIONS

if TYPE_CHECKING:
    import pyarrow as pa

    from ..._generated.client import Client
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import TimeSeriesQueryAssetInput

_Result = TypeVar("_Result")


class RangeRequest(NamedTuple):
    """The checked arguments of a range query.

    Attributes:
        filters: The endpoints, as assets, and their attributes, patterns among them.
        time_range: The start and the end.
        export_timeout: Timeout in seconds for the platform's export.
        aggregate: Where the result is merged: `server`, `client` or `auto`.
        zone: The time zone of the result's timestamps. Defaults to UTC.
        error_handling: What to do about missing data: `warn`, `raise` or `ignore`.
        reporter: Reports the progress.
    """

    filters: list[TimeSeriesQueryAssetInput]
    time_range: tuple[str, str]
    export_timeout: float
    aggregate: str
    zone: TimeZone | None
    error_handling: str
    reporter: ProgressReporter


def create_range_query(
    service: BaseService,
    iotEndpointId: object,
    attributeNames: object,
    startTime: object,
    endTime: object,
    *,
    exportTimeout: object,
    aggregate: object,
    timeZone: object,
    errors: object,
    progress: object,
) -> RangeQuery:
    """Check the arguments; create the query that they describe."""
    zone = None if timeZone is None else parse_time_zone("timeZone", timeZone)
    request = RangeRequest(
        parse_endpoint_filters(iotEndpointId, attributeNames),
        parse_time_range(("startTime", startTime), ("endTime", endTime), zone),
        validation.parse_duration("exportTimeout", exportTimeout),
        validation.parse_choice("aggregate", aggregate, AGGREGATIONS),
        None if zone is None or zone.key == "UTC" else zone,
        validation.parse_choice("errors", errors, ERROR_HANDLINGS),
        ProgressReporter(progress),
    )
    return RangeQuery(service._client, service._backend, service._transfers, request)


class RangeQuery:
    """Runs a range query. Its result is a CSV file, from which the other forms are made.

    Args:
        client: The client.
        backend: The backend.
        transfers: Fetches the result.
        request: The arguments.
    """

    def __init__(
        self, client: Client, backend: Backend, transfers: Transfers, request: RangeRequest
    ) -> None:
        self._client = client
        self._backend = backend
        self._transfers = transfers
        self._request = request
        self._models = EndpointModels(client, backend, [entry.assetId for entry in request.filters])

    async def write(self, file_format: ResultFileFormat, output: Output) -> None:
        """Write the result to a file."""
        zone = self._request.zone
        async with aclosing(self._models):
            if file_format is ResultFileFormat.PARQUET:
                await self._write_parquet(output)
            elif file_format is ResultFileFormat.JSON:
                async with self._open_result(needs_models=True) as source:
                    endpoints = await self._models.get()
                    async with output() as file:
                        await self._in_thread(lambda: write_json(source, file, endpoints))
            elif zone is not None:
                async with self._open_result() as source, output() as file:
                    await self._in_thread(lambda: convert_csv(source, file, zone))
            else:
                await self._write_csv(output)

    async def read_rows(self) -> list[dict[str, Cell]]:
        """Return the result as dictionaries."""
        async with aclosing(self._models), self._open_result(needs_models=True) as source:
            endpoints = await self._models.get()
            return await self._in_thread(lambda: list(iter_rows(source, endpoints)))

    async def read_table(self, shape: str) -> pa.Table:
        """Return the result as a table, wide or long."""
        from ..._dataframes.range_results import read_range_table

        async with aclosing(self._models), self._open_result(needs_models=True) as source:
            endpoints = await self._get_requested()
            return read_range_table(source, endpoints, shape, self._request.zone)

    async def _write_parquet(self, output: Output) -> None:
        require_extra("arrow", "pyarrow")
        from ..._dataframes.range_results import write_range_parquet

        async with self._open_result(needs_models=True) as source:
            endpoints = await self._get_requested()
            async with output() as file:
                write_range_parquet(
                    source, file, endpoints, self._backend.options, self._request.zone
                )

    async def _get_requested(self) -> list[TimeSeriesAssetData]:
        """Get the endpoints with the attributes that are requested of each."""
        requested = RequestedRecords(await self._expand(self._request.filters))
        return requested.select(await self._models.get())

    @contextlib.asynccontextmanager
    async def _open_result(self, *, needs_models: bool = False) -> AsyncIterator[IO[bytes]]:
        """Run the query; yield a CSV file with the result in UTC."""
        if needs_models:
            self._models.prefetch()
        with open_temporary_file() as file:
            with explain_full_disk():
                await self._write_csv(partial(write_spool, file))
            yield file

    async def _write_csv(self, output: Output) -> None:
        spec = await self._create_spec()

        @contextlib.asynccontextmanager
        async def checked_output() -> AsyncIterator[IO[bytes]]:
            async with output() as file:
                yield file
                # An error of the check leaves no file.
                await self._check(file, spec.request)

        runner = FilterQueryRunner(self._client, self._backend, self._transfers, spec)
        await runner.run(RangeResultSink(spec.request, self._models, checked_output))

    async def _check(self, file: IO[bytes], requested: RequestedSeries) -> None:
        """Report attributes that do not exist, and a result without values."""
        request = self._request
        if request.error_handling == "ignore":
            return
        missing = await self._in_thread(lambda: find_missing_in_csv(file, requested))
        if not missing.series:
            return
        try:
            endpoints = await self._models.get()
        except DigitalExchangeError as error:
            report_unchecked(error, request.error_handling)
            return
        report_missing(
            missing, endpoints, request.time_range, request.error_handling, "IoT endpoint"
        )

    async def _create_spec(self) -> FilterQuerySpec:
        request = self._request
        filters = await self._expand(request.filters)
        start, end = (
            str(parse_timestamp_ns("time", time) // 1_000_000) for time in request.time_range
        )
        return FilterQuerySpec(
            RangeQueryOperations(self._client, filters, (start, end)),
            RequestedRecords(filters),
            request.export_timeout,
            request.aggregate,
            request.reporter,
        )

    async def _expand(
        self, filters: list[TimeSeriesQueryAssetInput]
    ) -> list[TimeSeriesQueryAssetInput]:
        """Replace patterns, and requests of all attributes, by names."""
        if all(entry.attributeNamesFilter for entry in filters) and not any(
            is_pattern(name) for entry in filters for name in entry.attributeNamesFilter or ()
        ):
            return filters
        endpoints = await self._models.get()
        names = {asset.assetId: [entry.name for entry in asset.attributes] for asset in endpoints}
        expanded = expand_patterns(filters, endpoints)
        for entry in expanded:
            entry.attributeNamesFilter = entry.attributeNamesFilter or names[entry.assetId]
            if not entry.attributeNamesFilter:
                problem = f"the model of IoT endpoint {entry.assetId!r} has no telemetry attributes"
                raise NotFoundError(problem)
        return expanded

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()
