"""Who may do what with a service: its owner everything, members of collaboratives what they may."""

from __future__ import annotations

from enum import IntEnum

from .caller import Caller
from .database import Database
from .errors import unauthorized


class Access(IntEnum):
    """What a user may do with a service; each step includes those before it."""

    NONE = 0
    READ = 1
    WRITE = 2
    OWN = 3


# Only organizations that have been let in give their users access.
MEMBERSHIPS = """
    SELECT collaborativeId, userId, permission
    FROM members JOIN users USING (userId) JOIN memberOrganizations USING (collaborativeId)
    WHERE memberOrganizations.organizationId = users.organizationId
      AND memberState IN ('HOST_ORGANIZATION', 'APPROVED')
"""


def access_to_service(
    records: Database, caller: Caller, service_id: str, owner_user_id: str
) -> Access:
    """Say what the caller may do with a service."""
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
    """Refuse the call unless the caller has the access it needs to a service, or an item of it."""
    if access_to_service(records, caller, service_id, owner_user_id) < needed:
        raise unauthorized(item_id or service_id)
