# Generated from src/avista_digital_exchange_sdk/_services/time_series/frame_queries.py by scripts/generate.

"""The sync variant of: Queries by assets, attributes and time, into a DataFrame or an Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._dataframes.shapes import Shape
from ..._services.base import SyncService
from ..._services.time_series.frame_queries import FrameQueryService
from ..._services.time_series.query_arguments import Aggregate
from ..._time_series.aggregation import How
from ..._time_series.asset_filters import AssetFilters
from ..._time_series.missing_data import ErrorHandling
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["SyncFrameQueryService"]


class SyncFrameQueryService(SyncService):
    """Calls that query into DataFrames by assets, attributes and time."""

    def queryTimeSeriesDatabaseToDataFrame(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: AssetFilters,
        startTime: str | date,
        endTime: str | date,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        every: str | timedelta | None = None,
        how: How | Sequence[How] = "mean",
        index: str | Sequence[str] | None = None,
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pd.DataFrame:
        """Query assets and attributes over a time range into a pandas DataFrame.

        Columns have the types of the attributes: DOUBLE float64, BIGINT Int64, BOOLEAN boolean,
        VARCHAR str (object before pandas 3), TIMESTAMP and `timestamp` datetime64[ns, UTC].
        Missing values are null. Requires the extra `pandas`.

        Args:
            timeSeriesDbId: The ID of the database.
            assetAndAttributesFilter: The assets, each as `{"assetId": ...,
                "attributeNamesFilter": [...]}`. Without names, all attributes of the asset. `*` in
                a name matches any characters and `?` any single one, unless the name itself
                exists: `{"assetId": "feeder-*"}`. `{"assetId": "*"}` requests all assets.
            startTime: The start of the time range: an ISO 8601 string such as
                `2024-05-01T10:22:45.000Z`, or a datetime, with a time zone; a date such as
                `2024-05-01`; or relative to now: `-90s`, `-15m`, `-12h`, `-7d` or `-2w`.
            endTime: The end of the time range, in the same form, or `now`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            shape: `wide` (default) has one row per asset and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged. `server`: by the platform, which needs a
                WebSocket connection. `client`: from the pages, by this call. `auto` is `client` if
                the result has a single page, if a slow query is split, or if there is no
                connection; otherwise it is `server`. The result is the same.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            every: The period of aggregates, such as `15m`, `1h`, `1d`, `1w`, `1mo` or `1y`, in
                `timeZone`. The platform computes them. Defaults to none: all values.
            how: What to compute for each period: `mean`, `min`, `max`, `sum`, `count`, `first` or
                `last`; or a list of them, for a column each, such as `kW max`. Defaults to `mean`.
            index: The column or columns to use as the index, such as `"timestamp"`. Defaults to
                none.
            errors: What to do if a requested asset or attribute does not exist, or the result is
                empty: `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore`
                it.
            progress: A callback, or True for a progress bar. It is called with `(pages, None)`
                while pages are read, then with `(bytes, total)` while the platform's result is
                downloaded. An exception raised by it ends the call.

        Returns:
            A DataFrame with the columns `assetId`, `name`, `timestamp` and one per attribute; in
            the long shape `assetId`, `name`, `timestamp`, `attribute` and `value`. If the types of
            the attributes differ, `value` is a string; BIGINT and DOUBLE share float64.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `pandas` is not installed.
            NotFoundError: No database with this ID exists; or data is missing and `errors` is
                `raise`.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> frame = digitalExchange.queryTimeSeriesDatabaseToDataFrame(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["Dry-bulb (C)"].to_list()
            [18.8]
        """
        return run_sync(
            FrameQueryService.queryTimeSeriesDatabaseToDataFrame(
                self._calls,
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                every=every,
                how=how,
                index=index,
                errors=errors,
                progress=progress,
            )
        )

    def queryTimeSeriesDatabaseToPolars(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: AssetFilters,
        startTime: str | date,
        endTime: str | date,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        every: str | timedelta | None = None,
        how: How | Sequence[How] = "mean",
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pl.DataFrame:
        """Query assets and attributes over a time range into a polars DataFrame.

        Columns have the types of the attributes: DOUBLE Float64, BIGINT Int64, BOOLEAN Boolean,
        VARCHAR String, TIMESTAMP and `timestamp` Datetime(ns, UTC). Missing values are null.
        Requires the extra `polars`.

        Args:
            timeSeriesDbId: The ID of the database.
            assetAndAttributesFilter: The assets and their attributes, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            shape: `wide` (default) has one row per asset and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged: `server`, `client` or `auto`, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            every: The period of aggregates, such as `15m`, `1h`, `1d`, `1w`, `1mo` or `1y`, in
                `timeZone`. The platform computes them. Defaults to none: all values.
            how: What to compute for each period: `mean`, `min`, `max`, `sum`, `count`, `first` or
                `last`; or a list of them, for a column each, such as `kW max`. Defaults to `mean`.
            errors: What to do if a requested asset or attribute does not exist, or the result is
                empty: `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore`
                it.
            progress: A callback, or True for a progress bar, as in
                `queryTimeSeriesDatabaseToDataFrame`.

        Returns:
            A DataFrame with the columns `assetId`, `name`, `timestamp` and one per attribute; in
            the long shape `assetId`, `name`, `timestamp`, `attribute` and `value`.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `polars` is not installed.
            NotFoundError: No database with this ID exists; or data is missing and `errors` is
                `raise`.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> frame = digitalExchange.queryTimeSeriesDatabaseToPolars(
            ...     timeSeriesDbId, [{"assetId": "roof"}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["DNI (W/m^2)"].to_list()
            [0.0]
        """
        return run_sync(
            FrameQueryService.queryTimeSeriesDatabaseToPolars(
                self._calls,
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                every=every,
                how=how,
                errors=errors,
                progress=progress,
            )
        )

    def queryTimeSeriesDatabaseToArrow(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: AssetFilters,
        startTime: str | date,
        endTime: str | date,
        maxRows: int | None = None,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        every: str | timedelta | None = None,
        how: How | Sequence[How] = "mean",
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pa.Table:
        """Query assets and attributes over a time range into an Arrow table.

        Columns have the types of the attributes: DOUBLE double, BIGINT int64, BOOLEAN bool,
        VARCHAR string, TIMESTAMP and `timestamp` timestamp[ns, UTC]. Missing values are null.
        Requires the extra `arrow`.

        Args:
            timeSeriesDbId: The ID of the database.
            assetAndAttributesFilter: The assets and their attributes, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            shape: `wide` (default) has one row per asset and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged: `server`, `client` or `auto`, as in
                `queryTimeSeriesDatabaseToDataFrame`.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            every: The period of aggregates, such as `15m`, `1h`, `1d`, `1w`, `1mo` or `1y`, in
                `timeZone`. The platform computes them. Defaults to none: all values.
            how: What to compute for each period: `mean`, `min`, `max`, `sum`, `count`, `first` or
                `last`; or a list of them, for a column each, such as `kW max`. Defaults to `mean`.
            errors: What to do if a requested asset or attribute does not exist, or the result is
                empty: `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore`
                it.
            progress: A callback, or True for a progress bar, as in
                `queryTimeSeriesDatabaseToDataFrame`.

        Returns:
            A table with the columns `assetId`, `name`, `timestamp` and one per attribute; in the
            long shape `assetId`, `name`, `timestamp`, `attribute` and `value`.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: No database with this ID exists; or data is missing and `errors` is
                `raise`.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> table = digitalExchange.queryTimeSeriesDatabaseToArrow(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["Dry-bulb (C)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", shape="long")
            >>> table["value"].to_pylist()
            [18.8]
        """
        return run_sync(
            FrameQueryService.queryTimeSeriesDatabaseToArrow(
                self._calls,
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                maxRows,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                every=every,
                how=how,
                errors=errors,
                progress=progress,
            )
        )
