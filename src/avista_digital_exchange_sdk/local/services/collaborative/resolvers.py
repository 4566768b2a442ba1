"""The collaborative operations of the schema."""

from __future__ import annotations

from ...database import Row
from ...state import Context, Resolver


async def list_collaboratives(context: Context) -> list[Row]:
    """Return the collaboratives the caller is in."""
    return context.exchange.collaboratives.list_collaboratives(context.caller)


async def get_collaborative(context: Context, collaborativeId: str) -> Row:
    """Return a collaborative."""
    return context.exchange.collaboratives.get(context.caller, collaborativeId)


async def list_services(context: Context, collaborativeId: str) -> list[Row]:
    """Return the services shared with a collaborative."""
    return context.exchange.collaboratives.list_services(context.caller, collaborativeId)


async def list_shared_with(context: Context, serviceId: str, serviceType: str) -> list[Row]:
    """Return the collaboratives a service is shared with."""
    return context.exchange.collaboratives.list_shared_with(context.caller, serviceType, serviceId)


async def add_service(
    context: Context, collaborativeId: str, serviceId: str, serviceType: str
) -> Row:
    """Share a service."""
    return context.exchange.collaboratives.add_service(
        context.caller, collaborativeId, serviceType, serviceId
    )


async def remove_service(
    context: Context, collaborativeId: str, serviceId: str, serviceType: str
) -> Row:
    """Stop sharing a service."""
    return context.exchange.collaboratives.remove_service(
        context.caller, collaborativeId, serviceType, serviceId
    )


async def list_requests(
    context: Context,
    collaborativeId: str | None = None,
    includeApprovedRequests: bool | None = None,
    includeDeniedRequests: bool | None = None,
) -> list[Row]:
    """Return the requests of organizations to join that the caller decides about."""
    return context.exchange.memberships.list_requests(
        context.caller,
        collaborativeId,
        approved=bool(includeApprovedRequests),
        denied=bool(includeDeniedRequests),
    )


async def update_member_organization(
    context: Context, collaborativeId: str, organizationId: str, memberState: str
) -> Row:
    """Approve or deny an organization."""
    return context.exchange.memberships.decide(
        context.caller, collaborativeId, organizationId, memberState
    )


QUERIES: dict[str, Resolver] = {
    "collaborative_listCollaboratives": list_collaboratives,
    "collaborative_getCollaborative": get_collaborative,
    "collaborative_listCollaborativeServices": list_services,
    "collaborative_listCollaborativesServiceSharedWith": list_shared_with,
    "collaborative_listCollaborativeMemberOrganizationRequests": list_requests,
}
MUTATIONS: dict[str, Resolver] = {
    "collaborative_addServiceToCollaborative": add_service,
    "collaborative_removeServiceFromCollaborative": remove_service,
    "collaborative_updateCollaborativeMemberOrganization": update_member_organization,
}
