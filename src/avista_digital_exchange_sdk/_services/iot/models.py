"""Digital twin models, which endpoints follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._graphql.client import require_found
from ..._models.html_list import HtmlList
from ..._utils import validation
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import DigitalTwinModel


# The largest Int of GraphQL.
MAX_VERSION = 2**31 - 1

# The attributes of a model as dictionaries.
Attributes = Sequence[Mapping[str, Any]]


class ModelService(BaseService):
    """Calls about digital twin models."""

    async def listModels(self) -> list[DigitalTwinModel]:
        """List the models you own.

        Returns:
            The models, one `DigitalTwinModel` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for model in await digitalExchange.iot.listModels():
            ...     print(model.displayName)
            Inverter
        """
        return HtmlList(await self._client.iot_list_models())

    async def getModel(self, modelId: str) -> DigitalTwinModel:
        """Get a model with its properties and telemetry.

        Args:
            modelId: The ID of the model.

        Returns:
            The model.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No model with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> model = await digitalExchange.iot.getModel(modelId)
            >>> print(model.displayName, model.dtmi)
            Inverter dtmi:localExchange:LocalExchangeInverter;1
        """
        validation.require_id("modelId", modelId)
        return require_found(await self._client.iot_get_model(modelId), "model", modelId)

    async def getModelInDTDLFormat(self, modelId: str) -> str:
        """Get a model in DTDL, the Digital Twins Definition Language.

        Args:
            modelId: The ID of the model.

        Returns:
            The model as JSON.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No model with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> import json
            >>> dtdl = await digitalExchange.iot.getModelInDTDLFormat(modelId)
            >>> json.loads(dtdl)['@type']
            'Interface'
        """
        validation.require_id("modelId", modelId)
        response = await self._client.iot_get_model_in_dtdl_format(modelId)
        return require_found(response, "model", modelId)

    async def createModel(
        self,
        name: str,
        description: str | None = None,
        properties: Attributes | None = (),
        telemetry: Attributes | None = (),
    ) -> DigitalTwinModel:
        """Create a model that you own.

        Args:
            name: The name, of letters, digits and underscores. It is also a segment of `dtmi`.
            description: The description.
            properties: The properties, as dictionaries with the keys `name` and `schemaType`, and
                optionally `description`, `defaultValue` and `writable` (defaults to False).
            telemetry: The telemetry attributes, as dictionaries with the keys `name` and
                `schemaType`, and optionally `description`. A `schemaType` is `integer`, `double`,
                `string`, `boolean`, `dateTime` or `duration`.

        Returns:
            The new model.

        Raises:
            InvalidParameterError: An argument is invalid.
            InvalidRequestError: You have a model of this name.
            UnauthorizedError: You may not create models.

        Example:
            >>> model = await digitalExchange.iot.createModel(
            ...     "WeatherMast", "What a mast measures",
            ...     [{"name": "Height", "schemaType": "double", "writable": True}],
            ...     [{"name": "WindSpeed", "schemaType": "double"}])
            >>> model.displayName, model.telemetry[0].name
            ('WeatherMast', 'WindSpeed')
        """
        from ..._telemetry.model_attributes import parse_attributes, parse_segment

        parse_segment("name", name)
        validation.optional_str("description", description)
        inputs = parse_attributes(properties, telemetry)
        response = await self._client.iot_create_model(
            name, name, description, inputs.properties, inputs.telemetry
        )
        return require_found(response, "model", name)

    async def createNewModelVersion(
        self,
        modelId: str,
        properties: Attributes | None = (),
        telemetry: Attributes | None = (),
        *,
        displayName: str | None = None,
        description: str | None = None,
        version: int | None = None,
    ) -> DigitalTwinModel:
        """Create a new version of a model, with an ID of its own.

        Args:
            modelId: The ID of the model; you must own it.
            properties: The properties, as dictionaries with the keys `name` and `schemaType`, and
                optionally `description`, `defaultValue` and `writable` (defaults to False).
            telemetry: The telemetry attributes, as dictionaries with the keys `name` and
                `schemaType`, and optionally `description`. A `schemaType` is `integer`, `double`,
                `string`, `boolean`, `dateTime` or `duration`.
            displayName: The name. Defaults to that of the model.
            description: The description. Defaults to that of the model.
            version: The version, higher than those of the model. Defaults to the next one.

        Returns:
            The new version.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No model with this ID exists.
            InvalidRequestError: The version exists, or is lower than an existing one.
            UnauthorizedError: You do not own it.

        Example:
            >>> model = await digitalExchange.iot.createNewModelVersion(
            ...     modelId, telemetry=[{"name": "Power", "schemaType": "double"}])
            >>> print(model.dtmi)
            dtmi:localExchange:LocalExchangeInverter;2
        """
        from ..._telemetry.model_attributes import parse_attributes

        validation.require_id("modelId", modelId)
        inputs = parse_attributes(properties, telemetry)
        if displayName is not None:
            validation.require_str("displayName", displayName)
        validation.optional_str("description", description)
        if version is not None:
            version = validation.parse_int("version", version, 1, MAX_VERSION)
        response = await self._client.iot_create_new_model_version(
            modelId, displayName, description, inputs.properties, inputs.telemetry, version
        )
        return require_found(response, "model", modelId)

    async def updateModel(
        self,
        modelId: str,
        displayName: str | None = None,
        description: str | None = None,
        dtmiSegment: str | None = None,
    ) -> DigitalTwinModel:
        """Change the names or the description of a model.

        Args:
            modelId: The ID of the model; you must own it.
            displayName: The new name. Defaults to the present one.
            description: The new description. Defaults to the present one.
            dtmiSegment: The new segment of `dtmi`. Defaults to the present one.

        Returns:
            The updated model.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No model with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> model = await digitalExchange.iot.updateModel(modelId, "String inverter")
            >>> model.displayName
            'String inverter'
        """
        from ..._telemetry.model_attributes import parse_segment

        validation.require_id("modelId", modelId)
        if dtmiSegment is not None:
            parse_segment("dtmiSegment", dtmiSegment)
        changes = validation.parse_changes(
            required=["displayName"],
            displayName=displayName,
            description=description,
            dtmiSegment=dtmiSegment,
        )
        client = self._client.with_options(idempotent=True)
        response = await client.iot_update_model(modelId, **changes)
        return require_found(response, "model", modelId)

    async def deleteModel(self, modelId: str) -> DigitalTwinModel:
        """Permanently delete a model that no endpoint follows.

        Args:
            modelId: The ID of the model; you must own it.

        Returns:
            The deleted model.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No model with this ID exists.
            InvalidRequestError: An endpoint follows the model.
            UnauthorizedError: You do not own it.

        Example:
            >>> model = await digitalExchange.iot.createModel("Scratch")
            >>> (await digitalExchange.iot.deleteModel(model.modelId)).displayName
            'Scratch'
        """
        validation.require_id("modelId", modelId)
        return require_found(await self._client.iot_delete_model(modelId), "model", modelId)
