# Generated from src/avista_digital_exchange_sdk/_services/time_series/sql_queries.py by scripts/generate.

"""The sync variant of: Queries in Timestream's SQL: one page, all rows, a DataFrame or an Arrow table."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ..._backends import iterate_sync, run_sync
from ..._services.base import SyncService
from ..._services.time_series.sql_queries import SqlQueryService
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..._time_series.sql_results import QueryResult_TimestreamVariables


__all__ = ["SyncSqlQueryService"]


class SyncSqlQueryService(SyncService):
    """Calls that query in Timestream's SQL."""

    def queryTimeSeriesDatabase_TimestreamFormat(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        nextToken: str | None = None,
        clientToken: str | None = None,
    ) -> QueryResult_TimestreamVariables:
        """Run one SELECT in Timestream's SQL and get one page of its result.

        For the next page call again with the same `queryString` and `maxRows`, and with the
        `nextToken` and `clientToken` of the previous page. A page can be empty and still have a
        `nextToken`. `iterTimeSeriesDatabase_TimestreamFormat` reads all pages.

        Args:
            timeSeriesDbId: The ID of the database.
            queryString: The query. The table is `"databaseName"."tableName"`, with the names that
                `getTimeSeriesDatabase` returns.
            maxRows: Maximum number of rows per page, 1 to 1000. A page has at most 1 MB.
            nextToken: The token of the previous page; None for the first page. Only the newest
                token is valid, for one hour.
            clientToken: The client token of the previous page; None for the first page.

        Returns:
            One page with its `rows`, `columnInfo`, `nextToken` and so on, as AWS Timestream returns
            them.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            InvalidRequestError: Timestream rejected the query. Its message says where.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> result = digitalExchange.queryTimeSeriesDatabase_TimestreamFormat(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two")
            >>> result.rows
            [{'Data': [{'ScalarValue': '2'}]}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        return run_sync(
            SqlQueryService.queryTimeSeriesDatabase_TimestreamFormat(
                self._calls, timeSeriesDbId, queryString, maxRows, nextToken, clientToken
            )
        )

    def iterTimeSeriesDatabase_TimestreamFormat(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """Run one SELECT in Timestream's SQL and iterate over all rows of its result.

        The next page is prefetched. Memory holds two pages at most.

        Args:
            timeSeriesDbId: The ID of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised by
                it ends the call.

        Yields:
            One dictionary per row, keyed by column name: int for BIGINT, float for DOUBLE, bool
            for BOOLEAN, ISO 8601 string in UTC with up to nine digits for TIMESTAMP, date for
            DATE, None for NULL, lists for arrays, dictionaries for rows, and str for all other
            types. A time series is a list of `{"time": …, "value": …}`.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            InvalidRequestError: Timestream rejected the query. Its message says where.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for row in digitalExchange.iterTimeSeriesDatabase_TimestreamFormat(
            ...         timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure"):
            ...     print(row)
            {'two': 2, 'sure': True}

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        return iterate_sync(
            SqlQueryService.iterTimeSeriesDatabase_TimestreamFormat(
                self._calls, timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )

    def queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pd.DataFrame:
        """Run one SELECT in Timestream's SQL and get all of its result as a pandas DataFrame.

        All pages are read. Requires the extra `pandas`.

        Args:
            timeSeriesDbId: The ID of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised by
                it ends the call.

        Returns:
            A DataFrame with the rows and columns of the result: BIGINT and INTEGER Int64, DOUBLE
            float64, BOOLEAN boolean, TIMESTAMP datetime64[ns, UTC], DATE date; arrays and time
            series as NumPy arrays, rows as dictionaries; all other types str. Repeated column names
            are numbered.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            MissingExtraError: The extra `pandas` is not installed.
            InvalidRequestError: Timestream rejected the query. Its message says where.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
               two  sure
            0    2  True

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        return run_sync(
            SqlQueryService.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
                self._calls, timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )

    def queryTimeSeriesDatabase_TimestreamFormatToPolars(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pl.DataFrame:
        """Run one SELECT in Timestream's SQL and get all of its result as a polars DataFrame.

        All pages are read. Requires the extra `polars`.

        Args:
            timeSeriesDbId: The ID of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised by
                it ends the call.

        Returns:
            A DataFrame with the rows and columns of the result: BIGINT and INTEGER Int64, DOUBLE
            Float64, BOOLEAN Boolean, TIMESTAMP Datetime(ns, UTC), DATE Date; arrays, rows and
            time series as lists and structs; all other types String. Repeated column names are
            numbered.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            MissingExtraError: The extra `polars` is not installed.
            InvalidRequestError: Timestream rejected the query. Its message says where.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> frame = digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToPolars(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
            >>> frame.rows()
            [(2, True)]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        return run_sync(
            SqlQueryService.queryTimeSeriesDatabase_TimestreamFormatToPolars(
                self._calls, timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )

    def queryTimeSeriesDatabase_TimestreamFormatToArrow(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> pa.Table:
        """Run one SELECT in Timestream's SQL and get all of its result as an Arrow table.

        All pages are read. Requires the extra `arrow`.

        Args:
            timeSeriesDbId: The ID of the database.
            queryString: The query, as in `queryTimeSeriesDatabase_TimestreamFormat`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised by
                it ends the call.

        Returns:
            A table with the rows and columns of the result: BIGINT and INTEGER int64, DOUBLE
            double, BOOLEAN bool, TIMESTAMP timestamp[ns, UTC], DATE date32; arrays, rows and time
            series as lists and structs; all other types string. Repeated column names are numbered.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            MissingExtraError: The extra `arrow` is not installed.
            InvalidRequestError: Timestream rejected the query. Its message says where.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> table = digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
            >>> table.to_pylist()
            [{'two': 2, 'sure': True}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        return run_sync(
            SqlQueryService.queryTimeSeriesDatabase_TimestreamFormatToArrow(
                self._calls, timeSeriesDbId, queryString, maxRows, progress=progress
            )
        )
