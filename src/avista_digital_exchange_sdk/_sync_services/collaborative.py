# Generated from src/avista_digital_exchange_sdk/_services/collaborative.py by scripts/generate.

"""The sync variant of: Collaboratives: who works together, and which services they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import run_sync
from .._services.base import SyncService
from .._services.collaborative import CollaborativeService

if TYPE_CHECKING:
    from .._generated.fragments import Collaborative, Service


__all__ = ["SyncCollaborativeService"]


class SyncCollaborativeService(SyncService):
    """The calls about collaboratives."""

    def listCollaboratives(self) -> list[Collaborative]:
        """List the collaboratives you are a member of.

        Returns:
            The collaboratives, one `Collaborative` each, with their members.

        Raises:
            UnauthorizedError: The token was refused.

        Example:
            >>> for collaborative in digitalExchange.listCollaboratives():
            ...     print(collaborative.name)
            Solar Research
        """
        return run_sync(CollaborativeService.listCollaboratives(self._calls))

    def getCollaborative(self, collaborativeId: str) -> Collaborative:
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
            >>> collaborative = digitalExchange.getCollaborative(collaborativeId)
            >>> collaborative.collaborativeId == collaborativeId
            True
        """
        return run_sync(CollaborativeService.getCollaborative(self._calls, collaborativeId))

    def listCollaborativeServices(self, collaborativeId: str) -> list[Service]:
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
            >>> for service in digitalExchange.listCollaborativeServices(collaborativeId):
            ...     print(service.serviceType)
            DATA_STORE
            TIME_SERIES_DB
        """
        return run_sync(
            CollaborativeService.listCollaborativeServices(self._calls, collaborativeId)
        )

    def listCollaborativesServiceSharedWith(
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
