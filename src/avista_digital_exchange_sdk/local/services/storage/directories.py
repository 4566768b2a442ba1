"""The directories of data stores."""

from __future__ import annotations

from functools import partial

from ...authorization import Access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found
from ...s3.storage import ObjectStore
from ...serializers import serialize_file
from .data_stores import DataStores

# A directory and everything below it.
TREE = """
    WITH RECURSIVE tree (id) AS (
        VALUES (?)
        UNION ALL
        SELECT dataStoreDirectoryId FROM directories JOIN tree ON parentDirectoryId = tree.id
    )
"""


class Directories:
    """The directories of one exchange."""

    def __init__(self, records: Database, objects: ObjectStore, data_stores: DataStores) -> None:
        self._records = records
        self._objects = objects
        self._data_stores = data_stores

    def get(self, caller: Caller, directory_id: str) -> Row:
        """Return a DataStoreDirectory the caller may read, with its contents."""
        return self._to_directory(self.find(caller, directory_id, Access.READ))

    def create(
        self, caller: Caller, data_store_id: str, parent_directory_id: str, name: str
    ) -> Row:
        """Create a DataStoreDirectory in another one."""
        check_name(name)
        self.find(caller, parent_directory_id, Access.WRITE, data_store_id)
        directory_id = new_id("dataStoreDirectoryId")
        self._records.insert(
            "directories",
            dataStoreDirectoryId=directory_id,
            dataStoreId=data_store_id,
            parentDirectoryId=parent_directory_id,
            name=name,
            ownerUserId=caller.user_id,
        )
        return self.get(caller, directory_id)

    def update(
        self, caller: Caller, directory_id: str, name: str | None, parent_directory_id: str | None
    ) -> Row:
        """Rename a directory, or move it within its data store."""
        check_name(name)
        directory = self.find(caller, directory_id, Access.WRITE)
        if parent_directory_id is not None:
            self._check_move(caller, directory, parent_directory_id)
        self._records.update(
            "directories",
            "dataStoreDirectoryId",
            directory_id,
            name=name,
            parentDirectoryId=parent_directory_id,
        )
        return self.get(caller, directory_id)

    async def delete(self, caller: Caller, directory_id: str) -> Row:
        """Delete a directory with everything in it."""
        directory = self.find(caller, directory_id, Access.WRITE)
        if directory["parentDirectoryId"] is None:
            raise bad_request("A home directory can only be deleted with its data store.")
        keys = self._records.fetch_all(
            f"{TREE} SELECT objectKey FROM files JOIN tree ON dataStoreDirectoryId = id",
            directory_id,
        )
        with self._records.transaction():
            # SQLite follows references only to a limited depth, so flatten the tree first.
            self._records.execute(
                f"""{TREE} UPDATE directories SET parentDirectoryId = ?
                WHERE dataStoreDirectoryId IN tree AND dataStoreDirectoryId != ?""",
                directory_id,
                directory_id,
                directory_id,
            )
            self._records.execute(
                "DELETE FROM directories WHERE dataStoreDirectoryId = ?", directory_id
            )
        await self._objects.delete_all(row["objectKey"] for row in keys)
        return self._to_directory(directory)

    def find(
        self, caller: Caller, directory_id: str, needed: Access, data_store_id: str | None = None
    ) -> Row:
        """Find a directory, optionally in a data store, and check the caller's access."""
        directory = self._records.fetch_one(
            "SELECT * FROM directories WHERE dataStoreDirectoryId = ?", directory_id
        )
        if directory is None:
            raise not_found(directory_id)
        self._data_stores.get(caller, directory["dataStoreId"], needed, item_id=directory_id)
        if data_store_id not in (None, directory["dataStoreId"]):
            raise bad_request(f"{directory_id} is not in {data_store_id}.")
        return directory

    def _check_move(self, caller: Caller, directory: Row, parent_directory_id: str) -> None:
        """Reject a move that would break the tree."""
        directory_id = directory["dataStoreDirectoryId"]
        if directory["parentDirectoryId"] is None:
            raise bad_request("A home directory cannot be moved.")
        self.find(caller, parent_directory_id, Access.WRITE, directory["dataStoreId"])
        if self._records.fetch_one(
            f"{TREE} SELECT 1 FROM tree WHERE id = ?", directory_id, parent_directory_id
        ):
            raise bad_request("A directory cannot be moved into itself.")

    def _to_directory(self, row: Row) -> Row:
        """Convert a row to a DataStoreDirectory; its contents are read only when requested."""
        return row | {
            "homeDirectory": row["parentDirectoryId"] is None,
            "contents": partial(self._contents, row["dataStoreDirectoryId"]),
        }

    def entries(self, directory_id: str) -> tuple[list[Row], list[Row]]:
        """Return the rows of the directories and of the files in a directory, by name."""
        directories = self._records.fetch_all(
            "SELECT * FROM directories WHERE parentDirectoryId = ? ORDER BY name, rowid",
            directory_id,
        )
        files = self._records.fetch_all(
            """SELECT * FROM files WHERE dataStoreDirectoryId = ?
            ORDER BY name, fileExtension, rowid""",
            directory_id,
        )
        return directories, files

    async def _contents(self, directory_id: str) -> list[Row]:
        """Return the contents of a directory as DataStoreObjects, directories first."""
        directories, files = self.entries(directory_id)
        return [
            {"objectType": "DIRECTORY", "dataStoreDirectory": self._to_directory(row)}
            for row in directories
        ] + [{"objectType": "FILE", "dataStoreFile": serialize_file(row)} for row in files]
