"""Organizations, users, and the time series databases that users own."""

from __future__ import annotations

import secrets

from ...authorization import Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import not_found
from ...serializers import serialize_user

TIME_SERIES_DATABASE_NAME = "LocalExchange"


class Accounts:
    """The accounts of one exchange."""

    def __init__(self, records: Database) -> None:
        self._records = records

    # Organizations and users

    def create_organization(self, name: str, *, host: bool = False) -> str:
        """Add an organization and return its id."""
        organization_id = new_id("organizationId")
        self._records.insert(
            "organizations", organizationId=organization_id, name=name, hostOrganization=host
        )
        return organization_id

    def organization(self, organization_id: str) -> Row:
        """Return an Organization."""
        row = self._records.fetch_one(
            "SELECT * FROM organizations WHERE organizationId = ?", organization_id
        )
        if row is None:
            raise not_found(organization_id)
        return row

    def create_user(self, first_name: str, last_name: str, email: str, organization_id: str) -> str:
        """Add a user and return its id."""
        user_id = new_id("userId")
        self._records.insert(
            "users",
            userId=user_id,
            firstName=first_name,
            lastName=last_name,
            email=email,
            organizationId=organization_id,
        )
        return user_id

    def user(self, user_id: str) -> Row:
        """Return a User with its Organization."""
        row = self._records.fetch_one(
            """SELECT users.*, hostOrganization, organizations.name AS organizationName, (
                SELECT max(lastActive) FROM tokens
                WHERE tokens.userId = users.userId AND tokenType = 'USER_FULL_ACCESS'
            ) AS lastActive
            FROM users JOIN organizations USING (organizationId) WHERE userId = ?""",
            user_id,
        )
        if row is None:
            raise not_found(user_id)
        return serialize_user(row)

    # Time series databases

    def create_database(self, caller: Caller, name: str, description: str | None) -> Row:
        """Add a TimeSeriesDb that the caller owns."""
        check_name(name)
        database = {
            "timeSeriesDbId": new_id("timeSeriesDbId"),
            "name": name,
            "description": description,
            "ownerUserId": caller.user_id,
            "databaseName": TIME_SERIES_DATABASE_NAME,
            "tableName": f"TimeSeries_{secrets.token_hex(8)}",
        }
        self._records.insert("timeSeriesDatabases", **database)
        return database

    def list_databases(self, caller: Caller) -> list[Row]:
        """Return the TimeSeriesDbs the caller owns."""
        return self._records.fetch_all(
            "SELECT * FROM timeSeriesDatabases WHERE ownerUserId = ? ORDER BY rowid",
            caller.user_id,
        )

    def read_database(self, caller: Caller, time_series_db_id: str) -> Row:
        """Return a TimeSeriesDb the caller may read."""
        return self.database(caller, time_series_db_id, Access.READ)

    def write_database(self, caller: Caller, time_series_db_id: str) -> Row:
        """Return a TimeSeriesDb the caller may publish to."""
        return self.database(caller, time_series_db_id, Access.WRITE)

    def own_database(self, caller: Caller, time_series_db_id: str) -> Row:
        """Return a TimeSeriesDb that the caller owns."""
        return self.database(caller, time_series_db_id, Access.OWN)

    def update_database(
        self, caller: Caller, time_series_db_id: str, name: str | None, description: str | None
    ) -> Row:
        """Update the specified fields of the caller's own TimeSeriesDb."""
        check_name(name)
        self.own_database(caller, time_series_db_id)
        self._records.update(
            "timeSeriesDatabases",
            "timeSeriesDbId",
            time_series_db_id,
            name=name,
            description=description,
        )
        return self.own_database(caller, time_series_db_id)

    def delete_database(self, caller: Caller, time_series_db_id: str) -> Row:
        """Delete the caller's own TimeSeriesDb, and remove it from all collaboratives."""
        database = self.own_database(caller, time_series_db_id)
        with self._records.transaction():
            self._records.execute(
                "DELETE FROM sharedServices WHERE serviceId = ?", time_series_db_id
            )
            self._records.execute(
                "DELETE FROM timeSeriesDatabases WHERE timeSeriesDbId = ?", time_series_db_id
            )
        return database

    def database(self, caller: Caller, time_series_db_id: str, needed: Access) -> Row:
        """Return a TimeSeriesDb after checking the access of the caller."""
        database = self._records.fetch_one(
            "SELECT * FROM timeSeriesDatabases WHERE timeSeriesDbId = ?", time_series_db_id
        )
        if database is None:
            raise not_found(time_series_db_id)
        require_access(self._records, caller, time_series_db_id, database["ownerUserId"], needed)
        return database
