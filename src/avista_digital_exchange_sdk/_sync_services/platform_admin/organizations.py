# Generated from src/avista_digital_exchange_sdk/_services/platform_admin/organizations.py by scripts/generate.

"""The sync variant of: Organizations, as administrators manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.platform_admin.organizations import AdminOrganizationService

if TYPE_CHECKING:
    from ..._generated.fragments import Organization


__all__ = ["SyncAdminOrganizationService"]


class SyncAdminOrganizationService(SyncService):
    """Administrators' calls about organizations."""

    def listOrganizations(self) -> list[Organization]:
        """List all organizations of the platform.

        Returns:
            The organizations, one `Organization` each.

        Raises:
            UnauthorizedError: You are not an administrator.

        Example:
            >>> for organization in digitalExchange.admin.listOrganizations():
            ...     print(organization.name, organization.hostOrganization)
            Cascade Valley Energy True
            Palouse State University False
            Harborview Analytics False
        """
        return run_sync(AdminOrganizationService.listOrganizations(self._calls))

    def getOrganization(self, organizationId: str) -> Organization:
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
            >>> user = digitalExchange.getUserInfo()
            >>> organization = digitalExchange.admin.getOrganization(
            ...     user.organization.organizationId)
            >>> organization.name
            'Cascade Valley Energy'
        """
        return run_sync(AdminOrganizationService.getOrganization(self._calls, organizationId))

    def createOrganization(self, name: str, hostOrganization: bool = False) -> Organization:
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
            >>> organization = digitalExchange.admin.createOrganization("Wind Lab")
            >>> organization.name
            'Wind Lab'
        """
        return run_sync(
            AdminOrganizationService.createOrganization(self._calls, name, hostOrganization)
        )

    def updateOrganization(self, organizationId: str, name: str) -> Organization:
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
            >>> made = digitalExchange.admin.createOrganization("Wind Lab")
            >>> organization = digitalExchange.admin.updateOrganization(
            ...     made.organizationId, "Wind Laboratory")
            >>> organization.name
            'Wind Laboratory'
        """
        return run_sync(
            AdminOrganizationService.updateOrganization(self._calls, organizationId, name)
        )

    def deleteOrganization(self, organizationId: str, comment: str | None = None) -> Organization:
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
            >>> made = digitalExchange.admin.createOrganization("Scratch")
            >>> digitalExchange.admin.deleteOrganization(made.organizationId).name
            'Scratch'
        """
        return run_sync(
            AdminOrganizationService.deleteOrganization(self._calls, organizationId, comment)
        )
