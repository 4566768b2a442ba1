"""The Timestream query operation of the schema."""

from __future__ import annotations

import time
from typing import Any

import duckdb

from ...query_engine.queries import Page, QueryRequest
from ...query_engine.worker_pools import Workload
from ...state import Context
from ...timestream_sql import TimestreamResult, response, run_timestream_query
from .catalog import Catalog
from .filter_request import check_max_rows
from .records import check_length

MAX_QUERY_BYTES = 256 * 1024


async def query_with_timestream_query(
    context: Context,
    *,
    timeSeriesDbId: str,
    queryString: str,
    maxRows: int | None = None,
    nextToken: str | None = None,
    clientToken: str | None = None,
) -> dict[str, Any]:
    """Return a page of a Timestream query."""
    accounts = context.exchange.accounts
    database = accounts.read_database(context.caller, timeSeriesDbId)
    check_length("queryString", queryString, MAX_QUERY_BYTES)
    check_max_rows(maxRows)
    exchange = context.exchange
    requested = QueryRequest("TIMESTREAM", context.caller, (timeSeriesDbId,), queryString, maxRows)
    if nextToken is not None:
        page = await exchange.queries.next_page(nextToken, requested)
    else:
        now = time.time_ns()
        readable = [database, *accounts.list_databases(context.caller)]

        def run(cursor: duckdb.DuckDBPyConnection, table: str) -> TimestreamResult:
            def find_catalog(time_series_db_id: str) -> Catalog:
                return exchange.time_series.catalog(cursor, time_series_db_id)

            tables = {
                (known["databaseName"], known["tableName"]): (
                    lambda time_series_db_id=known["timeSeriesDbId"]: find_catalog(
                        time_series_db_id
                    )
                )
                for known in readable
            }
            return run_timestream_query(cursor, table, queryString, tables, now)

        query = exchange.queries.start(requested, clientToken, run)
        page = await exchange.queries.first_page(query, opens_empty=False)
    return {
        "clientToken": page.query.client_token,
        "resultJSONString": await _response(context, page),
    }


async def _response(context: Context, page: Page) -> str:
    """Convert a page to a Timestream response."""
    if page.query.job.running:
        return response(page.query.query_id, page.next_token, [], [], page.progress, 0)
    result = await page.query.result()
    assert isinstance(result, TimestreamResult)
    exchange = context.exchange
    reading = exchange.engine.start_job(
        lambda cursor: result.rows(cursor, page.rows), page.query.user_id, Workload.READ
    )
    rows = await reading.result()
    scanned = sum(len(row.encode()) for row in rows)
    return response(
        page.query.query_id, page.next_token, rows, result.columns, page.progress, scanned
    )
