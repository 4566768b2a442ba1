"""Hubs of IoT endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import IotHub


class HubService(BaseService):
    """Calls about hubs."""

    async def listHubs(self) -> list[IotHub]:
        """List the hubs you own.

        Returns:
            The hubs, one `IotHub` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for hub in await digitalExchange.iot.listHubs():
            ...     print(hub.name)
            Solar site
        """
        return HtmlList(await self._client.iot_list_hubs())

    async def getHub(self, iotHubId: str) -> IotHub:
        """Get a hub.

        Args:
            iotHubId: The ID of the hub.

        Returns:
            The hub.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No hub with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> (await digitalExchange.iot.getHub(iotHubId)).name
            'Solar site'
        """
        validation.require_id("iotHubId", iotHubId)
        return require_found(await self._client.iot_get_hub(iotHubId), "IoT hub", iotHubId)

    async def createHub(self, name: str, description: str | None = None) -> IotHub:
        """Create an empty hub that you own.

        Args:
            name: The name. It need not be unique.
            description: The description.

        Returns:
            The new hub.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You may not create hubs.

        Example:
            >>> hub = await digitalExchange.iot.createHub("Wind site", "Towers 1 to 5")
            >>> hub.name, hub.description
            ('Wind site', 'Towers 1 to 5')
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        response = await self._client.iot_create_hub(name, description)
        return require_found(response, "IoT hub", name)

    async def updateHub(
        self, iotHubId: str, name: str | None = None, description: str | None = None
    ) -> IotHub:
        """Change the name or the description of a hub.

        Args:
            iotHubId: The ID of the hub; you must own it.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated hub.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No hub with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> hub = await digitalExchange.iot.updateHub(iotHubId, name="Roof")
            >>> hub.name
            'Roof'
        """
        validation.require_id("iotHubId", iotHubId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_hub(iotHubId, **changes)
        return require_found(response, "IoT hub", iotHubId)

    async def deleteHub(self, iotHubId: str) -> IotHub:
        """Delete an empty hub permanently.

        Args:
            iotHubId: The ID of the hub; you must own it.

        Returns:
            The deleted hub.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No hub with this ID exists.
            InvalidRequestError: The hub has endpoints or groups.
            UnauthorizedError: You do not own it.

        Example:
            >>> hub = await digitalExchange.iot.createHub("Scratch")
            >>> (await digitalExchange.iot.deleteHub(hub.iotHubId)).name
            'Scratch'
        """
        validation.require_id("iotHubId", iotHubId)
        return require_found(await self._client.iot_delete_hub(iotHubId), "IoT hub", iotHubId)
