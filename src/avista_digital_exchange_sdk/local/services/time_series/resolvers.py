"""The time series operations of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from ...errors import PlatformError, invalid_request, not_found
from ...query_engine.csv_export import write_csv
from ...query_engine.filter_results import FilterResult
from ...query_engine.item_results import ItemsResult
from ...query_engine.queries import Page, Query, QueryRequest
from ...query_engine.result_files import CSV_CONTENT, JSON_CONTENT, WriteAll, Writer
from ...query_engine.results import Result as QueryResult
from ...state import Context, Resolver
from .exports import write_json
from .filter_query import run_filter_query
from .filter_request import check_max_rows, read_filter_request, to_timestream_sql
from .latest import read_latest
from .timestream_resolver import query_with_timestream_query

EXPORT_COMPLETE = "onNotifyTimeSeriesQueryExportComplete"
KINDS = ("LAST_VALUES", "FILTER", "TIMESTREAM")
CONTENT_TYPES = {"CSV": CSV_CONTENT, "JSON": JSON_CONTENT}

Result = dict[str, Any]


async def create_database(context: Context, *, name: str, description: str | None = None) -> Result:
    """Create a database of the caller's own."""
    return context.exchange.accounts.create_database(context.caller, name, description)


async def update_database(
    context: Context,
    *,
    timeSeriesDbId: str,
    name: str | None = None,
    description: str | None = None,
) -> Result:
    """Update a database."""
    accounts = context.exchange.accounts
    return accounts.update_database(context.caller, timeSeriesDbId, name, description)


async def delete_database(context: Context, *, timeSeriesDbId: str) -> Result:
    """Delete a database and its data."""
    database = context.exchange.accounts.delete_database(context.caller, timeSeriesDbId)
    await context.exchange.time_series.drop(timeSeriesDbId)
    return database


async def get_database(context: Context, *, timeSeriesDbId: str) -> Result:
    """Return a database's metadata."""
    return context.exchange.accounts.read_database(context.caller, timeSeriesDbId)


async def list_databases(context: Context) -> list[Result]:
    """List the databases the caller owns."""
    return context.exchange.accounts.list_databases(context.caller)


async def publish_to_database(
    context: Context, *, timeSeriesDbId: str, assetId: str, data: Mapping[str, Any]
) -> list[Result]:
    """Publish records. Rejected records do not prevent the others from being written."""
    exchange = context.exchange
    exchange.accounts.write_database(context.caller, timeSeriesDbId)
    written = await exchange.time_series.publish(timeSeriesDbId, assetId, data["records"])
    if written.rejections:
        raise PlatformError(
            "RejectedRecordsException",
            "One or more records have been rejected. See RejectedRecords for details.",
            {"RejectedRecords": [rejection.to_error_info() for rejection in written.rejections]},
        )
    return written.assets


async def list_all_asset_last_values(
    context: Context,
    *,
    timeSeriesDbId: str,
    clientToken: str | None = None,
    nextToken: str | None = None,
) -> Result:
    """Return a page of all assets with the latest value of each attribute."""
    context.exchange.accounts.read_database(context.caller, timeSeriesDbId)
    exchange = context.exchange
    requested = QueryRequest("LAST_VALUES", context.caller, (timeSeriesDbId,), None)

    def run(cursor: duckdb.DuckDBPyConnection, _table: str) -> ItemsResult:
        return read_latest(cursor, exchange.time_series.catalog(cursor, timeSeriesDbId))

    if nextToken is not None:
        page = await exchange.queries.next_page(nextToken, requested)
    else:
        query = exchange.queries.start(requested, clientToken, run)
        page = await exchange.queries.first_page(query, opens_empty=False)
    data: list[Result] = []
    if page.rows:
        result = await page.query.result()
        assert isinstance(result, ItemsResult)
        data = result.page(page.rows)
    return _to_page(page) | {"data": data}


