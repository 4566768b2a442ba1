# Generated from src/avista_digital_exchange_sdk/_services/storage/zips.py by scripts/generate.

"""The sync variant of: Downloads of several files and directories as one zip file."""

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
            >>> digitalExchange.downloadDataStoreZip([dataStoreFileId], "./").name
            'files.zip'
        """
        return run_sync(
            ZipService.downloadDataStoreZip(
                self._calls, dataStoreObjectIds, writeLocation, progress=progress
            )
        )
