"""Collaboratives and their members, as administrators manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..._utils.values import UNSET
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.enums import CollaborativeMemberPermission
    from ..._generated.fragments import Collaborative

WHAT = "collaborative"


class AdminCollaborativeService(BaseService):
    """Administrators' calls about collaboratives."""

    async def listCollaboratives(
        self, includeMemberOrganizations: bool = False
    ) -> list[Collaborative]:
        """List all collaboratives of the platform.

        Args:
            includeMemberOrganizations: Whether to load their members. Defaults to False.

        Returns:
            The collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: The argument is invalid.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> for collaborative in await digitalExchange.admin.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        validation.parse_bool("includeMemberOrganizations", includeMemberOrganizations)
        return HtmlList(
            await self._client.platform_admin_list_collaboratives(includeMemberOrganizations)
        )

    async def getCollaborative(
        self, collaborativeId: str, includeMemberOrganizations: bool = True
    ) -> Collaborative:
        """Get any collaborative of the platform.

        Args:
            collaborativeId: The ID of the collaborative.
            includeMemberOrganizations: Whether to load its members. Defaults to True.

        Returns:
            The collaborative.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> collaborative = await digitalExchange.admin.getCollaborative(collaborativeId)
            >>> [member.organization.name for member in collaborative.memberOrganizations]
            ['Cascade Valley Energy', 'Palouse State University']
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.parse_bool("includeMemberOrganizations", includeMemberOrganizations)
        response = await self._client.platform_admin_get_collaborative(
            collaborativeId, includeMemberOrganizations
        )
        return require_found(response, WHAT, collaborativeId)

    async def createCollaborative(self, name: str, description: str | None = None) -> Collaborative:
        """Create a collaborative that you own and your organization hosts.

        Args:
            name: The name. It need not be unique.
            description: The description.

        Returns:
            The new collaborative.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> collaborative = await digitalExchange.admin.createCollaborative("Wind Research")
            >>> collaborative.name
            'Wind Research'
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        response = await self._client.platform_admin_create_collaborative(name, description)
        return require_found(response, WHAT, name)

    async def updateCollaborative(
        self, collaborativeId: str, name: str | None = None, description: str | None = None
    ) -> Collaborative:
        """Change the name or the description of a collaborative.

        Args:
            collaborativeId: The ID of the collaborative.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated collaborative.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> collaborative = await digitalExchange.admin.updateCollaborative(
            ...     collaborativeId, description="What a solar site measures")
            >>> collaborative.description
            'What a solar site measures'
        """
        validation.require_id("collaborativeId", collaborativeId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.platform_admin_update_collaborative(collaborativeId, **changes)
        return require_found(response, WHAT, collaborativeId)

    async def deleteCollaborative(
        self, collaborativeId: str, comment: str | None = None
    ) -> Collaborative:
        """Delete a collaborative permanently. Services shared with it are kept.

        Args:
            collaborativeId: The ID of the collaborative.
            comment: A comment for the platform, such as the reason.

        Returns:
            The deleted collaborative.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> made = await digitalExchange.admin.createCollaborative("Scratch")
            >>> (await digitalExchange.admin.deleteCollaborative(made.collaborativeId)).name
            'Scratch'
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.optional_str("comment", comment)
        response = await self._client.platform_admin_delete_collaborative(collaborativeId, comment)
        return require_found(response, WHAT, collaborativeId)

    async def addCollaborativeMember(
        self, collaborativeId: str, userId: str, permission: str | None = None
    ) -> Collaborative:
        """Add a user to a collaborative.

        If the user's organization is new to it, its membership must be approved:
        see `updateCollaborativeMembership`.

        Args:
            collaborativeId: The ID of the collaborative.
            userId: The ID of the user.
            permission: `READ_ONLY` or `READ_WRITE`. Decided by the platform if omitted.

        Returns:
            The updated collaborative.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The collaborative or the user does not exist.
            InvalidRequestError: The user is a member already.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> made = await digitalExchange.admin.createCollaborative("Wind Research")
            >>> user = await digitalExchange.getUserInfo()
            >>> collaborative = await digitalExchange.admin.addCollaborativeMember(
            ...     made.collaborativeId, user.userId, "READ_WRITE")
            >>> (member,) = collaborative.memberOrganizations[0].usersInCollaborative
            >>> print(member.user.firstName, member.permission)
            Ada READ_WRITE
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.require_id("userId", userId)
        response = await self._client.platform_admin_add_collaborative_member(
            collaborativeId,
            userId,
            UNSET if permission is None else _parse_permission(permission),
        )
        return require_found(response, WHAT, collaborativeId)

    async def updateCollaborativeMember(
        self, collaborativeId: str, userId: str, permission: str
    ) -> Collaborative:
        """Change what a member of a collaborative may do.

        Args:
            collaborativeId: The ID of the collaborative.
            userId: The ID of the user.
            permission: `READ_ONLY` or `READ_WRITE`.

        Returns:
            The updated collaborative.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The collaborative does not exist, or the user is not a member of it.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> user = await digitalExchange.getUserInfo()
            >>> collaborative = await digitalExchange.admin.updateCollaborativeMember(
            ...     collaborativeId, user.userId, "READ_ONLY")
            >>> print(collaborative.memberOrganizations[0].usersInCollaborative[0].permission)
            READ_ONLY
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.require_id("userId", userId)
        client = self._client.with_options(idempotent=True)
        response = await client.platform_admin_update_collaborative_member(
            collaborativeId, userId, _parse_permission(permission)
        )
        return require_found(response, WHAT, collaborativeId)

    async def removeCollaborativeMember(self, collaborativeId: str, userId: str) -> Collaborative:
        """Remove a user from a collaborative. The user loses access immediately.

        Args:
            collaborativeId: The ID of the collaborative.
            userId: The ID of the user.

        Returns:
            The updated collaborative.

        Raises:
            InvalidParameterError: An ID is not a non-empty string.
            NotFoundError: The collaborative does not exist, or the user is not a member of it.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> user = await digitalExchange.getUserInfo()
            >>> collaborative = await digitalExchange.admin.removeCollaborativeMember(
            ...     collaborativeId, user.userId)
            >>> collaborative.memberOrganizations[0].usersInCollaborative
            []
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.require_id("userId", userId)
        response = await self._client.platform_admin_remove_collaborative_member(
            collaborativeId, userId
        )
        return require_found(response, WHAT, collaborativeId)


def _parse_permission(permission: object) -> CollaborativeMemberPermission:
    from ..._generated.enums import CollaborativeMemberPermission

    return validation.parse_enum("permission", permission, CollaborativeMemberPermission)
