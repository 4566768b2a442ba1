"""Queries in Timestream's SQL: one page, all rows, a DataFrame or an Arrow table."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ..._backends import BatchedGenerator
from ..._time_series import sql_paging
from ..._time_series.sql_paging import SqlPage
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from .query_arguments import MAX_PAGE_ROWS

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..._generated.fragments import TimestreamPage
    from ..._time_series.sql_results import QueryResult_TimestreamVariables


class SqlQueryService(BaseService):
    """Calls that query in Timestream's SQL."""

    async def queryTimeSeriesDatabase_TimestreamFormat(
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
            >>> result = await digitalExchange.queryTimeSeriesDatabase_TimestreamFormat(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two")
            >>> result.rows
            [{'Data': [{'ScalarValue': '2'}]}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        from ..._time_series.sql_results import parse_result

        page = await sql_paging.get_sql_page(
            self._client,
            timeSeriesDbId,
            queryString,
            _validate_sql_query(timeSeriesDbId, queryString, maxRows),
            validation.optional_str("nextToken", nextToken),
            validation.optional_str("clientToken", clientToken),
        )
        return parse_result(page)

    def iterTimeSeriesDatabase_TimestreamFormat(
        self,
        timeSeriesDbId: str,
        queryString: str,
        maxRows: int | str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
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
            >>> async for row in digitalExchange.iterTimeSeriesDatabase_TimestreamFormat(
            ...         timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure"):
            ...     print(row)
            {'two': 2, 'sure': True}

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        # A generator would only raise when its first row is requested.
        rows = _validate_sql_query(timeSeriesDbId, queryString, maxRows)
        reporter = ProgressReporter(progress)
        return BatchedGenerator(self._iter_sql_rows(timeSeriesDbId, queryString, rows, reporter))

    async def queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
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
            >>> await digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(
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

    async def queryTimeSeriesDatabase_TimestreamFormatToPolars(
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
            >>> frame = await digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToPolars(
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

    async def queryTimeSeriesDatabase_TimestreamFormatToArrow(
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
            >>> table = await digitalExchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
            ...     timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
            >>> table.to_pylist()
            [{'two': 2, 'sure': True}]

        Source: `Query` in the reference of AWS Timestream's query API.
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.sql_pages import concat_pages, parse_page

        pages = ProgressReporter(progress).track_pages(
            "query", iter_sql_pages(self, timeSeriesDbId, queryString, maxRows, parse_page)
        )
        async with aclosing(pages):
            return concat_pages([page.table() async for page in pages])

    async def _iter_sql_rows(
        self, timeSeriesDbId: str, queryString: str, maxRows: int | None, reporter: ProgressReporter
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        from ..._time_series.sql_results import parse_rows

        pages = reporter.track_pages(
            "query", iter_sql_pages(self, timeSeriesDbId, queryString, maxRows, parse_rows)
        )
        async with aclosing(pages):
            async for page in pages:
                yield page.rows


def iter_sql_pages(
    service: SqlQueryService,
    timeSeriesDbId: str,
    queryString: str,
    maxRows: int | str | None,
    read: Callable[[TimestreamPage], SqlPage],
) -> AsyncGenerator[SqlPage, None]:
    """Iterate over every page of a result; the next page is prefetched."""
    rows = _validate_sql_query(timeSeriesDbId, queryString, maxRows)
    return sql_paging.iter_sql_pages(
        service._client, service._backend, timeSeriesDbId, queryString, rows, read
    )


def _validate_sql_query(timeSeriesDbId: object, queryString: object, maxRows: object) -> int | None:
    """Check the arguments that every SQL query has; return the maximum rows per page."""
    validation.require_id("timeSeriesDbId", timeSeriesDbId)
    validation.require_str("queryString", queryString)
    return None if maxRows is None else validation.parse_int("maxRows", maxRows, 1, MAX_PAGE_ROWS)
