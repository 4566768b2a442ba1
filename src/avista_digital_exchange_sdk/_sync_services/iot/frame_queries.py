# Generated from src/avista_digital_exchange_sdk/_services/iot/frame_queries.py by scripts/generate.

"""The sync variant of: Queries of telemetry by time range, into a DataFrame or an Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._dataframes.shapes import Shape
from ..._services.base import SyncService
from ..._services.iot.frame_queries import RangeFrameService
from ..._services.time_series.query_arguments import Aggregate
from ..._telemetry.endpoint_filters import EndpointFilters
from ..._time_series.missing_data import ErrorHandling
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["SyncRangeFrameService"]


class SyncRangeFrameService(SyncService):
    """Calls that query telemetry into DataFrames."""

    def queryByTimeRangeToDataFrame(
        self,
        iotEndpointId: str | EndpointFilters,
        attributeNames: Sequence[str] | None,
        startTime: str | date,
        endTime: str | date,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        index: str | Sequence[str] | None = None,
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pd.DataFrame:
        """Query telemetry of endpoints over a time range into a pandas DataFrame.

        Columns have the types of the attributes: `double` float64, `integer` Int64, `boolean`
        boolean, `string` and `duration` str (object before pandas 3), `dateTime` and `timestamp`
        datetime64[ns, UTC]. Missing values are null. Requires the extra `pandas`.

        Args:
            iotEndpointId: The ID of the endpoint, or a list of IDs; or, if their attributes
                differ, of dictionaries `{"iotEndpointId": ..., "attributeNames": [...]}`.
            attributeNames: The telemetry attributes. None for all that the endpoint's model has.
                `*` in a name matches any characters and `?` any single one, unless the name
                itself exists.
            startTime: The start of the time range: an ISO 8601 string such as
                `2024-05-01T10:22:45.000Z`, or a datetime, with a time zone; a date such as
                `2024-05-01`; or relative to now: `-90s`, `-15m`, `-12h`, `-7d` or `-2w`.
            endTime: The end of the time range, in the same form, or `now`. Both ends are truncated
                to milliseconds and included.
            shape: `wide` (default) has one row per endpoint and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged. `server`: by the platform, which needs a
                WebSocket connection. `client`: from the pages, by this call; timestamps are then
                truncated to milliseconds. `auto` is `server`, or `client` if there is no
                connection.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            index: The column or columns to use as the index, such as `"timestamp"`. Defaults to
                none.
            errors: What to do if a requested attribute does not exist, or the result is empty:
                `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.
            progress: A callback, or True for a progress bar. It is called with `(pages, None)`
                while pages are read, then with `(bytes, total)` while the platform's result is
                downloaded. An exception raised by it ends the call.

        Returns:
            A DataFrame with the columns `iotEndpointId`, `name`, `timestamp` and one per
            attribute; in the long shape `iotEndpointId`, `name`, `timestamp`, `attribute` and
            `value`. An attribute whose type differs between endpoints is a string.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `pandas` is not installed.
            NotFoundError: An endpoint does not exist; or data is missing and `errors` is `raise`.
            UnauthorizedError: You may not read an endpoint.
            InvalidResponseError: A value does not have the type that its attribute has in the
                model.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> frame = digitalExchange.iot.queryByTimeRangeToDataFrame(
            ...     iotEndpointId, ["Power"], "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["Power"].to_list()
            [18.8]
        """
        return run_sync(
            RangeFrameService.queryByTimeRangeToDataFrame(
                self._calls,
                iotEndpointId,
                attributeNames,
                startTime,
                endTime,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                index=index,
                errors=errors,
                progress=progress,
            )
        )

    def queryByTimeRangeToPolars(
        self,
        iotEndpointId: str | EndpointFilters,
        attributeNames: Sequence[str] | None,
        startTime: str | date,
        endTime: str | date,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pl.DataFrame:
        """Query telemetry of endpoints over a time range into a polars DataFrame.

        Columns have the types of the attributes: `double` Float64, `integer` Int64, `boolean`
        Boolean, `string` and `duration` String, `dateTime` and `timestamp` Datetime(ns, UTC).
        Missing values are null. Requires the extra `polars`.

        Args:
            iotEndpointId: The ID of the endpoint, or a list of IDs or dictionaries, as in
                `queryByTimeRangeToDataFrame`.
            attributeNames: The telemetry attributes. None for all that the endpoint's model has.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            shape: `wide` (default) has one row per endpoint and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged: `server`, `client` or `auto`, as in
                `queryByTimeRangeToDataFrame`.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            errors: What to do if a requested attribute does not exist, or the result is empty:
                `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.
            progress: A callback, or True for a progress bar, as in `queryByTimeRangeToDataFrame`.

        Returns:
            A DataFrame with the columns `iotEndpointId`, `name`, `timestamp` and one per
            attribute; in the long shape `iotEndpointId`, `name`, `timestamp`, `attribute` and
            `value`.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `polars` is not installed.
            NotFoundError: An endpoint does not exist; or data is missing and `errors` is `raise`.
            UnauthorizedError: You may not read an endpoint.
            InvalidResponseError: A value does not have the type that its attribute has in the
                model.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> frame = digitalExchange.iot.queryByTimeRangeToPolars(
            ...     iotEndpointId, ["Power"], "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> frame["Power"].to_list()
            [18.8]
        """
        return run_sync(
            RangeFrameService.queryByTimeRangeToPolars(
                self._calls,
                iotEndpointId,
                attributeNames,
                startTime,
                endTime,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                errors=errors,
                progress=progress,
            )
        )

    def queryByTimeRangeToArrow(
        self,
        iotEndpointId: str | EndpointFilters,
        attributeNames: Sequence[str] | None,
        startTime: str | date,
        endTime: str | date,
        *,
        shape: Shape = "wide",
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> pa.Table:
        """Query telemetry of endpoints over a time range into an Arrow table.

        Columns have the types of the attributes: `double` double, `integer` int64, `boolean`
        bool, `string` and `duration` string, `dateTime` and `timestamp` timestamp[ns, UTC].
        Missing values are null. Requires the extra `arrow`.

        Args:
            iotEndpointId: The ID of the endpoint, or a list of IDs or dictionaries, as in
                `queryByTimeRangeToDataFrame`.
            attributeNames: The telemetry attributes. None for all that the endpoint's model has.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            shape: `wide` (default) has one row per endpoint and timestamp and one column per
                attribute, in the requested order. `long` has one row per value.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged: `server`, `client` or `auto`, as in
                `queryByTimeRangeToDataFrame`.
            timeZone: The time zone of timestamps in the result, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC.
            errors: What to do if a requested attribute does not exist, or the result is empty:
                `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.
            progress: A callback, or True for a progress bar, as in `queryByTimeRangeToDataFrame`.

        Returns:
            A table with the columns `iotEndpointId`, `name`, `timestamp` and one per attribute; in
            the long shape `iotEndpointId`, `name`, `timestamp`, `attribute` and `value`.

        Raises:
            InvalidParameterError: An argument is invalid.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: An endpoint does not exist; or data is missing and `errors` is `raise`.
            UnauthorizedError: You may not read an endpoint.
            InvalidResponseError: A value does not have the type that its attribute has in the
                model.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> table = digitalExchange.iot.queryByTimeRangeToArrow(
            ...     iotEndpointId, ["Power"], "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z",
            ...     shape="long")
            >>> table["value"].to_pylist()
            [18.8]
        """
        return run_sync(
            RangeFrameService.queryByTimeRangeToArrow(
                self._calls,
                iotEndpointId,
                attributeNames,
                startTime,
                endTime,
                shape=shape,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                errors=errors,
                progress=progress,
            )
        )
