"""Queries by assets, attributes and time, into a Dask DataFrame that workers read in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from ..._backends import NetworkConfig, Proxies, SyncBackend, Tls, run_sync
from ..._profiles.access import resolve_access
from ..._secrets import Secret
from ..._time_series.asset_filters import AssetFilters
from ..._time_series.asset_patterns import expand_patterns
from ..._time_series.attribute_types import add_type
from ..._time_series.latest_values import list_latest_values
from ..._time_series.missing_data import (
    ErrorHandling,
    MissingSeries,
    Series,
    report_missing,
)
from ..._transfer.transfers import Transfers
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.validation import HttpHosts
from ..base import BaseService
from .filtered_query import FilteredQuery, QueryRequest
from .query_arguments import Aggregate, parse_request

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd

    from ..._dataframes.partitions import Window
    from ..._generated.client import Client
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import TimeSeriesQueryAssetInput

# The default of clients.
TIMEOUT_SECONDS = 60.0


class DaskQueryService(BaseService):
    """The call that queries into a Dask DataFrame."""

    async def queryTimeSeriesDatabaseToDask(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: AssetFilters,
        startTime: str | date,
        endTime: str | date,
        maxRows: int | None = None,
        *,
        partitionBy: str = "1D",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        errors: ErrorHandling = "warn",
    ) -> dd.DataFrame:
        """Query assets and attributes over a time range into a Dask DataFrame.

        Only the names and types of attributes are requested by this call. Each partition is
        requested by the worker that computes it. The graph holds no token: workers take it from
        their environment variable `AVISTA_DX_TOKEN`, or from a profile. Requires the extra `dask`.

        Args:
            timeSeriesDbId: The ID of the database.
            assetAndAttributesFilter: The assets and their attributes, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            partitionBy: `asset` for a partition per asset, with the index `assetId`; or a frequency
                of pandas such as `1D`, `6h` or `MS`, for a partition per period, with the index
                `timestamp`. Days and months begin in `timeZone`.
            exportTimeout: Timeout in seconds for the platform's export of a partition. Defaults to
                300.
            aggregate: Where the result of a partition is merged: `server`, `client` or `auto`, as
                in `queryTimeSeriesDatabaseToDataFrame`.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            errors: What to do if a requested asset or attribute does not exist: `warn` with
                MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.

        Returns:
            A Dask DataFrame with known divisions and types, and the columns `assetId`, `name`,
            `timestamp` and one per attribute, of which one is the index. A partition is sorted by
            the index.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `dask` is not installed.
            NotFoundError: No database with this ID exists; or data is missing and `errors` is
                `raise`.
            UnauthorizedError: You may not read it.

        Example:
            >>> frame = await digitalExchange.queryTimeSeriesDatabaseToDask(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", partitionBy="7D")
            >>> frame.npartitions
            2
            >>> list(frame.columns)[:2]
            ['assetId', 'name']
        """
        require_extra("dask", "dask.dataframe", "pandas", "pyarrow")
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
            progress=None,
        )
        partitionBy = validation.require_str("partitionBy", partitionBy)
        assets = await list_latest_values(self._client, timeSeriesDbId)
        expanded = expand_patterns(request.filters, assets)
        types = _find_types(expanded, assets)
        report_missing(_find_missing(expanded, types), assets, request.time_range, errors)
        client = self._client
        connection = _Connection(client.endpoint, client.sources.profile, client.max_retries)
        return _create_frame(connection, request, types, partitionBy)


class _Connection(NamedTuple):
    """How workers connect, with the token of their own environment.

    Attributes:
        endpoint: The URL of the API.
        profile: The profile with the token, if it comes from one.
        max_retries: Maximum number of retries after a transient failure.
    """

    endpoint: str
    profile: str | None
    max_retries: int


class _Query(NamedTuple):
    """The common arguments of the queries of all partitions.

    Attributes:
        run: A unique identifier: Dask takes partitions with equal arguments for the same.
        connection: How workers connect.
        request: The query, whose assets and time range are those of each partition.
        index_column: The column that is the index.
    """

    run: str
    connection: _Connection
    request: QueryRequest
    index_column: str


def _find_types(
    filters: Iterable[TimeSeriesQueryAssetInput], assets: Iterable[TimeSeriesAssetData]
) -> dict[str, dict[str, str]]:
    """Return the requested attributes of each asset, with their types."""
    known = {
        asset.assetId: {entry.name: str(entry.attributeType) for entry in asset.attributes}
        for asset in assets
    }
    types = {}
    for entry in filters:
        own = known.get(entry.assetId, {})
        names = own if entry.attributeNamesFilter is None else entry.attributeNamesFilter
        types[entry.assetId] = {name: own[name] for name in names if name in own}
    return {asset_id: own for asset_id, own in types.items() if own}


def _find_missing(
    filters: Iterable[TimeSeriesQueryAssetInput], types: Mapping[str, Mapping[str, str]]
) -> MissingSeries:
    """Return the requested assets and attributes that do not exist."""
    missing = [
        Series(entry.assetId, name)
        for entry in filters
        for name in entry.attributeNamesFilter or (None,)
        if entry.assetId not in types or (name is not None and name not in types[entry.assetId])
    ]
    return MissingSeries(missing, is_empty=False)


def _create_frame(
    connection: _Connection,
    request: QueryRequest,
    types_by_asset: Mapping[str, Mapping[str, str]],
    partition_by: str,
) -> dd.DataFrame:
    import dask.dataframe as dd

    from ..._dataframes import partitions

    zone = request.zone
    asset_ids = list(types_by_asset)
    if partition_by == partitions.BY_ASSET and asset_ids:
        parts = partitions.split_by_asset(asset_ids, request.time_range)
    else:
        period = "1D" if partition_by == partitions.BY_ASSET else partition_by
        parts = partitions.split_by_time(asset_ids, request.time_range, period, zone)
    types: dict[str, str] = {}
    for own in types_by_asset.values():
        for attribute, kind in own.items():
            add_type(types, attribute, kind)
    common = request._replace(filters=[], error_handling="ignore", attribute_types=types)
    filters = [
        [(asset_id, list(types_by_asset[asset_id])) for asset_id in asset_ids]
        for asset_ids in parts.asset_ids
    ]
    from_map: Any = dd.from_map  # it has no types
    frame: dd.DataFrame = from_map(
        _read_partition,
        filters,
        parts.windows,
        query=_Query(str(uuid4()), connection, common, parts.index_column),
        meta=partitions.create_empty(partitions.create_schema(types, zone), parts.index_column),
        divisions=tuple(parts.divisions),
        label="time-series",
    )
    return frame


def _read_partition(
    filters: Sequence[tuple[str, Sequence[str]]], window: Window, *, query: _Query
) -> pd.DataFrame:
    """Request a partition, in the worker that computes it."""
    from ..._dataframes import partitions
    from ..._generated.input_types import TimeSeriesQueryAssetInput

    schema = partitions.create_schema(query.request.attribute_types or {}, query.request.zone)
    if not filters:
        return partitions.create_empty(schema, query.index_column)
    client = _connect(query.connection)
    request = query.request._replace(
        filters=[
            TimeSeriesQueryAssetInput(assetId=asset_id, attributeNamesFilter=list(names))
            for asset_id, names in filters
        ],
        time_range=(window.query_start, window.end),
    )
    transfers = Transfers(client.backend, client.retry_policy)
    result = FilteredQuery(client, client.backend, transfers, request).read_table("wide")
    return partitions.to_partition(run_sync(result), schema, window, query.index_column)


@cache
def _connect(connection: _Connection) -> Client:
    """Create a client, once in each process."""
    from ..._generated.client import Client

    # The client that created the partition was allowed to use its endpoint.
    is_loopback = validation.is_loopback(urlsplit(connection.endpoint).hostname or "")
    allowed = HttpHosts.LOOPBACK if is_loopback else HttpHosts.PRIVATE
    access = resolve_access(Secret(None), Secret(connection.endpoint), connection.profile, allowed)
    http_hosts = validation.limit_http_hosts(allowed, access.endpoint)
    network = NetworkConfig(TIMEOUT_SECONDS, Tls(True), Proxies(None), http_hosts)
    return Client(SyncBackend(network), access, connection.max_retries)
