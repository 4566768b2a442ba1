"""Time series databases and the latest values in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._time_series.latest_values import list_latest_values
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from ..result_files import resolve_result_file, write_result_file

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData, TimeSeriesDb


class DatabaseService(BaseService):
    """Calls about time series databases."""

    async def listTimeSeriesDatabases(self) -> list[TimeSeriesDb]:
        """List the databases you own.

        Returns:
            The databases, one `TimeSeriesDb` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> for database in await digitalExchange.listTimeSeriesDatabases():
            ...     print(database.name)
            Solar measurements
        """
        return HtmlList(await self._client.time_series_db_list_databases())

    async def getTimeSeriesDatabase(self, timeSeriesDbId: str) -> TimeSeriesDb:
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
            >>> database = await digitalExchange.getTimeSeriesDatabase(timeSeriesDbId)
            >>> database.timeSeriesDbId == timeSeriesDbId
            True
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        response = await self._client.time_series_db_get_database(timeSeriesDbId)
        return require_found(response, "time series database", timeSeriesDbId)

    async def createTimeSeriesDatabase(
        self, name: str, description: str | None = None
    ) -> TimeSeriesDb:
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
            >>> created = await digitalExchange.createTimeSeriesDatabase("Wind site", "Towers 1-5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1-5')
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        response = await self._client.time_series_db_create_database(name, description)
        return require_found(response, "time series database", name)

    async def updateTimeSeriesDatabase(
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
            >>> created = await digitalExchange.createTimeSeriesDatabase("Wind site")
            >>> updated = await digitalExchange.updateTimeSeriesDatabase(
            ...     created.timeSeriesDbId, name="Wind site 2")
            >>> updated.name
            'Wind site 2'
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.time_series_db_update_database(timeSeriesDbId, **changes)
        return require_found(response, "time series database", timeSeriesDbId)

    async def deleteTimeSeriesDatabase(self, timeSeriesDbId: str) -> TimeSeriesDb:
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
            >>> unused = await digitalExchange.createTimeSeriesDatabase("Scratch")
            >>> (await digitalExchange.deleteTimeSeriesDatabase(unused.timeSeriesDbId)).name
            'Scratch'
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        response = await self._client.time_series_db_delete_database(timeSeriesDbId)
        return require_found(response, "time series database", timeSeriesDbId)

    async def listTimeSeriesAssetsAndLatestValues(
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
            >>> assets = await digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
            >>> for asset in assets:
            ...     print(asset.name, [attribute.lastValue for attribute in asset.attributes])
            Greensboro roof ['0', '18.8']
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        target = resolve_result_file(resultFileWriteLocation)
        assets = await list_latest_values(self._client, timeSeriesDbId, ProgressReporter(progress))
        await write_result_file(self._backend, target, assets)
        return assets
