"""Files attached to captures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._secrets import Secret
from ..._transfer.output_file import open_output
from ..._transfer.upload import LocalFile
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ...errors import DigitalExchangeError, NotFoundError
from ..base import BaseService
from ..presigned_urls import require_url
from ..uploads import Records, upload_file

if TYPE_CHECKING:
    from ..._generated.client import Client
    from ..._generated.fragments import DataCaptureAttachment, PresignedUrl


class AttachmentService(BaseService):
    """Calls about attachments."""

    async def listAttachments(self, captureId: str) -> list[DataCaptureAttachment]:
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
            >>> await digitalExchange.dataCapture.listAttachments(captureId)
            []
        """
        validation.require_id("captureId", captureId)
        return HtmlList(await self._client.data_capture_list_attachments(captureId))

    async def attachFile(
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
            >>> attachment = await digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv", description="Weather during the test")
            >>> print(attachment.name, attachment.error)
            solar_site.csv None
        """
        validation.require_id("captureId", captureId)
        path = validation.require_file("localPath", localPath)
        if name is None:
            file_name = validation.require_str("localPath", path.name)
        else:
            file_name = validation.require_str("name", name)
        validation.optional_str("description", description)

        async def create(client: Client) -> PresignedUrl | None:
            return await client.data_capture_attach_file(captureId, file_name, description)

        async def delete(client: Client, attachment_id: str) -> object:
            return await client.data_capture_delete_attachment(captureId, attachment_id)

        records = Records("the capture", create, delete)
        attachment_id = await upload_file(self, LocalFile(path), file_name, records, progress)
        try:
            return await self._find_attachment(captureId, attachment_id)
        except DigitalExchangeError as error:
            error.add_note(f"the file was attached with the ID {attachment_id}")
            raise

    async def downloadAttachment(
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
            >>> attachment = await digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv", "weather.csv")
            >>> downloaded = await digitalExchange.dataCapture.downloadAttachment(
            ...     captureId, attachment.attachmentId, "./")
            >>> with open("weather.csv") as file:
            ...     file.readline().startswith("time,GHI")
            True
        """
        validation.require_id("captureId", captureId)
        validation.require_id("attachmentId", attachmentId)
        target = validation.resolve_output_path("writeLocation", writeLocation, "")
        reporter = ProgressReporter(progress)

        async def get_url() -> Secret[str]:
            response = await self._client.data_capture_get_file_attachment_download_url(
                captureId, attachmentId
            )
            return require_url(response, "download")

        async with self._backend.transfer_slot():
            attachment = await self._find_attachment(captureId, attachmentId)
            name = attachment.name or attachmentId
            if target.is_dir():
                target = validation.resolve_output_path("writeLocation", writeLocation, name)
            async with open_output(self._backend, target) as file:
                with reporter.track(name) as callback:
                    await self._transfers.download(get_url, file, name, callback)
        return attachment

    async def deleteAttachment(self, captureId: str, attachmentId: str) -> DataCaptureAttachment:
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
            >>> attachment = await digitalExchange.dataCapture.attachFile(
            ...     captureId, "solar_site.csv")
            >>> deleted = await digitalExchange.dataCapture.deleteAttachment(
            ...     captureId, attachment.attachmentId)
            >>> deleted.name
            'solar_site.csv'
        """
        validation.require_id("captureId", captureId)
        validation.require_id("attachmentId", attachmentId)
        response = await self._client.data_capture_delete_attachment(captureId, attachmentId)
        return require_found(response, "attachment", attachmentId)

    async def _find_attachment(self, captureId: str, attachmentId: str) -> DataCaptureAttachment:
        # The contract has no operation that returns a single attachment.
        for attachment in await self._client.data_capture_list_attachments(captureId):
            if attachment.attachmentId == attachmentId:
                return attachment
        raise NotFoundError(
            f"attachment not found: {validation.format_value(attachmentId)} of capture "
            f"{validation.format_value(captureId)}"
        )
