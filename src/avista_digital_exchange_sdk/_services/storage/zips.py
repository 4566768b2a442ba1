"""Many files and directories as one zip."""

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
from .presigned_urls import require_url

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
        """Download many files and directories as one zip.

        The zip appears whole or not at all; a file that is there already is replaced.

        Args:
            dataStoreObjectIds: The ids of the files and directories, mixed as you like. A
                directory comes with everything in it.
            writeLocation: The path to write to, or a folder, in which it is named `files.zip`.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The path of the zip.

        Raises:
            InvalidParameterError: An argument can't be used, or an id is of something else.
            NotFoundError: One of them does not exist; nothing is written.
            UnauthorizedError: You may not read one of them; nothing is written.
            TransferError: The bytes did not come, or not all of them.

        Example:
            >>> (await digitalExchange.downloadDataStoreZip([dataStoreFileId], "./")).name
            'files.zip'
        """
        given = validation.require_items("dataStoreObjectIds", dataStoreObjectIds, "IDs")
        wanted = [_require_object_id(index, identifier) for index, identifier in enumerate(given)]
        target = validation.resolve_output_path("writeLocation", writeLocation, ZIP_NAME)
        reporter = ProgressReporter(progress)

        async def get_url() -> Secret[str]:
            answer = await self._client.storage_get_data_store_zip_download_url(wanted)
            return require_url(answer, "download")

        async with self._backend.transfer_slot(), open_output(self._backend, target) as local:
            with reporter.track(target.name) as callback:
                await self._transfers.download(get_url, local, target.name, callback)
        return target


def _require_object_id(index: int, given: object) -> DataStoreObjectIdInput:
    """The wire's way to name a file or a directory, whose id tells which it is."""
    from ..._generated.input_types import DataStoreObjectIdInput

    identifier = validation.require_id(f"dataStoreObjectIds[{index}]", given)
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
