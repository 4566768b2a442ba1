"""Read and validate the arguments of a filter query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import invalid_request, shorten
from ...query_engine.filter_results import AssetFilter, merge_filters
from ...query_engine.sql import quote
from ...values import EARLIEST, LATEST, format_timestamp, parse_iso_timestamp
from .filter_query import FilterRequest
from .records import check_length

MAX_ROWS = 1000
_MAX_TEXT_BYTES = 2048


def check_max_rows(max_rows: int | None) -> None:
    """Raise if a page size is out of range."""
    if max_rows is not None and not 1 <= max_rows <= MAX_ROWS:
        raise invalid_request(f"maxRows must be 1 to {MAX_ROWS}, not {max_rows}.")


def read_filter_request(
    query_type: str,
    assets: Sequence[Mapping[str, Any] | None],
    start_time: str | None,
    end_time: str | None,
    max_rows: int | None,
) -> FilterRequest:
    """Read the arguments of a filter query's first page."""
    if query_type == "NEXT_TOKEN":
        raise invalid_request("A query of type NEXT_TOKEN needs a nextToken.")
    filters = merge_filters(_read_asset(i, asset) for i, asset in enumerate(assets))
    if not filters:
        raise invalid_request("A query needs at least one asset.")
    if query_type == "LAST_X_ROWS":
        return FilterRequest(filters, EARLIEST, LATEST, max_rows or MAX_ROWS)
    start, end = _read_time("startTime", start_time), _read_time("endTime", end_time)
    if start > end:
        raise invalid_request("startTime must not be after endTime.")
    return FilterRequest(filters, start, end)


def to_timestream_sql(request: FilterRequest, database: Mapping[str, Any]) -> str:
    """Return the Timestream SQL of a filter query, without its selection of attributes."""
    assets = ", ".join(quote(asset.asset_id) for asset in request.filters)
    table = ".".join(
        '"' + str(database[name]).replace('"', '""') + '"' for name in ("databaseName", "tableName")
    )
    sql = f'SELECT * FROM {table} WHERE "assetId" IN ({assets})'
    if request.last_rows is not None:
        return f"{sql} ORDER BY time DESC LIMIT {request.last_rows}"
    start, end = (quote(format_timestamp(time)) for time in (request.start, request.end))
    return f"{sql} AND time BETWEEN {start} AND {end}"


def _read_asset(index: int, asset: Mapping[str, Any] | None) -> AssetFilter:
    """Read the filter of one asset. No names or an empty list requests all attributes."""
    where = f"assets[{index}]"
    if asset is None:
        raise invalid_request(f"{where} is missing.")
    check_length(f"{where}.assetId", asset.get("assetId"), _MAX_TEXT_BYTES)
    names = asset.get("attributeNamesFilter")
    for name in names or ():
        check_length(f"{where}.attributeNamesFilter", name, _MAX_TEXT_BYTES)
    return AssetFilter(asset["assetId"], tuple(names) if names else None)


def _read_time(argument: str, text: str | None) -> int:
    if text is None:
        raise invalid_request(f"{argument} is missing.")
    try:
        return parse_iso_timestamp(text)
    except ValueError as error:
        raise invalid_request(f"{argument} {shorten(text)} {error}.") from None
