"""The time series operations of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.private_files import open_new
from avista_digital_exchange_sdk.local.s3.storage import StoredObject
from avista_digital_exchange_sdk.local.state import Context, Resolver

from .exports import BoundedWriter, write_csv, write_json
from .filter_query import FilterResult, run_filter_query
from .filter_request import as_timestream_sql, check_max_rows, read_filter_request
from .jobs import JobStoppedError
from .latest import LatestResult, read_latest
from .queries import Page, Query, QueryRequest
from .records import invalid_request
from .timestream_resolver import query_with_timestream_query
from .worker_pools import Workload

if TYPE_CHECKING:
    from .store import TimeSeriesStore

CONTENT_TYPES = {"CSV": "text/csv", "JSON": "application/json"}
_MAX_INT = 2**31 - 1
MAX_EXPORT_BYTES = 5 * 1024**3
MAX_EXPORTS = 16
"""Of one query, at a time."""

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
    """Rename or describe a database."""
    accounts = context.exchange.accounts
    return accounts.update_database(context.caller, timeSeriesDbId, name, description)


async def delete_database(context: Context, *, timeSeriesDbId: str) -> Result:
    """Delete a database and its data."""
    database = context.exchange.accounts.delete_database(context.caller, timeSeriesDbId)
    await context.exchange.time_series.drop(timeSeriesDbId)
    return database


async def get_database(context: Context, *, timeSeriesDbId: str) -> Result:
    """Answer a database's metadata."""
    return context.exchange.accounts.read_database(context.caller, timeSeriesDbId)


async def list_databases(context: Context) -> list[Result]:
    """List the databases the caller owns."""
    return context.exchange.accounts.list_databases(context.caller)


async def publish_to_database(
    context: Context, *, timeSeriesDbId: str, assetId: str, data: Mapping[str, Any]
) -> list[Result]:
    """Write records; what was written is announced even if some were rejected."""
    exchange = context.exchange
    exchange.accounts.write_database(context.caller, timeSeriesDbId)
    written = await exchange.time_series.publish(timeSeriesDbId, assetId, data["records"])
    if written.assets:
        arguments = {"timeSeriesDbId": timeSeriesDbId, "assetId": assetId}
        await exchange.events.publish("onTimeSeriesDbPublish", arguments, written.assets)
    if written.rejections:
        raise PlatformError(
            "RejectedRecordsException",
            "One or more records have been rejected. See RejectedRecords for details.",
            {"RejectedRecords": [rejection.as_error_info() for rejection in written.rejections]},
        )
    return written.assets


async def list_all_asset_last_values(
    context: Context,
    *,
    timeSeriesDbId: str,
    clientToken: str | None = None,
    nextToken: str | None = None,
) -> Result:
    """Answer a page of all assets with the latest value of each attribute."""
    context.exchange.accounts.read_database(context.caller, timeSeriesDbId)
    store = context.exchange.time_series
    asked = QueryRequest("LAST_VALUES", context.caller, timeSeriesDbId, None)

    def run(cursor: duckdb.DuckDBPyConnection, _table: str) -> LatestResult:
        return read_latest(cursor, store.catalogue(cursor, timeSeriesDbId))

    if nextToken is not None:
        page = await store.queries.next_page(nextToken, asked)
    else:
        query = store.queries.start(asked, clientToken, run)
        page = await store.queries.first_page(query, opens_empty=False)
    data: list[Result] = []
    if page.rows:
        result = await page.query.result()
        assert isinstance(result, LatestResult)
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
    """Answer a page of a filter query: its rows lie in a chunk behind a presigned URL."""
    database = context.exchange.accounts.read_database(context.caller, timeSeriesDbId)
    check_max_rows(maxRows)
    store = context.exchange.time_series
    if nextToken is not None:
        asked = QueryRequest("FILTER", context.caller, timeSeriesDbId, queryString, maxRows)
        page = await store.queries.next_page(nextToken, asked)
    else:
        request = read_filter_request(queryType, assets, startTime, endTime, maxRows)
        sql = as_timestream_sql(request, database)
        asked = QueryRequest("FILTER", context.caller, timeSeriesDbId, sql, maxRows)

        def run(cursor: duckdb.DuckDBPyConnection, table: str) -> FilterResult:
            catalogue = store.catalogue(cursor, timeSeriesDbId)
            return run_filter_query(cursor, table, catalogue, request)

        query = store.queries.start(asked, clientToken, run)
        page = await store.queries.first_page(query, opens_empty=True)
    return _to_page(page) | {
        "presignedUrl": await _chunk_url(context, page),
        "queryString": page.query.asked.query_string,
    }


