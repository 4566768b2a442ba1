"""Groups of endpoints of one hub. Collaboratives share groups, not single endpoints."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...authorization import Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found
from .endpoints import Endpoints
from .hubs import Hubs


class Groups:
    """The endpoint groups of one exchange."""

    def __init__(self, records: Database, hubs: Hubs, endpoints: Endpoints) -> None:
        self._records = records
        self._hubs = hubs
        self._endpoints = endpoints

    def create(
        self,
        caller: Caller,
        iot_hub_id: str,
        name: str,
        description: str | None,
        iot_endpoint_ids: Sequence[str | None],
    ) -> Row:
        """Add an IotEndpointGroup to the caller's own hub."""
        check_name(name)
        self._hubs.get(caller, iot_hub_id)
        group = {
            "iotGroupId": new_id("iotGroupId"),
            "iotHubId": iot_hub_id,
            "name": name,
            "description": description,
            "ownerUserId": caller.user_id,
        }
        with self._records.transaction():
            self._records.insert("iotGroups", **group)
            self._add(caller, group, iot_endpoint_ids)
        return self._serialize(group, include_endpoints=True)

    def list_in_hub(self, caller: Caller, iot_hub_id: str, *, include_endpoints: bool) -> list[Row]:
        """Return the IotEndpointGroups of the caller's own hub."""
        self._hubs.get(caller, iot_hub_id)
        rows = self._records.fetch_all(
            "SELECT * FROM iotGroups WHERE iotHubId = ? ORDER BY rowid", iot_hub_id
        )
        return [self._serialize(row, include_endpoints=include_endpoints) for row in rows]

    def get(
        self,
        caller: Caller,
        iot_group_id: str,
        needed: Access = Access.READ,
        *,
        include_endpoints: bool = True,
    ) -> Row:
        """Return an IotEndpointGroup after checking the access of the caller."""
        group = self._find(caller, iot_group_id, needed)
        return self._serialize(group, include_endpoints=include_endpoints)

    def update(
        self, caller: Caller, iot_group_id: str, name: str | None, description: str | None
    ) -> Row:
        """Update the specified fields of the caller's own IotEndpointGroup."""
        check_name(name)
        self._find(caller, iot_group_id, Access.OWN)
        self._records.update(
            "iotGroups", "iotGroupId", iot_group_id, name=name, description=description
        )
        return self.get(caller, iot_group_id)

    def add_endpoints(
        self, caller: Caller, iot_group_id: str, iot_endpoint_ids: Sequence[str | None]
    ) -> Row:
        """Add endpoints to the caller's own group, all or none. Existing members are kept."""
        group = self._find(caller, iot_group_id, Access.OWN)
        with self._records.transaction():
            self._add(caller, group, iot_endpoint_ids)
        return self._serialize(group, include_endpoints=True)

    def remove_endpoints(
        self, caller: Caller, iot_group_id: str, iot_endpoint_ids: Sequence[str | None]
    ) -> Row:
        """Remove endpoints from the caller's own group. Others are ignored."""
        group = self._find(caller, iot_group_id, Access.OWN)
        for endpoint_id in _reject_nulls(iot_endpoint_ids):
            self._endpoints.find(caller, endpoint_id, Access.OWN)
        self._records.execute(
            """DELETE FROM iotGroupEndpoints
            WHERE iotGroupId = ? AND iotEndpointId IN (SELECT value FROM json_each(?))""",
            iot_group_id,
            json.dumps(iot_endpoint_ids),
        )
        return self._serialize(group, include_endpoints=True)

    def delete(self, caller: Caller, iot_group_id: str) -> Row:
        """Delete the caller's own group, and remove it from all collaboratives."""
        group = self.get(caller, iot_group_id, Access.OWN)
        with self._records.transaction():
            self._records.execute("DELETE FROM sharedServices WHERE serviceId = ?", iot_group_id)
            self._records.execute("DELETE FROM iotGroups WHERE iotGroupId = ?", iot_group_id)
        return group

    def _add(self, caller: Caller, group: Row, iot_endpoint_ids: Sequence[str | None]) -> None:
        """Add endpoints, which must belong to the caller and to the hub of the group."""
        for endpoint_id in _reject_nulls(iot_endpoint_ids):
            endpoint = self._endpoints.find(caller, endpoint_id, Access.OWN)
            if endpoint["iotHubId"] != group["iotHubId"]:
                raise bad_request(
                    f"{endpoint_id} is in {endpoint['iotHubId']}, the group in "
                    f"{group['iotHubId']}. A group has endpoints of one hub."
                )
            self._records.execute(
                "INSERT OR IGNORE INTO iotGroupEndpoints VALUES (?, ?)",
                group["iotGroupId"],
                endpoint_id,
            )

    def _find(self, caller: Caller, iot_group_id: str, needed: Access) -> Row:
        """Return a group after checking the access of the caller."""
        group = self._records.fetch_one(
            "SELECT * FROM iotGroups WHERE iotGroupId = ?", iot_group_id
        )
        if group is None:
            raise not_found(iot_group_id)
        require_access(self._records, caller, iot_group_id, group["ownerUserId"], needed)
        return group

    def _serialize(self, group: Row, *, include_endpoints: bool) -> Row:
        """Convert a row to an IotEndpointGroup."""
        rows = self._records.fetch_all(
            """SELECT iotEndpoints.* FROM iotGroupEndpoints JOIN iotEndpoints USING (iotEndpointId)
            WHERE iotGroupId = ? ORDER BY iotGroupEndpoints.rowid""",
            group["iotGroupId"],
        )
        return group | {
            "iotEndpointIds": [row["iotEndpointId"] for row in rows],
            "endpoints": self._endpoints.serialize(rows) if include_endpoints else [],
        }


def _reject_nulls(iot_endpoint_ids: Sequence[str | None]) -> list[str]:
    """Raise if a list of IDs contains null."""
    ids = [endpoint_id for endpoint_id in iot_endpoint_ids if endpoint_id is not None]
    if len(ids) < len(iot_endpoint_ids):
        raise bad_request("iotEndpointIds must not contain null.")
    return ids
