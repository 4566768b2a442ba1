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
            UnauthorizedError: The token is not valid.

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

    def createTimeSeriesDatabase(self, name: str, description: str | None = None) -> TimeSeriesDb:
        """Create an empty database that you own.

        Args:
            name: The name. It need not be unique.
            description: The description.

        Returns:
            The new database.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You may not create databases.

        Example:
            >>> created = digitalExchange.createTimeSeriesDatabase("Wind site", "Towers 1-5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1-5')
        """
        return run_sync(DatabaseService.createTimeSeriesDatabase(self._calls, name, description))

    def updateTimeSeriesDatabase(
        self, timeSeriesDbId: str, name: str | None = None, description: str | None = None
    ) -> TimeSeriesDb:
        """Change the name or the description of a database.

        Args:
            timeSeriesDbId: The ID of the database; you must own it.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated database.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> created = digitalExchange.createTimeSeriesDatabase("Wind site")
            >>> updated = digitalExchange.updateTimeSeriesDatabase(
            ...     created.timeSeriesDbId, name="Wind site 2")
            >>> updated.name
            'Wind site 2'
        """
        return run_sync(
            DatabaseService.updateTimeSeriesDatabase(self._calls, timeSeriesDbId, name, description)
        )

    def deleteTimeSeriesDatabase(self, timeSeriesDbId: str) -> TimeSeriesDb:
        """Delete a database and its data permanently.

        Args:
            timeSeriesDbId: The ID of the database; you must own it.

        Returns:
            The deleted database.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> unused = digitalExchange.createTimeSeriesDatabase("Scratch")
            >>> digitalExchange.deleteTimeSeriesDatabase(unused.timeSeriesDbId).name
            'Scratch'
        """
        return run_sync(DatabaseService.deleteTimeSeriesDatabase(self._calls, timeSeriesDbId))

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
