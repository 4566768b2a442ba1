# Generated from src/avista_digital_exchange_sdk/_services/iot/groups.py by scripts/generate.

"""The sync variant of: Groups of IoT endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.groups import GroupService
from ..._utils.argument_aliases import accept_aliases

if TYPE_CHECKING:
    from ..._generated.fragments import IotGroup

__all__ = ["SyncGroupService"]


class SyncGroupService(SyncService):
    """Calls about groups."""

    def listGroups(self, iotHubId: str, includeEndpoints: bool = False) -> list[IotGroup]:
        """List the groups of a hub.

        Args:
            iotHubId: The ID of the hub.
            includeEndpoints: Whether to load the endpoints of the groups. Defaults to False.

        Returns:
            The groups, one `IotGroup` each. `iotEndpointIds` is loaded in either case.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No hub with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for group in digitalExchange.iot.listGroups(iotHubId):
            ...     print(group.name, len(group.iotEndpointIds))
            Inverters 1
        """
        return run_sync(GroupService.listGroups(self._calls, iotHubId, includeEndpoints))

    def getGroup(self, iotGroupId: str, includeEndpoints: bool = True) -> IotGroup:
        """Get a group.

        Args:
            iotGroupId: The ID of the group.
            includeEndpoints: Whether to load the endpoints of the group. Defaults to True.

        Returns:
            The group. `endpoints` is empty if they are not loaded; `iotEndpointIds` is loaded in
            either case.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No group with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for endpoint in digitalExchange.iot.getGroup(iotGroupId).endpoints:
            ...     print(endpoint.name)
            Inverter 1
        """
        return run_sync(GroupService.getGroup(self._calls, iotGroupId, includeEndpoints))

    def createGroup(
        self,
        iotHubId: str,
        name: str,
        description: str | None = None,
        iotEndpointIds: str | Sequence[str] | None = (),
    ) -> IotGroup:
        """Create a group of endpoints of a hub.

        Args:
            iotHubId: The ID of the hub; you must own it.
            name: The name. It need not be unique.
            description: The description.
            iotEndpointIds: The IDs of the first endpoints, or a single ID. Defaults to none.

        Returns:
            The new group with its endpoints.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The hub or an endpoint does not exist.
            InvalidRequestError: An endpoint belongs to another hub.
            UnauthorizedError: You do not own it.

        Example:
            >>> group = digitalExchange.iot.createGroup(
            ...     iotHubId, "Roof", iotEndpointIds=[iotEndpointId])
            >>> group.name, group.iotEndpointIds == [iotEndpointId]
            ('Roof', True)
        """
        return run_sync(
            GroupService.createGroup(self._calls, iotHubId, name, description, iotEndpointIds)
        )

    def updateGroup(
        self, iotGroupId: str, name: str | None = None, description: str | None = None
    ) -> IotGroup:
        """Change the name or the description of a group.

        Args:
            iotGroupId: The ID of the group; you must own it.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated group with its endpoints.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No group with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> group = digitalExchange.iot.updateGroup(iotGroupId, description="South roof")
            >>> group.description
            'South roof'
        """
        return run_sync(GroupService.updateGroup(self._calls, iotGroupId, name, description))

    @accept_aliases(iotEndpointId="iotEndpointIds")
    def addEndpointsToGroup(self, iotGroupId: str, iotEndpointIds: str | Sequence[str]) -> IotGroup:
        """Add endpoints to a group. Those in it already stay in it.

        Args:
            iotGroupId: The ID of the group; you must own it.
            iotEndpointIds: The IDs of the endpoints, or a single ID.

        Returns:
            The group with its endpoints.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The group or an endpoint does not exist.
            InvalidRequestError: An endpoint belongs to another hub.
            UnauthorizedError: You do not own it.

        Example:
            >>> roof = digitalExchange.iot.createEndpoint(iotHubId, modelId, "Roof")
            >>> group = digitalExchange.iot.addEndpointsToGroup(
            ...     iotGroupId, [roof.iotEndpointId])
            >>> [endpoint.name for endpoint in group.endpoints]
            ['Inverter 1', 'Roof']
        """
        return run_sync(GroupService.addEndpointsToGroup(self._calls, iotGroupId, iotEndpointIds))

    @accept_aliases(iotEndpointId="iotEndpointIds")
    def removeEndpointsFromGroup(
        self, iotGroupId: str, iotEndpointIds: str | Sequence[str]
    ) -> IotGroup:
        """Remove endpoints from a group. The endpoints themselves stay.

        Args:
            iotGroupId: The ID of the group; you must own it.
            iotEndpointIds: The IDs of the endpoints, or a single ID.

        Returns:
            The group with its endpoints.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The group or an endpoint does not exist.
            UnauthorizedError: You do not own it.

        Example:
            >>> group = digitalExchange.iot.removeEndpointsFromGroup(
            ...     iotGroupId, iotEndpointId)
            >>> group.endpoints
            []
        """
        return run_sync(
            GroupService.removeEndpointsFromGroup(self._calls, iotGroupId, iotEndpointIds)
        )

    def deleteGroup(self, iotGroupId: str) -> IotGroup:
        """Delete a group permanently. Its endpoints stay.

        Args:
            iotGroupId: The ID of the group; you must own it.

        Returns:
            The deleted group.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No group with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> digitalExchange.iot.deleteGroup(iotGroupId).name
            'Inverters'
        """
        return run_sync(GroupService.deleteGroup(self._calls, iotGroupId))
