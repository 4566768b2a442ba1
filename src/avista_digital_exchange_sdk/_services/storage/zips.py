"""Downloads of several files and directories as one zip file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..._generated.enums import DataStoreObjectType
from ..._secrets import Secret
from ..._transfer.output_file import open_output
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from ..presigned_urls import require_url

if TYPE_CHECKING:
    from ..._generated.input_types import DataStoreObjectIdInput

ZIP_NAME = "files.zip"


class ZipService(BaseService):
    """Calls that download several files at once."""

    async def downloadDataStoreZip(
        self,
        dataStoreObjectIds: list[str],
        writeLocation: str | os.PathLike[str],
        *,
        progress: ProgressArgument | None = None,
    ) -> Path:
        """Download files and directories as one zip file.

        The zip file appears only when it is complete. An existing file is replaced.

        Args:
            dataStoreObjectIds: The IDs of files and directories. Directories are included with
                their contents.
            writeLocation: The path of the output file, or a directory, in which the file is called
                `files.zip`.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The path of the zip file.

        Raises:
            InvalidParameterError: An argument is invalid, or an ID is that of another object.
            NotFoundError: A file or directory does not exist. Nothing is written.
            UnauthorizedError: You may not read a file or directory. Nothing is written.
            TransferError: The file could not be downloaded completely.

        Example:
            >>> (await digitalExchange.downloadDataStoreZip([dataStoreFileId], "./")).name
            'files.zip'
        """
        identifiers = validation.require_items("dataStoreObjectIds", dataStoreObjectIds, "IDs")
        object_ids = [_parse_object_id(*item) for item in enumerate(identifiers)]
        target = validation.resolve_output_path("writeLocation", writeLocation, ZIP_NAME)
        reporter = ProgressReporter(progress)

        async def get_url() -> Secret[str]:
            response = await self._client.storage_get_data_store_zip_download_url(object_ids)
            return require_url(response, "download")

        async with self._backend.transfer_slot(), open_output(self._backend, target) as local:
            with reporter.track(target.name) as callback:
                await self._transfers.download(get_url, local, target.name, callback)
        return target


def _parse_object_id(index: int, value: object) -> DataStoreObjectIdInput:
    """Parse the ID of a file or directory, which begins with the type of the object."""
    from ..._generated.input_types import DataStoreObjectIdInput

    identifier = validation.require_id(f"dataStoreObjectIds[{index}]", value)
    if identifier.startswith("dataStoreFileId"):
        return DataStoreObjectIdInput(
            objectType=DataStoreObjectType.FILE, dataStoreFileId=identifier
        )
    if identifier.startswith("dataStoreDirectoryId"):
        return DataStoreObjectIdInput(
            objectType=DataStoreObjectType.DIRECTORY, dataStoreDirectoryId=identifier
        )
    valid = "a dataStoreFileId or a dataStoreDirectoryId"
    raise validation.invalid_argument(f"dataStoreObjectIds[{index}]", identifier, valid)
