# Generated from src/avista_digital_exchange_sdk/_services/time_series/dask_queries.py by scripts/generate.

"""The sync variant of: Queries by assets, attributes and time, into a Dask DataFrame that workers read in parts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.time_series.dask_queries import DaskQueryService
from ..._services.time_series.query_arguments import Aggregate
from ..._time_series.asset_filters import AssetFilters
from ..._time_series.missing_data import ErrorHandling

if TYPE_CHECKING:
    import dask.dataframe as dd


__all__ = ["SyncDaskQueryService"]


class SyncDaskQueryService(SyncService):
    """The call that queries into a Dask DataFrame."""

    def queryTimeSeriesDatabaseToDask(
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
            >>> frame = digitalExchange.queryTimeSeriesDatabaseToDask(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", partitionBy="7D")
            >>> frame.npartitions
            2
            >>> list(frame.columns)[:2]
            ['assetId', 'name']
        """
        return run_sync(
            DaskQueryService.queryTimeSeriesDatabaseToDask(
                self._calls,
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                partitionBy=partitionBy,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                errors=errors,
            )
        )
