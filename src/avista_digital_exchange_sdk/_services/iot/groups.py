"""Groups of IoT endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..._utils.argument_aliases import accept_aliases
from ..base import BaseService
from .endpoint_ids import parse_endpoint_ids

if TYPE_CHECKING:
    from ..._generated.fragments import IotGroup


class GroupService(BaseService):
    """Calls about groups."""

    async def listGroups(self, iotHubId: str, includeEndpoints: bool = False) -> list[IotGroup]:
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
            >>> for group in await digitalExchange.iot.listGroups(iotHubId):
            ...     print(group.name, len(group.iotEndpointIds))
            Inverters 1
        """
        validation.require_id("iotHubId", iotHubId)
        validation.parse_bool("includeEndpoints", includeEndpoints)
        return HtmlList(await self._client.iot_list_groups(iotHubId, includeEndpoints))

    async def getGroup(self, iotGroupId: str, includeEndpoints: bool = True) -> IotGroup:
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
            >>> for endpoint in (await digitalExchange.iot.getGroup(iotGroupId)).endpoints:
            ...     print(endpoint.name)
            Inverter 1
        """
        validation.require_id("iotGroupId", iotGroupId)
        validation.parse_bool("includeEndpoints", includeEndpoints)
        response = await self._client.iot_get_group(iotGroupId, includeEndpoints)
        return require_found(response, "IoT group", iotGroupId)

    async def createGroup(
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
            >>> group = await digitalExchange.iot.createGroup(
            ...     iotHubId, "Roof", iotEndpointIds=[iotEndpointId])
            >>> group.name, group.iotEndpointIds == [iotEndpointId]
            ('Roof', True)
        """
        validation.require_id("iotHubId", iotHubId)
        validation.require_str("name", name)
        validation.optional_str("description", description)
        endpoint_ids = parse_endpoint_ids(iotEndpointIds, allow_empty=True)
        response = await self._client.iot_create_group(iotHubId, name, description, endpoint_ids)
        return require_found(response, "IoT group", name)

    async def updateGroup(
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
            >>> group = await digitalExchange.iot.updateGroup(iotGroupId, description="South roof")
            >>> group.description
            'South roof'
        """
        validation.require_id("iotGroupId", iotGroupId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_group(iotGroupId, **changes)
        return require_found(response, "IoT group", iotGroupId)

    @accept_aliases(iotEndpointId="iotEndpointIds")
    async def addEndpointsToGroup(
        self, iotGroupId: str, iotEndpointIds: str | Sequence[str]
    ) -> IotGroup:
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
            >>> roof = await digitalExchange.iot.createEndpoint(iotHubId, modelId, "Roof")
            >>> group = await digitalExchange.iot.addEndpointsToGroup(
            ...     iotGroupId, [roof.iotEndpointId])
            >>> [endpoint.name for endpoint in group.endpoints]
            ['Inverter 1', 'Roof']
        """
        validation.require_id("iotGroupId", iotGroupId)
        endpoint_ids = parse_endpoint_ids(iotEndpointIds)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_add_endpoints_to_group(iotGroupId, endpoint_ids)
        return require_found(response, "IoT group", iotGroupId)

    @accept_aliases(iotEndpointId="iotEndpointIds")
    async def removeEndpointsFromGroup(
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
            >>> group = await digitalExchange.iot.removeEndpointsFromGroup(
            ...     iotGroupId, iotEndpointId)
            >>> group.endpoints
            []
        """
        validation.require_id("iotGroupId", iotGroupId)
        endpoint_ids = parse_endpoint_ids(iotEndpointIds)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_remove_endpoints_from_group(iotGroupId, endpoint_ids)
        return require_found(response, "IoT group", iotGroupId)

    async def deleteGroup(self, iotGroupId: str) -> IotGroup:
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
            >>> (await digitalExchange.iot.deleteGroup(iotGroupId)).name
            'Inverters'
        """
        validation.require_id("iotGroupId", iotGroupId)
        response = await self._client.iot_delete_group(iotGroupId)
        return require_found(response, "IoT group", iotGroupId)
