# Generated from src/avista_digital_exchange_sdk/_services/iot/endpoints.py by scripts/generate.

"""The sync variant of: IoT endpoints and their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.endpoints import EndpointService

if TYPE_CHECKING:
    from ..._generated.fragments import AuthenticationToken, IotEndpoint

__all__ = ["SyncEndpointService"]


class SyncEndpointService(SyncService):
    """Calls about endpoints."""

    def listEndpointsInHub(self, iotHubId: str) -> list[IotEndpoint]:
        """List the endpoints of a hub.

        Args:
            iotHubId: The ID of the hub.

        Returns:
            The endpoints, one `IotEndpoint` each.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No hub with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> for endpoint in digitalExchange.iot.listEndpointsInHub(iotHubId):
            ...     print(endpoint.name)
            Inverter 1
        """
        return run_sync(EndpointService.listEndpointsInHub(self._calls, iotHubId))

    def getEndpoint(self, iotEndpointId: str) -> IotEndpoint:
        """Get an endpoint with the values of its properties, and its telemetry attributes.

        Args:
            iotEndpointId: The ID of the endpoint.

        Returns:
            The endpoint.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> endpoint = digitalExchange.iot.getEndpoint(iotEndpointId)
            >>> print(endpoint.name, [telemetry.name for telemetry in endpoint.telemetry])
            Inverter 1 [...]
        """
        return run_sync(EndpointService.getEndpoint(self._calls, iotEndpointId))

    def createEndpoint(
        self, iotHubId: str, modelId: str, name: str, description: str | None = None
    ) -> IotEndpoint:
        """Create an endpoint in a hub.

        Args:
            iotHubId: The ID of the hub; you must own it.
            modelId: The ID of the model that the endpoint follows.
            name: The name. It need not be unique.
            description: The description.

        Returns:
            The new endpoint. Its properties have their default values.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The hub or the model does not exist.
            UnauthorizedError: You do not own it.

        Example:
            >>> endpoint = digitalExchange.iot.createEndpoint(
            ...     iotHubId, modelId, "Roof sensor", "Above the north entrance")
            >>> endpoint.name
            'Roof sensor'
        """
        return run_sync(
            EndpointService.createEndpoint(self._calls, iotHubId, modelId, name, description)
        )

    def updateEndpoint(
        self, iotEndpointId: str, name: str | None = None, description: str | None = None
    ) -> IotEndpoint:
        """Change the name or the description of an endpoint.

        Args:
            iotEndpointId: The ID of the endpoint; you must own it.
            name: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.

        Returns:
            The updated endpoint.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> endpoint = digitalExchange.iot.updateEndpoint(iotEndpointId, "Inverter 2")
            >>> endpoint.name
            'Inverter 2'
        """
        return run_sync(
            EndpointService.updateEndpoint(self._calls, iotEndpointId, name, description)
        )

    def updateEndpointProperties(
        self, iotEndpointId: str, properties: Mapping[str, object]
    ) -> IotEndpoint:
        """Set values of an endpoint's writable properties.

        Args:
            iotEndpointId: The ID of the endpoint.
            properties: The new values by the name of the property: strings, numbers, booleans or
                datetimes. A dictionary `{"value": …, "timestamp": …}` also sets the time of the
                value: a datetime or an ISO 8601 string, both with a time zone, or milliseconds
                since 1970. Defaults to now.

        Returns:
            The endpoint with its present values.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No endpoint with this ID exists.
            InvalidRequestError: A property does not exist, is not writable, or has another type.
            UnauthorizedError: You may not write to the endpoint.

        Example:
            >>> endpoint = digitalExchange.iot.updateEndpointProperties(
            ...     iotEndpointId, {"RatedPower": 7.5})
            >>> [entry.value for entry in endpoint.properties if entry.name == "RatedPower"]
            ['7.5']
        """
        return run_sync(
            EndpointService.updateEndpointProperties(self._calls, iotEndpointId, properties)
        )

    def updateModelUsedByEndpoint(self, iotEndpointId: str, modelId: str) -> IotEndpoint:
        """Make an endpoint follow another model.

        Args:
            iotEndpointId: The ID of the endpoint; you must own it.
            modelId: The ID of the new model.

        Returns:
            The updated endpoint.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: The endpoint or the model does not exist.
            UnauthorizedError: You do not own it.

        Example:
            >>> model = digitalExchange.iot.createNewModelVersion(
            ...     modelId, telemetry=[{"name": "Power", "schemaType": "double"}])
            >>> endpoint = digitalExchange.iot.updateModelUsedByEndpoint(
            ...     iotEndpointId, model.modelId)
            >>> [telemetry.name for telemetry in endpoint.telemetry]
            ['Power']
        """
        return run_sync(
            EndpointService.updateModelUsedByEndpoint(self._calls, iotEndpointId, modelId)
        )

    def deleteEndpoint(self, iotEndpointId: str) -> IotEndpoint:
        """Delete an endpoint and its data permanently. It is removed from its groups.

        Args:
            iotEndpointId: The ID of the endpoint; you must own it.

        Returns:
            The deleted endpoint.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> unused = digitalExchange.iot.createEndpoint(iotHubId, modelId, "Scratch")
            >>> digitalExchange.iot.deleteEndpoint(unused.iotEndpointId).name
            'Scratch'
        """
        return run_sync(EndpointService.deleteEndpoint(self._calls, iotEndpointId))

    def getEndpointToken(self, iotEndpointId: str) -> AuthenticationToken:
        """Get the token of an endpoint, with which a device can publish.

        Args:
            iotEndpointId: The ID of the endpoint; you must own it.

        Returns:
            The token. It allows only the IoT operations of this endpoint. Its `tokenValue` is
            secret, and representations do not show it.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> endpointToken = digitalExchange.iot.getEndpointToken(iotEndpointId)
            >>> print(endpointToken.tokenType, endpointToken.scope == [iotEndpointId])
            IOT_ENDPOINT_READ_WRITE True
        """
        return run_sync(EndpointService.getEndpointToken(self._calls, iotEndpointId))

    def regenerateEndpointToken(self, iotEndpointId: str) -> AuthenticationToken:
        """Replace the token of an endpoint. The old one stops working at once.

        Args:
            iotEndpointId: The ID of the endpoint; you must own it.

        Returns:
            The new token. Its `tokenValue` is secret, and representations do not show it.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> old = digitalExchange.iot.getEndpointToken(iotEndpointId)
            >>> new = digitalExchange.iot.regenerateEndpointToken(iotEndpointId)
            >>> new.tokenValue == old.tokenValue
            False
        """
        return run_sync(EndpointService.regenerateEndpointToken(self._calls, iotEndpointId))
