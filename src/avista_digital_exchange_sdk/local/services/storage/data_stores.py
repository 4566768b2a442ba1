"""Data stores, each with a tree of directories."""

from __future__ import annotations

from ...authorization import MEMBERSHIPS, Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import not_found
from ...s3.storage import ObjectStore

COLUMNS = "dataStoreId, name, description, ownerUserId, homeDirectoryId"


class DataStores:
    """The data stores of one exchange."""

    def __init__(self, records: Database, objects: ObjectStore) -> None:
        self._records = records
        self._objects = objects

    def list_data_stores(
        self, caller: Caller, user_id: str | None, organization_id: str | None
    ) -> list[Row]:
        """Return the caller's DataStores, or those of others that the caller may see."""
        if user_id is None and organization_id is None:
            user_id = caller.user_id
        return self._records.fetch_all(
            f"""SELECT {COLUMNS} FROM dataStores JOIN users ON userId = ownerUserId
            WHERE coalesce(ownerUserId = ?, TRUE) AND coalesce(organizationId = ?, TRUE)
              AND (ownerUserId = ? OR dataStoreId IN (
                SELECT serviceId FROM sharedServices JOIN ({MEMBERSHIPS}) AS memberships
                USING (collaborativeId) WHERE memberships.userId = ?
              ))
            ORDER BY dataStores.rowid""",
            user_id,
            organization_id,
            caller.user_id,
            caller.user_id,
        )

    def get(
        self,
        caller: Caller,
        data_store_id: str,
        needed: Access = Access.READ,
        *,
        item_id: str | None = None,
    ) -> Row:
        """Return a DataStore after checking the access to it or to one of its items."""
        data_store = self._records.fetch_one(
            f"SELECT {COLUMNS} FROM dataStores WHERE dataStoreId = ?", data_store_id
        )
        if data_store is None:
            raise not_found(data_store_id)
        owner_user_id = data_store["ownerUserId"]
        require_access(self._records, caller, data_store_id, owner_user_id, needed, item_id=item_id)
        return data_store

    def create(self, caller: Caller, name: str, description: str | None) -> Row:
        """Add a DataStore with its home directory."""
        check_name(name)
        data_store = {
            "dataStoreId": new_id("dataStoreId"),
            "name": name,
            "description": description,
            "ownerUserId": caller.user_id,
            "homeDirectoryId": new_id("dataStoreDirectoryId"),
        }
        with self._records.transaction():
            self._records.insert("dataStores", **data_store)
            self._records.insert(
                "directories",
                dataStoreDirectoryId=data_store["homeDirectoryId"],
                dataStoreId=data_store["dataStoreId"],
                parentDirectoryId=None,
                name=name,
                ownerUserId=caller.user_id,
            )
        return data_store

    def update(
        self, caller: Caller, data_store_id: str, name: str | None, description: str | None
    ) -> Row:
        """Update the specified fields of the caller's own DataStore."""
        check_name(name)
        self.get(caller, data_store_id, Access.OWN)
        self._records.update(
            "dataStores", "dataStoreId", data_store_id, name=name, description=description
        )
        return self.get(caller, data_store_id)

    async def delete(self, caller: Caller, data_store_id: str) -> Row:
        """Delete the caller's own DataStore with everything in it."""
        data_store = self.get(caller, data_store_id, Access.OWN)
        keys = self._records.fetch_all(
            "SELECT objectKey FROM files WHERE dataStoreId = ?", data_store_id
        )
        with self._records.transaction():
            self._records.execute("DELETE FROM sharedServices WHERE serviceId = ?", data_store_id)
            # SQLite follows references only to a limited depth, so flatten the tree first.
            self._records.execute(
                "UPDATE directories SET parentDirectoryId = NULL WHERE dataStoreId = ?",
                data_store_id,
            )
            self._records.execute("DELETE FROM dataStores WHERE dataStoreId = ?", data_store_id)
        await self._objects.delete_all(row["objectKey"] for row in keys)
        return data_store
