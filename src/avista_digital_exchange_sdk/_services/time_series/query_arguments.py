"""The arguments that all queries by assets, attributes and time have."""

from __future__ import annotations

from typing import Literal

from ..._time_series.aggregation import parse_aggregation
from ..._time_series.asset_filters import parse_asset_filters
from ..._time_series.missing_data import ERROR_HANDLINGS
from ..._time_series.time_arguments import parse_time_range
from ..._time_series.zones import parse_time_zone
from ..._utils import validation
from ..._utils.progress import ProgressReporter
from ..base import BaseService
from .aggregated_query import AggregatedQuery
from .filtered_query import FilteredQuery, QueryRequest

# The limit of AWS Timestream.
MAX_PAGE_ROWS = 1000

# Seconds.
DEFAULT_EXPORT_TIMEOUT = 300.0

AGGREGATIONS = ("auto", "server", "client")

Aggregate = Literal["auto", "server", "client"]


def create_query(
    service: BaseService,
    timeSeriesDbId: object,
    assetAndAttributesFilter: object,
    startTime: object,
    endTime: object,
    maxRows: object,
    *,
    exportTimeout: object,
    aggregate: object,
    timeZone: object,
    every: object,
    how: object,
    errors: object,
    progress: object,
) -> FilteredQuery | AggregatedQuery:
    """Check the arguments; create the query that they describe."""
    request = parse_request(
        timeSeriesDbId,
        assetAndAttributesFilter,
        startTime,
        endTime,
        maxRows,
        exportTimeout=exportTimeout,
        aggregate=aggregate,
        timeZone=timeZone,
        errors=errors,
        progress=progress,
    )
    if every is not None:
        aggregation = parse_aggregation(every, how)
        return AggregatedQuery(service._client, service._backend, request, aggregation)
    return FilteredQuery(service._client, service._backend, service._transfers, request)


def parse_request(
    timeSeriesDbId: object,
    assetAndAttributesFilter: object,
    startTime: object,
    endTime: object,
    maxRows: object,
    *,
    exportTimeout: object,
    aggregate: object,
    timeZone: object,
    errors: object,
    progress: object,
) -> QueryRequest:
    """Check the arguments."""
    zone = None if timeZone is None else parse_time_zone("timeZone", timeZone)
    return QueryRequest(
        validation.require_id("timeSeriesDbId", timeSeriesDbId),
        parse_asset_filters(assetAndAttributesFilter),
        parse_time_range(("startTime", startTime), ("endTime", endTime), zone),
        None if maxRows is None else validation.parse_int("maxRows", maxRows, 1, MAX_PAGE_ROWS),
        validation.parse_duration("exportTimeout", exportTimeout),
        validation.parse_choice("aggregate", aggregate, AGGREGATIONS),
        None if zone is None or zone.key == "UTC" else zone,
        validation.parse_choice("errors", errors, ERROR_HANDLINGS),
        ProgressReporter(progress),
    )
