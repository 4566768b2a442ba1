"""Access to services: full for the owner, by permission for members of collaboratives."""

from __future__ import annotations

from enum import IntEnum

from .caller import Caller
from .database import Database
from .errors import unauthorized


class Access(IntEnum):
    """Access levels of a user to a service; each includes the lower ones."""

    NONE = 0
    READ = 1
    WRITE = 2
    OWN = 3


# Only approved organizations give their users access.
MEMBERSHIPS = """
    SELECT collaborativeId, userId, permission
    FROM members JOIN users USING (userId) JOIN memberOrganizations USING (collaborativeId)
    WHERE memberOrganizations.organizationId = users.organizationId
      AND memberState IN ('HOST_ORGANIZATION', 'APPROVED')
"""


def access_to_service(
    records: Database, caller: Caller, service_id: str, owner_user_id: str
) -> Access:
    """Return the caller's access to a service."""
    if caller.user_id == owner_user_id:
        return Access.OWN
    permissions = {
        row["permission"]
        for row in records.fetch_all(
            f"""SELECT permission FROM ({MEMBERSHIPS}) JOIN sharedServices USING (collaborativeId)
            WHERE userId = ? AND serviceId = ?""",
            caller.user_id,
            service_id,
        )
    }
    if "READ_WRITE" in permissions:
        return Access.WRITE
    return Access.READ if permissions else Access.NONE


def require_access(
    records: Database,
    caller: Caller,
    service_id: str,
    owner_user_id: str,
    needed: Access,
    *,
    item_id: str | None = None,
) -> None:
    """Reject the call unless the caller has the required access to a service or its item."""
    if access_to_service(records, caller, service_id, owner_user_id) < needed:
        raise unauthorized(item_id or service_id)
