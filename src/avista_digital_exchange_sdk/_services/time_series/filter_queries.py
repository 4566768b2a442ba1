"""Queries by assets, attributes and time, into a file, a DataFrame or an Arrow table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import IO, TYPE_CHECKING, Literal

from ..._dataframes.shapes import Shape, check_shape
from ..._generated.enums import TimeSeriesQueryOutputFileType
from ..._time_series.asset_filters import AssetFilter, parse_asset_filters
from ..._time_series.attribute_types import AttributeTypes
from ..._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from ..._time_series.query_operations import TimeSeriesQueryOperations
from ..._time_series.result_sinks import FileSink
from ..._time_series.result_writers import RequestedSeries
from ..._time_series.timestamps import parse_time_range
from ..._transfer.output_file import Output, open_output, write_spool
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..._utils.temporary_files import explain_full_disk, temporary_file
from ..base import BaseService

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

MAX_PAGE_ROWS = 1000
"""The most rows a page of AWS Timestream holds."""

# Seconds until the platform has made a file.
DEFAULT_EXPORT_TIMEOUT = 300.0

AGGREGATIONS = ("auto", "server", "client")

Aggregate = Literal["auto", "server", "client"]


class ResultFileFormat(StrEnum):
    """What a result file can be."""

    CSV = "CSV"
    JSON = "JSON"
    PARQUET = "PARQUET"


class FilterQueryService(BaseService):
    """Calls that query by assets, attributes and time."""

    async def queryTimeSeriesDatabaseWithFilters(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: Sequence[AssetFilter],
        startTime: str | datetime,
        endTime: str | datetime,
        resultFileWriteLocation: str | os.PathLike[str],
        exportFileFormat: Literal["CSV", "JSON", "PARQUET"] = "CSV",
        maxRows: int | None = None,
        *,
        exportTimeout: float = 300,
        aggregate: Literal["auto", "server", "client"] = "auto",
        progress: ProgressArgument | None = None,
    ) -> bool:
        """Query assets and attributes over a time range, and write the result to a file.

        Every page of the result is followed. The file appears whole or not at all. A CSV file has
        one row an asset and time and one column an attribute, in the order asked for; a JSON file
        is an array of `TimeSeriesAssetData`. Values keep the text they were published with. A
        Parquet file has the columns of the CSV file, in the attributes' own types; it is made on
        this side and needs the extra `arrow`.

        Args:
            timeSeriesDbId: The id of the database.
            assetAndAttributesFilter: The assets, each as `{"assetId": ...,
                "attributeNamesFilter": [...]}`; without names, all attributes of the asset.
            startTime: The beginning of the time range: ISO 8601 with a time zone, such as
                `2022-09-27T10:22:45.000Z`, or a datetime with a time zone.
            endTime: The end of the time range, likewise.
            resultFileWriteLocation: The path of the file, or a folder, in which it is named
                `result.csv`, `result.json` or `result.parquet`.
            exportFileFormat: `CSV`, `JSON` or `PARQUET`.
            maxRows: The most rows of a page, 1 to 1000. It changes how the result travels, never
                what it holds.
            exportTimeout: Seconds to wait until the platform has made the file.
            aggregate: `server` has the platform make the file, which needs a WebSocket
                connection; `client` puts the pages together on this side; `auto` does the former
                where it can, the latter where not.
            progress: True for a bar, or what is called with the pages read so far and None; then,
                where the platform makes the file, with the bytes that have come and the bytes in
                all. What it raises ends the query.

        Returns:
            True: the file is there, and complete.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            MissingExtraError: Parquet is wanted, and the extra `arrow` is not installed.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The file was not made in time.
            SubscriptionError: No real-time connection, and `aggregate` is `server`.
            TransferError: The file could not be fetched.

        Example:
            >>> await digitalExchange.queryTimeSeriesDatabaseWithFilters(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["DNI (W/m^2)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", "./")
            True
        """
        spec = self._parse_filter_query(
            timeSeriesDbId,
            assetAndAttributesFilter,
            startTime,
            endTime,
            maxRows,
            exportTimeout,
            aggregate,
            progress,
        )
        file_format = validation.parse_enum("exportFileFormat", exportFileFormat, ResultFileFormat)
        target = validation.resolve_output_path(
            "resultFileWriteLocation", resultFileWriteLocation, f"result.{file_format.lower()}"
        )
        await self._write_result(
            timeSeriesDbId, spec, file_format, partial(open_output, self._backend, target)
        )
        return True

    async def queryTimeSeriesDatabaseToDataFrame(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: Sequence[AssetFilter],
        startTime: str | datetime,
        endTime: str | datetime,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        progress: ProgressArgument | None = None,
    ) -> pd.DataFrame:
        """Query assets and attributes over a time range into a frame of pandas.

        Columns have the attributes' own types: DOUBLE float64, BIGINT Int64, BOOLEAN boolean,
        VARCHAR str (object before pandas 3), TIMESTAMP and `timestamp` datetime64[ns, UTC]. Where
        there is no value, it is missing. Needs the extra `pandas`.

        Args:
            timeSeriesDbId: The id of the database.
            assetAndAttributesFilter: The assets, each as `{"assetId": ...,
                "attributeNamesFilter": [...]}`; without names, all attributes of the asset.
            startTime: The beginning of the time range: ISO 8601 with a time zone, such as
                `2022-09-27T10:22:45.000Z`, or a datetime with a time zone.
            endTime: The end of the time range, likewise.
            maxRows: The most rows of a page, 1 to 1000. It changes how the result travels, never
                what it holds.
            shape: `wide` has one row an asset and time, and one column an attribute, in the order
                asked for; `long` has one row a value.
            exportTimeout: Seconds to wait until the platform has made the result.
            aggregate: `server` has the platform put the result together, which needs a WebSocket
                connection; `client` puts the pages together on this side; `auto` does the former
                where it can, the latter where not.
            progress: True for a bar, or what is called with the pages read so far and None; then,
                where the platform puts the result together, with the bytes that have come and the
                bytes in all. What it raises ends the query.

        Returns:
            A frame with the columns `assetId`, `name`, `timestamp` and one an attribute; in the
            long shape `assetId`, `name`, `timestamp`, `attribute` and `value`. Where attributes
            of several types share the column `value`, it is text; BIGINT and DOUBLE share float64.

        Raises:
            InvalidParameterError: An argument can't be used.
            MissingExtraError: The extra `pandas` is not installed.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The result was not made in time.
            SubscriptionError: No real-time connection, and `aggregate` is `server`.
            TransferError: The result could not be fetched.

        Example:
            >>> frame = await digitalExchange.queryTimeSeriesDatabaseToDataFrame(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["Dry-bulb (C)"].to_list()
            [18.8]
        """
        require_extra("pandas", "pandas", "pyarrow")
        from ..._dataframes.convert import to_pandas

        return to_pandas(
            await self.queryTimeSeriesDatabaseToArrow(
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                progress=progress,
            )
        )

    async def queryTimeSeriesDatabaseToPolars(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: Sequence[AssetFilter],
        startTime: str | datetime,
        endTime: str | datetime,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        progress: ProgressArgument | None = None,
    ) -> pl.DataFrame:
        """Query assets and attributes over a time range into a frame of polars.

        Columns have the attributes' own types: DOUBLE Float64, BIGINT Int64, BOOLEAN Boolean,
        VARCHAR String, TIMESTAMP and `timestamp` Datetime(ns, UTC). Where there is no value, it
        is null. Needs the extra `polars`.

        Args:
            timeSeriesDbId: The id of the database.
            assetAndAttributesFilter: The assets and their attributes, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            startTime: The beginning of the time range: ISO 8601 with a time zone, or a datetime
                with one.
            endTime: The end of the time range, likewise.
            maxRows: The most rows of a page, 1 to 1000.
            shape: `wide` has one row an asset and time, `long` has one row a value.
            exportTimeout: Seconds to wait until the platform has made the result.
            aggregate: Who puts the result together: `server`, `client`, or `auto`.
            progress: True for a bar, or what is called with the pages, then the bytes that have
                come, as in `queryTimeSeriesDatabaseToDataFrame`.

        Returns:
            A frame with the columns `assetId`, `name`, `timestamp` and one an attribute; in the
            long shape `assetId`, `name`, `timestamp`, `attribute` and `value`.

        Raises:
            InvalidParameterError: An argument can't be used.
            MissingExtraError: The extra `polars` is not installed.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The result was not made in time.
            SubscriptionError: No real-time connection, and `aggregate` is `server`.
            TransferError: The result could not be fetched.

        Example:
            >>> frame = await digitalExchange.queryTimeSeriesDatabaseToPolars(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["DNI (W/m^2)"].to_list()
            [0.0]
        """
        require_extra("polars", "polars", "pyarrow")
        from ..._dataframes.convert import to_polars

        return to_polars(
            await self.queryTimeSeriesDatabaseToArrow(
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                progress=progress,
            )
        )

    async def queryTimeSeriesDatabaseToArrow(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: Sequence[AssetFilter],
        startTime: str | datetime,
        endTime: str | datetime,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        progress: ProgressArgument | None = None,
    ) -> pa.Table:
        """Query assets and attributes over a time range into an Arrow table.

        Columns have the attributes' own types: DOUBLE double, BIGINT int64, BOOLEAN bool, VARCHAR
        string, TIMESTAMP and `timestamp` timestamp[ns, UTC]. Where there is no value, it is null.
        Needs the extra `arrow`.

        Args:
            timeSeriesDbId: The id of the database.
            assetAndAttributesFilter: The assets and their attributes, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            startTime: The beginning of the time range: ISO 8601 with a time zone, or a datetime
                with one.
            endTime: The end of the time range, likewise.
            maxRows: The most rows of a page, 1 to 1000.
            shape: `wide` has one row an asset and time, `long` has one row a value.
            exportTimeout: Seconds to wait until the platform has made the result.
            aggregate: Who puts the result together: `server`, `client`, or `auto`.
            progress: True for a bar, or what is called with the pages, then the bytes that have
                come, as in `queryTimeSeriesDatabaseToDataFrame`.

        Returns:
            A table with the columns `assetId`, `name`, `timestamp` and one an attribute; in the
            long shape `assetId`, `name`, `timestamp`, `attribute` and `value`.

        Raises:
            InvalidParameterError: An argument can't be used.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The result was not made in time.
            SubscriptionError: No real-time connection, and `aggregate` is `server`.
            TransferError: The result could not be fetched.

        Example:
            >>> table = await digitalExchange.queryTimeSeriesDatabaseToArrow(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["Dry-bulb (C)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", shape="long")
            >>> table["value"].to_pylist()
            [18.8]
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.table_sink import TableSink

        check_shape(shape)
        spec = self._parse_filter_query(
            timeSeriesDbId,
            assetAndAttributesFilter,
            startTime,
            endTime,
            maxRows,
            exportTimeout,
            aggregate,
            progress,
        )
        with temporary_file() as file:
            sink = TableSink(spec.request, file)
            async with aclosing(self._attribute_types(timeSeriesDbId, spec)) as types:
                with explain_full_disk():
                    await self._runner(spec).run(sink, types.prefetch)
                return sink.table(shape, await types.get())

    async def _write_result(
        self,
        timeSeriesDbId: str,
        spec: FilterQuerySpec,
        file_format: ResultFileFormat,
        output: Output,
    ) -> None:
        if file_format is ResultFileFormat.PARQUET:
            await self._write_parquet(timeSeriesDbId, spec, output)
            return
        export_format = TimeSeriesQueryOutputFileType(file_format)
        sink = FileSink(spec.request, export_format, output, self._backend.options)
        await self._runner(spec).run(sink)

    async def _write_parquet(
        self, timeSeriesDbId: str, spec: FilterQuerySpec, output: Output
    ) -> None:
        require_extra("arrow", "pyarrow")
        from ..._dataframes.csv_reader import CsvResult

        with temporary_file() as source:
            options = self._backend.options
            export_format = TimeSeriesQueryOutputFileType.CSV
            sink = FileSink(spec.request, export_format, partial(write_spool, source), options)
            async with aclosing(self._attribute_types(timeSeriesDbId, spec)) as types:
                with explain_full_disk():
                    await self._runner(spec).run(sink, types.prefetch)
                result = CsvResult(source, await types.get())
            async with output() as file:
                result.write_parquet(file, options)

    def _runner(self, spec: FilterQuerySpec) -> FilterQueryRunner:
        return FilterQueryRunner(self._client, self._backend, self._transfers, spec)

    def _attribute_types(self, timeSeriesDbId: str, spec: FilterQuerySpec) -> AttributeTypes:
        return AttributeTypes(self._client, self._backend, timeSeriesDbId, spec.request.position)

    def _parse_filter_query(
        self,
        timeSeriesDbId: object,
        assetAndAttributesFilter: object,
        startTime: object,
        endTime: object,
        maxRows: object,
        exportTimeout: object,
        aggregate: str,
        progress: object,
    ) -> FilterQuerySpec:
        """Check the arguments that every query with filters has."""
        database = validation.require_id("timeSeriesDbId", timeSeriesDbId)
        assets = parse_asset_filters(assetAndAttributesFilter)
        time_range = parse_time_range(("startTime", startTime), ("endTime", endTime))
        rows = (
            None if maxRows is None else validation.parse_int("maxRows", maxRows, 1, MAX_PAGE_ROWS)
        )
        timeout = validation.parse_duration("exportTimeout", exportTimeout)
        if aggregate not in AGGREGATIONS:
            raise validation.invalid_argument(
                "aggregate", aggregate, "one of " + ", ".join(AGGREGATIONS)
            )
        return FilterQuerySpec(
            TimeSeriesQueryOperations(self._client, database, assets, time_range, rows),
            RequestedSeries(assets),
            timeout,
            aggregate,
            ProgressReporter(progress),
        )


async def query_into(
    service: FilterQueryService,
    file: IO[bytes],
    timeSeriesDbId: str,
    assetAndAttributesFilter: Sequence[AssetFilter],
    startTime: str | datetime,
    endTime: str | datetime,
    exportFileFormat: str,
    *,
    progress: ProgressArgument | None,
) -> None:
    """Write the result of a query with filters to an open file."""
    spec = service._parse_filter_query(
        timeSeriesDbId,
        assetAndAttributesFilter,
        startTime,
        endTime,
        None,
        DEFAULT_EXPORT_TIMEOUT,
        "auto",
        progress,
    )
    file_format = validation.parse_enum("exportFileFormat", exportFileFormat, ResultFileFormat)
    await service._write_result(timeSeriesDbId, spec, file_format, partial(write_spool, file))
