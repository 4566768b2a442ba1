# Generated from src/avista_digital_exchange_sdk/_services/iot/models.py by scripts/generate.

"""The sync variant of: Digital twin models, which endpoints follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.iot.models import Attributes, ModelService

if TYPE_CHECKING:
    from ..._generated.fragments import DigitalTwinModel


__all__ = ["SyncModelService"]


class SyncModelService(SyncService):
    """Calls about digital twin models."""

    def listModels(self) -> list[DigitalTwinModel]:
        """List the models you own.

        Returns:
            The models, one `DigitalTwinModel` each; empty if you own none.

        Raises:
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for model in digitalExchange.iot.listModels():
            ...     print(model.displayName)
            Inverter
        """
        return run_sync(ModelService.listModels(self._calls))

    def getModel(self, modelId: str) -> DigitalTwinModel:
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
            >>> model = digitalExchange.iot.getModel(modelId)
            >>> print(model.displayName, model.dtmi)
            Inverter dtmi:localExchange:LocalExchangeInverter;1
        """
        return run_sync(ModelService.getModel(self._calls, modelId))

    def getModelInDTDLFormat(self, modelId: str) -> str:
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
            >>> dtdl = digitalExchange.iot.getModelInDTDLFormat(modelId)
            >>> json.loads(dtdl)['@type']
            'Interface'
        """
        return run_sync(ModelService.getModelInDTDLFormat(self._calls, modelId))

    def createModel(
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
            >>> model = digitalExchange.iot.createModel(
            ...     "WeatherMast", "What a mast measures",
            ...     [{"name": "Height", "schemaType": "double", "writable": True}],
            ...     [{"name": "WindSpeed", "schemaType": "double"}])
            >>> model.displayName, model.telemetry[0].name
            ('WeatherMast', 'WindSpeed')
        """
        return run_sync(
            ModelService.createModel(self._calls, name, description, properties, telemetry)
        )

    def createNewModelVersion(
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
            >>> model = digitalExchange.iot.createNewModelVersion(
            ...     modelId, telemetry=[{"name": "Power", "schemaType": "double"}])
            >>> print(model.dtmi)
            dtmi:localExchange:LocalExchangeInverter;2
        """
        return run_sync(
            ModelService.createNewModelVersion(
                self._calls,
                modelId,
                properties,
                telemetry,
                displayName=displayName,
                description=description,
                version=version,
            )
        )

    def updateModel(
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
            >>> model = digitalExchange.iot.updateModel(modelId, "String inverter")
            >>> model.displayName
            'String inverter'
        """
        return run_sync(
            ModelService.updateModel(self._calls, modelId, displayName, description, dtmiSegment)
        )

    def deleteModel(self, modelId: str) -> DigitalTwinModel:
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
            >>> model = digitalExchange.iot.createModel("Scratch")
            >>> digitalExchange.iot.deleteModel(model.modelId).displayName
            'Scratch'
        """
        return run_sync(ModelService.deleteModel(self._calls, modelId))
