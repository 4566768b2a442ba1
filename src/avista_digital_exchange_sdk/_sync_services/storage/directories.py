# Generated from src/avista_digital_exchange_sdk/_services/storage/directories.py by scripts/generate.

"""The sync variant of: Directories of data stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.directories import DirectoryService

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreDirectory

__all__ = ["SyncDirectoryService"]


class SyncDirectoryService(SyncService):
    """Calls about directories."""

    def getDataStoreDirectory(self, dataStoreDirectoryId: str) -> DataStoreDirectory:
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
            >>> directory = digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> [file.name for file in directory.files]
            ['solar_site']
        """
        return run_sync(DirectoryService.getDataStoreDirectory(self._calls, dataStoreDirectoryId))

    def createDataStoreDirectory(
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
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> directory.name, directory.homeDirectory
            ('reports', False)
        """
        return run_sync(
            DirectoryService.createDataStoreDirectory(
                self._calls, dataStoreId, parentDirectoryId, name
            )
        )

    def renameDataStoreDirectory(self, dataStoreDirectoryId: str, name: str) -> DataStoreDirectory:
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
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> renamed = digitalExchange.renameDataStoreDirectory(
            ...     directory.dataStoreDirectoryId, "2024-07")
            >>> renamed.name
            '2024-07'
        """
        return run_sync(
            DirectoryService.renameDataStoreDirectory(self._calls, dataStoreDirectoryId, name)
        )

    def moveDataStoreDirectory(
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
            >>> archive = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "archive")
            >>> july = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> moved = digitalExchange.moveDataStoreDirectory(
            ...     july.dataStoreDirectoryId, archive.dataStoreDirectoryId)
            >>> moved.parentDirectoryId == archive.dataStoreDirectoryId
            True
        """
        return run_sync(
            DirectoryService.moveDataStoreDirectory(
                self._calls, dataStoreDirectoryId, parentDirectoryId, name
            )
        )

    def deleteDataStoreDirectory(self, dataStoreDirectoryId: str) -> DataStoreDirectory:
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
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "scratch")
            >>> deleted = digitalExchange.deleteDataStoreDirectory(
            ...     directory.dataStoreDirectoryId)
            >>> deleted.name
            'scratch'
        """
        return run_sync(
            DirectoryService.deleteDataStoreDirectory(self._calls, dataStoreDirectoryId)
        )
