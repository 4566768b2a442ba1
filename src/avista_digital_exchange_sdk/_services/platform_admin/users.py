"""Users and what they own, as administrators manage them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..._utils.values import UNSET
from ...errors import InvalidParameterError
from ..base import BaseService
from ..storage.binding import bind_service

if TYPE_CHECKING:
    from ..._generated.enums import UserRole
    from ..._generated.fragments import Collaborative, Service, User

WHAT = "user"


class AdminUserService(BaseService):
    """Administrators' calls about users."""

    async def listUsers(self, organizationId: str | None = None) -> list[User]:
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
            >>> for user in await digitalExchange.admin.listUsers():
            ...     print(user.firstName, user.userAccountState)
            Ada ACTIVE
            Marcus ACTIVE
            Priya ACTIVE
            Tom ACTIVE
        """
        if organizationId is not None:
            validation.require_id("organizationId", organizationId)
        requested = UNSET if organizationId is None else organizationId
        return HtmlList(await self._client.platform_admin_list_users(requested))

    async def getUser(self, userId: str) -> User:
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
            >>> me = await digitalExchange.getUserInfo()
            >>> user = await digitalExchange.admin.getUser(me.userId)
            >>> user.email
            'ada@cascade-valley.example'
        """
        validation.require_id("userId", userId)
        return require_found(await self._client.platform_admin_get_user(userId), WHAT, userId)

    async def createUser(
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
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> user = await digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId,
            ...     userRoles=["DATA_CONSUMER"])
            >>> print(user.firstName, user.userAccountState, *user.userRoles)
            Ida PENDING DATA_CONSUMER
        """
        validation.require_str("firstName", firstName)
        validation.require_str("lastName", lastName)
        validation.require_str("email", email)
        validation.require_id("organizationId", organizationId)
        validation.optional_str("mobile", mobile)
        roles = _parse_roles(userRoles)
        response = await self._client.platform_admin_create_user(
            firstName, lastName, email, organizationId, mobile, roles
        )
        return require_found(response, WHAT, email)

    async def updateUser(
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
            >>> me = await digitalExchange.getUserInfo()
            >>> user = await digitalExchange.admin.updateUser(me.userId, lastName="Berg")
            >>> print(user.firstName, user.lastName)
            Ada Berg
        """
        from ..._generated.enums import UserAccountState

        validation.require_id("userId", userId)
        names = {"firstName": firstName, "lastName": lastName}
        if all(value is None for value in (firstName, lastName, userAccountState, userRoles)):
            raise InvalidParameterError(
                "firstName or lastName or userAccountState or userRoles must be passed, got none "
                "of them"
            )
        state = (
            UNSET
            if userAccountState is None
            else validation.parse_enum("userAccountState", userAccountState, UserAccountState)
        )
        client = self._client.with_options(idempotent=True)
        response = await client.platform_admin_update_user(
            userId,
            userAccountState=state,
            userRoles=UNSET if userRoles is None else _parse_roles(userRoles),
            **{
                argument: validation.require_str(argument, value)
                for argument, value in names.items()
                if value is not None
            },
        )
        return require_found(response, WHAT, userId)

    async def resendUserInvitation(self, userId: str) -> User:
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
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = await digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> print((await digitalExchange.admin.resendUserInvitation(made.userId)).email)
            ida@wind-lab.example
        """
        validation.require_id("userId", userId)
        response = await self._client.platform_admin_resend_user_invitation(userId)
        return require_found(response, WHAT, userId)

    async def deleteUser(self, userId: str) -> User:
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
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = await digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> (await digitalExchange.admin.deleteUser(made.userId)).firstName
            'Ida'
        """
        validation.require_id("userId", userId)
        return require_found(await self._client.platform_admin_delete_user(userId), WHAT, userId)

    async def deleteUsersServices(self, userId: str) -> list[Service]:
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
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = await digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> await digitalExchange.admin.deleteUsersServices(made.userId)
            []
        """
        validation.require_id("userId", userId)
        services = await self._client.platform_admin_delete_users_services(userId)
        return HtmlList(bind_service(self, service) for service in services)

    async def deleteUsersCollaboratives(self, userId: str) -> list[Collaborative]:
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
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> made = await digitalExchange.admin.createUser(
            ...     "Ida", "Berg", "ida@wind-lab.example", organization.organizationId)
            >>> await digitalExchange.admin.deleteUsersCollaboratives(made.userId)
            []
        """
        validation.require_id("userId", userId)
        return HtmlList(await self._client.platform_admin_delete_users_collaboratives(userId))

    async def migrateUsersServicesOwnership(
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
            >>> ada, marcus, *_ = await digitalExchange.admin.listUsers()
            >>> services = await digitalExchange.admin.migrateUsersServicesOwnership(
            ...     ada.userId, marcus.userId)
            >>> print(*(service.serviceType for service in services))
            DATA_STORE TIME_SERIES_DB IOT_GROUP DATA_CAPTURE
        """
        validation.require_id("currentOwnerUserId", currentOwnerUserId)
        validation.require_id("transferToUserId", transferToUserId)
        services = await self._client.platform_admin_migrate_users_services_ownership(
            currentOwnerUserId, transferToUserId
        )
        return HtmlList(bind_service(self, service) for service in services)

    async def migrateUsersCollaborativesOwnership(
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
            >>> ada, marcus, *_ = await digitalExchange.admin.listUsers()
            >>> migrated = await digitalExchange.admin.migrateUsersCollaborativesOwnership(
            ...     ada.userId, marcus.userId)
            >>> [collaborative.name for collaborative in migrated]
            ['Solar Research']
        """
        validation.require_id("currentOwnerUserId", currentOwnerUserId)
        validation.require_id("transferToUserId", transferToUserId)
        return HtmlList(
            await self._client.platform_admin_migrate_users_collaboratives_ownership(
                currentOwnerUserId, transferToUserId
            )
        )


def _parse_roles(roles: object) -> list[UserRole]:
    """Parse roles, which may be none at all."""
    from ..._generated.enums import UserRole

    if isinstance(roles, (str, bytes, dict)) or not isinstance(roles, Iterable):
        raise validation.invalid_argument("userRoles", roles, "a list of roles")
    return [
        validation.parse_enum(f"userRoles[{index}]", role, UserRole)
        for index, role in enumerate(roles)
    ]
