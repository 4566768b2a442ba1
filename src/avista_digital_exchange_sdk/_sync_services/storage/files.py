# Generated from src/avista_digital_exchange_sdk/_services/storage/files.py by scripts/generate.

"""The sync variant of: Files of data stores: metadata, upload and download."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.files import FileService
from ..._utils.argument_aliases import accept_aliases
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreFile


__all__ = ["SyncFileService"]


class SyncFileService(SyncService):
    """Calls about files."""

    def getDataStoreFileMeta(self, dataStoreFileId: str) -> DataStoreFile:
        """Get a file's metadata.

        Args:
            dataStoreFileId: The ID of the file.

        Returns:
            The file's metadata. `fileExtension` is everything after the first dot of the file
            name, and `name` what precedes it; `storageSizeBytes` is the size in bytes.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No file with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> file = digitalExchange.getDataStoreFileMeta(dataStoreFileId)
            >>> file.name, file.fileExtension, file.storageSizeBytes
            ('solar_site', 'csv', 14854)
        """
        return run_sync(FileService.getDataStoreFileMeta(self._calls, dataStoreFileId))

    @accept_aliases(localFilePath="localPath")
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

        If the upload fails, no empty file remains on the platform. If the local file changes
        during the upload, or the MD5 checksums differ, the upload is repeated.

        Args:
            dataStoreId: The ID of the data store.
            dataStoreDirectoryId: The ID of the directory to upload to.
            localPath: The path of the local file. It may have at most 5 GiB, the limit of a
                presigned upload to S3. A leading `~` of a string is expanded, that of a `Path`
                is not.
            name: The file name on the platform, including the extension. Defaults to the name
                of the local file.
            description: The description.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The new file's metadata.

        Raises:
            InvalidParameterError: An argument is invalid.
            PathNotFoundError: The local file does not exist.
            NotFoundError: The data store or directory does not exist.
            UnauthorizedError: You may not write to it.
            TransferError: The upload failed, or the local file kept changing.

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

        The output file appears only when it is complete. An existing file is replaced and keeps
        its mode; FIFOs, devices and `/dev/stdout` are written to. If the file is read-only or
        cannot be written, an `OSError` is raised.

        Args:
            dataStoreFileId: The ID of the file.
            writeLocation: The path of the output file, or a directory, in which the file keeps
                its original name. A leading `~` of a string is expanded, that of a `Path` is not.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The file's metadata.

        Raises:
            InvalidParameterError: The ID or the path is invalid.
            NotFoundError: No file with this ID exists.
            UnauthorizedError: You may not read it.
            TransferError: The file could not be downloaded completely.

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
            dataStoreFileId: The ID of the file.
            name: The new name, including the extension, which cannot be changed: `july.csv` can
                become `august.csv`, but not `august.txt`.

        Returns:
            The updated metadata of the file.

        Raises:
            InvalidParameterError: An argument is invalid, or the extension differs.
            NotFoundError: No file with this ID exists.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> digitalExchange.renameDataStoreFile(dataStoreFileId, "roof.csv").name
            'roof'
        """
        return run_sync(FileService.renameDataStoreFile(self._calls, dataStoreFileId, name))

    def moveDataStoreFile(
        self, dataStoreFileId: str, dataStoreDirectoryId: str, name: str | None = None
    ) -> DataStoreFile:
        """Move a file into another directory of the same data store.

        The ID of the file does not change.

        Args:
            dataStoreFileId: The ID of the file.
            dataStoreDirectoryId: The ID of the target directory.
            name: The new name, including the extension, which cannot be changed. Defaults to
                the present name.

        Returns:
            The updated metadata of the file.

        Raises:
            InvalidParameterError: An argument is invalid, or the extension differs.
            InvalidRequestError: The directory is in another data store.
            NotFoundError: The file or directory does not exist.
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
        """Delete a file permanently.

        Args:
            dataStoreFileId: The ID of the file.

        Returns:
            The metadata of the deleted file.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No file with this ID exists.
            UnauthorizedError: You may not delete it.

        Example:
            >>> digitalExchange.deleteDataStoreFile(dataStoreFileId).name
            'solar_site'
        """
        return run_sync(FileService.deleteDataStoreFile(self._calls, dataStoreFileId))
