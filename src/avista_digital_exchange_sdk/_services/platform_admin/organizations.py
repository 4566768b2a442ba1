"""Organizations, as administrators manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import Organization

WHAT = "organization"


class AdminOrganizationService(BaseService):
    """Administrators' calls about organizations."""

    async def listOrganizations(self) -> list[Organization]:
        """List all organizations of the platform.

        Returns:
            The organizations, one `Organization` each.

        Raises:
            UnauthorizedError: You are not an administrator.

        Example:
            >>> for organization in await digitalExchange.admin.listOrganizations():
            ...     print(organization.name, organization.hostOrganization)
            Cascade Valley Energy True
            Palouse State University False
            Harborview Analytics False
        """
        return HtmlList(await self._client.platform_admin_list_organizations())

    async def getOrganization(self, organizationId: str) -> Organization:
        """Get an organization.

        Args:
            organizationId: The ID of the organization.

        Returns:
            The organization.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No organization with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> user = await digitalExchange.getUserInfo()
            >>> organization = await digitalExchange.admin.getOrganization(
            ...     user.organization.organizationId)
            >>> organization.name
            'Cascade Valley Energy'
        """
        validation.require_id("organizationId", organizationId)
        response = await self._client.platform_admin_get_organization(organizationId)
        return require_found(response, WHAT, organizationId)

    async def createOrganization(self, name: str, hostOrganization: bool = False) -> Organization:
        """Create an organization without users.

        Args:
            name: The name.
            hostOrganization: Whether it is a host organization. Defaults to False.

        Returns:
            The new organization.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> organization = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> organization.name
            'Wind Lab'
        """
        validation.require_str("name", name)
        validation.parse_bool("hostOrganization", hostOrganization)
        response = await self._client.platform_admin_create_organization(name, hostOrganization)
        return require_found(response, WHAT, name)

    async def updateOrganization(self, organizationId: str, name: str) -> Organization:
        """Rename an organization.

        Args:
            organizationId: The ID of the organization.
            name: The new name.

        Returns:
            The updated organization.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No organization with this ID exists.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> made = await digitalExchange.admin.createOrganization("Wind Lab")
            >>> organization = await digitalExchange.admin.updateOrganization(
            ...     made.organizationId, "Wind Laboratory")
            >>> organization.name
            'Wind Laboratory'
        """
        validation.require_id("organizationId", organizationId)
        validation.require_str("name", name)
        client = self._client.with_options(idempotent=True)
        response = await client.platform_admin_update_organization(organizationId, name)
        return require_found(response, WHAT, organizationId)

    async def deleteOrganization(
        self, organizationId: str, comment: str | None = None
    ) -> Organization:
        """Permanently delete an organization without users.

        Args:
            organizationId: The ID of the organization.
            comment: A comment for the platform, such as the reason.

        Returns:
            The deleted organization.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No organization with this ID exists.
            InvalidRequestError: The organization has users.
            UnauthorizedError: You are not an administrator.

        Example:
            >>> made = await digitalExchange.admin.createOrganization("Scratch")
            >>> (await digitalExchange.admin.deleteOrganization(made.organizationId)).name
            'Scratch'
        """
        validation.require_id("organizationId", organizationId)
        validation.optional_str("comment", comment)
        response = await self._client.platform_admin_delete_organization(organizationId, comment)
        return require_found(response, WHAT, organizationId)
