"""Collaboratives: their members, and the services shared with them."""

from __future__ import annotations

from ...authorization import MEMBERSHIPS, Access
from ...caller import Caller
from ...database import Database, Row, new_id, timestamp
from ...errors import PlatformError, bad_request, not_found, unauthorized
from ...serializers import serialize_user
from ..data_capture.captures import Captures
from ..iot.groups import Groups
from ..storage.data_stores import DataStores
from ..user.accounts import Accounts

HOST_ORGANIZATION = "HOST_ORGANIZATION"
PENDING_APPROVAL = "PENDING_APPROVAL"
ID_PREFIXES = {
    "DATA_STORE": "dataStoreId.",
    "TIME_SERIES_DB": "timeSeriesDbId.",
    "IOT_GROUP": "iotGroupId.",
    "DATA_CAPTURE": "dataCapture.",
}


class Collaboratives:
    """The collaboratives of one exchange."""

    def __init__(
        self,
        records: Database,
        accounts: Accounts,
        data_stores: DataStores,
        groups: Groups,
        captures: Captures,
    ) -> None:
        self._records = records
        self._accounts = accounts
        self._data_stores = data_stores
        self._groups = groups
        self._captures = captures

    # Collaboratives and their members

    def create(
        self,
        name: str,
        description: str | None,
        host_organization_id: str,
        owner_user_id: str,
    ) -> str:
        """Add a collaborative of the host organization and return its id."""
        collaborative_id = new_id("collaborativeId")
        self._records.insert(
            "collaboratives",
            collaborativeId=collaborative_id,
            name=name,
            description=description,
            hostOrganizationId=host_organization_id,
            ownerUserId=owner_user_id,
        )
        self._add_organization(collaborative_id, host_organization_id, HOST_ORGANIZATION)
        return collaborative_id

    def add_member(
        self,
        collaborative_id: str,
        user_id: str,
        permission: str,
        *,
        submitted_by_user_id: str | None = None,
    ) -> None:
        """Add a user, and the user's organization unless it is already there.

        A new organization is approved, or must be approved if a user submits it.
        """
        organization_id = self._accounts.user(user_id)["organization"]["organizationId"]
        state = "APPROVED" if submitted_by_user_id is None else PENDING_APPROVAL
        with self._records.transaction():
            self._add_organization(collaborative_id, organization_id, state, submitted_by_user_id)
            self._records.insert(
                "members", collaborativeId=collaborative_id, userId=user_id, permission=permission
            )

    def list_collaboratives(self, caller: Caller) -> list[Row]:
        """Return the Collaboratives the caller owns or is a member of."""
        rows = self._records.fetch_all(
            f"""SELECT * FROM collaboratives WHERE ownerUserId = ? OR collaborativeId IN (
                SELECT collaborativeId FROM ({MEMBERSHIPS}) WHERE userId = ?
            ) ORDER BY rowid""",
            caller.user_id,
            caller.user_id,
        )
        return [self.serialize(row) for row in rows]

    def get(self, caller: Caller, collaborative_id: str) -> Row:
        """Return a Collaborative the caller owns or is a member of."""
        collaborative = self.find(collaborative_id)
        if collaborative["ownerUserId"] != caller.user_id:
            self._require_membership(caller, collaborative_id, Access.READ)
        return self.serialize(collaborative)

    # Services

    def list_services(self, caller: Caller, collaborative_id: str) -> list[Row]:
        """Return the Services shared with a collaborative the caller is a member of."""
        self._require_membership(caller, collaborative_id, Access.READ)
        rows = self._records.fetch_all(
            """SELECT serviceType, serviceId FROM sharedServices
            WHERE collaborativeId = ? ORDER BY rowid""",
            collaborative_id,
        )
        return [self.service(caller, row["serviceType"], row["serviceId"]) for row in rows]

    def list_shared_with(self, caller: Caller, service_type: str, service_id: str) -> list[Row]:
        """Return the Collaboratives the caller's own service is shared with."""
        self.service(caller, service_type, service_id, Access.OWN)
        rows = self._records.fetch_all(
            """SELECT collaboratives.* FROM collaboratives
            JOIN sharedServices USING (collaborativeId)
            WHERE serviceId = ? ORDER BY sharedServices.rowid""",
            service_id,
        )
        return [self.serialize(row) for row in rows]

    def add_service(
        self, caller: Caller, collaborative_id: str, service_type: str, service_id: str
    ) -> Row:
        """Share the caller's own service with a collaborative. Sharing it again changes nothing."""
        service = self.service(caller, service_type, service_id, Access.OWN)
        self._require_membership(caller, collaborative_id, Access.WRITE)
        self._records.execute(
            "INSERT OR IGNORE INTO sharedServices VALUES (?, ?, ?)",
            collaborative_id,
            service_id,
            service_type,
        )
        return service

    def remove_service(
        self, caller: Caller, collaborative_id: str, service_type: str, service_id: str
    ) -> Row:
        """Stop sharing the caller's own service. The owner need not be a member any more."""
        service = self.service(caller, service_type, service_id, Access.OWN)
        removed = self._records.execute(
            "DELETE FROM sharedServices WHERE collaborativeId = ? AND serviceId = ?",
            collaborative_id,
            service_id,
        )
        if not removed:
            raise not_found(f"{service_id} in {collaborative_id}")
        return service

    def _add_organization(
        self,
        collaborative_id: str,
        organization_id: str,
        state: str,
        submitted_by_user_id: str | None = None,
    ) -> None:
        """Add an organization unless it is already a member."""
        self._records.execute(
            """INSERT OR IGNORE INTO memberOrganizations (collaborativeId, organizationId,
            memberState, submittedByUserId, submittedTimestamp) VALUES (?, ?, ?, ?, ?)""",
            collaborative_id,
            organization_id,
            state,
            submitted_by_user_id,
            None if submitted_by_user_id is None else timestamp(),
        )

    def find(self, collaborative_id: str) -> Row:
        """Find a collaborative."""
        collaborative = self._records.fetch_one(
            "SELECT * FROM collaboratives WHERE collaborativeId = ?", collaborative_id
        )
        if collaborative is None:
            raise not_found(collaborative_id)
        return collaborative

    def _require_membership(self, caller: Caller, collaborative_id: str, needed: Access) -> None:
        """Raise unless the caller is a member of a collaborative with the required permission."""
        self.find(collaborative_id)
        member = self._records.fetch_one(
            f"SELECT permission FROM ({MEMBERSHIPS}) WHERE collaborativeId = ? AND userId = ?",
            collaborative_id,
            caller.user_id,
        )
        if member is None or (needed is Access.WRITE and member["permission"] == "READ_ONLY"):
            raise unauthorized(collaborative_id)

    def service(
        self, caller: Caller, service_type: str, service_id: str, needed: Access = Access.READ
    ) -> Row:
        """Return a Service after checking the access of the caller."""
        service = {"serviceType": service_type, "serviceId": service_id}
        if service_type not in ID_PREFIXES:
            raise PlatformError(
                "NotAvailable", f"{service_type} is not available in the Local Exchange."
            )
        if not service_id.startswith(ID_PREFIXES[service_type]):
            raise bad_request(f"{service_id} is not the id of a {service_type}.")
        if service_type == "DATA_STORE":
            return service | {"dataStore": self._data_stores.get(caller, service_id, needed)}
        if service_type == "IOT_GROUP":
            return service | {"iotEndpointGroup": self._groups.get(caller, service_id, needed)}
        if service_type == "DATA_CAPTURE":
            return service | {"dataCapture": self._captures.get(caller, service_id, needed)}
        return service | {"timeSeriesDb": self._accounts.database(caller, service_id, needed)}

    def serialize(self, row: Row, *, with_members: bool = True) -> Row:
        """Convert a row to a Collaborative, with its members grouped by organization."""
        collaborative_id = row["collaborativeId"]
        if not with_members:
            return row | {"memberOrganizations": []}
        organizations = self._records.fetch_all(
            """SELECT * FROM memberOrganizations JOIN organizations USING (organizationId)
            WHERE collaborativeId = ? ORDER BY memberOrganizations.rowid""",
            collaborative_id,
        )
        return row | {
            "memberOrganizations": [
                {
                    "collaborativeId": collaborative_id,
                    "memberState": organization["memberState"],
                    "submittedTimestamp": organization["submittedTimestamp"],
                    "submittedByUser": self._get_submitter(organization),
                    "accessApprovedByUserId": organization["accessApprovedByUserId"],
                    "organization": organization,
                    "usersInCollaborative": self._list_members(
                        collaborative_id, organization["organizationId"]
                    ),
                }
                for organization in organizations
            ]
        }

    def _get_submitter(self, organization: Row) -> Row | None:
        """Return the User who submitted an organization's request to join."""
        user_id = organization["submittedByUserId"]
        return None if user_id is None else _hide_private_fields(self._accounts.user(user_id))

    def _list_members(self, collaborative_id: str, organization_id: str) -> list[Row]:
        """Return an organization's CollaborativeMemberUsers."""
        rows = self._records.fetch_all(
            """SELECT permission, users.*, hostOrganization,
                      organizations.name AS organizationName
            FROM members JOIN users USING (userId) JOIN organizations USING (organizationId)
            WHERE collaborativeId = ? AND organizationId = ? ORDER BY members.rowid""",
            collaborative_id,
            organization_id,
        )
        return [
            {"permission": row["permission"], "user": _hide_private_fields(serialize_user(row))}
            for row in rows
        ]


def _hide_private_fields(user: Row) -> Row:
    """Remove the fields of a User that only the user and administrators may see."""
    return user | {"mobile": None, "lastActive": None}
