# Generated from src/avista_digital_exchange_sdk/_services/collaborative.py by scripts/generate.

"""The sync variant of: Collaboratives: their members and the services shared in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import run_sync
from .._services.base import SyncService
from .._services.collaborative import CollaborativeService

if TYPE_CHECKING:
    from .._generated.fragments import Collaborative, Service


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
            The services, one `Service` each. `dataStore` or `timeSeriesDb` is the service
            itself; both are None for other types of services.

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

    def listCollaborativesServiceSharedWith(
        self, serviceId: str, *, serviceType: str | None = None
    ) -> list[Collaborative]:
        """List the collaboratives that a service of yours is shared with.

        Args:
            serviceId: The ID of the service: a dataStoreId or a timeSeriesDbId.
            serviceType: The type of the service, `DATA_STORE` or `TIME_SERIES_DB`. Defaults to the
                type in the ID.

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
            serviceId: The ID of the service: a dataStoreId or a timeSeriesDbId.
            collaborativeId: The ID of the collaborative.
            serviceType: The type of the service, `DATA_STORE` or `TIME_SERIES_DB`. Defaults to the
                type in the ID.

        Returns:
            The service.

        Raises:
            InvalidParameterError: An ID is invalid, or the type of the service is unknown.
            NotFoundError: The service or collaborative does not exist.
            UnauthorizedError: You do not own the service, or are not a member.

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
            serviceId: The ID of the service: a dataStoreId or a timeSeriesDbId.
            collaborativeId: The ID of the collaborative.
            serviceType: The type of the service, `DATA_STORE` or `TIME_SERIES_DB`. Defaults to the
                type in the ID.

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
