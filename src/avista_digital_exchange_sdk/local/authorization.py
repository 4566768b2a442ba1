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


# The collaboratives with which a service is shared, and an endpoint through its groups.
_SHARES_OF_SERVICE = "SELECT collaborativeId FROM sharedServices WHERE serviceId = ?"
_SHARES_OF_ENDPOINT = """
    SELECT collaborativeId FROM sharedServices JOIN iotGroupEndpoints ON iotGroupId = serviceId
    WHERE iotEndpointId = ?
"""


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
    access = _find_access(records, caller, owner_user_id, _SHARES_OF_SERVICE, service_id)
    if access < needed:
        raise unauthorized(item_id or service_id)


def require_access_to_endpoint(
    records: Database, caller: Caller, iot_endpoint_id: str, owner_user_id: str, needed: Access
) -> None:
    """Reject the call unless the caller has the required access to an endpoint."""
    access = _find_access(records, caller, owner_user_id, _SHARES_OF_ENDPOINT, iot_endpoint_id)
    if access < needed:
        raise unauthorized(iot_endpoint_id)


def _find_access(
    records: Database, caller: Caller, owner_user_id: str, shares: str, shared_id: str
) -> Access:
    """Return the caller's access as the owner or as a member of collaboratives."""
    if caller.user_id == owner_user_id:
        return Access.OWN
    rows = records.fetch_all(
        f"""SELECT permission FROM ({MEMBERSHIPS})
        WHERE userId = ? AND collaborativeId IN ({shares})""",
        caller.user_id,
        shared_id,
    )
    permissions = {row["permission"] for row in rows}
    if "READ_WRITE" in permissions:
        return Access.WRITE
    return Access.READ if permissions else Access.NONE
