"""Files of data stores: metadata, upload and download."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from ..._graphql.client import require_found
from ..._models.directory import join_name
from ..._secrets import Secret
from ..._transfer.output_file import open_output
from ..._transfer.range_reader import RangeReader
from ..._transfer.upload import LocalFile
from ..._utils import validation
from ..._utils.argument_aliases import accept_aliases
from ..._utils.local_paths import join_below
from ..._utils.progress import NO_PROGRESS, ProgressArgument, ProgressReporter
from ..._utils.values import UNSET
from ..base import BaseService
from ..presigned_urls import require_url
from .uploads import NewFile, upload_source

if TYPE_CHECKING:
    from ..._generated.client import Client
    from ..._generated.fragments import DataStoreFile


class FileService(BaseService):
    """Calls about files."""

    async def getDataStoreFileMeta(self, dataStoreFileId: str) -> DataStoreFile:
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
            >>> file = await digitalExchange.getDataStoreFileMeta(dataStoreFileId)
            >>> file.name, file.fileExtension, file.storageSizeBytes
            ('solar_site', 'csv', 14854)
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        response = await self._client.storage_get_data_store_file(dataStoreFileId)
        return require_found(response, "file", dataStoreFileId)

    @accept_aliases(localFilePath="localPath")
    async def uploadFileToDataStore(
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
            >>> file = await digitalExchange.uploadFileToDataStore(
            ...     dataStoreId, homeDirectoryId, "solar_site.csv", "july.csv")
            >>> file.name, file.fileExtension
            ('july', 'csv')
        """
        validation.require_id("dataStoreId", dataStoreId)
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.optional_str("description", description)
        path = validation.require_file("localPath", localPath)
        if name is None:
            file_name = validation.require_str("localPath", path.name)
        else:
            file_name = validation.require_str("name", name)
        new = NewFile(dataStoreId, dataStoreDirectoryId, file_name, description)
        return await upload_source(self, LocalFile(path), new, progress)

    async def downloadDataStoreFile(
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
            >>> file = await digitalExchange.downloadDataStoreFile(dataStoreFileId, "./")
            >>> with open("solar_site.csv") as downloaded:
            ...     downloaded.readline().startswith("time,GHI")
            True
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        target = validation.resolve_output_path("writeLocation", writeLocation, "")
        return await download_file(self, dataStoreFileId, target, progress)

    async def _download(
        self,
        dataStoreFileId: str,
        name: str,
        url: Secret[str],
        local: IO[bytes],
        reporter: ProgressReporter,
    ) -> None:
        async def get_url() -> Secret[str]:
            return (await self._get_download_url(dataStoreFileId)).url

        with reporter.track(name) as callback:
            await self._transfers.download(get_url, local, name, callback, url)

    async def renameDataStoreFile(self, dataStoreFileId: str, name: str) -> DataStoreFile:
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
            >>> (await digitalExchange.renameDataStoreFile(dataStoreFileId, "roof.csv")).name
            'roof'
        """
        validation.require_str("name", name)
        file = await self.getDataStoreFileMeta(dataStoreFileId)
        return await self._update_file(dataStoreFileId, _strip_extension(name, file), None)

    async def moveDataStoreFile(
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
            >>> reports = await digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> moved = await digitalExchange.moveDataStoreFile(
            ...     dataStoreFileId, reports.dataStoreDirectoryId)
            >>> moved.dataStoreDirectoryId == reports.dataStoreDirectoryId
            True
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        bare_name = None
        if name is not None:
            validation.require_str("name", name)
            bare_name = _strip_extension(name, await self.getDataStoreFileMeta(dataStoreFileId))
        return await self._update_file(dataStoreFileId, bare_name, dataStoreDirectoryId)

    async def deleteDataStoreFile(self, dataStoreFileId: str) -> DataStoreFile:
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
            >>> (await digitalExchange.deleteDataStoreFile(dataStoreFileId)).name
            'solar_site'
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        response = await self._client.storage_delete_data_store_file(dataStoreFileId)
        return require_found(response, "file", dataStoreFileId)

    async def _update_file(
        self, dataStoreFileId: str, name: str | None, dataStoreDirectoryId: str | None
    ) -> DataStoreFile:
        response = await self._client.with_options(idempotent=True).storage_update_data_store_file(
            dataStoreFileId,
            UNSET if name is None else name,
            UNSET if dataStoreDirectoryId is None else dataStoreDirectoryId,
        )
        return require_found(response, "file", dataStoreFileId)

    async def _get_download_url(self, dataStoreFileId: str) -> FileDownload:
        return await get_download(self._client, dataStoreFileId)


class FileDownload(NamedTuple):
    """A file, and the presigned URL of its bytes."""

    file: DataStoreFile
    url: Secret[str]


async def get_download(client: Client, dataStoreFileId: str) -> FileDownload:
    """Get a file with a presigned URL of its bytes."""
    response = await client.storage_get_data_store_file_download(dataStoreFileId)
    file = require_found(response.storage_getDataStoreFile, "file", dataStoreFileId)
    return FileDownload(file, require_url(response.storage_getDataStoreFileDownloadUrl, "download"))


async def download_file(
    service: FileService,
    dataStoreFileId: str,
    target: Path,
    progress: ProgressArgument | None,
    download: FileDownload | None = None,
) -> DataStoreFile:
    """Download a file to the local file system.

    Args:
        service: Runs the requests.
        dataStoreFileId: The ID of the file.
        target: The path of the output file, or a directory.
        progress: Reports the progress in bytes.
        download: The file with its URL, if it was requested before.
    """
    reporter = ProgressReporter(progress)
    async with service._backend.transfer_slot():
        file, url = download or await service._get_download_url(dataStoreFileId)
        name = join_name(file.name, file.fileExtension)
        if target.is_dir():
            target = join_below(target, name, otherwise=dataStoreFileId)
        async with open_output(service._backend, target) as local:
            await service._download(dataStoreFileId, name, url, local, reporter)
    return file


def can_rename_to(name: str, extension: str | None) -> bool:
    """Whether a file can be renamed to a name: the platform cannot change its extension."""
    ending = join_name("", extension)
    return name.endswith(ending) and name != ending


def _strip_extension(name: str, file: DataStoreFile) -> str:
    if not can_rename_to(name, file.fileExtension):
        valid = f"a name with the extension {file.fileExtension}"
        note = "the extension of a file can't be changed"
        raise validation.invalid_argument("name", name, valid, note=note)
    return name.removesuffix(join_name("", file.fileExtension))


async def open_ranges(
    service: FileService, dataStoreFileId: str, download: FileDownload | None = None
) -> tuple[DataStoreFile, RangeReader]:
    """Open a file for reading byte ranges on demand.

    Args:
        service: Runs the requests.
        dataStoreFileId: The ID of the file.
        download: The file with its URL, if it was requested before.
    """
    file, url = download or await service._get_download_url(dataStoreFileId)

    async def get_url() -> Secret[str]:
        return (await service._get_download_url(dataStoreFileId)).url

    name = join_name(file.name, file.fileExtension)
    return file, RangeReader(service._backend, get_url, name, url)


async def read_range(service: FileService, reader: RangeReader, start: int, end: int) -> bytes:
    """Read the bytes from `start` to `end`, exclusive."""
    return await service._transfers.read(reader, start, end)


async def download_into(
    service: FileService,
    local: IO[bytes],
    dataStoreFileId: str,
    reporter: ProgressReporter = NO_PROGRESS,
) -> DataStoreFile:
    """Download a file into an open, empty file."""
    async with service._backend.transfer_slot():
        file, url = await service._get_download_url(dataStoreFileId)
        name = join_name(file.name, file.fileExtension)
        await service._download(dataStoreFileId, name, url, local, reporter)
    return file
