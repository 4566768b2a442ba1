"""Administration of organizations and users."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ...caller import Caller
from ...database import Database, Row, check_name
from ...errors import bad_request, shorten, unauthorized
from ..user.accounts import Accounts

PLATFORM_ADMIN = "PLATFORM_ADMIN"
# Tables that reference users, with the names of their rows in messages.
OWNED = {
    "dataStores": "data stores",
    "timeSeriesDatabases": "time series databases",
    "collaboratives": "collaboratives",
    "iotHubs": "IoT hubs",
    "models": "models",
    "iotEndpoints": "IoT endpoints",
    "iotGroups": "IoT groups",
    "captures": "data captures",
}
# What a user created in services of others is transferred to their owners.
CONTRIBUTED = {
    "directories": ("dataStores", "dataStoreId"),
    "files": ("dataStores", "dataStoreId"),
    "attachments": ("captures", "captureId"),
}


class People:
    """The organizations and users of one exchange."""

    def __init__(self, records: Database, accounts: Accounts) -> None:
        self._records = records
        self._accounts = accounts

    def require_administrator(self, caller: Caller) -> None:
        """Raise unless the caller is an administrator."""
        if PLATFORM_ADMIN not in self._accounts.user(caller.user_id)["userRoles"]:
            raise unauthorized("platform administration")

    # Organizations

    def list_organizations(self) -> list[Row]:
        """Return all Organizations."""
        return self._records.fetch_all("SELECT * FROM organizations ORDER BY rowid")

    def create_organization(self, name: str, *, host: bool) -> Row:
        """Add an Organization."""
        check_name(name)
        return self._accounts.organization(self._accounts.create_organization(name, host=host))

    def update_organization(self, organization_id: str, name: str | None) -> Row:
        """Rename an Organization."""
        check_name(name)
        self._accounts.organization(organization_id)
        self._records.update("organizations", "organizationId", organization_id, name=name)
        return self._accounts.organization(organization_id)

    def delete_organization(self, organization_id: str) -> Row:
        """Delete an Organization that has no users and hosts no collaborative."""
        organization = self._accounts.organization(organization_id)
        for table, column, what in (
            ("users", "organizationId", "users"),
            ("collaboratives", "hostOrganizationId", "collaboratives"),
        ):
            sql = f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1"
            if self._records.fetch_one(sql, organization_id) is not None:
                raise bad_request(f"{organization_id} still has {what}. Delete these first.")
        with self._records.transaction():
            for table in ("memberOrganizations", "organizations"):
                self._records.execute(
                    f"DELETE FROM {table} WHERE organizationId = ?", organization_id
                )
        return organization

    # Users

    def list_users(self, organization_id: str | None) -> list[Row]:
        """Return all Users, or those of an organization."""
        if organization_id is not None:
            self._accounts.organization(organization_id)
        rows = self._records.fetch_all(
            """SELECT userId FROM users WHERE organizationId = coalesce(?, organizationId)
            ORDER BY rowid""",
            organization_id,
        )
        return [self._accounts.user(row["userId"]) for row in rows]

    def create_user(
        self,
        *,
        first_name: str,
        last_name: str,
        email: str,
        organization_id: str,
        mobile: str | None,
        roles: Sequence[str],
    ) -> Row:
        """Add a User in state PENDING."""
        for name in (first_name, last_name):
            check_name(name)
        self._accounts.organization(organization_id)
        if "@" not in email.strip("@"):
            raise bad_request(f"email must be an e-mail address, got {shorten(email)}.")
        if self._records.fetch_one("SELECT 1 FROM users WHERE email = ?", email) is not None:
            raise bad_request("Another user has this email.")
        with self._records.transaction():
            user_id = self._accounts.create_user(first_name, last_name, email, organization_id)
            self._records.update(
                "users",
                "userId",
                user_id,
                mobile=mobile,
                userAccountState="PENDING",
                userRoles=_dump(roles),
            )
        return self._accounts.user(user_id)

    def update_user(
        self,
        user_id: str,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        state: str | None = None,
        roles: Sequence[str | None] | None = None,
    ) -> Row:
        """Update the specified fields of a User. Tokens of a DISABLED user are invalid."""
        for name in (first_name, last_name):
            check_name(name)
        self._accounts.user(user_id)
        self._records.update(
            "users",
            "userId",
            user_id,
            firstName=first_name,
            lastName=last_name,
            userAccountState=state,
            userRoles=None if roles is None else _dump(roles),
        )
        return self._accounts.user(user_id)

    def invite_again(self, user_id: str) -> Row:
        """Resend the invitation of a PENDING User."""
        user = self._accounts.user(user_id)
        if user["userAccountState"] != "PENDING":
            state = user["userAccountState"]
            raise bad_request(f"{user_id} is {state}; only a PENDING user is invited.")
        return user

    def delete_user(self, caller: Caller, user_id: str) -> Row:
        """Delete a User who does not own anything."""
        user = self._accounts.user(user_id)
        if user_id == caller.user_id:
            raise bad_request("Administrators can't delete themselves.")
        for table, what in OWNED.items():
            sql = f"SELECT 1 FROM {table} WHERE ownerUserId = ? LIMIT 1"
            if self._records.fetch_one(sql, user_id) is not None:
                raise bad_request(
                    f"{user_id} still owns {what}. Delete these first, or migrate their ownership."
                )
        with self._records.transaction():
            for table, (services, key) in CONTRIBUTED.items():
                self._records.execute(
                    f"""UPDATE {table} SET ownerUserId = (
                        SELECT ownerUserId FROM {services} WHERE {services}.{key} = {table}.{key}
                    ) WHERE ownerUserId = ?""",
                    user_id,
                )
            for table in ("tokens", "members", "users"):
                self._records.execute(f"DELETE FROM {table} WHERE userId = ?", user_id)
        return user

    # What users own

    def list_owned(self, user_id: str, table: str, key: str) -> list[str]:
        """List the IDs of the rows of a user in a table."""
        rows = self._records.fetch_all(
            f"SELECT {key} AS id FROM {table} WHERE ownerUserId = ? ORDER BY rowid", user_id
        )
        return [row["id"] for row in rows]

    def migrate(self, user_id: str, new_user_id: str, keys: Mapping[str, str]) -> None:
        """Transfer the rows of a user in tables, each with its key column, to another user."""
        with self._records.transaction():
            for table, key in keys.items():
                # Tokens of endpoints and captures belong to their owner.
                self._records.execute(
                    f"""UPDATE tokens SET userId = ?
                    WHERE scope IN (SELECT {key} FROM {table} WHERE ownerUserId = ?)""",
                    new_user_id,
                    user_id,
                )
                self._records.execute(
                    f"UPDATE {table} SET ownerUserId = ? WHERE ownerUserId = ?",
                    new_user_id,
                    user_id,
                )


def _dump(roles: Sequence[str | None]) -> str:
    """Serialize roles without duplicates."""
    if None in roles:
        raise bad_request("userRoles must not contain null.")
    return json.dumps(list(dict.fromkeys(roles)))
