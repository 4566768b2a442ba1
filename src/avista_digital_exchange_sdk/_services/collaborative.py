"""Collaboratives: their members and the services shared in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._generated.enums import CollaborativeMemberOrganizationState, ServiceType
from .._graphql.client import require_found
from .._models.html_list import HtmlList
from .._utils import validation
from .._utils.values import UNSET
from ..errors import InvalidParameterError
from .base import BaseService
from .storage.binding import bind_service

if TYPE_CHECKING:
    from .._generated.fragments import (
        Collaborative,
        CollaborativeMemberOrganization,
        Service,
    )

# IDs begin with the type of the object; these types can be shared.
_SERVICE_TYPE_BY_ID_PREFIX = {
    "dataStore": ServiceType.DATA_STORE,
    "timeSeriesDb": ServiceType.TIME_SERIES_DB,
    "iotGroup": ServiceType.IOT_GROUP,
    "dataCapture": ServiceType.DATA_CAPTURE,
}


class CollaborativeService(BaseService):
    """Calls about collaboratives."""

    async def listCollaboratives(self) -> list[Collaborative]:
        """List the collaboratives you are a member of.

        Returns:
            The collaboratives, one `Collaborative` each, with their members.

        Raises:
            UnauthorizedError: The token is not valid.

        Example:
            >>> for collaborative in await digitalExchange.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        return HtmlList(await self._client.collaborative_list_collaboratives())

    async def getCollaborative(self, collaborativeId: str) -> Collaborative:
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
            >>> collaborative = await digitalExchange.getCollaborative(collaborativeId)
            >>> collaborative.collaborativeId == collaborativeId
            True
        """
        validation.require_id("collaborativeId", collaborativeId)
        response = await self._client.collaborative_get_collaborative(collaborativeId)
        return require_found(response, "collaborative", collaborativeId)

    async def listCollaborativeServices(self, collaborativeId: str) -> list[Service]:
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
            >>> for service in await digitalExchange.listCollaborativeServices(collaborativeId):
            ...     print(service.serviceType)
            DATA_STORE
            TIME_SERIES_DB
        """
        validation.require_id("collaborativeId", collaborativeId)
        services = await self._client.collaborative_list_collaborative_services(collaborativeId)
        return HtmlList(bind_service(self, service) for service in services)

    async def listCollaborativeMembershipRequests(
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
            >>> requests = await digitalExchange.listCollaborativeMembershipRequests(
            ...     collaborativeId, includeApproved=True)
            >>> for member in requests[0].memberOrganizations:
            ...     print(member.organization.name, member.memberState)
            Palouse State University APPROVED
        """
        if collaborativeId is not None:
            validation.require_id("collaborativeId", collaborativeId)
        validation.parse_bool("includeApproved", includeApproved)
        validation.parse_bool("includeDenied", includeDenied)
        client = self._client
        requests = await client.collaborative_list_collaborative_member_organization_requests(
            UNSET if collaborativeId is None else collaborativeId, includeApproved, includeDenied
        )
        return HtmlList(requests)

    async def updateCollaborativeMembership(
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
            >>> collaborative = await digitalExchange.getCollaborative(collaborativeId)
            >>> member = collaborative.memberOrganizations[1]
            >>> denied = await digitalExchange.updateCollaborativeMembership(
            ...     collaborativeId, member.organization.organizationId, "DENIED_ACCESS")
            >>> print(denied.organization.name, denied.memberState)
            Palouse State University DENIED_ACCESS
        """
        validation.require_id("collaborativeId", collaborativeId)
        validation.require_id("organizationId", organizationId)
        state = validation.parse_enum(
            "memberState", memberState, CollaborativeMemberOrganizationState
        )
        client = self._client.with_options(idempotent=True)
        response = await client.collaborative_update_collaborative_member_organization(
            collaborativeId, organizationId, state
        )
        return require_found(response, "organization in the collaborative", organizationId)

    async def listCollaborativesServiceSharedWith(
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
            >>> shared = await digitalExchange.listCollaborativesServiceSharedWith(dataStoreId)
            >>> [collaborative.name for collaborative in shared]
            ['Solar Research']
        """
        service_type = _parse_service_type(serviceId, serviceType)
        shared = await self._client.collaborative_list_collaboratives_service_shared_with(
            serviceId, service_type
        )
        return HtmlList(shared)

    async def addServiceToCollaborative(
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
            >>> service = await digitalExchange.addServiceToCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceType
            <ServiceType.DATA_STORE: 'DATA_STORE'>
        """
        service_type = _parse_service_type(serviceId, serviceType)
        validation.require_id("collaborativeId", collaborativeId)
        response = await self._client.collaborative_add_service_to_collaborative(
            serviceId, service_type, collaborativeId
        )
        return bind_service(self, require_found(response, "service", serviceId))

    async def removeServiceFromCollaborative(
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
            >>> service = await digitalExchange.removeServiceFromCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceId == dataStoreId
            True
        """
        service_type = _parse_service_type(serviceId, serviceType)
        validation.require_id("collaborativeId", collaborativeId)
        response = await self._client.collaborative_remove_service_from_collaborative(
            serviceId, service_type, collaborativeId
        )
        return bind_service(self, require_found(response, "service", serviceId))


def _parse_service_type(serviceId: object, serviceType: object) -> ServiceType:
    """Parse the type of a service. Defaults to the type in its ID."""
    identifier = validation.require_id("serviceId", serviceId)
    if serviceType is not None:
        return validation.parse_enum("serviceType", serviceType, ServiceType)
    for prefix, service_type in _SERVICE_TYPE_BY_ID_PREFIX.items():
        if prefix in identifier:
            return service_type
    raise InvalidParameterError(
        "serviceId must be a dataStoreId, timeSeriesDbId, iotGroupId or captureId, got "
        f"{validation.format_value(identifier)}, whose type is unknown; pass serviceType="
    )
