# Generated from src/avista_digital_exchange_sdk/_services/storage/zips.py by scripts/generate.

"""The sync variant of: Many files and directories as one zip."""

from __future__ import annotations

import os
from pathlib import Path

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.zips import ZipService
from ..._utils.progress import ProgressArgument

__all__ = ["SyncZipService"]


class SyncZipService(SyncService):
    """Calls that download several files at once."""

    def downloadDataStoreZip(
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
            >>> digitalExchange.downloadDataStoreZip([dataStoreFileId], "./").name
            'files.zip'
        """
        return run_sync(
            ZipService.downloadDataStoreZip(
                self._calls, dataStoreObjectIds, writeLocation, progress=progress
            )
        )
