"""Data frames: results of queries as frames of pandas and polars, and as Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ..._dataframes.shapes import Shape, check_shape
from ..._time_series.asset_filters import AssetFilter
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from .queries import QueryService

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Aggregate = Literal["auto", "server", "client"]


class DataFrameQueryService(QueryService):
    """The calls whose results are frames."""

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
            >>> frame = digitalExchange.queryTimeSeriesDatabaseToDataFrame(
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
            >>> table = digitalExchange.queryTimeSeriesDatabaseToArrow(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["Dry-bulb (C)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", shape="long")
            >>> table["value"].to_pylist()
            [18.8]
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.filter_query import read_table

        check_shape(shape)
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
        return await read_table(self._client, self._io, self._transfers, job, shape)

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
            >>> frame = digitalExchange.queryTimeSeriesDatabaseToPolars(
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

    async def queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pd.DataFrame:
        """Run one SELECT in Timestream's SQL and get its whole result as a frame of pandas.

        Every page is followed. Needs the extra `pandas`.

        Args:
            timeSeriesDbId: The id of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: The most rows of a page, 1 to 1000.
            progress: True for a bar, or what is called with the pages read so far and None; what
                it raises ends the query.

        Returns:
            A frame with one row a row and one column a column: BIGINT and INTEGER Int64, DOUBLE
            float64, BOOLEAN boolean, TIMESTAMP datetime64[ns, UTC], DATE date; arrays, rows and
            time series as lists and dictionaries; all else str. Repeated names are numbered.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            MissingExtraError: The extra `pandas` is not installed.
            InvalidRequestError: Timestream refused the query; its message says where.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
               two  sure
            0    2  True

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        require_extra("pandas", "pandas", "pyarrow")
        from ..._dataframes.convert import to_pandas

        return to_pandas(
            await self.queryTimeSeriesDatabase_TimestreamFormatToArrow(
                timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )

    async def queryTimeSeriesDatabase_TimestreamFormatToArrow(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pa.Table:
        """Run one SELECT in Timestream's SQL and get its whole result as an Arrow table.

        Every page is followed. Needs the extra `arrow`.

        Args:
            timeSeriesDbId: The id of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: The most rows of a page, 1 to 1000.
            progress: True for a bar, or what is called with the pages read so far and None; what
                it raises ends the query.

        Returns:
            A table with one row a row and one column a column: BIGINT and INTEGER int64, DOUBLE
            double, BOOLEAN bool, TIMESTAMP timestamp[ns, UTC], DATE date32; arrays, rows and time
            series as lists and structs; all else string. Repeated names are numbered.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            MissingExtraError: The extra `arrow` is not installed.
            InvalidRequestError: Timestream refused the query; its message says where.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> table = digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
            >>> table.to_pylist()
            [{'two': 2, 'sure': True}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.sql_pages import concat_pages, parse_page

        pages = ProgressReporter(progress).track_pages(
            "query", self._iter_sql_pages(timeSeriesDbId, queryString, maxRows, parse_page)
        )
        async with aclosing(pages):
            return concat_pages([page.table() async for page in pages])

    async def queryTimeSeriesDatabase_TimestreamFormatToPolars(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pl.DataFrame:
        """Run one SELECT in Timestream's SQL and get its whole result as a frame of polars.

        Every page is followed. Needs the extra `polars`.

        Args:
            timeSeriesDbId: The id of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: The most rows of a page, 1 to 1000.
            progress: True for a bar, or what is called with the pages read so far and None; what
                it raises ends the query.

        Returns:
            A frame with one row a row and one column a column: BIGINT and INTEGER Int64, DOUBLE
            Float64, BOOLEAN Boolean, TIMESTAMP Datetime(ns, UTC), DATE Date; arrays, rows and
            time series as lists and structs; all else String. Repeated names are numbered.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was sent.
            MissingExtraError: The extra `polars` is not installed.
            InvalidRequestError: Timestream refused the query; its message says where.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> frame = digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToPolars(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
            >>> frame.rows()
            [(2, True)]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        require_extra("polars", "polars", "pyarrow")
        from ..._dataframes.convert import to_polars

        return to_polars(
            await self.queryTimeSeriesDatabase_TimestreamFormatToArrow(
                timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )
