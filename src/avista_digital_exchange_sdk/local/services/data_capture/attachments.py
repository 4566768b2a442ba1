"""Files attached to captures."""

from __future__ import annotations

from ...authorization import Access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id, timestamp
from ...errors import bad_request, not_found
from ...s3.storage import ObjectStore
from ..storage.files import guess_content_type
from .captures import Captures, check_limit


class Attachments:
    """The attachments of all captures of one exchange."""

    def __init__(self, records: Database, objects: ObjectStore, captures: Captures) -> None:
        self._records = records
        self._objects = objects
        self._captures = captures

    def attach(
        self, caller: Caller, capture_id: str, file_name: str, description: str | None
    ) -> Row:
        """Add an attachment; return the PresignedUrl for its upload."""
        check_name(file_name)
        self._captures.find(caller, capture_id, Access.WRITE)
        attachment_id, key, now = new_id("attachmentId"), self._objects.new_key(), timestamp()
        self._records.insert(
            "attachments",
            attachmentId=attachment_id,
            captureId=capture_id,
            name=file_name,
            description=description,
            ownerUserId=caller.user_id,
            dateCreated=now,
            dateUpdated=now,
            uploaded=False,
            objectKey=key,
        )
        return {"itemId": attachment_id, "url": self._objects.upload_url(key)}

    def list_attachments(self, caller: Caller, capture_id: str, limit: int | None) -> list[Row]:
        """Return the DataCaptureAttachments of a capture, oldest first.

        The contract has no page token for further attachments.
        """
        self._captures.find(caller, capture_id, Access.READ)
        if limit is not None:
            check_limit(limit)
        rows = self._records.fetch_all(
            "SELECT * FROM attachments WHERE captureId = ? ORDER BY rowid LIMIT ?",
            capture_id,
            -1 if limit is None else limit,
        )
        return [_serialize(row) for row in rows]

    def download_url(self, caller: Caller, capture_id: str, attachment_id: str) -> Row:
        """Return a PresignedUrl for the download of an attachment."""
        attachment = self._find(caller, capture_id, attachment_id, Access.READ)
        if not attachment["uploaded"]:
            raise bad_request(f"The file of {attachment_id} was not uploaded yet.")
        content_type = guess_content_type(attachment["name"].partition(".")[2])
        url = self._objects.download_url(attachment["objectKey"], content_type=content_type)
        return {"itemId": attachment_id, "url": url}

    def delete(self, caller: Caller, capture_id: str, attachment_id: str) -> Row:
        """Delete an attachment with its file."""
        attachment = self._find(caller, capture_id, attachment_id, Access.WRITE)
        self._records.execute("DELETE FROM attachments WHERE attachmentId = ?", attachment_id)
        self._objects.delete(attachment["objectKey"])
        return _serialize(attachment)

    def delete_all(self, capture_id: str) -> None:
        """Delete the files of the attachments of a capture."""
        rows = self._records.fetch_all(
            "SELECT objectKey FROM attachments WHERE captureId = ?", capture_id
        )
        for row in rows:
            self._objects.delete(row["objectKey"])

    # Uploads

    def awaits(self, key: str) -> bool:
        """Return whether an upload with this key belongs to an attachment."""
        sql = "SELECT 1 FROM attachments WHERE objectKey = ?"
        return self._records.fetch_one(sql, key) is not None

    def confirm_upload(self, key: str, size: int) -> None:
        """Record that the upload of an attachment is complete."""
        self._records.execute(
            "UPDATE attachments SET uploaded = 1, dateUpdated = ? WHERE objectKey = ?",
            timestamp(),
            key,
        )

    def _find(self, caller: Caller, capture_id: str, attachment_id: str, needed: Access) -> Row:
        """Return an attachment of a capture after checking the access of the caller."""
        self._captures.find(caller, capture_id, needed)
        attachment = self._records.fetch_one(
            "SELECT * FROM attachments WHERE attachmentId = ? AND captureId = ?",
            attachment_id,
            capture_id,
        )
        if attachment is None:
            raise not_found(attachment_id)
        return attachment


def _serialize(row: Row) -> Row:
    """Convert a row to a DataCaptureAttachment."""
    error = None if row["uploaded"] else "FILE_UPLOAD_INCOMPLETE"
    return row | {"attachmentType": "FILE", "error": error}
