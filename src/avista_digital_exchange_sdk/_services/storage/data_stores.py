"""Data stores: listing, creating, updating and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..base import BaseService
from .binding import bind_data_store

if TYPE_CHECKING:
    from ..._generated.async_data_store import AsyncDataStore


class DataStoreService(BaseService):
    """Calls about data stores."""

    async def listDataStores(self) -> list[AsyncDataStore]:
        """List the data stores you own.

        Returns:
            The data stores, one `DataStore` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> for dataStore in await digitalExchange.listDataStores():
            ...     print(dataStore.name)
            Solar site
        """
        stores = await self._client.storage_list_data_stores()
        return HtmlList(bind_data_store(self, store) for store in stores)

    async def getDataStore(self, dataStoreId: str) -> AsyncDataStore:
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
            >>> dataStore = await digitalExchange.getDataStore(dataStoreId)
            >>> dataStore.homeDirectoryId == homeDirectoryId
            True
        """
        validation.require_id("dataStoreId", dataStoreId)
        response = await self._client.storage_get_data_store(dataStoreId)
        return bind_data_store(self, require_found(response, "data store", dataStoreId))

    async def createDataStore(self, name: str, description: str | None = None) -> AsyncDataStore:
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
            >>> created = await digitalExchange.createDataStore("Wind site", "Towers 1 to 5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1 to 5')
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        response = await self._client.storage_create_data_store(name, description)
        return bind_data_store(self, require_found(response, "data store", name))

    async def updateDataStore(
        self, dataStoreId: str, name: str | None = None, description: str | None = None
    ) -> AsyncDataStore:
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
            >>> dataStore = await digitalExchange.updateDataStore(dataStoreId, description="July")
            >>> dataStore.description
            'July'
        """
        validation.require_id("dataStoreId", dataStoreId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.storage_update_data_store(dataStoreId, **changes)
        return bind_data_store(self, require_found(response, "data store", dataStoreId))

    async def deleteDataStore(self, dataStoreId: str) -> AsyncDataStore:
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
            >>> unused = await digitalExchange.createDataStore("Scratch")
            >>> (await digitalExchange.deleteDataStore(unused.dataStoreId)).name
            'Scratch'
        """
        validation.require_id("dataStoreId", dataStoreId)
        response = await self._client.storage_delete_data_store(dataStoreId)
        return bind_data_store(self, require_found(response, "data store", dataStoreId))
