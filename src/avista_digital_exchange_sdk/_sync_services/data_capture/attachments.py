# Generated from src/avista_digital_exchange_sdk/_services/data_capture/attachments.py by scripts/generate.

"""The sync variant of: Files attached to captures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.data_capture.attachments import AttachmentService
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import DataCaptureAttachment

__all__ = ["SyncAttachmentService"]


class SyncAttachmentService(SyncService):
    """Calls about attachments."""

    def listAttachments(self, captureId: str) -> list[DataCaptureAttachment]:
        """List the files attached to a capture.

        Args:
            captureId: The ID of the capture.

        Returns:
            The attachments, one `DataCaptureAttachment` each. `error` is
            `FILE_UPLOAD_INCOMPLETE` until the file was uploaded completely.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> digitalExchange.dataCapture.listAttachments(captureId)
            []
        """
        return run_sync(AttachmentService.listAttachments(self._calls, captureId))

    def attachFile(
        self,
        captureId: str,
        localPath: str | os.PathLike[str],
        name: str | None = None,
        description: str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> DataCaptureAttachment:
        """Attach a local file to a capture.

        If the upload fails, no attachment remains on the platform.

        Args:
            captureId: The ID of the capture.
            localPath: The path of the local file. It may have at most 5 GiB.
            name: The name of the attachment, including the extension. Defaults to the name of the
                local file.
            description: The description.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The new attachment.

        Raises:
            InvalidParameterError: An argument is invalid.
            PathNotFoundError: The local file does not exist.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not write to it.
            TransferError: The upload failed, or the local file kept changing.

        Example:
            >>> attachment = digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv", description="Weather during the test")
            >>> print(attachment.name, attachment.error)
            solar_site.csv None
        """
        return run_sync(
            AttachmentService.attachFile(
                self._calls, captureId, localPath, name, description, progress=progress
            )
        )

    def downloadAttachment(
        self,
        captureId: str,
        attachmentId: str,
        writeLocation: str | os.PathLike[str],
        *,
        progress: ProgressArgument | None = None,
    ) -> DataCaptureAttachment:
        """Download a file that is attached to a capture.

        Args:
            captureId: The ID of the capture.
            attachmentId: The ID of the attachment.
            writeLocation: The path of the output file, or a directory, in which the file has the
                name of the attachment. It appears only when it is complete.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The attachment.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No capture or attachment with this ID exists.
            InvalidRequestError: The file was not uploaded completely.
            UnauthorizedError: You may not read it.
            TransferError: The file could not be downloaded completely.

        Example:
            >>> attachment = digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv", "weather.csv")
            >>> downloaded = digitalExchange.dataCapture.downloadAttachment(
            ...     captureId, attachment.attachmentId, "./")
            >>> with open("weather.csv") as file:
            ...     file.readline().startswith("time,GHI")
            True
        """
        return run_sync(
            AttachmentService.downloadAttachment(
                self._calls, captureId, attachmentId, writeLocation, progress=progress
            )
        )

    def deleteAttachment(self, captureId: str, attachmentId: str) -> DataCaptureAttachment:
        """Permanently delete a file that is attached to a capture.

        Args:
            captureId: The ID of the capture.
            attachmentId: The ID of the attachment.

        Returns:
            The deleted attachment.

        Raises:
            InvalidParameterError: An ID is not a non-empty string.
            NotFoundError: No capture or attachment with this ID exists.
            UnauthorizedError: You may not write to the capture.

        Example:
            >>> attachment = digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv")
            >>> deleted = digitalExchange.dataCapture.deleteAttachment(
            ...     captureId, attachment.attachmentId)
            >>> deleted.name
            'solar_site.csv'
        """
        return run_sync(AttachmentService.deleteAttachment(self._calls, captureId, attachmentId))
