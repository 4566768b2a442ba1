# Generated from src/avista_digital_exchange_sdk/_services/platform_admin/collaboratives.py by scripts/generate.

"""The sync variant of: Collaboratives and their members, as administrators manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.platform_admin.collaboratives import AdminCollaborativeService

if TYPE_CHECKING:
    from ..._generated.fragments import Collaborative


__all__ = ["SyncAdminCollaborativeService"]


class SyncAdminCollaborativeService(SyncService):
    """Administrators' calls about collaboratives."""

    def listCollaboratives(self, includeMemberOrganizations: bool = False) -> list[Collaborative]:
        """List all collaboratives of the platform.

        Args:
            includeMemberOrganizations: Whether to load their members. Defaults to False.

        Returns:
            The collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: The argument is invalid.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> for collaborative in digitalExchange.admin.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        return run_sync(
            AdminCollaborativeService.listCollaboratives(self._calls, includeMemberOrganizations)
        )

    def getCollaborative(
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
            >>> collaborative = digitalExchange.admin.getCollaborative(collaborativeId)
            >>> [member.organization.name for member in collaborative.memberOrganizations]
            ['Cascade Valley Energy', 'Palouse State University']
        """
        return run_sync(
            AdminCollaborativeService.getCollaborative(
                self._calls, collaborativeId, includeMemberOrganizations
            )
        )

    def createCollaborative(self, name: str, description: str | None = None) -> Collaborative:
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
            >>> collaborative = digitalExchange.admin.createCollaborative("Wind Research")
            >>> collaborative.name
            'Wind Research'
        """
        return run_sync(
            AdminCollaborativeService.createCollaborative(self._calls, name, description)
        )

    def updateCollaborative(
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
            >>> collaborative = digitalExchange.admin.updateCollaborative(
            ...     collaborativeId, description="What a solar site measures")
            >>> collaborative.description
            'What a solar site measures'
        """
        return run_sync(
            AdminCollaborativeService.updateCollaborative(
                self._calls, collaborativeId, name, description
            )
        )

    def deleteCollaborative(
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
            >>> made = digitalExchange.admin.createCollaborative("Scratch")
            >>> digitalExchange.admin.deleteCollaborative(made.collaborativeId).name
            'Scratch'
        """
        return run_sync(
            AdminCollaborativeService.deleteCollaborative(self._calls, collaborativeId, comment)
        )

    def addCollaborativeMember(
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
            >>> made = digitalExchange.admin.createCollaborative("Wind Research")
            >>> user = digitalExchange.getUserInfo()
            >>> collaborative = digitalExchange.admin.addCollaborativeMember(
            ...     made.collaborativeId, user.userId, "READ_WRITE")
            >>> (member,) = collaborative.memberOrganizations[0].usersInCollaborative
            >>> print(member.user.firstName, member.permission)
            Ada READ_WRITE
        """
        return run_sync(
            AdminCollaborativeService.addCollaborativeMember(
                self._calls, collaborativeId, userId, permission
            )
        )

    def updateCollaborativeMember(
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
            >>> user = digitalExchange.getUserInfo()
            >>> collaborative = digitalExchange.admin.updateCollaborativeMember(
            ...     collaborativeId, user.userId, "READ_ONLY")
            >>> print(collaborative.memberOrganizations[0].usersInCollaborative[0].permission)
            READ_ONLY
        """
        return run_sync(
            AdminCollaborativeService.updateCollaborativeMember(
                self._calls, collaborativeId, userId, permission
            )
        )

    def removeCollaborativeMember(self, collaborativeId: str, userId: str) -> Collaborative:
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
            >>> user = digitalExchange.getUserInfo()
            >>> collaborative = digitalExchange.admin.removeCollaborativeMember(
            ...     collaborativeId, user.userId)
            >>> collaborative.memberOrganizations[0].usersInCollaborative
            []
        """
        return run_sync(
            AdminCollaborativeService.removeCollaborativeMember(
                self._calls, collaborativeId, userId
            )
        )
