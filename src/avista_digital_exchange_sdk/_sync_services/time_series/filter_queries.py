# Generated from src/avista_digital_exchange_sdk/_services/time_series/filter_queries.py by scripts/generate.

"""The sync variant of: Queries by assets, attributes and time, into a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.time_series.filter_queries import FilterQueryService
from ..._time_series.aggregation import How
from ..._time_series.asset_filters import AssetFilters
from ..._utils.progress import ProgressArgument

__all__ = ["SyncFilterQueryService"]


class SyncFilterQueryService(SyncService):
    """Calls that query into files by assets, attributes and time."""

    def queryTimeSeriesDatabaseWithFilters(
        self,
        timeSeriesDbId: str,
        assetAndAttributesFilter: AssetFilters,
        startTime: str | date,
        endTime: str | date,
        resultFileWriteLocation: str | os.PathLike[str],
        exportFileFormat: Literal["CSV", "JSON", "PARQUET"] = "CSV",
        maxRows: int | None = None,
        *,
        exportTimeout: float = 300,
        aggregate: Literal["auto", "server", "client"] = "auto",
        timeZone: str | None = None,
        every: str | timedelta | None = None,
        how: How | Sequence[How] = "mean",
        errors: Literal["warn", "raise", "ignore"] = "warn",
        progress: ProgressArgument | None = None,
    ) -> bool:
        """Query assets and attributes over a time range and write the result to a file.

        All pages of the result are read. The file appears only when it is complete. A CSV file has
        one row per asset and timestamp and one column per attribute, in the requested order. A
        JSON file is an array of `TimeSeriesAssetData`. Both have the values as they were published.
        A Parquet file has the columns of the CSV file in the types of the attributes; it is
        created on the client and requires the extra `arrow`.

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
            resultFileWriteLocation: The path of the output file, or a directory, in which the file
                is called `result.csv`, `result.json` or `result.parquet`.
            exportFileFormat: The format of the file: `CSV`, `JSON` or `PARQUET`, case-insensitive.
                Defaults to `CSV`.
            maxRows: Maximum number of rows per page, 1 to 1000. It does not change the result.
            exportTimeout: Timeout in seconds for the platform's export. Defaults to 300.
            aggregate: Where the file is created. `server`: by the platform, which needs a WebSocket
                connection. `client`: from the pages, by this call. `auto` is `client` if the result
                has a single page, if a slow query is split, or if there is no connection; otherwise
                it is `server`. The result is the same.
            timeZone: The time zone of timestamps in the file, and of naive arguments, which are
                rejected without it, such as `America/Los_Angeles`. Defaults to UTC. Timestamps in
                JSON files are always in UTC.
            every: The period of aggregates, such as `15m`, `1h`, `1d`, `1w`, `1mo` or `1y`, in
                `timeZone`. The platform computes them. Defaults to none: all values.
            how: What to compute for each period: `mean`, `min`, `max`, `sum`, `count`, `first` or
                `last`; or a list of them, for a column each, such as `kW max`. Defaults to `mean`.
            errors: What to do if a requested asset or attribute does not exist, or the result is
                empty: `warn` with MissingDataWarning (default), `raise` NotFoundError, or `ignore`
                it.
            progress: A callback, or True for a progress bar. It is called with `(pages, None)`
                while pages are read, then with `(bytes, total)` while the platform's file is
                downloaded. An exception raised by it ends the call.

        Returns:
            True. The file is complete.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            MissingExtraError: The format is Parquet and the extra `arrow` is not installed.
            NotFoundError: No database with this ID exists; or data is missing and `errors` is
                `raise`.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: The query stopped before its last page.
            ExportTimeoutError: The platform did not create the file in time.
            SubscriptionError: The WebSocket connection failed and `aggregate` is `server`.
            TransferError: The download of the file failed.

        Example:
            >>> digitalExchange.queryTimeSeriesDatabaseWithFilters(
            ...     timeSeriesDbId, [{"assetId": "roof", "attributeNamesFilter": ["DNI (W/m^2)"]}],
            ...     "1981-07-01T00:00:00Z", "1981-07-15T00:00:00Z", "./")
            True
        """
        return run_sync(
            FilterQueryService.queryTimeSeriesDatabaseWithFilters(
                self._calls,
                timeSeriesDbId,
                assetAndAttributesFilter,
                startTime,
                endTime,
                resultFileWriteLocation,
                exportFileFormat,
                maxRows,
                exportTimeout=exportTimeout,
                aggregate=aggregate,
                timeZone=timeZone,
                every=every,
                how=how,
                errors=errors,
                progress=progress,
            )
        )
