"""The files of data stores: their metadata and presigned URLs."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Sequence

from ...authorization import Access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id, timestamp
from ...errors import bad_request, not_found
from ...s3.storage import ObjectStore
from ...serializers import serialize_file
from .data_stores import DataStores
from .directories import Directories
from .zip_archive import Zips

UNKNOWN_CONTENT = "application/octet-stream"
# Only Python's built-in table, because the system's tables differ between machines.
MIME_TYPES = mimetypes.MimeTypes()


class Files:
    """The files of one exchange."""

    def __init__(
        self,
        records: Database,
        objects: ObjectStore,
        data_stores: DataStores,
        directories: Directories,
        zips: Zips,
    ) -> None:
        self._records = records
        self._objects = objects
        self._data_stores = data_stores
        self._directories = directories
        self._zips = zips

    def get(self, caller: Caller, file_id: str) -> Row:
        """Return a DataStoreFile the caller may read."""
        return serialize_file(self._find(caller, file_id, Access.READ))

    def download_url(self, caller: Caller, file_id: str) -> Row:
        """Return a PresignedUrl for the contents of a file."""
        row = self._find(caller, file_id, Access.READ)
        url = self._objects.download_url(row["objectKey"], content_type=row["contentType"])
        return {"itemId": file_id, "url": url}

    async def zip_url(self, caller: Caller, requested: Sequence[Row | None]) -> Row:
        """Return a PresignedUrl for one zip of files and directories the caller may read."""
        if not requested:
            raise bad_request("A zip file needs at least one file or directory.")
        entries = await self._zips.plan([self._object(caller, row) for row in requested])
        stored = self._objects.create(caller.user_id, self._zips.writer(caller, entries))
        url = self._objects.download_url(stored.key, content_type="application/zip")
        return {"itemId": None, "url": url}

    def _object(self, caller: Caller, named: Row | None) -> Row:
        """Find a file or a directory by type and ID."""
        for kind, id_name in (("FILE", "dataStoreFileId"), ("DIRECTORY", "dataStoreDirectoryId")):
            if named and named.get("objectType") == kind and (item_id := named.get(id_name)):
                if kind == "FILE":
                    return self._find(caller, item_id, Access.READ)
                return self._directories.find(caller, item_id, Access.READ)
        raise bad_request("An object is identified by its type and the corresponding ID.")

    def create(
        self,
        caller: Caller,
        data_store_id: str,
        directory_id: str,
        *,
        name: str,
        file_extension: str,
        description: str | None,
    ) -> Row:
        """Create a file, and return the PresignedUrl for its upload."""
        check_name(name)
        self._directories.find(caller, directory_id, Access.WRITE, data_store_id)
        file_id, key = new_id("dataStoreFileId"), self._objects.new_key()
        self._records.insert(
            "files",
            dataStoreFileId=file_id,
            dataStoreId=data_store_id,
            dataStoreDirectoryId=directory_id,
            name=name,
            fileExtension=file_extension,
            description=description,
            contentType=guess_content_type(file_extension),
            ownerUserId=caller.user_id,
            objectKey=key,
        )
        return {"itemId": file_id, "url": self._objects.upload_url(key)}

    def awaits(self, key: str) -> bool:
        """Return whether there is a file for this key."""
        return self._records.fetch_one("SELECT 1 FROM files WHERE objectKey = ?", key) is not None

    def confirm_upload(self, key: str, size: int) -> None:
        """Record that the upload of a file is complete."""
        self._records.execute(
            "UPDATE files SET storageSizeBytes = ?, lastModified = ? WHERE objectKey = ?",
            size,
            timestamp(),
            key,
        )

    def update(
        self,
        caller: Caller,
        file_id: str,
        *,
        directory_id: str | None,
        name: str | None,
        description: str | None,
    ) -> Row:
        """Rename, describe or move a file within its data store."""
        check_name(name)
        file = self._find(caller, file_id, Access.WRITE)
        if directory_id is not None:
            self._directories.find(caller, directory_id, Access.WRITE, file["dataStoreId"])
        self._records.update(
            "files",
            "dataStoreFileId",
            file_id,
            name=name,
            description=description,
            dataStoreDirectoryId=directory_id,
        )
        return self.get(caller, file_id)

    def create_data_view(self, caller: Caller, file_id: str) -> Row:
        """Add a data view to a file. It has nothing but an ID."""
        views = self._data_views(caller, file_id)
        return self._set_data_views(caller, file_id, [*views, new_id("dataViewId")])

    def delete_data_view(self, caller: Caller, file_id: str, view_id: str) -> Row:
        """Remove a data view from a file."""
        views = self._data_views(caller, file_id)
        if view_id not in views:
            raise not_found(view_id)
        return self._set_data_views(caller, file_id, [view for view in views if view != view_id])

    def _data_views(self, caller: Caller, file_id: str) -> list[str]:
        """Return the IDs of the data views of a file that the caller may write to."""
        views: list[str] = json.loads(self._find(caller, file_id, Access.WRITE)["dataViewIds"])
        return views

    def _set_data_views(self, caller: Caller, file_id: str, views: list[str]) -> Row:
        text = json.dumps(views)
        self._records.update("files", "dataStoreFileId", file_id, dataViewIds=text)
        return self.get(caller, file_id)

    def delete(self, caller: Caller, file_id: str) -> Row:
        """Delete a file with its contents."""
        file = self._find(caller, file_id, Access.WRITE)
        self._records.execute("DELETE FROM files WHERE dataStoreFileId = ?", file_id)
        self._objects.delete(file["objectKey"])
        return serialize_file(file)

    def _find(self, caller: Caller, file_id: str, needed: Access) -> Row:
        """Find a file and check the access of the caller."""
        file = self._records.fetch_one("SELECT * FROM files WHERE dataStoreFileId = ?", file_id)
        if file is None:
            raise not_found(file_id)
        self._data_stores.get(caller, file["dataStoreId"], needed, item_id=file_id)
        return file


def guess_content_type(file_extension: str) -> str:
    """Guess the MIME type of a file, independent of the machine."""
    content_type, encoding = MIME_TYPES.guess_type(f"file.{file_extension}")
    if encoding is not None:
        return "application/gzip" if encoding == "gzip" else UNKNOWN_CONTENT
    return content_type or UNKNOWN_CONTENT
