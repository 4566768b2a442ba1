# Generated from src/avista_digital_exchange_sdk/_services/iot/range_queries.py by scripts/generate.

"""The sync variant of: Queries of telemetry by time range, into a file or a list."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import Literal

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.range_queries import RangeQueryService
from ..._services.time_series.query_arguments import Aggregate
from ..._telemetry.endpoint_filters import EndpointFilters
from ..._time_series.missing_data import ErrorHandling
from ..._utils.argument_aliases import accept_aliases
from ..._utils.progress import ProgressArgument

__all__ = ["SyncRangeQueryService"]


class SyncRangeQueryService(SyncService):
    """Calls that query telemetry into files and lists."""

    @accept_aliases(resultWriteLocation="resultFileWriteLocation")
    def queryByTimeRange(
        self,
        iotEndpointId: str | EndpointFilters,
        attributeNames: Sequence[str] | None,
        startTime: str | date,
        endTime: str | date,
        resultFileWriteLocation: str | os.PathLike[str],
        exportFileFormat: Literal["CSV", "JSON", "PARQUET"] = "CSV",
        *,
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        timeZone: str | None = None,
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> bool:
        """Query telemetry of endpoints over a time range and write the result to a file.

        All pages of the result are read. The file appears only when it is complete. A CSV file has
        one row per endpoint and timestamp and one column per attribute, in the requested order,
        with the values as they were published. A JSON file is an array of these rows, as
        `queryDataByTimeRange` returns them. A Parquet file has the columns in the types of the
        attributes, and requires the extra `arrow`.

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
            resultFileWriteLocation: The path of the output file, or a directory, in which the file
                is called `result.csv`, `result.json` or `result.parquet`.
            exportFileFormat: The format of the file: `CSV`, `JSON` or `PARQUET`, case-insensitive.
                Defaults to `CSV`.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the file is created. `server`: by the platform, which needs a WebSocket
                connection. `client`: from the pages, by this call; timestamps are then truncated to
                milliseconds. `auto` is `server`, or `client` if there is no connection; a long
                result of a slow platform is exported in concurrent parts.
            timeZone: The time zone of timestamps in the file, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC. Timestamps in
                JSON files are always in UTC.
            errors: What to do if a requested attribute does not exist, or the result is empty:
                `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.
            progress: A callback, or True for a progress bar. It is called with `(pages, None)`
                while pages are read, then with `(bytes, total)` while the platform's file is
                downloaded. An exception raised by it ends the call.

        Returns:
            True. The file is complete.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            MissingExtraError: The format is Parquet and the extra `arrow` is not installed.
            NotFoundError: An endpoint does not exist; or data is missing and `errors` is `raise`.
            UnauthorizedError: You may not read an endpoint.
            InvalidResponseError: The format is not CSV, and a value does not have the type that its
                attribute has in the model.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the file in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the file failed.

        Example:
            >>> digitalExchange.iot.queryByTimeRange(
            ...     iotEndpointId, ["Power"], "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", "./")
            True
        """
        return run_sync(
            RangeQueryService.queryByTimeRange(
                self._calls,
                iotEndpointId,
                attributeNames,
                startTime,
                endTime,
                resultFileWriteLocation,
                exportFileFormat,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                errors=errors,
                progress=progress,
            )
        )

    def queryDataByTimeRange(
        self,
        iotEndpointId: str | EndpointFilters,
        attributeNames: Sequence[str] | None,
        startTime: str | date,
        endTime: str | date,
        *,
        exportTimeout: float = 300,
        aggregate: Aggregate = "auto",
        errors: ErrorHandling = "warn",
        progress: ProgressArgument | None = None,
    ) -> list[dict[str, str | int | float | bool | None]]:
        """Query telemetry of endpoints over a time range into a list of dictionaries.

        Args:
            iotEndpointId: The ID of the endpoint, or a list of IDs or dictionaries, as in
                `queryByTimeRange`.
            attributeNames: The telemetry attributes. None for all that the endpoint's model has.
            startTime: The start of the time range: an ISO 8601 string or a datetime, with a time
                zone; a date; or relative to now, such as `-7d`.
            endTime: The end of the time range, in the same form, or `now`.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the result is merged: `server`, `client` or `auto`, as in
                `queryByTimeRange`.
            errors: What to do if a requested attribute does not exist, or the result is empty:
                `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore` it.
            progress: A callback, or True for a progress bar, as in `queryByTimeRange`.

        Returns:
            One dictionary per endpoint and timestamp with the keys `iotEndpointId`, `name`,
            `timestamp` (such as `2024-03-19 10:39:31.942000000`, in UTC) and the attributes, in
            the requested order. Values have the types of the attributes: float for `double`, int
            for `integer`, bool for `boolean`, otherwise str. A missing value is None.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            NotFoundError: An endpoint does not exist; or data is missing and `errors` is `raise`.
            UnauthorizedError: You may not read an endpoint.
            InvalidResponseError: A value does not have the type that its attribute has in the
                model.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the result in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the result failed.

        Example:
            >>> rows = digitalExchange.iot.queryDataByTimeRange(
            ...     iotEndpointId, ["Power"], "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z")
            >>> [row["Power"] for row in rows]
            [18.8]
        """
        return run_sync(
            RangeQueryService.queryDataByTimeRange(
                self._calls,
                iotEndpointId,
                attributeNames,
                startTime,
                endTime,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                errors=errors,
                progress=progress,
            )
        )
