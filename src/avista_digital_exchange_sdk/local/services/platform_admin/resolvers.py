"""The platform administration operations of the schema."""

from __future__ import annotations

from collections.abc import Sequence

from ...database import Row
from ...state import Context, Resolver
from .ownership import delete_services, migrate_services

# Collaboratives


async def list_collaboratives(
    context: Context, includeMemberOrganizations: bool | None = None
) -> list[Row]:
    """Return all collaboratives."""
    return context.exchange.memberships.list_all(with_members=bool(includeMemberOrganizations))


async def get_collaborative(
    context: Context, collaborativeId: str, includeMemberOrganizations: bool | None = None
) -> Row:
    """Return a collaborative."""
    return context.exchange.memberships.get(
        collaborativeId, with_members=bool(includeMemberOrganizations)
    )


async def create_collaborative(context: Context, name: str, description: str | None = None) -> Row:
    """Add a collaborative."""
    return context.exchange.memberships.create(context.caller, name, description)


async def update_collaborative(
    context: Context, collaborativeId: str, name: str | None = None, description: str | None = None
) -> Row:
    """Rename or describe a collaborative."""
    return context.exchange.memberships.update(collaborativeId, name, description)


async def delete_collaborative(
    context: Context, collaborativeId: str, comment: str | None = None
) -> Row:
    """Delete a collaborative. The comment is ignored."""
    return context.exchange.memberships.delete(collaborativeId)


async def add_collaborative_member(
    context: Context, collaborativeId: str, userId: str, permission: str | None = None
) -> Row:
    """Add a user to a collaborative."""
    return context.exchange.memberships.add_member(
        context.caller, collaborativeId, userId, permission
    )


async def update_collaborative_member(
    context: Context, collaborativeId: str, userId: str, permission: str
) -> Row:
    """Change the permissions of a user in a collaborative."""
    return context.exchange.memberships.update_member(collaborativeId, userId, permission)


async def remove_collaborative_member(context: Context, collaborativeId: str, userId: str) -> Row:
    """Remove a user from a collaborative."""
    return context.exchange.memberships.remove_member(collaborativeId, userId)


# Organizations


async def list_organizations(context: Context) -> list[Row]:
    """Return all organizations."""
    return context.exchange.people.list_organizations()


async def get_organization(context: Context, organizationId: str) -> Row:
    """Return an organization."""
    return context.exchange.accounts.organization(organizationId)


async def create_organization(
    context: Context, name: str, hostOrganization: bool | None = None
) -> Row:
    """Add an organization."""
    return context.exchange.people.create_organization(name, host=bool(hostOrganization))


async def update_organization(
    context: Context, organizationId: str, name: str | None = None
) -> Row:
    """Rename an organization."""
    return context.exchange.people.update_organization(organizationId, name)


async def delete_organization(
    context: Context, organizationId: str, comment: str | None = None
) -> Row:
    """Delete an organization. The comment is ignored."""
    return context.exchange.people.delete_organization(organizationId)


# Users


async def list_users(context: Context, organizationId: str | None = None) -> list[Row]:
    """Return users."""
    return context.exchange.people.list_users(organizationId)


async def get_user(context: Context, userId: str) -> Row:
    """Return a user."""
    return context.exchange.accounts.user(userId)


async def create_user(
    context: Context,
    email: str,
    firstName: str,
    lastName: str,
    organizationId: str,
    mobile: str | None = None,
    userRoles: Sequence[str] | None = None,
) -> Row:
    """Invite a user."""
    return context.exchange.people.create_user(
        first_name=firstName,
        last_name=lastName,
        email=email,
        organization_id=organizationId,
        mobile=mobile,
        roles=userRoles or (),
    )


async def update_user(
    context: Context,
    userId: str,
    firstName: str | None = None,
    lastName: str | None = None,
    userAccountState: str | None = None,
    userRoles: Sequence[str | None] | None = None,
) -> Row:
    """Change a user."""
    return context.exchange.people.update_user(
        userId,
        first_name=firstName,
        last_name=lastName,
        state=userAccountState,
        roles=userRoles,
    )


async def resend_user_invitation(context: Context, userId: str) -> Row:
    """Resend the invitation of a user."""
    return context.exchange.people.invite_again(userId)


async def delete_user(context: Context, userId: str) -> Row:
    """Delete a user."""
    return context.exchange.people.delete_user(context.caller, userId)


# What users own


async def delete_users_collaboratives(context: Context, userId: str) -> list[Row]:
    """Delete a user's collaboratives."""
    return context.exchange.memberships.delete_for_user(userId)


async def delete_users_services(context: Context, userId: str) -> list[Row]:
    """Delete a user's services."""
    return await delete_services(context.exchange, userId)


async def migrate_users_collaboratives_ownership(
    context: Context, currentOwnerUserId: str, transferToUserId: str
) -> list[Row]:
    """Transfer a user's collaboratives."""
    return context.exchange.memberships.migrate(currentOwnerUserId, transferToUserId)


async def migrate_users_services_ownership(
    context: Context, currentOwnerUserId: str, transferToUserId: str
) -> list[Row]:
    """Transfer a user's services."""
    return migrate_services(context.exchange, currentOwnerUserId, transferToUserId)


def _require_administrator(resolver: Resolver) -> Resolver:
    """Wrap a resolver to reject callers who are not administrators."""

    async def resolve(context: Context, **arguments: object) -> object:
        context.exchange.people.require_administrator(context.caller)
        result: object = await resolver(context, **arguments)
        return result

    return resolve


_QUERIES: dict[str, Resolver] = {
    "platformAdmin_getCollaborative": get_collaborative,
    "platformAdmin_getOrganization": get_organization,
    "platformAdmin_getUser": get_user,
    "platformAdmin_listCollaboratives": list_collaboratives,
    "platformAdmin_listOrganizations": list_organizations,
    "platformAdmin_listUsers": list_users,
}
_MUTATIONS: dict[str, Resolver] = {
    "platformAdmin_addCollaborativeMember": add_collaborative_member,
    "platformAdmin_createCollaborative": create_collaborative,
    "platformAdmin_createOrganization": create_organization,
    "platformAdmin_createUser": create_user,
    "platformAdmin_deleteCollaborative": delete_collaborative,
    "platformAdmin_deleteOrganization": delete_organization,
    "platformAdmin_deleteUser": delete_user,
    "platformAdmin_deleteUsersCollaboratives": delete_users_collaboratives,
    "platformAdmin_deleteUsersServices": delete_users_services,
    "platformAdmin_migrateUsersCollaborativesOwnership": migrate_users_collaboratives_ownership,
    "platformAdmin_migrateUsersServicesOwnership": migrate_users_services_ownership,
    "platformAdmin_removeCollaborativeMember": remove_collaborative_member,
    "platformAdmin_resendUserInvitation": resend_user_invitation,
    "platformAdmin_updateCollaborative": update_collaborative,
    "platformAdmin_updateCollaborativeMember": update_collaborative_member,
    "platformAdmin_updateOrganization": update_organization,
    "platformAdmin_updateUser": update_user,
}
QUERIES = {name: _require_administrator(one) for name, one in _QUERIES.items()}
MUTATIONS = {name: _require_administrator(one) for name, one in _MUTATIONS.items()}
