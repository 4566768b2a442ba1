"""Authentication tokens of users, endpoints and captures."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from ...caller import USER_FULL_ACCESS, Caller
from ...database import Database, Row, check_name, new_id, timestamp
from ...errors import PlatformError, bad_request, not_found

MAX_TOKEN_LIFE_DAYS = 3650
# Precision of `lastActive`, so that few requests have to write.
ACTIVITY_SECONDS = 60

COLUMNS = "tokenId, name, userId, dateCreated, dateExpires, tokenType, scope, lastActive"


class Tokens:
    """The tokens of one exchange."""

    def __init__(self, records: Database) -> None:
        self._records = records

    def authenticate(self, token_value: str) -> Caller | None:
        """Return the caller of a token, or None if it is unknown or expired."""
        now = datetime.now(UTC)
        row = self._records.fetch_one(
            """SELECT tokenId, userId, tokenType, scope, lastActive
            FROM tokens JOIN users USING (userId)
            WHERE tokenValue = ? AND dateExpires > ? AND userAccountState != 'DISABLED'""",
            token_value,
            timestamp(now),
        )
        if row is None:
            return None
        if (row["lastActive"] or "") < timestamp(now - timedelta(seconds=ACTIVITY_SECONDS)):
            self._records.execute(
                "UPDATE tokens SET lastActive = ? WHERE tokenId = ?", timestamp(now), row["tokenId"]
            )
        return Caller(row["userId"], row["tokenId"], row["tokenType"], row["scope"])

    def check(self, caller: Caller) -> None:
        """Raise if the token of the caller was deleted or has expired since the call started."""
        row = self._records.fetch_one(
            """SELECT 1 FROM tokens JOIN users USING (userId)
            WHERE tokenId = ? AND dateExpires > ? AND userAccountState != 'DISABLED'""",
            caller.token_id,
            timestamp(),
        )
        if row is None:
            raise PlatformError(
                "UnauthorizedException", "You are not authorized to make this call."
            )

    # Of users

    def create(self, user_id: str, name: str, days_before_expiration: int) -> Row:
        """Add an AuthenticationToken of a user. Only this result has its value."""
        check_name(name)
        if not 1 <= days_before_expiration <= MAX_TOKEN_LIFE_DAYS:
            raise bad_request(f"daysBeforeExpiration must be 1 to {MAX_TOKEN_LIFE_DAYS}.")
        return self._add(user_id, name, days_before_expiration, USER_FULL_ACCESS, None)

    def list_tokens(self, caller: Caller) -> list[Row]:
        """Return the caller's AuthenticationTokens, without their values."""
        rows = self._records.fetch_all(
            f"""SELECT {COLUMNS} FROM tokens WHERE userId = ? AND tokenType = ?
            ORDER BY dateCreated, tokenId""",
            caller.user_id,
            USER_FULL_ACCESS,
        )
        return [_serialize(row) for row in rows]

    def delete(self, caller: Caller, token_id: str) -> Row:
        """Delete one of the caller's own tokens."""
        for token in self.list_tokens(caller):
            if token["tokenId"] == token_id:
                self._records.execute("DELETE FROM tokens WHERE tokenId = ?", token_id)
                return token
        # Do not reveal tokens of other users.
        raise not_found(token_id)

    # Of endpoints and captures

    def get_for_resource(self, resource_id: str) -> Row:
        """Return the AuthenticationToken of an endpoint or a capture, with its value."""
        row = self._records.fetch_one(
            f"SELECT {COLUMNS}, tokenValue FROM tokens WHERE scope = ?", resource_id
        )
        if row is None:
            raise not_found(f"The token of {resource_id}")
        return _serialize(row)

    def replace(self, user_id: str, token_type: str, resource_id: str, name: str) -> Row:
        """Add the AuthenticationToken of an endpoint or a capture. It replaces any existing one."""
        with self._records.transaction():
            self.delete_for_resource(resource_id)
            return self._add(user_id, name, MAX_TOKEN_LIFE_DAYS, token_type, resource_id)

    def delete_for_resource(self, resource_id: str) -> None:
        """Delete the token of an endpoint or a capture."""
        self._records.execute("DELETE FROM tokens WHERE scope = ?", resource_id)

    def _add(self, user_id: str, name: str, days: int, token_type: str, scope: str | None) -> Row:
        now = datetime.now(UTC)
        token: Row = {
            "tokenId": new_id("tokenId"),
            "tokenValue": secrets.token_urlsafe(32),
            "name": name,
            "userId": user_id,
            "dateCreated": timestamp(now),
            "dateExpires": timestamp(now + timedelta(days=days)),
            "tokenType": token_type,
            "scope": scope,
        }
        self._records.insert("tokens", **token)
        return _serialize(token)


def _serialize(row: Row) -> Row:
    """Convert a row to an AuthenticationToken."""
    return row | {"scope": [] if row["scope"] is None else [row["scope"]]}
