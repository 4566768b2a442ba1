# Generated from src/avista_digital_exchange_sdk/_services/iot/hubs.py by scripts/generate.

"""The sync variant of: Hubs of IoT endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.hubs import HubService

if TYPE_CHECKING:
    from ..._generated.fragments import IotHub

__all__ = ["SyncHubService"]


class SyncHubService(SyncService):
    """Calls about hubs."""

    def listHubs(self) -> list[IotHub]:
        """List the hubs you own.

        Returns:
            The hubs, one `IotHub` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for hub in digitalExchange.iot.listHubs():
            ...     print(hub.name)
            Solar site
        """
        return run_sync(HubService.listHubs(self._calls))

    def getHub(self, iotHubId: str) -> IotHub:
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
            >>> digitalExchange.iot.getHub(iotHubId).name
            'Solar site'
        """
        return run_sync(HubService.getHub(self._calls, iotHubId))

    def createHub(self, name: str, description: str | None = None) -> IotHub:
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
            >>> hub = digitalExchange.iot.createHub("Wind site", "Towers 1 to 5")
            >>> hub.name, hub.description
            ('Wind site', 'Towers 1 to 5')
        """
        return run_sync(HubService.createHub(self._calls, name, description))

    def updateHub(
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
            >>> hub = digitalExchange.iot.updateHub(iotHubId, name="Roof")
            >>> hub.name
            'Roof'
        """
        return run_sync(HubService.updateHub(self._calls, iotHubId, name, description))

    def deleteHub(self, iotHubId: str) -> IotHub:
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
            >>> hub = digitalExchange.iot.createHub("Scratch")
            >>> digitalExchange.iot.deleteHub(hub.iotHubId).name
            'Scratch'
        """
        return run_sync(HubService.deleteHub(self._calls, iotHubId))
