# Generated from src/avista_digital_exchange_sdk/_services/platform_admin/users.py by scripts/generate.

"""The sync variant of: Users and what they own, as administrators manage them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.platform_admin.users import AdminUserService

if TYPE_CHECKING:
    from ..._generated.fragments import Collaborative, Service, User


__all__ = ["SyncAdminUserService"]


class SyncAdminUserService(SyncService):
    """Administrators' calls about users."""

    def listUsers(self, organizationId: str | None = None) -> list[User]:
        """List the users of the platform, or of an organization.

        Args:
            organizationId: The ID of the organization. Defaults to all organizations.

        Returns:
            The users, one `User` each.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No organization with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> for user in digitalExchange.admin.listUsers():
            ...     print(user.firstName, user.userAccountState)
            Ada ACTIVE
            Marcus ACTIVE
            Priya ACTIVE
            Tom ACTIVE
        """
        return run_sync(AdminUserService.listUsers(self._calls, organizationId))

    def getUser(self, userId: str) -> User:
        """Get a user.

        Args:
            userId: The ID of the user.

        Returns:
            The user.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No user with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> me = digitalExchange.getUserInfo()
            >>> user = digitalExchange.admin.getUser(me.userId)
            >>> user.email
            'ada@cascade-valley.example'
        """
        return run_sync(AdminUserService.getUser(self._calls, userId))

    def createUser(
        self,
        firstName: str,
        lastName: str,
        email: str,
        organizationId: str,
        *,
        mobile: str | None = None,
        userRoles: Iterable[str] = (),
    ) -> User:
        """Create a user, who is invited by email.

        Args:
            firstName: The first name.
            lastName: The last name.
            email: The email address, which no other user may have.
            organizationId: The ID of the user's organization.
            mobile: The mobile phone number.
            userRoles: The roles: `DATA_CONSUMER`, `DATA_PROVIDER`, `DATA_COMPLIANCE` or
                `PLATFORM_ADMIN`. Defaults to none.

        Returns:
            The new user.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No organization with this ID exists.
            InvalidRequestError: The email address is invalid, or that of another user.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> user = digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId,
            ...     userRoles=["DATA_CONSUMER"])
            >>> print(user.firstName, user.userAccountState, *user.userRoles)
            Ida PENDING DATA_CONSUMER
        """
        return run_sync(
            AdminUserService.createUser(
                self._calls,
                firstName,
                lastName,
                email,
                organizationId,
                mobile=mobile,
                userRoles=userRoles,
            )
        )

    def updateUser(
        self,
        userId: str,
        *,
        firstName: str | None = None,
        lastName: str | None = None,
        userAccountState: str | None = None,
        userRoles: Iterable[str] | None = None,
    ) -> User:
        """Change a user. Omitted arguments change nothing.

        Args:
            userId: The ID of the user.
            firstName: The new first name.
            lastName: The new last name.
            userAccountState: `ACTIVE`, or `DISABLED`, which makes the user's tokens invalid.
            userRoles: The new roles, which replace the present ones.

        Returns:
            The updated user.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No user with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> me = digitalExchange.getUserInfo()
            >>> user = digitalExchange.admin.updateUser(me.userId, lastName="Berg")
            >>> print(user.firstName, user.lastName)
            Ada Berg
        """
        return run_sync(
            AdminUserService.updateUser(
                self._calls,
                userId,
                firstName=firstName,
                lastName=lastName,
                userAccountState=userAccountState,
                userRoles=userRoles,
            )
        )

    def resendUserInvitation(self, userId: str) -> User:
        """Send the invitation of a user again.

        Args:
            userId: The ID of the user, who is PENDING.

        Returns:
            The user.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No user with this ID exists.
            InvalidRequestError: The user has accepted the invitation.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> print(digitalExchange.admin.resendUserInvitation(made.userId).email)
            ida@wind-lab.example
        """
        return run_sync(AdminUserService.resendUserInvitation(self._calls, userId))

    def deleteUser(self, userId: str) -> User:
        """Permanently delete a user who owns neither services nor collaboratives.

        Args:
            userId: The ID of the user.

        Returns:
            The deleted user.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No user with this ID exists.
            InvalidRequestError: The user owns something; delete or migrate it first.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> digitalExchange.admin.deleteUser(made.userId).firstName
            'Ida'
        """
        return run_sync(AdminUserService.deleteUser(self._calls, userId))

    def deleteUsersServices(self, userId: str) -> list[Service]:
        """Permanently delete all services of a user, with their data.

        Args:
            userId: The ID of the user.

        Returns:
            The deleted services, one `Service` each.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No user with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> digitalExchange.admin.deleteUsersServices(made.userId)
            []
        """
        return run_sync(AdminUserService.deleteUsersServices(self._calls, userId))

    def deleteUsersCollaboratives(self, userId: str) -> list[Collaborative]:
        """Permanently delete all collaboratives of a user.

        Args:
            userId: The ID of the user.

        Returns:
            The deleted collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No user with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> digitalExchange.admin.deleteUsersCollaboratives(made.userId)
            []
        """
        return run_sync(AdminUserService.deleteUsersCollaboratives(self._calls, userId))

    def migrateUsersServicesOwnership(
        self, currentOwnerUserId: str, transferToUserId: str
    ) -> list[Service]:
        """Make another user the owner of all services of a user.

        Args:
            currentOwnerUserId: The ID of the present owner.
            transferToUserId: The ID of the new owner.

        Returns:
            The migrated services, one `Service` each.

        Raises:
            InvalidParameterError: An ID is not a non-empty string.
            NotFoundError: A user with this ID does not exist.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> ada, marcus, *_ = digitalExchange.admin.listUsers()
            >>> services = digitalExchange.admin.migrateUsersServicesOwnership(
            ...     ada.userId, marcus.userId)
            >>> print(*(service.serviceType for service in services))
            DATA_STORE TIME_SERIES_DB IOT_GROUP DATA_CAPTURE
        """
        return run_sync(
            AdminUserService.migrateUsersServicesOwnership(
                self._calls, currentOwnerUserId, transferToUserId
            )
        )

    def migrateUsersCollaborativesOwnership(
        self, currentOwnerUserId: str, transferToUserId: str
    ) -> list[Collaborative]:
        """Make another user the owner of all collaboratives of a user.

        Args:
            currentOwnerUserId: The ID of the present owner.
            transferToUserId: The ID of the new owner.

        Returns:
            The migrated collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: An ID is not a non-empty string.
            NotFoundError: A user with this ID does not exist.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> ada, marcus, *_ = digitalExchange.admin.listUsers()
            >>> migrated = digitalExchange.admin.migrateUsersCollaborativesOwnership(
            ...     ada.userId, marcus.userId)
            >>> [collaborative.name for collaborative in migrated]
            ['Solar Research']
        """
        return run_sync(
            AdminUserService.migrateUsersCollaborativesOwnership(
                self._calls, currentOwnerUserId, transferToUserId
            )
        )
