"""Queries of time series databases: by filters into a file, and in Timestream's SQL."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from ..._generated.enums import TimeSeriesQueryOutputFileType
from ..._graphql.client import require_found
from ..._time_series.asset_filters import AssetFilter, parse_asset_filters
from ..._time_series.filter_query import FilterQuery, FilterQueryRunner, FilterQuerySpec
from ..._time_series.result_writers import RequestedSeries
from ..._time_series.timestamps import parse_time_range
from ..._time_series.typed_result import TypedResultFile
from ..._transfer.output_file import Output, output_file, spool
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..._utils.temporary_files import naming_full_disk, temporary_file
from ...errors import InvalidResponseError
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import TimestreamPage
    from ..._time_series.sql_results import QueryResult_TimestreamVariables

MAX_PAGE_ROWS = 1000
"""The most rows a page of AWS Timestream holds."""

# Seconds until the platform has made a file.
DEFAULT_EXPORT_TIMEOUT = 300.0

AGGREGATIONS = ("auto", "server", "client")


class _HasNextToken(Protocol):
    @property
    def nextToken(self) -> str | None: ...


_Page = TypeVar("_Page", bound=_HasNextToken)


class ResultFileFormat(StrEnum):
    """What a result file can be."""

    CSV = "CSV"
    JSON = "JSON"
    PARQUET = "PARQUET"


class QueryService(BaseService):
    """The calls that query time series databases."""

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
            >>> digitalExchange.queryTimeSeriesDatabaseWithFilters(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["DNI (W/m^2)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", "./")
            True
        """
        job = self._parse_filter_query(
            timeSeriesDbId,
            assetAndAttributesFilter,
            startTime,
            endTime,
            maxRows,
            exportTimeout,
            aggregate,
            progress,
        )
        format_ = validation.parse_enum("exportFileFormat", exportFileFormat, ResultFileFormat)
        target = validation.resolve_output_path(
            "resultFileWriteLocation", resultFileWriteLocation, f"result.{format_.lower()}"
        )
        await self._write_result(job, format_, partial(output_file, self._io, target))
        return True

    async def _query_into(
        self,
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
        job = self._parse_filter_query(
            timeSeriesDbId,
            assetAndAttributesFilter,
            startTime,
            endTime,
            None,
            DEFAULT_EXPORT_TIMEOUT,
            "auto",
            progress,
        )
        format_ = validation.parse_enum("exportFileFormat", exportFileFormat, ResultFileFormat)
        await self._write_result(job, format_, partial(spool, file))

    async def _write_result(
        self, job: FilterQuerySpec, format_: ResultFileFormat, output: Output
    ) -> None:
        if format_ is ResultFileFormat.PARQUET:
            await self._write_parquet(job, output)
            return
        file_format = TimeSeriesQueryOutputFileType(format_)
        await FilterQueryRunner(
            self._client, self._io, self._transfers, job, file_format, output
        ).write()

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
        """Check what every query with filters is given."""
        database = validation.require_id("timeSeriesDbId", timeSeriesDbId)
        assets = parse_asset_filters(assetAndAttributesFilter)
        ends = parse_time_range(("startTime", startTime), ("endTime", endTime))
        rows = (
            None if maxRows is None else validation.parse_int("maxRows", maxRows, 1, MAX_PAGE_ROWS)
        )
        timeout = validation.parse_duration("exportTimeout", exportTimeout)
        if aggregate not in AGGREGATIONS:
            raise validation.invalid_argument(
                "aggregate", aggregate, "one of " + ", ".join(AGGREGATIONS)
            )
        return FilterQuerySpec(
            database,
            lambda tell: FilterQuery(self._client, database, assets, ends, rows, tell),
            RequestedSeries(assets),
            timeout,
            aggregate,
            ProgressReporter(progress),
        )

    async def _write_parquet(self, job: FilterQuerySpec, output: Output) -> None:
        require_extra("arrow", "pyarrow")
        from ..._dataframes.csv_reader import CsvResult

        with temporary_file() as source:
            result = TypedResultFile(self._client, self._io, self._transfers, job, source)
            async with aclosing(result):
                with naming_full_disk():
                    await result.write()
                types = await result.types()
            async with output() as file:
                CsvResult(source, types).write_parquet(file)

    async def queryTimeSeriesDatabase_TimestreamFormat(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        nextToken: str | None = None,
        clientToken: str | None = None,
    ) -> QueryResult_TimestreamVariables:
        """Run one SELECT in Timestream's SQL and get one page of its result.

        For the next page ask again with the same `queryString` and `maxRows`, and with the
        `nextToken` and `clientToken` of the page before. A page may be empty and still have a
        `nextToken`; `iterTimeSeriesDatabase_TimestreamFormat` follows them for you.

        Args:
            timeSeriesDbId: The id of the database.
            queryString: The query. The table is `"databaseName"."tableName"`, the names being
                those that `getTimeSeriesDatabase` tells.
            maxRows: The most rows of a page, 1 to 1000; a page holds at most 1 MB.
            nextToken: The token of the page before; none for the first page. It is good for an
                hour, and only the newest one is.
            clientToken: The client token of the page before; none for the first page.

        Returns:
            One page: its `rows`, `columnInfo`, `nextToken` and so on, in Timestream's own form.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            InvalidRequestError: Timestream refused the query; its message says where.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> result = digitalExchange.queryTimeSeriesDatabase_TimestreamFormat(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two")
            >>> result.rows
            [{'Data': [{'ScalarValue': '2'}]}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        from ..._time_series.sql_results import parse_result

        page = await self._get_sql_page(
            timeSeriesDbId, queryString, maxRows, nextToken, clientToken
        )
        return parse_result(page)

    async def _get_sql_page(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        nextToken: str | None = None,
        clientToken: str | None = None,
    ) -> TimestreamPage:
        page = await self._client.time_series_db_query_database_with_timestream_query(
            timeSeriesDbId,
            queryString,
            _validate_sql_query(timeSeriesDbId, queryString, maxRows),
            validation.optional_str("nextToken", nextToken),
            validation.optional_str("clientToken", clientToken),
        )
        return require_found(page, "time series database", timeSeriesDbId)

    async def _iter_sql_pages(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None,
        read: Callable[[TimestreamPage], _Page],
    ) -> AsyncGenerator[_Page, None]:
        """Every page, the next one fetched while the present one is worked on."""
        answer = await self._get_sql_page(timeSeriesDbId, queryString, maxRows)
        page = read(answer)
        while page.nextToken:
            following = self._io.spawn(
                self._get_sql_page(
                    timeSeriesDbId, queryString, maxRows, page.nextToken, answer.clientToken
                )
            )
            try:
                yield page
                before, answer = page.nextToken, await following.result()
            finally:
                await following.cancel()
            page = read(answer)
            if page.nextToken == before:
                raise InvalidResponseError("the platform gave the same page token twice")
        yield page

    def iterTimeSeriesDatabase_TimestreamFormat(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Run one SELECT in Timestream's SQL and go through all rows of its result.

        The next page is fetched while you work on the present one; memory holds no more.

        Args:
            timeSeriesDbId: The id of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: The most rows of a page, 1 to 1000.
            progress: True for a bar, or what is called with the pages read so far and None; what
                it raises ends the query.

        Yields:
            One dictionary a row, keyed by column name: int for BIGINT, float for DOUBLE, bool for
            BOOLEAN, ISO 8601 text in UTC with up to nine digits for TIMESTAMP, date for DATE,
            None for NULL, lists for arrays and dictionaries for rows; text for all else. A time
            series is a list of `{"time": …, "value": …}`.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            InvalidRequestError: Timestream refused the query; its message says where.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> for row in digitalExchange.iterTimeSeriesDatabase_TimestreamFormat(
            ...         timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure"):
            ...     print(row)
            {'two': 2, 'sure': True}

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        # Not in the generator, which would refuse only when it is asked for its first row.
        rows = _validate_sql_query(timeSeriesDbId, queryString, maxRows)
        return self._iter_sql_rows(timeSeriesDbId, queryString, rows, ProgressReporter(progress))

    async def _iter_sql_rows(
        self, timeSeriesDbId: str, queryString: str, maxRows: int | None, watch: ProgressReporter
    ) -> AsyncGenerator[dict[str, Any], None]:
        from ..._time_series.sql_results import convert_row, parse_result

        pages = watch.track_pages(
            "query", self._iter_sql_pages(timeSeriesDbId, queryString, maxRows, parse_result)
        )
        async with aclosing(pages):
            async for result in pages:
                for row in convert_row(result):
                    yield row


def _validate_sql_query(timeSeriesDbId: object, queryString: object, maxRows: object) -> int | None:
    """Check what every query in SQL is given; return the most rows of a page."""
    validation.require_id("timeSeriesDbId", timeSeriesDbId)
    validation.require_str("queryString", queryString)
    return None if maxRows is None else validation.parse_int("maxRows", maxRows, 1, MAX_PAGE_ROWS)
