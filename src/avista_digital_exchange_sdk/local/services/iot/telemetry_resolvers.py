"""The telemetry operations of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from ...authorization import Access
from ...database import Row
from ...errors import invalid_request
from ...query_engine.csv_export import write_csv
from ...query_engine.filter_results import FilterResult
from ...query_engine.item_results import ItemsResult
from ...query_engine.queries import Page, Query, QueryRequest
from ...query_engine.result_files import CSV_CONTENT, Writer
from ...query_engine.results import Result
from ...state import Context, Resolver
from .range_request import read_range_request
from .records import Input
from .telemetry import merge_latest, write_chunk

LAST_VALUES = "IOT_LAST_VALUES"
RANGE = "IOT_RANGE"
KINDS = (LAST_VALUES, RANGE)
EXPORT_COMPLETE = "onNotifyIotQueryExportComplete"


async def publish(context: Context, iotEndpointId: str, data: Sequence[Input | None]) -> Row:
    """Publish records of an endpoint."""
    exchange = context.exchange
    endpoint = exchange.endpoints.get(context.caller, iotEndpointId, Access.WRITE)
    return await exchange.telemetry.publish(endpoint, data)


# The latest values


async def list_endpoint_last_values(
    context: Context, iotEndpointId: str, **page: str | None
) -> Row:
    """Return a page of the latest values of an endpoint."""
    endpoints = context.exchange.endpoints
    return await _list_last_values(
        context, iotEndpointId, [endpoints.get(context.caller, iotEndpointId)], **page
    )


async def list_groups_endpoints_last_values(
    context: Context, iotGroupId: str, **page: str | None
) -> Row:
    """Return a page of the latest values of a group's endpoints."""
    group = context.exchange.groups.get(context.caller, iotGroupId)
    return await _list_last_values(context, iotGroupId, group["endpoints"], **page)


async def list_hubs_endpoints_last_values(
    context: Context, iotHubId: str, **page: str | None
) -> Row:
    """Return a page of the latest values of a hub's endpoints."""
    endpoints = context.exchange.endpoints.list_in_hub(context.caller, iotHubId)
    return await _list_last_values(context, iotHubId, endpoints, **page)


async def _list_last_values(
    context: Context,
    resource_id: str,
    endpoints: Sequence[Row],
    nextToken: str | None = None,
    clientToken: str | None = None,
    queryId: str | None = None,
    **_unused: str | None,
) -> Row:
    """Return a page of the latest values of an endpoint, a group or a hub."""
    exchange = context.exchange
    # Endpoints on the page may have been removed since the query started.
    ids = (resource_id, *(endpoint["iotEndpointId"] for endpoint in endpoints))
    requested = QueryRequest(LAST_VALUES, context.caller, ids, None)
    if nextToken is not None:
        page = await exchange.queries.next_page(nextToken, requested, queryId, clientToken)
    else:

        def run(cursor: duckdb.DuckDBPyConnection, _table: str) -> ItemsResult:
            return exchange.telemetry.read_latest(cursor, endpoints)

        query = exchange.queries.start(requested, clientToken, run)
        page = await exchange.queries.first_page(query, opens_empty=False)
    data: list[Row] = []
    if page.rows:
        result = await page.query.result()
        assert isinstance(result, ItemsResult)
        data = merge_latest(result.page(page.rows))
    return _to_page(page) | {"data": data, "presignedUrl": None, "resultStoredInS3": False}


# Time ranges


async def query_by_time_range(
    context: Context,
    endpointQueryFilters: Sequence[Mapping[str, Any] | None],
    startTime: str,
    endTime: str,
    nextToken: str | None = None,
    clientToken: str | None = None,
    queryString: str | None = None,
    queryId: str | None = None,
) -> Row:
    """Return a page of a query, whose rows are in a chunk with a presigned URL."""
    exchange = context.exchange
    request = read_range_request(endpointQueryFilters, startTime, endTime)
    names = [_name(context, endpoint_id) for endpoint_id in request.endpoint_ids]
    sql = request.to_query_string()
    requested = QueryRequest(RANGE, context.caller, request.endpoint_ids, sql)
    if nextToken is not None:
        if queryString not in (None, sql):
            raise invalid_request("The queryString is not that of the page before.")
        page = await exchange.queries.next_page(nextToken, requested, queryId, clientToken)
    else:

        def run(cursor: duckdb.DuckDBPyConnection, table: str) -> FilterResult:
            return exchange.telemetry.samples.read_range(
                cursor, table, request.filters, names, request.start, request.end
            )

        query = exchange.queries.start(requested, clientToken, run)
        page = await exchange.queries.first_page(query, opens_empty=True)
    return _to_page(page) | {
        "presignedUrl": await exchange.result_files.chunk_url(page, write_chunk),
        "queryString": sql,
        "startTime": startTime,
        "endTime": endTime,
    }


async def cancel_query(context: Context, queryId: str) -> Row:
    """Cancel a query. Cancelling it again has no effect."""
    await own_query(context, queryId).cancel()
    return {"httpStatusCode": 200, "errorMessage": None}


async def generate_query_result_export(
    context: Context, queryId: str, fileFormat: str | None = None
) -> Row:
    """Start to export the whole result of a query. An event announces its completion."""
    query = own_query(context, queryId)
    if query.requested.kind != RANGE:
        raise invalid_request("Only the result of a query over a time range can be exported.")
    if query.cancelled or not query.job.running:
        await query.result()
    events = context.exchange.events

    async def announce(exported: Row) -> None:
        payload = exported | {"fileFormat": "CSV"}
        await events.publish(EXPORT_COMPLETE, {"queryId": queryId}, payload)

    context.exchange.result_files.start_export(query, _write_csv, CSV_CONTENT, announce)
    return {"fileFormat": "CSV", "queryId": queryId}


def _write_csv(cursor: duckdb.DuckDBPyConnection, result: Result, file: Writer) -> None:
    assert isinstance(result, FilterResult)
    write_csv(cursor, result, file, "iotEndpointId")


def own_query(context: Context, query_id: str) -> Query:
    """Return the caller's query after checking the access to its endpoints."""
    query = context.exchange.queries.require_own(context.caller, query_id, KINDS)
    if query.requested.kind == RANGE:
        for endpoint_id in query.requested.resource_ids:
            _name(context, endpoint_id)
    return query


def _name(context: Context, endpoint_id: str) -> str:
    """Return the name of an endpoint after checking the access of the caller."""
    endpoint = context.exchange.endpoints.find(context.caller, endpoint_id, Access.READ)
    return str(endpoint["name"])


def _to_page(page: Page) -> Row:
    """Return the fields common to all pages."""
    return {
        "clientToken": page.query.client_token,
        "nextToken": page.next_token,
        "queryId": page.query.query_id,
        "resultChunkIndex": str(page.index),
    }


QUERIES: dict[str, Resolver] = {
    "iot_listEndpointLastValues": list_endpoint_last_values,
    "iot_listGroupsEndpointsLastValues": list_groups_endpoints_last_values,
    "iot_listHubsEndpointsLastValues": list_hubs_endpoints_last_values,
    "iot_queryByTimeRange": query_by_time_range,
}
MUTATIONS: dict[str, Resolver] = {
    "iot_publish": publish,
    "iot_cancelQuery": cancel_query,
    "iot_generateQueryResultExport": generate_query_result_export,
}
