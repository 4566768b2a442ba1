# Generated from src/avista_digital_exchange_sdk/_services/collaborative.py by scripts/generate.

"""The sync variant of: Collaboratives: their members and the services shared in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import run_sync
from .._services.base import SyncService
from .._services.collaborative import CollaborativeService

if TYPE_CHECKING:
    from .._generated.fragments import Collaborative, CollaborativeMemberOrganization, Service


__all__ = ["SyncCollaborativeService"]


class SyncCollaborativeService(SyncService):
    """Calls about collaboratives."""

    def listCollaboratives(self) -> list[Collaborative]:
        """List the collaboratives you are a member of.

        Returns:
            The collaboratives, one `Collaborative` each, with their members.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> for collaborative in digitalExchange.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        return run_sync(CollaborativeService.listCollaboratives(self._calls))

    def getCollaborative(self, collaborativeId: str) -> Collaborative:
        """Get a collaborative's metadata and members.

        Args:
            collaborativeId: The ID of the collaborative.

        Returns:
            The collaborative. Each entry of `memberOrganizations` lists its
            `usersInCollaborative`.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You are not a member of it.

        Example:
            >>> collaborative = digitalExchange.getCollaborative(collaborativeId)
            >>> collaborative.collaborativeId == collaborativeId
            True
        """
        return run_sync(CollaborativeService.getCollaborative(self._calls, collaborativeId))

    def listCollaborativeServices(self, collaborativeId: str) -> list[Service]:
        """List the services shared in a collaborative.

        Args:
            collaborativeId: The ID of the collaborative.

        Returns:
            The services, one `Service` each. `dataStore`, `timeSeriesDb`, `iotEndpointGroup` or
            `dataCapture` is the service itself, the others are None. Groups come without their
            endpoints, captures without their data model.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You are not a member of it.

        Example:
            >>> for service in digitalExchange.listCollaborativeServices(collaborativeId):
            ...     print(service.serviceType)
            DATA_STORE
            TIME_SERIES_DB
        """
        return run_sync(
            CollaborativeService.listCollaborativeServices(self._calls, collaborativeId)
        )

    def listCollaborativeMembershipRequests(
        self,
        collaborativeId: str | None = None,
        includeApproved: bool = False,
        includeDenied: bool = False,
    ) -> list[Collaborative]:
        """List the requests of organizations to join collaboratives of your organization.

        Args:
            collaborativeId: The ID of the collaborative. Defaults to all of them.
            includeApproved: Whether to list approved requests, too. Defaults to False.
            includeDenied: Whether to list denied requests, too. Defaults to False.

        Returns:
            The collaboratives with requests, one `Collaborative` each. Their
            `memberOrganizations` are the requests, with `submittedByUser` and
            `submittedTimestamp`.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No collaborative with this ID exists.
            UnauthorizedError: You may not decide about membership requests.

        Example:
            >>> requests = digitalExchange.listCollaborativeMembershipRequests(
            ...     collaborativeId, includeApproved=True)
            >>> for member in requests[0].memberOrganizations:
            ...     print(member.organization.name, member.memberState)
            Palouse State University APPROVED
        """
        return run_sync(
            CollaborativeService.listCollaborativeMembershipRequests(
                self._calls, collaborativeId, includeApproved, includeDenied
            )
        )

    def updateCollaborativeMembership(
        self, collaborativeId: str, organizationId: str, memberState: str
    ) -> CollaborativeMemberOrganization:
        """Approve or deny the membership of an organization in a collaborative.

        Args:
            collaborativeId: The ID of the collaborative.
            organizationId: The ID of the organization.
            memberState: `APPROVED`, `DENIED_ACCESS` or `PENDING_APPROVAL`.

        Returns:
            The membership.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The collaborative does not exist, or the organization has not requested
                to join it.
            InvalidRequestError: The organization hosts the collaborative.
            UnauthorizedError: You may not decide about membership requests.

        Example:
            >>> collaborative = digitalExchange.getCollaborative(collaborativeId)
            >>> member = collaborative.memberOrganizations[1]
            >>> denied = digitalExchange.updateCollaborativeMembership(
            ...     collaborativeId, member.organization.organizationId, "DENIED_ACCESS")
            >>> print(denied.organization.name, denied.memberState)
            Palouse State University DENIED_ACCESS
        """
        return run_sync(
            CollaborativeService.updateCollaborativeMembership(
                self._calls, collaborativeId, organizationId, memberState
            )
        )

    def listCollaborativesServiceSharedWith(
        self, serviceId: str, *, serviceType: str | None = None
    ) -> list[Collaborative]:
        """List the collaboratives that a service of yours is shared with.

        Args:
            serviceId: The ID of the service: a dataStoreId, timeSeriesDbId, iotGroupId or
                captureId.
            serviceType: The type of the service: `DATA_STORE`, `TIME_SERIES_DB`, `IOT_GROUP` or
                `DATA_CAPTURE`. Defaults to the type in the ID.

        Returns:
            The collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: The ID is invalid, or its type is unknown.
            NotFoundError: No service with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> shared = digitalExchange.listCollaborativesServiceSharedWith(dataStoreId)
            >>> [collaborative.name for collaborative in shared]
            ['Solar Research']
        """
        return run_sync(
            CollaborativeService.listCollaborativesServiceSharedWith(
                self._calls, serviceId, serviceType=serviceType
            )
        )

    def addServiceToCollaborative(
        self, serviceId: str, collaborativeId: str, *, serviceType: str | None = None
    ) -> Service:
        """Share a service of yours with a collaborative.

        Args:
            serviceId: The ID of the service: a dataStoreId, timeSeriesDbId, iotGroupId or
                captureId.
            collaborativeId: The ID of the collaborative.
            serviceType: The type of the service: `DATA_STORE`, `TIME_SERIES_DB`, `IOT_GROUP` or
                `DATA_CAPTURE`. Defaults to the type in the ID.

        Returns:
            The service.

        Raises:
            InvalidParameterError: An ID is invalid, or the type of the service is unknown.
            NotFoundError: The service or collaborative does not exist.
            UnauthorizedError: You do not own the service, or are not a member of the collaborative.

        Example:
            >>> service = digitalExchange.addServiceToCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceType
            <ServiceType.DATA_STORE: 'DATA_STORE'>
        """
        return run_sync(
            CollaborativeService.addServiceToCollaborative(
                self._calls, serviceId, collaborativeId, serviceType=serviceType
            )
        )

    def removeServiceFromCollaborative(
        self, serviceId: str, collaborativeId: str, *, serviceType: str | None = None
    ) -> Service:
        """Stop sharing a service with a collaborative. Its members lose access immediately.

        Args:
            serviceId: The ID of the service: a dataStoreId, timeSeriesDbId, iotGroupId or
                captureId.
            collaborativeId: The ID of the collaborative.
            serviceType: The type of the service: `DATA_STORE`, `TIME_SERIES_DB`, `IOT_GROUP` or
                `DATA_CAPTURE`. Defaults to the type in the ID.

        Returns:
            The service.

        Raises:
            InvalidParameterError: An ID is invalid, or the type of the service is unknown.
            NotFoundError: The service or collaborative does not exist.
            UnauthorizedError: You do not own the service.

        Example:
            >>> service = digitalExchange.removeServiceFromCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceId == dataStoreId
            True
        """
        return run_sync(
            CollaborativeService.removeServiceFromCollaborative(
                self._calls, serviceId, collaborativeId, serviceType=serviceType
            )
        )
