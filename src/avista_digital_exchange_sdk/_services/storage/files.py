"""Files of data stores: metadata, upload and download."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.directory import full_name
from ..._secrets import Secret
from ..._transfer.output_file import open_output
from ..._transfer.range_reader import RangeReader
from ..._transfer.upload import LocalFile
from ..._utils import validation
from ..._utils.local_paths import join_below
from ..._utils.progress import NO_PROGRESS, ProgressArgument, ProgressReporter
from ..._utils.values import UNSET
from ..base import BaseService
from .presigned_urls import require_url
from .uploads import upload_source

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreFile


class FileService(BaseService):
    """Calls about files."""

    async def getDataStoreFileMeta(self, dataStoreFileId: str) -> DataStoreFile:
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
            >>> file = await digitalExchange.getDataStoreFileMeta(dataStoreFileId)
            >>> file.name, file.fileExtension, file.storageSizeBytes
            ('solar_site', 'csv', 14854)
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        answer = await self._client.storage_get_data_store_file(dataStoreFileId)
        return require_found(answer, "file", dataStoreFileId)

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
            >>> file = await digitalExchange.uploadFileToDataStore(
            ...     dataStoreId, homeDirectoryId, "solar_site.csv", "july.csv")
            >>> file.name, file.fileExtension
            ('july', 'csv')
        """
        validation.require_id("dataStoreId", dataStoreId)
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.optional_str("description", description)
        path = validation.require_file("localPath", localPath)
        argument, given = ("localPath", path.name) if name is None else ("name", name)
        validation.require_str(argument, given)
        return await upload_source(
            self, LocalFile(path), dataStoreId, dataStoreDirectoryId, given, description, progress
        )

    async def downloadDataStoreFile(
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
            >>> file = await digitalExchange.downloadDataStoreFile(dataStoreFileId, "./")
            >>> with open("solar_site.csv") as downloaded:
            ...     downloaded.readline().startswith("time,GHI")
            True
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        target = validation.resolve_output_path("writeLocation", writeLocation, "")
        reporter = ProgressReporter(progress)
        async with self._backend.transfer_slot():
            file, url = await self._get_download_url(dataStoreFileId)
            name = full_name(file.name, file.fileExtension)
            if target.is_dir():
                target = join_below(target, name, otherwise=dataStoreFileId)
            async with open_output(self._backend, target) as local:
                await self._download(dataStoreFileId, name, url, local, reporter)
        return file

    async def _download(
        self,
        dataStoreFileId: str,
        name: str,
        url: Secret[str],
        local: IO[bytes],
        reporter: ProgressReporter,
    ) -> None:
        unused_urls = [url]

        async def get_url() -> Secret[str]:
            # The first one came with the metadata; it may expire on the way.
            if unused_urls:
                return unused_urls.pop()
            return (await self._get_download_url(dataStoreFileId))[1]

        with reporter.track(name) as callback:
            await self._transfers.download(get_url, local, name, callback)

    async def renameDataStoreFile(self, dataStoreFileId: str, name: str) -> DataStoreFile:
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
            >>> (await digitalExchange.renameDataStoreFile(dataStoreFileId, "roof.csv")).name
            'roof'
        """
        validation.require_str("name", name)
        file = await self.getDataStoreFileMeta(dataStoreFileId)
        return await self._update_file(dataStoreFileId, _strip_extension(name, file), None)

    async def moveDataStoreFile(
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
            >>> (await digitalExchange.deleteDataStoreFile(dataStoreFileId)).name
            'solar_site'
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        answer = await self._client.storage_delete_data_store_file(dataStoreFileId)
        return require_found(answer, "file", dataStoreFileId)

    async def _update_file(
        self, dataStoreFileId: str, name: str | None, dataStoreDirectoryId: str | None
    ) -> DataStoreFile:
        answer = await self._client.with_options(idempotent=True).storage_update_data_store_file(
            dataStoreFileId,
            UNSET if name is None else name,
            UNSET if dataStoreDirectoryId is None else dataStoreDirectoryId,
        )
        return require_found(answer, "file", dataStoreFileId)

    async def _get_download_url(self, dataStoreFileId: str) -> tuple[DataStoreFile, Secret[str]]:
        answer = await self._client.storage_get_data_store_file_download(dataStoreFileId)
        file = require_found(answer.storage_getDataStoreFile, "file", dataStoreFileId)
        return file, require_url(answer.storage_getDataStoreFileDownloadUrl, "download")


def can_rename_to(name: str, extension: str | None) -> bool:
    """Whether a file can be given this full name: its extension can't be changed."""
    ending = full_name("", extension)
    return name.endswith(ending) and name != ending


def _strip_extension(name: str, file: DataStoreFile) -> str:
    if not can_rename_to(name, file.fileExtension):
        valid = f"a name with the extension {file.fileExtension}"
        note = "the extension of a file can't be changed"
        raise validation.invalid_argument("name", name, valid, note=note)
    return name.removesuffix(full_name("", file.fileExtension))


async def open_ranges(
    service: FileService, dataStoreFileId: str
) -> tuple[DataStoreFile, RangeReader]:
    """Open a file whose bytes are fetched in parts, as they are needed."""
    file, url = await service._get_download_url(dataStoreFileId)

    async def get_url() -> Secret[str]:
        return (await service._get_download_url(dataStoreFileId))[1]

    name = full_name(file.name, file.fileExtension)
    return file, RangeReader(service._backend, get_url, name, url)


async def read_range(service: FileService, reader: RangeReader, begin: int, end: int) -> bytes:
    """Read the bytes from `begin` up to `end`."""
    return await service._transfers.read(reader, begin, end)


async def download_into(
    service: FileService, local: IO[bytes], dataStoreFileId: str
) -> DataStoreFile:
    """Download a file into one that is open, and empty so far."""
    async with service._backend.transfer_slot():
        file, url = await service._get_download_url(dataStoreFileId)
        name = full_name(file.name, file.fileExtension)
        await service._download(dataStoreFileId, name, url, local, NO_PROGRESS)
    return file
