"""Read and validate the arguments of a time range query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import invalid_request, shorten
from ...query_engine.filter_results import AssetFilter, list_requested_names, merge_filters
from ...query_engine.sql import quote
from ...values import format_timestamp, parse_time

MAX_ENDPOINTS = 1000
MAX_ATTRIBUTES = 1000


@dataclass(frozen=True)
class RangeRequest:
    """A time range query. Times are in nanoseconds, both ends included."""

    filters: Sequence[AssetFilter]
    start: int
    end: int

    @property
    def endpoint_ids(self) -> tuple[str, ...]:
        """The IDs of the queried endpoints."""
        return tuple(asset.asset_id for asset in self.filters)

    def to_query_string(self) -> str:
        """Return the query as SQL."""
        conditions = " OR ".join(
            f'("iotEndpointId" = {quote(asset.asset_id)}'
            f" AND measure_name IN ({', '.join(map(quote, asset.names or ()))}))"
            for asset in self.filters
        )
        start, end = (quote(format_timestamp(time)) for time in (self.start, self.end))
        return f"SELECT * FROM iot WHERE ({conditions}) AND time BETWEEN {start} AND {end}"


def read_range_request(
    filters: Sequence[Mapping[str, Any] | None], start_time: str, end_time: str
) -> RangeRequest:
    """Read the arguments of a page."""
    merged = merge_filters(_read_filter(index, entry) for index, entry in enumerate(filters))
    if not merged:
        raise invalid_request("endpointQueryFilters must not be empty.")
    if len(merged) > MAX_ENDPOINTS:
        raise invalid_request(f"A query can name at most {MAX_ENDPOINTS} endpoints.")
    if len(list_requested_names(merged)) > MAX_ATTRIBUTES:
        raise invalid_request(f"A query can name at most {MAX_ATTRIBUTES} attributes.")
    start, end = _read_time("startTime", start_time), _read_time("endTime", end_time)
    if start > end:
        raise invalid_request("startTime must not be after endTime.")
    return RangeRequest(merged, start, end)


def _read_filter(index: int, entry: Mapping[str, Any] | None) -> AssetFilter:
    where = f"endpointQueryFilters[{index}]"
    if entry is None:
        raise invalid_request(f"{where} must not be null.")
    names = entry["attributeNames"]
    if not names or None in names:
        raise invalid_request(f"{where}.attributeNames must be names, at least one.")
    return AssetFilter(entry["iotEndpointId"], tuple(names))


def _read_time(argument: str, text: str) -> int:
    """Parse one end of the time range."""
    try:
        return parse_time(text, "MILLISECONDS")
    except ValueError as error:
        raise invalid_request(
            f"{argument} must be milliseconds since 1970, got {shorten(text)}, which {error}."
        ) from None
