# Generated from src/avista_digital_exchange_sdk/_services/storage/files.py by scripts/generate.

"""The sync variant of: Files of data stores: metadata, upload and download."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.files import FileService
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreFile


__all__ = ["SyncFileService"]


class SyncFileService(SyncService):
    """Calls about files."""

    def getDataStoreFileMeta(self, dataStoreFileId: str) -> DataStoreFile:
        """Get a file's metadata.

        Args:
            dataStoreFileId: The id of the file.

        Returns:
            The file. `name` is without, `fileExtension` is all that follows the first dot;
            `storageSizeBytes` is its size in bytes.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not see it.

        Example:
            >>> file = digitalExchange.getDataStoreFileMeta(dataStoreFileId)
            >>> file.name, file.fileExtension, file.storageSizeBytes
            ('solar_site', 'csv', 14854)
        """
        return run_sync(FileService.getDataStoreFileMeta(self._calls, dataStoreFileId))

    def uploadFileToDataStore(
        self,
        dataStoreId: str,
        dataStoreDirectoryId: str,
        localPath: str | os.PathLike[str],
        name: str | None = None,
        description: str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Upload a local file to a data store.

        If the bytes can't be sent, no empty file stays behind on the platform. If the local file
        changes meanwhile, or the MD5 of what arrived is another one, the upload starts over.

        Args:
            dataStoreId: The id of the data store to write to.
            dataStoreDirectoryId: The id of the directory to place the file in.
            localPath: The path of the local file; at most 5 GiB, what one presigned PUT of AWS
                S3 takes. A string may begin with `~`, a `Path` is taken as it is.
            name: The file's name on the platform with its extension, if it has one; the local
                file's name if left out.
            description: What the file is.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The new file's metadata.

        Raises:
            InvalidParameterError: An argument can't be used.
            PathNotFoundError: There is no such local file.
            NotFoundError: There is no such data store or directory.
            UnauthorizedError: You may not write to it.
            TransferError: The bytes could not be sent, or the file kept changing.

        Example:
            >>> file = digitalExchange.uploadFileToDataStore(
            ...     dataStoreId, homeDirectoryId, "solar_site.csv", "july.csv")
            >>> file.name, file.fileExtension
            ('july', 'csv')
        """
        return run_sync(
            FileService.uploadFileToDataStore(
                self._calls,
                dataStoreId,
                dataStoreDirectoryId,
                localPath,
                name,
                description,
                progress=progress,
            )
        )

    def downloadDataStoreFile(
        self,
        dataStoreFileId: str,
        writeLocation: str | os.PathLike[str],
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Download a file to the local file system.

        The file appears whole or not at all. One that is there already is replaced and keeps its
        mode. FIFOs, devices and `/dev/stdout` are written to. What can't be written, or is
        read-only, is an `OSError`.

        Args:
            dataStoreFileId: The id of the file.
            writeLocation: The path to write to, or a folder, in which the file keeps its
                original name. A string may begin with `~`, a `Path` is taken as it is.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The file's metadata.

        Raises:
            InvalidParameterError: The id or the path can't be used.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not read it.
            TransferError: The bytes did not come, or not all of them.

        Example:
            >>> file = digitalExchange.downloadDataStoreFile(dataStoreFileId, "./")
            >>> with open("solar_site.csv") as downloaded:
            ...     downloaded.readline().startswith("time,GHI")
            True
        """
        return run_sync(
            FileService.downloadDataStoreFile(
                self._calls, dataStoreFileId, writeLocation, progress=progress
            )
        )

    def renameDataStoreFile(self, dataStoreFileId: str, name: str) -> DataStoreFile:
        """Rename a file.

        Args:
            dataStoreFileId: The id of the file.
            name: Its new name, with its extension, which the platform can't change: `july.csv`
                may become `august.csv`, not `august.txt`.

        Returns:
            The file's metadata as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or the extension is another one.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> digitalExchange.renameDataStoreFile(dataStoreFileId, "roof.csv").name
            'roof'
        """
        return run_sync(FileService.renameDataStoreFile(self._calls, dataStoreFileId, name))

    def moveDataStoreFile(
        self, dataStoreFileId: str, dataStoreDirectoryId: str, name: str | None = None
    ) -> DataStoreFile:
        """Move a file into another directory of its data store.

        Nothing is copied, and its id stays the same.

        Args:
            dataStoreFileId: The id of the file.
            dataStoreDirectoryId: The id of the directory to move it into.
            name: Its new name, where it is renamed in the same step; with its extension, which
                the platform can't change.

        Returns:
            The file's metadata as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or the extension is another one.
            InvalidRequestError: The directory is in another data store.
            NotFoundError: There is no such file or directory.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> reports = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> moved = digitalExchange.moveDataStoreFile(
            ...     dataStoreFileId, reports.dataStoreDirectoryId)
            >>> moved.dataStoreDirectoryId == reports.dataStoreDirectoryId
            True
        """
        return run_sync(
            FileService.moveDataStoreFile(self._calls, dataStoreFileId, dataStoreDirectoryId, name)
        )

    def deleteDataStoreFile(self, dataStoreFileId: str) -> DataStoreFile:
        """Delete a file from its data store and from the platform, for good.

        Args:
            dataStoreFileId: The id of the file.

        Returns:
            The metadata of the file that was deleted.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not delete it.

        Example:
            >>> digitalExchange.deleteDataStoreFile(dataStoreFileId).name
            'solar_site'
        """
        return run_sync(FileService.deleteDataStoreFile(self._calls, dataStoreFileId))
