"""Hubs, which contain endpoints and groups. Only the owner has access."""

from __future__ import annotations

from ...authorization import Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found


class Hubs:
    """The IoT hubs of one exchange."""

    def __init__(self, records: Database) -> None:
        self._records = records

    def create(self, caller: Caller, name: str, description: str | None) -> Row:
        """Add an IotHub that the caller owns."""
        check_name(name)
        hub = {
            "iotHubId": new_id("iotHubId"),
            "name": name,
            "description": description,
            "ownerUserId": caller.user_id,
        }
        self._records.insert("iotHubs", **hub)
        return hub

    def list_hubs(self, caller: Caller) -> list[Row]:
        """Return the IotHubs the caller owns."""
        return self._records.fetch_all(
            "SELECT * FROM iotHubs WHERE ownerUserId = ? ORDER BY rowid", caller.user_id
        )

    def get(self, caller: Caller, iot_hub_id: str) -> Row:
        """Return an IotHub that the caller owns."""
        hub = self._records.fetch_one("SELECT * FROM iotHubs WHERE iotHubId = ?", iot_hub_id)
        if hub is None:
            raise not_found(iot_hub_id)
        require_access(self._records, caller, iot_hub_id, hub["ownerUserId"], Access.OWN)
        return hub

    def update(
        self, caller: Caller, iot_hub_id: str, name: str | None, description: str | None
    ) -> Row:
        """Update the specified fields of the caller's own IotHub."""
        check_name(name)
        self.get(caller, iot_hub_id)
        self._records.update("iotHubs", "iotHubId", iot_hub_id, name=name, description=description)
        return self.get(caller, iot_hub_id)

    def delete(self, caller: Caller, iot_hub_id: str) -> Row:
        """Delete the caller's own IotHub, which must be empty."""
        hub = self.get(caller, iot_hub_id)
        users = self._records.fetch_all(
            """SELECT iotEndpointId AS id FROM iotEndpoints WHERE iotHubId = ?
            UNION ALL SELECT iotGroupId FROM iotGroups WHERE iotHubId = ? LIMIT 10""",
            iot_hub_id,
            iot_hub_id,
        )
        if users:
            ids = ", ".join(row["id"] for row in users)
            raise bad_request(f"{iot_hub_id} is still used by {ids}. Delete these first.")
        self._records.execute("DELETE FROM iotHubs WHERE iotHubId = ?", iot_hub_id)
        return hub
