# Generated from src/avista_digital_exchange_sdk/_services/storage/data_stores.py by scripts/generate.

"""The sync variant of: Data stores: listing, creating, updating and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.data_stores import DataStoreService

if TYPE_CHECKING:
    from ..._generated.fragments import DataStore

__all__ = ["SyncDataStoreService"]


class SyncDataStoreService(SyncService):
    """Calls about data stores."""

    def listDataStores(self) -> list[DataStore]:
        """List the data stores you own.

        Returns:
            The data stores, one `DataStore` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> for dataStore in digitalExchange.listDataStores():
            ...     print(dataStore.name)
            Solar site
        """
        return cast("list[DataStore]", run_sync(DataStoreService.listDataStores(self._calls)))

    def getDataStore(self, dataStoreId: str) -> DataStore:
        """Get a data store's metadata.

        Args:
            dataStoreId: The ID of the data store.

        Returns:
            The data store; `homeDirectoryId` is the ID of its home directory.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No data store with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> dataStore = digitalExchange.getDataStore(dataStoreId)
            >>> dataStore.homeDirectoryId == homeDirectoryId
            True
        """
        return cast("DataStore", run_sync(DataStoreService.getDataStore(self._calls, dataStoreId)))

    def createDataStore(self, name: str, description: str | None = None) -> DataStore:
        """Create an empty data store that you own.

        Args:
            name: The name. It need not be unique.
            description: The description.

        Returns:
            The new data store, with an empty home directory.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You may not create data stores.

        Example:
            >>> created = digitalExchange.createDataStore("Wind site", "Towers 1 to 5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1 to 5')
        """
        return cast(
            "DataStore", run_sync(DataStoreService.createDataStore(self._calls, name, description))
        )

    def updateDataStore(
        self, dataStoreId: str, name: str | None = None, description: str | None = None
    ) -> DataStore:
        """Change the name or the description of a data store.

        Args:
            dataStoreId: The ID of the data store; you must own it.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated data store.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No data store with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> dataStore = digitalExchange.updateDataStore(dataStoreId, description="July")
            >>> dataStore.description
            'July'
        """
        return cast(
            "DataStore",
            run_sync(DataStoreService.updateDataStore(self._calls, dataStoreId, name, description)),
        )

    def deleteDataStore(self, dataStoreId: str) -> DataStore:
        """Delete a data store and its contents permanently.

        Args:
            dataStoreId: The ID of the data store; you must own it.

        Returns:
            The deleted data store.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No data store with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> unused = digitalExchange.createDataStore("Scratch")
            >>> digitalExchange.deleteDataStore(unused.dataStoreId).name
            'Scratch'
        """
        return cast(
            "DataStore", run_sync(DataStoreService.deleteDataStore(self._calls, dataStoreId))
        )
