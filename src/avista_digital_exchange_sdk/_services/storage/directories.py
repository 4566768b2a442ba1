"""Directories of data stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._utils import validation
from ..._utils.values import UNSET
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreDirectory


class DirectoryService(BaseService):
    """Calls about directories."""

    async def getDataStoreDirectory(self, dataStoreDirectoryId: str) -> DataStoreDirectory:
        """Get a directory's metadata and its contents, in one request.

        Args:
            dataStoreDirectoryId: The ID of the directory.

        Returns:
            The directory. `directories` and `files` list its entries, without the contents of
            subdirectories. `printContents()` prints them.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No directory with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> directory = await digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> [file.name for file in directory.files]
            ['solar_site']
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        response = await self._client.storage_get_data_store_directory(dataStoreDirectoryId)
        return require_found(response, "directory", dataStoreDirectoryId)

    async def createDataStoreDirectory(
        self, dataStoreId: str, parentDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Create a subdirectory.

        Args:
            dataStoreId: The ID of the data store.
            parentDirectoryId: The ID of the parent directory.
            name: The name. It need not be unique.

        Returns:
            The new, empty directory.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The data store or directory does not exist.
            UnauthorizedError: You may not write to it.

        Example:
            >>> directory = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> directory.name, directory.homeDirectory
            ('reports', False)
        """
        validation.require_id("dataStoreId", dataStoreId)
        validation.require_id("parentDirectoryId", parentDirectoryId)
        validation.require_str("name", name)
        response = await self._client.storage_create_data_store_directory(
            dataStoreId, parentDirectoryId, name
        )
        return require_found(response, "directory", name)

    async def renameDataStoreDirectory(
        self, dataStoreDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Rename a directory.

        Args:
            dataStoreDirectoryId: The ID of the directory.
            name: The new name.

        Returns:
            The updated directory with its contents.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No directory with this ID exists.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> directory = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> renamed = await digitalExchange.renameDataStoreDirectory(
            ...     directory.dataStoreDirectoryId, "2024-07")
            >>> renamed.name
            '2024-07'
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.require_str("name", name)
        return await self._update_directory(dataStoreDirectoryId, name, None)

    async def moveDataStoreDirectory(
        self, dataStoreDirectoryId: str, parentDirectoryId: str, name: str | None = None
    ) -> DataStoreDirectory:
        """Move a directory and its contents into another directory of the same data store.

        The IDs of the contents do not change.

        Args:
            dataStoreDirectoryId: The ID of the directory.
            parentDirectoryId: The ID of the new parent directory.
            name: The new name. Defaults to the present one.

        Returns:
            The updated directory with its contents.

        Raises:
            InvalidParameterError: An argument is invalid.
            InvalidRequestError: The new parent is in the directory itself or in another data store.
            NotFoundError: No directory with this ID exists.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> archive = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "archive")
            >>> july = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> moved = await digitalExchange.moveDataStoreDirectory(
            ...     july.dataStoreDirectoryId, archive.dataStoreDirectoryId)
            >>> moved.parentDirectoryId == archive.dataStoreDirectoryId
            True
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.require_id("parentDirectoryId", parentDirectoryId)
        new_name = None if name is None else validation.require_str("name", name)
        return await self._update_directory(dataStoreDirectoryId, new_name, parentDirectoryId)

    async def deleteDataStoreDirectory(self, dataStoreDirectoryId: str) -> DataStoreDirectory:
        """Delete a directory and its contents permanently.

        Args:
            dataStoreDirectoryId: The ID of the directory. A home directory cannot be deleted.

        Returns:
            The deleted directory, without its contents.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            InvalidRequestError: It is a home directory.
            NotFoundError: No directory with this ID exists.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> directory = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "scratch")
            >>> deleted = await digitalExchange.deleteDataStoreDirectory(
            ...     directory.dataStoreDirectoryId)
            >>> deleted.name
            'scratch'
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        response = await self._client.storage_delete_data_store_directory(dataStoreDirectoryId)
        return require_found(response, "directory", dataStoreDirectoryId)

    async def _update_directory(
        self, dataStoreDirectoryId: str, name: str | None, parentDirectoryId: str | None
    ) -> DataStoreDirectory:
        response = await self._client.with_options(
            idempotent=True
        ).storage_update_data_store_directory(
            dataStoreDirectoryId,
            UNSET if name is None else name,
            UNSET if parentDirectoryId is None else parentDirectoryId,
        )
        return require_found(response, "directory", dataStoreDirectoryId)
