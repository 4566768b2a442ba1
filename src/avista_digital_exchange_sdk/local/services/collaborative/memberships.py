"""Administration of collaboratives, and requests of organizations to join."""

from __future__ import annotations

from ...caller import Caller
from ...database import Database, Row, check_name
from ...errors import bad_request, not_found, unauthorized
from ..user.accounts import Accounts
from .collaboratives import HOST_ORGANIZATION, PENDING_APPROVAL, Collaboratives

# Members of the host organization with these permissions decide about requests to join.
DECIDING_ROLES = {"DATA_COMPLIANCE", "PLATFORM_ADMIN"}


class Memberships:
    """The members of the collaboratives of one exchange."""

    def __init__(
        self, records: Database, accounts: Accounts, collaboratives: Collaboratives
    ) -> None:
        self._records = records
        self._accounts = accounts
        self._collaboratives = collaboratives

    # Collaboratives

    def list_all(self, *, with_members: bool) -> list[Row]:
        """Return all Collaboratives."""
        rows = self._records.fetch_all("SELECT * FROM collaboratives ORDER BY rowid")
        return [self._collaboratives.serialize(row, with_members=with_members) for row in rows]

    def get(self, collaborative_id: str, *, with_members: bool = True) -> Row:
        """Return a Collaborative."""
        row = self._collaboratives.find(collaborative_id)
        return self._collaboratives.serialize(row, with_members=with_members)

    def create(self, caller: Caller, name: str, description: str | None) -> Row:
        """Add a Collaborative that the caller owns and the caller's organization hosts."""
        check_name(name)
        host = self._accounts.user(caller.user_id)["organization"]["organizationId"]
        return self.get(self._collaboratives.create(name, description, host, caller.user_id))

    def update(self, collaborative_id: str, name: str | None, description: str | None) -> Row:
        """Update the specified fields of a Collaborative."""
        check_name(name)
        self._collaboratives.find(collaborative_id)
        self._records.update(
            "collaboratives",
            "collaborativeId",
            collaborative_id,
            name=name,
            description=description,
        )
        return self.get(collaborative_id)

    def delete(self, collaborative_id: str) -> Row:
        """Delete a Collaborative. Services shared with it are kept."""
        collaborative = self.get(collaborative_id)
        with self._records.transaction():
            for table in ("sharedServices", "members", "memberOrganizations", "collaboratives"):
                self._records.execute(
                    f"DELETE FROM {table} WHERE collaborativeId = ?", collaborative_id
                )
        return collaborative

    def delete_for_user(self, user_id: str) -> list[Row]:
        """Delete the Collaboratives that a user owns."""
        return [self.delete(collaborative_id) for collaborative_id in self._list_owned(user_id)]

    def migrate(self, user_id: str, new_user_id: str) -> list[Row]:
        """Transfer the Collaboratives that a user owns."""
        self._accounts.user(new_user_id)
        if user_id == new_user_id:
            raise bad_request("transferToUserId must be another user.")
        owned = self._list_owned(user_id)
        self._records.execute(
            "UPDATE collaboratives SET ownerUserId = ? WHERE ownerUserId = ?", new_user_id, user_id
        )
        return [self.get(collaborative_id) for collaborative_id in owned]

    # Members

    def add_member(
        self, caller: Caller, collaborative_id: str, user_id: str, permission: str | None
    ) -> Row:
        """Add a user. An organization that is new to the collaborative must still be approved."""
        self._collaboratives.find(collaborative_id)
        if self._has_member(collaborative_id, user_id):
            raise bad_request(f"{user_id} is in {collaborative_id} already.")
        self._collaboratives.add_member(
            collaborative_id,
            user_id,
            permission or "READ_ONLY",
            submitted_by_user_id=caller.user_id,
        )
        return self.get(collaborative_id)

    def update_member(self, collaborative_id: str, user_id: str, permission: str) -> Row:
        """Change the permissions of a user in a collaborative."""
        self._require_member(collaborative_id, user_id)
        self._records.execute(
            "UPDATE members SET permission = ? WHERE collaborativeId = ? AND userId = ?",
            permission,
            collaborative_id,
            user_id,
        )
        return self.get(collaborative_id)

    def remove_member(self, collaborative_id: str, user_id: str) -> Row:
        """Remove a user from a collaborative."""
        self._require_member(collaborative_id, user_id)
        self._records.execute(
            "DELETE FROM members WHERE collaborativeId = ? AND userId = ?",
            collaborative_id,
            user_id,
        )
        return self.get(collaborative_id)

    # Organizations

    def list_requests(
        self, caller: Caller, collaborative_id: str | None, *, approved: bool, denied: bool
    ) -> list[Row]:
        """Return Collaboratives with the requests to join that the caller decides about."""
        states = {PENDING_APPROVAL}
        states |= {"APPROVED"} if approved else set()
        states |= {"DENIED_ACCESS"} if denied else set()
        if collaborative_id is None:
            rows = self._records.fetch_all("SELECT * FROM collaboratives ORDER BY rowid")
            rows = [row for row in rows if self._decides(caller, row)]
        else:
            rows = [self._require_decision(caller, collaborative_id)]
        shown = [self._collaboratives.serialize(row) for row in rows]
        for collaborative in shown:
            collaborative["memberOrganizations"] = [
                organization
                for organization in collaborative["memberOrganizations"]
                if organization["memberState"] in states
            ]
        return [one for one in shown if one["memberOrganizations"]]

    def decide(
        self, caller: Caller, collaborative_id: str, organization_id: str, state: str
    ) -> Row:
        """Approve or deny an organization; return the CollaborativeMemberOrganization."""
        self._require_decision(caller, collaborative_id)
        for organization in self.get(collaborative_id)["memberOrganizations"]:
            if organization["organization"]["organizationId"] == organization_id:
                break
        else:
            raise not_found(f"{organization_id} in {collaborative_id}")
        if HOST_ORGANIZATION in (state, organization["memberState"]):
            raise bad_request("The host organization is neither changed nor chosen.")
        self._records.execute(
            """UPDATE memberOrganizations SET memberState = ?, accessApprovedByUserId = ?
            WHERE collaborativeId = ? AND organizationId = ?""",
            state,
            caller.user_id if state == "APPROVED" else None,
            collaborative_id,
            organization_id,
        )
        return next(
            one
            for one in self.get(collaborative_id)["memberOrganizations"]
            if one["organization"]["organizationId"] == organization_id
        )

    def _list_owned(self, user_id: str) -> list[str]:
        """List the collaboratives that a user owns."""
        self._accounts.user(user_id)
        rows = self._records.fetch_all(
            "SELECT collaborativeId FROM collaboratives WHERE ownerUserId = ? ORDER BY rowid",
            user_id,
        )
        return [row["collaborativeId"] for row in rows]

    def _has_member(self, collaborative_id: str, user_id: str) -> bool:
        """Return whether a user is in a collaborative."""
        row = self._records.fetch_one(
            "SELECT 1 FROM members WHERE collaborativeId = ? AND userId = ?",
            collaborative_id,
            user_id,
        )
        return row is not None

    def _require_member(self, collaborative_id: str, user_id: str) -> None:
        """Raise unless a user is in a collaborative."""
        self._collaboratives.find(collaborative_id)
        if not self._has_member(collaborative_id, user_id):
            raise not_found(f"{user_id} in {collaborative_id}")

    def _decides(self, caller: Caller, collaborative: Row) -> bool:
        """Return whether the caller decides about requests to join a collaborative."""
        user = self._accounts.user(caller.user_id)
        of_host = user["organization"]["organizationId"] == collaborative["hostOrganizationId"]
        return of_host and bool(DECIDING_ROLES & set(user["userRoles"]))

    def _require_decision(self, caller: Caller, collaborative_id: str) -> Row:
        """Return a collaborative. Raise unless the caller decides about requests to join it."""
        collaborative = self._collaboratives.find(collaborative_id)
        if not self._decides(caller, collaborative):
            raise unauthorized(collaborative_id)
        return collaborative
