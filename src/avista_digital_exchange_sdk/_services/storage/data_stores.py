"""Data stores: listing, creating, updating and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.lists import HtmlList
from ..._utils import validation
from ..._utils.values import UNSET
from ...errors import (
    InvalidParameterError,
)
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
            UnauthorizedError: The token was refused.

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
            dataStoreId: The id of the data store.

        Returns:
            The data store; `homeDirectoryId` is where its files begin.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such data store.
            UnauthorizedError: You may not see it.

        Example:
            >>> dataStore = await digitalExchange.getDataStore(dataStoreId)
            >>> dataStore.homeDirectoryId == homeDirectoryId
            True
        """
        validation.require_id("dataStoreId", dataStoreId)
        answer = await self._client.storage_get_data_store(dataStoreId)
        return bind_data_store(self, require_found(answer, "data store", dataStoreId))

    async def createDataStore(self, name: str, description: str | None = None) -> AsyncDataStore:
        """Create a data store of your own.

        Args:
            name: Its name; several may have the same.
            description: What it is for.

        Returns:
            The new data store, with an empty home directory.

        Raises:
            InvalidParameterError: An argument can't be used.
            UnauthorizedError: You may not create data stores.

        Example:
            >>> created = await digitalExchange.createDataStore("Wind site", "Towers 1 to 5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1 to 5')
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        answer = await self._client.storage_create_data_store(name, description)
        return bind_data_store(self, require_found(answer, "data store", name))

    async def updateDataStore(
        self, dataStoreId: str, name: str | None = None, description: str | None = None
    ) -> AsyncDataStore:
        """Rename a data store, or describe it anew.

        Args:
            dataStoreId: The id of the data store; you must own it.
            name: Its new name; if left out, the name stays.
            description: Its new description; if left out, the description stays.

        Returns:
            The data store as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or there is nothing to change.
            NotFoundError: There is no such data store.
            UnauthorizedError: You do not own it.

        Example:
            >>> dataStore = await digitalExchange.updateDataStore(dataStoreId, description="July")
            >>> dataStore.description
            'July'
        """
        validation.require_id("dataStoreId", dataStoreId)
        if name is None and description is None:
            raise InvalidParameterError("name or description must be passed, got neither")
        new_name = UNSET if name is None else validation.require_str("name", name)
        validation.optional_str("description", description)
        answer = await self._client.with_options(idempotent=True).storage_update_data_store(
            dataStoreId, new_name, UNSET if description is None else description
        )
        return bind_data_store(self, require_found(answer, "data store", dataStoreId))

    async def deleteDataStore(self, dataStoreId: str) -> AsyncDataStore:
        """Delete a data store with everything in it, for good.

        Args:
            dataStoreId: The id of the data store; you must own it.

        Returns:
            The data store that was deleted.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such data store.
            UnauthorizedError: You do not own it.

        Example:
            >>> unused = await digitalExchange.createDataStore("Scratch")
            >>> (await digitalExchange.deleteDataStore(unused.dataStoreId)).name
            'Scratch'
        """
        validation.require_id("dataStoreId", dataStoreId)
        answer = await self._client.storage_delete_data_store(dataStoreId)
        return bind_data_store(self, require_found(answer, "data store", dataStoreId))
