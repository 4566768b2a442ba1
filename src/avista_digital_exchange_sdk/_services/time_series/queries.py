"""Queries of time series databases: by filters into a file, and in Timestream's SQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from ..._generated.enums import TimeSeriesQueryOutputFileType
from ..._time_series.asset_filters import AssetFilter, asset_inputs
from ..._time_series.filter_query import FilterJob, FilterQuery, FilterQueryFile
from ..._time_series.result_writers import Request
from ..._time_series.timestamps import interval
from ..._time_series.typed_result import TypedResultFile
from ..._utils import validation as _checks
from ..._utils.atomic_files import whole_file
from ..._utils.extras import need
from ..._utils.progress import Progress, Watch
from ...errors import InvalidResponseError
from ..base import Service, found

if TYPE_CHECKING:
    from ..._generated.fragments import TimestreamPage
    from ..._time_series.sql_results import QueryResult_TimestreamVariables

MOST_ROWS = 1000
"""The most rows a page of AWS Timestream holds."""

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


class TimeSeriesQueryCalls(Service):
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
        progress: Progress | None = None,
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
        job = self._filter_job(
            timeSeriesDbId,
            assetAndAttributesFilter,
            startTime,
            endTime,
            maxRows,
            exportTimeout,
            aggregate,
            progress,
        )
        format_ = _checks.choice("exportFileFormat", exportFileFormat, ResultFileFormat)
        target = _checks.target_file(
            "resultFileWriteLocation", resultFileWriteLocation, f"result.{format_.lower()}"
        )
        if format_ is ResultFileFormat.PARQUET:
            await self._write_parquet(job, target)
        else:
            file_format = TimeSeriesQueryOutputFileType(format_)
            await FilterQueryFile(
                self._client, self._io, self._transfers, job, file_format, target
            ).write()
        return True

    def _filter_job(
        self,
        timeSeriesDbId: object,
        assetAndAttributesFilter: object,
        startTime: object,
        endTime: object,
        maxRows: object,
        exportTimeout: object,
        aggregate: str,
        progress: object,
    ) -> FilterJob:
        """Check what every query with filters is given."""
        database = _checks.identifier("timeSeriesDbId", timeSeriesDbId)
        assets = asset_inputs(assetAndAttributesFilter)
        ends = interval(("startTime", startTime), ("endTime", endTime))
        rows = None if maxRows is None else _checks.whole_number("maxRows", maxRows, 1, MOST_ROWS)
        timeout = _checks.seconds("exportTimeout", exportTimeout)
        if aggregate not in AGGREGATIONS:
            raise _checks.invalid("aggregate", aggregate, "one of " + ", ".join(AGGREGATIONS))
        return FilterJob(
            database,
            lambda tell: FilterQuery(self._client, database, assets, ends, rows, tell),
            Request(assets),
            timeout,
            aggregate,
            Watch(progress),
        )

    async def _write_parquet(self, job: FilterJob, target: Path) -> None:
        need("arrow", "pyarrow")
        from ..._dataframes.csv_reader import CsvResult

        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "result.csv")
            result = TypedResultFile(self._client, self._io, self._transfers, job, source)
            async with aclosing(result):
                await result.write()
                types = await result.types()
            with whole_file(target) as file:
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
        from ..._time_series.sql_results import result_of

        page = await self._timestream_page(
            timeSeriesDbId, queryString, maxRows, nextToken, clientToken
        )
        return result_of(page)

    async def _timestream_page(
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
            _check_sql(timeSeriesDbId, queryString, maxRows),
            _checks.optional_text("nextToken", nextToken),
            _checks.optional_text("clientToken", clientToken),
        )
        return found(page, "time series database", timeSeriesDbId)

    async def _timestream_pages(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None,
        read: Callable[[TimestreamPage], _Page],
    ) -> AsyncGenerator[_Page, None]:
        """Every page, the next one fetched while the present one is worked on."""
        answer = await self._timestream_page(timeSeriesDbId, queryString, maxRows)
        page = read(answer)
        while page.nextToken:
            following = self._io.begin(
                self._timestream_page(
                    timeSeriesDbId, queryString, maxRows, page.nextToken, answer.clientToken
                )
            )
            try:
                yield page
                before, answer = page.nextToken, await following.result()
            finally:
                await following.abandon()
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
        progress: Progress | None = None,
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
        rows = _check_sql(timeSeriesDbId, queryString, maxRows)
        return self._timestream_rows(timeSeriesDbId, queryString, rows, Watch(progress))

    async def _timestream_rows(
        self, timeSeriesDbId: str, queryString: str, maxRows: int | None, watch: Watch
    ) -> AsyncGenerator[dict[str, Any], None]:
        from ..._time_series.sql_results import result_of, row_values

        pages = watch.pages(
            "query", self._timestream_pages(timeSeriesDbId, queryString, maxRows, result_of)
        )
        async with aclosing(pages):
            async for result in pages:
                for row in row_values(result):
                    yield row


def _check_sql(timeSeriesDbId: object, queryString: object, maxRows: object) -> int | None:
    """Check what every query in SQL is given; return the most rows of a page."""
    _checks.identifier("timeSeriesDbId", timeSeriesDbId)
    _checks.text("queryString", queryString)
    return None if maxRows is None else _checks.whole_number("maxRows", maxRows, 1, MOST_ROWS)
