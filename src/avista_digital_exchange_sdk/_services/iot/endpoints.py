"""IoT endpoints and their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import AuthenticationToken, IotEndpoint


class EndpointService(BaseService):
    """Calls about endpoints."""

    async def listEndpointsInHub(self, iotHubId: str) -> list[IotEndpoint]:
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
            >>> for endpoint in await digitalExchange.iot.listEndpointsInHub(iotHubId):
            ...     print(endpoint.name)
            Inverter 1
        """
        validation.require_id("iotHubId", iotHubId)
        return HtmlList(await self._client.iot_list_endpoints_in_hub(iotHubId))

    async def getEndpoint(self, iotEndpointId: str) -> IotEndpoint:
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
            >>> endpoint = await digitalExchange.iot.getEndpoint(iotEndpointId)
            >>> print(endpoint.name, [telemetry.name for telemetry in endpoint.telemetry])
            Inverter 1 [...]
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        response = await self._client.iot_get_endpoint(iotEndpointId)
        return require_found(response, "IoT endpoint", iotEndpointId)

    async def createEndpoint(
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
            >>> endpoint = await digitalExchange.iot.createEndpoint(
            ...     iotHubId, modelId, "Roof sensor", "Above the north entrance")
            >>> endpoint.name
            'Roof sensor'
        """
        validation.require_id("iotHubId", iotHubId)
        validation.require_id("modelId", modelId)
        validation.require_str("name", name)
        validation.optional_str("description", description)
        response = await self._client.iot_create_endpoint(iotHubId, modelId, name, description)
        return require_found(response, "IoT endpoint", name)

    async def updateEndpoint(
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
            >>> endpoint = await digitalExchange.iot.updateEndpoint(iotEndpointId, "Inverter 2")
            >>> endpoint.name
            'Inverter 2'
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        changes = validation.parse_changes(name=name, description=description)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_endpoint(iotEndpointId, **changes)
        return require_found(response, "IoT endpoint", iotEndpointId)

    async def updateEndpointProperties(
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
            >>> endpoint = await digitalExchange.iot.updateEndpointProperties(
            ...     iotEndpointId, {"RatedPower": 7.5})
            >>> [entry.value for entry in endpoint.properties if entry.name == "RatedPower"]
            ['7.5']
        """
        from ..._telemetry.model_attributes import parse_property_values

        validation.require_id("iotEndpointId", iotEndpointId)
        values = parse_property_values("properties", properties)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_endpoint_properties(iotEndpointId, values)
        return require_found(response, "IoT endpoint", iotEndpointId)

    async def updateModelUsedByEndpoint(self, iotEndpointId: str, modelId: str) -> IotEndpoint:
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
            >>> model = await digitalExchange.iot.createNewModelVersion(
            ...     modelId, telemetry=[{"name": "Power", "schemaType": "double"}])
            >>> endpoint = await digitalExchange.iot.updateModelUsedByEndpoint(
            ...     iotEndpointId, model.modelId)
            >>> [telemetry.name for telemetry in endpoint.telemetry]
            ['Power']
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        validation.require_id("modelId", modelId)
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_model_used_by_endpoint(iotEndpointId, modelId)
        return require_found(response, "IoT endpoint", iotEndpointId)

    async def deleteEndpoint(self, iotEndpointId: str) -> IotEndpoint:
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
            >>> unused = await digitalExchange.iot.createEndpoint(iotHubId, modelId, "Scratch")
            >>> (await digitalExchange.iot.deleteEndpoint(unused.iotEndpointId)).name
            'Scratch'
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        response = await self._client.iot_delete_endpoint(iotEndpointId)
        return require_found(response, "IoT endpoint", iotEndpointId)

    async def getEndpointToken(self, iotEndpointId: str) -> AuthenticationToken:
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
            >>> endpointToken = await digitalExchange.iot.getEndpointToken(iotEndpointId)
            >>> print(endpointToken.tokenType, endpointToken.scope == [iotEndpointId])
            IOT_ENDPOINT_READ_WRITE True
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        response = await self._client.iot_get_endpoint_token(iotEndpointId)
        return require_found(response, "token of IoT endpoint", iotEndpointId)

    async def regenerateEndpointToken(self, iotEndpointId: str) -> AuthenticationToken:
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
            >>> old = await digitalExchange.iot.getEndpointToken(iotEndpointId)
            >>> new = await digitalExchange.iot.regenerateEndpointToken(iotEndpointId)
            >>> new.tokenValue == old.tokenValue
            False
        """
        validation.require_id("iotEndpointId", iotEndpointId)
        response = await self._client.iot_regenerate_endpoint_token(iotEndpointId)
        return require_found(response, "token of IoT endpoint", iotEndpointId)