async def cancel_database_query(context: Context, *, timeSeriesDbId: str, queryId: str) -> Result:
    """Stop a query; stopping one again changes nothing."""
    query = _own_query(context, timeSeriesDbId, queryId)
    await query.cancel()
    return {"httpStatusCode": 200, "errorMessage": None}


async def generate_query_result_export_file(
    context: Context, *, timeSeriesDbId: str, queryId: str, fileFormat: str | None = None
) -> Result:
    """Start to write the whole result of a filter query to a file; an event tells of its end."""
    query = _own_query(context, timeSeriesDbId, queryId)
    if query.asked.kind != "FILTER":
        raise invalid_request("Only the result of a query with filters can be exported.")
    if query.cancelled or not query.job.running:
        await query.result()
    if query.exporting >= MAX_EXPORTS:
        raise PlatformError("ThrottlingException", "Rate exceeded.")
    file_format = fileFormat or "CSV"
    query.exporting += 1
    context.exchange.time_series.start_task(_export(context, query, file_format))
    return {"fileFormat": file_format, "queryId": queryId, "timeSeriesDbId": timeSeriesDbId}


async def _export(context: Context, query: Query, file_format: str) -> None:
    """Write an export, then tell whoever waits for it."""
    exchange = context.exchange
    try:
        stored = await _write_export(context, query, file_format)
    except JobStoppedError:
        return
    finally:
        query.exporting -= 1
    size = exchange.objects.complete(stored)
    payload = {
        "fileSizeBytes": size if size <= _MAX_INT else None,
        "fileType": file_format,
        "queryId": query.query_id,
        "url": exchange.objects.download_url(stored.key, content_type=CONTENT_TYPES[file_format]),
    }
    arguments = {"queryId": query.query_id}
    await exchange.events.publish("onNotifyTimeSeriesQueryExportComplete", arguments, payload)


async def _write_export(context: Context, query: Query, file_format: str) -> StoredObject:
    """Write the whole result of a query to a file."""
    result = await query.result()
    assert isinstance(result, FilterResult)
    stored = context.exchange.objects.create(query.user_id)

    def write(cursor: duckdb.DuckDBPyConnection) -> None:
        with open_new(stored.path, "x", encoding="utf-8", newline="") as file:
            bounded = BoundedWriter(file, MAX_EXPORT_BYTES)
            (write_csv if file_format == "CSV" else write_json)(cursor, result, bounded)

    job = context.exchange.time_series.start_job(write, query.user_id, Workload.EXPORT)
    query.exports.append(job)
    try:
        await job.result()
    except BaseException:
        context.exchange.objects.delete(stored.key)
        raise
    finally:
        query.exports.remove(job)
    return stored


async def _chunk_url(context: Context, page: Page) -> str:
    """Sign the URL of a page's chunk, which is written when it is first fetched."""
    objects = context.exchange.objects
    if page.chunk_key is None:
        if page.rows:
            result = await page.query.result()
            assert isinstance(result, FilterResult)
            stored = objects.create(
                page.query.user_id,
                lambda path: _write_chunk(context.exchange.time_series, page, result, path),
            )
        else:
            stored = objects.create(page.query.user_id, _write_empty_chunk)
        page.chunk_key = stored.key
    return objects.download_url(page.chunk_key, content_type=CONTENT_TYPES["JSON"])


async def _write_chunk(
    time_series: TimeSeriesStore, page: Page, result: FilterResult, path: Path
) -> None:
    """Write a page's rows."""

    def write(cursor: duckdb.DuckDBPyConnection) -> None:
        with open_new(path, "x", encoding="utf-8", newline="") as file:
            write_json(cursor, result, file, page.rows)

    await time_series.start_job(write, page.query.user_id, Workload.READ).result()


async def _write_empty_chunk(path: Path) -> None:
    """Write a page without rows."""
    with open_new(path) as file:
        file.write(b"[]\n")


def _own_query(context: Context, time_series_db_id: str, query_id: str) -> Query:
    """Return a query of the caller's own, of a database the caller may still read."""
    context.exchange.accounts.read_database(context.caller, time_series_db_id)
    return context.exchange.time_series.queries.own(context.caller, query_id, time_series_db_id)


def _to_page(page: Page) -> Result:
    """Answer what pages of every kind tell of themselves."""
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