async def query_database(
    context: Context,
    *,
    timeSeriesDbId: str,
    assets: Sequence[Mapping[str, Any] | None],
    queryType: str,
    startTime: str | None = None,
    endTime: str | None = None,
    maxRows: int | None = None,
    nextToken: str | None = None,
    clientToken: str | None = None,
    queryString: str | None = None,
) -> Result:
    """Return a page of a filter query, whose rows are in a chunk with a presigned URL."""
    database = context.exchange.accounts.read_database(context.caller, timeSeriesDbId)
    check_max_rows(maxRows)
    exchange = context.exchange
    if nextToken is not None:
        requested = QueryRequest("FILTER", context.caller, (timeSeriesDbId,), queryString, maxRows)
        page = await exchange.queries.next_page(nextToken, requested)
    else:
        request = read_filter_request(queryType, assets, startTime, endTime, maxRows)
        sql = to_timestream_sql(request, database)
        requested = QueryRequest("FILTER", context.caller, (timeSeriesDbId,), sql, maxRows)

        def run(cursor: duckdb.DuckDBPyConnection, table: str) -> FilterResult:
            catalog = exchange.time_series.catalog(cursor, timeSeriesDbId)
            return run_filter_query(cursor, table, catalog, request)

        query = exchange.queries.start(requested, clientToken, run)
        page = await exchange.queries.first_page(query, opens_empty=True)
    return _to_page(page) | {
        "presignedUrl": await context.exchange.result_files.chunk_url(page, _write_json),
        "queryString": page.query.requested.query_string,
    }


async def cancel_database_query(context: Context, *, timeSeriesDbId: str, queryId: str) -> Result:
    """Cancel a query. Cancelling it again has no effect."""
    query = _own_query(context, timeSeriesDbId, queryId)
    await query.cancel()
    return {"httpStatusCode": 200, "errorMessage": None}


async def generate_query_result_export_file(
    context: Context, *, timeSeriesDbId: str, queryId: str, fileFormat: str | None = None
) -> Result:
    """Start to export the whole result of a filter query. An event announces its completion."""
    query = _own_query(context, timeSeriesDbId, queryId)
    if query.requested.kind != "FILTER":
        raise invalid_request("Only the result of a query with filters can be exported.")
    if query.cancelled or not query.job.running:
        await query.result()
    file_format = fileFormat or "CSV"
    events = context.exchange.events

    async def announce(exported: Result) -> None:
        payload = exported | {"fileType": file_format}
        await events.publish(EXPORT_COMPLETE, {"queryId": queryId}, payload)

    context.exchange.result_files.start_export(
        query, WRITERS[file_format], CONTENT_TYPES[file_format], announce
    )
    return {"fileFormat": file_format, "queryId": queryId, "timeSeriesDbId": timeSeriesDbId}


def _write_csv(cursor: duckdb.DuckDBPyConnection, result: QueryResult, file: Writer) -> None:
    assert isinstance(result, FilterResult)
    write_csv(cursor, result, file, "assetId")


def _write_json(
    cursor: duckdb.DuckDBPyConnection,
    result: QueryResult,
    file: Writer,
    rows: range | None = None,
) -> None:
    assert isinstance(result, FilterResult)
    write_json(cursor, result, file, rows)


WRITERS: dict[str, WriteAll] = {"CSV": _write_csv, "JSON": _write_json}


def _own_query(context: Context, time_series_db_id: str, query_id: str) -> Query:
    """Return the caller's query after checking the access to its database."""
    context.exchange.accounts.read_database(context.caller, time_series_db_id)
    query = context.exchange.queries.require_own(context.caller, query_id, KINDS)
    if time_series_db_id not in query.requested.resource_ids:
        raise not_found(f"The query {query_id}")
    return query


def _to_page(page: Page) -> Result:
    """Return the fields common to all pages."""
    return {
        "clientToken": page.query.client_token,
        "nextToken": page.next_token,
        "queryId": page.query.query_id,
        "queryProgressPercentage": page.progress,
        "resultChunkIndex": page.index,
    }


QUERIES: dict[str, Resolver] = {
    "timeSeriesDb_getDatabase": get_database,
    "timeSeriesDb_listDatabases": list_databases,
    "timeSeriesDb_listAllAssetLastValues": list_all_asset_last_values,
    "timeSeriesDb_queryDatabase": query_database,
    "timeSeriesDb_queryDatabaseWithTimestreamQuery": query_with_timestream_query,
}
MUTATIONS: dict[str, Resolver] = {
    "timeSeriesDb_createDatabase": create_database,
    "timeSeriesDb_updateDatabase": update_database,
    "timeSeriesDb_deleteDatabase": delete_database,
    "timeSeriesDb_publishToDatabase": publish_to_database,
    "timeSeriesDb_cancelDatabaseQuery": cancel_database_query,
    "timeSeriesDb_generateQueryResultExportFile": generate_query_result_export_file,
}
