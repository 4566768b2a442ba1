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
            dataStoreDirectoryId: The id of the directory.

        Returns:
            The directory. `directories` and `files` hold its entries; the contents of the
            directories among them are not loaded. `printContents()` prints them all.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not see it.

        Example:
            >>> directory = await digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> [file.name for file in directory.files]
            ['solar_site']
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        answer = await self._client.storage_get_data_store_directory(dataStoreDirectoryId)
        return require_found(answer, "directory", dataStoreDirectoryId)

    async def createDataStoreDirectory(
        self, dataStoreId: str, parentDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Create a directory in another one.

        Args:
            dataStoreId: The id of the data store.
            parentDirectoryId: The id of the directory to create it in.
            name: Its name. The platform lets several directories have the same.

        Returns:
            The new directory, which is empty.

        Raises:
            InvalidParameterError: An argument can't be used.
            NotFoundError: There is no such data store or directory.
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
        answer = await self._client.storage_create_data_store_directory(
            dataStoreId, parentDirectoryId, name
        )
        return require_found(answer, "directory", name)

    async def renameDataStoreDirectory(
        self, dataStoreDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Rename a directory.

        Args:
            dataStoreDirectoryId: The id of the directory.
            name: Its new name.

        Returns:
            The directory as it is now, with its contents.

        Raises:
            InvalidParameterError: An argument can't be used.
            NotFoundError: There is no such directory.
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
        """Move a directory, with everything in it, into another one of its data store.

        Nothing is copied, and the ids of what is in it stay the same.

        Args:
            dataStoreDirectoryId: The id of the directory.
            parentDirectoryId: The id of the directory to move it into.
            name: Its new name, where it is renamed in the same step.

        Returns:
            The directory as it is now, with its contents.

        Raises:
            InvalidParameterError: An argument can't be used.
            InvalidRequestError: It can't be there: in itself, or in another data store.
            NotFoundError: There is no such directory.
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
        """Delete a directory with everything in it, for good.

        Args:
            dataStoreDirectoryId: The id of the directory; a home directory goes only with its
                data store.

        Returns:
            The directory that was deleted, without its contents.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            InvalidRequestError: It is a home directory.
            NotFoundError: There is no such directory.
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
        answer = await self._client.storage_delete_data_store_directory(dataStoreDirectoryId)
        return require_found(answer, "directory", dataStoreDirectoryId)

    async def _update_directory(
        self, dataStoreDirectoryId: str, name: str | None, parentDirectoryId: str | None
    ) -> DataStoreDirectory:
        answer = await self._client.with_options(
            idempotent=True
        ).storage_update_data_store_directory(
            dataStoreDirectoryId,
            UNSET if name is None else name,
            UNSET if parentDirectoryId is None else parentDirectoryId,
        )
        return require_found(answer, "directory", dataStoreDirectoryId)
