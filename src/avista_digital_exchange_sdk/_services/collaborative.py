"""Collaboratives: who works together, and which services they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._generated.enums import ServiceType
from .._graphql.client import require_found
from .._models.lists import HtmlList
from .._utils import validation
from ..errors import InvalidParameterError
from .base import BaseService
from .storage.binding import bind_data_store

if TYPE_CHECKING:
    from .._generated.fragments import Collaborative, Service

_SERVICE_TYPE_BY_ID_PREFIX = {
    "dataStore": ServiceType.DATA_STORE,
    "timeSeriesDb": ServiceType.TIME_SERIES_DB,
}
"""An id begins with the kind of thing it names; these kinds can be shared."""


class CollaborativeService(BaseService):
    """The calls about collaboratives."""

    async def listCollaboratives(self) -> list[Collaborative]:
        """List the collaboratives you are a member of.

        Returns:
            The collaboratives, one `Collaborative` each, with their members.

        Raises:
            UnauthorizedError: The token was refused.

        Example:
            >>> for collaborative in await digitalExchange.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        return HtmlList(await self._client.collaborative_list_collaboratives())

    async def getCollaborative(self, collaborativeId: str) -> Collaborative:
        """Get a collaborative's metadata and members.

        Args:
            collaborativeId: The id of the collaborative.

        Returns:
            The collaborative; each of `memberOrganizations` lists its `usersInCollaborative`.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such collaborative.
            UnauthorizedError: You are not a member of it.

        Example:
            >>> collaborative = await digitalExchange.getCollaborative(collaborativeId)
            >>> collaborative.collaborativeId == collaborativeId
            True
        """
        validation.require_id("collaborativeId", collaborativeId)
        answer = await self._client.collaborative_get_collaborative(collaborativeId)
        return require_found(answer, "collaborative", collaborativeId)

    async def listCollaborativeServices(self, collaborativeId: str) -> list[Service]:
        """List the services that are shared in a collaborative.

        Args:
            collaborativeId: The id of the collaborative.

        Returns:
            The services, one `Service` each. `dataStore` or `timeSeriesDb` holds the service
            itself; both are None for a kind of service this package has no type for.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such collaborative.
            UnauthorizedError: You are not a member of it.

        Example:
            >>> for service in await digitalExchange.listCollaborativeServices(collaborativeId):
            ...     print(service.serviceType)
            DATA_STORE
            TIME_SERIES_DB
        """
        validation.require_id("collaborativeId", collaborativeId)
        services = await self._client.collaborative_list_collaborative_services(collaborativeId)
        return HtmlList(self._bind_data_store(service) for service in services)

    async def listCollaborativesServiceSharedWith(
        self, serviceId: str, *, serviceType: str | None = None
    ) -> list[Collaborative]:
        """List the collaboratives that a service of yours is shared with.

        Args:
            serviceId: The id of the service: a dataStoreId or a timeSeriesDbId.
            serviceType: The kind of the service, where its id does not tell.

        Returns:
            The collaboratives, one `Collaborative` each.

        Raises:
            InvalidParameterError: The id can't be used, or does not tell the kind.
            NotFoundError: There is no such service.
            UnauthorizedError: You do not own it.

        Example:
            >>> shared = await digitalExchange.listCollaborativesServiceSharedWith(dataStoreId)
            >>> [collaborative.name for collaborative in shared]
            ['Solar Research']
        """
        kind = _parse_service_type(serviceId, serviceType)
        shared = await self._client.collaborative_list_collaboratives_service_shared_with(
            serviceId, kind
        )
        return HtmlList(shared)

    async def addServiceToCollaborative(
        self, serviceId: str, collaborativeId: str, *, serviceType: str | None = None
    ) -> Service:
        """Share a service of yours with a collaborative.

        Args:
            serviceId: The id of the service: a dataStoreId or a timeSeriesDbId.
            collaborativeId: The id of the collaborative.
            serviceType: The kind of the service, where its id does not tell.

        Returns:
            The service.

        Raises:
            InvalidParameterError: An id can't be used, or does not tell the kind.
            NotFoundError: There is no such service or collaborative.
            UnauthorizedError: You do not own the service, or are no member.

        Example:
            >>> service = await digitalExchange.addServiceToCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceType
            <ServiceType.DATA_STORE: 'DATA_STORE'>
        """
        kind = _parse_service_type(serviceId, serviceType)
        validation.require_id("collaborativeId", collaborativeId)
        answer = await self._client.collaborative_add_service_to_collaborative(
            serviceId, kind, collaborativeId
        )
        return self._bind_data_store(require_found(answer, "service", serviceId))

    async def removeServiceFromCollaborative(
        self, serviceId: str, collaborativeId: str, *, serviceType: str | None = None
    ) -> Service:
        """Stop sharing a service with a collaborative; its members lose access at once.

        Args:
            serviceId: The id of the service: a dataStoreId or a timeSeriesDbId.
            collaborativeId: The id of the collaborative.
            serviceType: The kind of the service, where its id does not tell.

        Returns:
            The service.

        Raises:
            InvalidParameterError: An id can't be used, or does not tell the kind.
            NotFoundError: There is no such service or collaborative.
            UnauthorizedError: You do not own the service.

        Example:
            >>> service = await digitalExchange.removeServiceFromCollaborative(
            ...     dataStoreId, collaborativeId)
            >>> service.serviceId == dataStoreId
            True
        """
        kind = _parse_service_type(serviceId, serviceType)
        validation.require_id("collaborativeId", collaborativeId)
        answer = await self._client.collaborative_remove_service_from_collaborative(
            serviceId, kind, collaborativeId
        )
        return self._bind_data_store(require_found(answer, "service", serviceId))

    def _bind_data_store(self, service: Service) -> Service:
        if service.dataStore is not None:
            service.dataStore = bind_data_store(self, service.dataStore)
        return service


def _parse_service_type(serviceId: object, serviceType: object) -> ServiceType:
    """Read the kind of a service off its id, unless it is given."""
    identifier = validation.require_id("serviceId", serviceId)
    if serviceType is not None:
        return validation.parse_enum("serviceType", serviceType, ServiceType)
    for mark, kind in _SERVICE_TYPE_BY_ID_PREFIX.items():
        if mark in identifier:
            return kind
    raise InvalidParameterError(
        "serviceId must be a dataStoreId or a timeSeriesDbId, got "
        f"{validation.format_value(identifier)}, whose type is unknown; pass serviceType="
    )
