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
            dataStoreDirectoryId: The ID of the directory.

        Returns:
            The directory. `directories` and `files` list its entries, without the contents of
            subdirectories. `printContents()` prints them.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No directory with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> directory = digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> [file.name for file in directory.files]
            ['solar_site']
        """
        return run_sync(DirectoryService.getDataStoreDirectory(self._calls, dataStoreDirectoryId))

    def createDataStoreDirectory(
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
            dataStoreDirectoryId: The ID of the directory.
            name: The new name.

        Returns:
            The updated directory with its contents.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No directory with this ID exists.
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
