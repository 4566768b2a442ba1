# Generated from src/avista_digital_exchange_sdk/_services/time_series/databases.py by scripts/generate.

"""The sync variant of: Time series databases and the latest values in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.time_series.databases import DatabaseService
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData, TimeSeriesDb

__all__ = ["SyncDatabaseService"]


class SyncDatabaseService(SyncService):
    """Calls about time series databases."""

    def listTimeSeriesDatabases(self) -> list[TimeSeriesDb]:
        """List the databases you own.

        Returns:
            The databases, one `TimeSeriesDb` each; empty if you own none.

        Raises:
            UnauthorizedError: The platform rejected the token.

        Example:
            >>> for database in digitalExchange.listTimeSeriesDatabases():
            ...     print(database.name)
            Solar measurements
        """
        return run_sync(DatabaseService.listTimeSeriesDatabases(self._calls))

    def getTimeSeriesDatabase(self, timeSeriesDbId: str) -> TimeSeriesDb:
        """Get the metadata of a database.

        Args:
            timeSeriesDbId: The ID of the database.

        Returns:
            The database. `databaseName` and `tableName` are its names in SQL.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> database = digitalExchange.getTimeSeriesDatabase(timeSeriesDbId)
            >>> database.timeSeriesDbId == timeSeriesDbId
            True
        """
        return run_sync(DatabaseService.getTimeSeriesDatabase(self._calls, timeSeriesDbId))

    def listTimeSeriesAssetsAndLatestValues(
        self,
        timeSeriesDbId: str,
        resultFileWriteLocation: str | os.PathLike[str] | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> list[TimeSeriesAssetData]:
        """List every asset and attribute of a database, each with its latest value.

        Args:
            timeSeriesDbId: The ID of the database.
            resultFileWriteLocation: The path of a JSON file to write the result to as well, or a
                directory, in which the file is called `result.json`. Defaults to no file.
            progress: A callback `(pages, None)`, or True for a progress bar. An exception raised
                by it ends the call.

        Returns:
            The assets, one `TimeSeriesAssetData` each. Each of their `attributes` has a `name`,
            `lastValue` and `lastValueTime` (ISO 8601, UTC).

        Raises:
            InvalidParameterError: The ID or the path is invalid.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
            >>> for asset in assets:
            ...     print(asset.name, [attribute.lastValue for attribute in asset.attributes])
            Greensboro roof ['0', '18.8']
        """
        return run_sync(
            DatabaseService.listTimeSeriesAssetsAndLatestValues(
                self._calls, timeSeriesDbId, resultFileWriteLocation, progress=progress
            )
        )
