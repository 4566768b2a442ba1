"""Data captures: their settings, data models and tokens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._graphql.client import require_found
from ..._graphql.pagination import paginate
from ..._models.html_list import HtmlList
from ..._transfer.output_file import open_output
from ..._utils import validation
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import (
        AuthenticationToken,
        DataCapture,
        DataCaptureAsset,
        DataCaptureDataModel,
        DataCapturePage,
    )

WHAT = "data capture"


class CaptureService(BaseService):
    """Calls about captures."""

    async def listCaptures(self, includeDataModels: bool = False) -> list[DataCapture]:
        """List the captures you own.

        Args:
            includeDataModels: Whether to load their data models. Defaults to False.

        Returns:
            The captures, one `DataCapture` each; empty if you own none.

        Raises:
            InvalidParameterError: The argument is invalid.
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for capture in await digitalExchange.dataCapture.listCaptures():
            ...     print(capture.displayName, capture.state)
            Load test READY
        """
        validation.parse_bool("includeDataModels", includeDataModels)

        async def read_page(before: DataCapturePage | None) -> DataCapturePage:
            token = before.nextToken if before else None
            page = await self._client.data_capture_list_captures(includeDataModels, token)
            return require_found(page, "data captures", "of this token")

        return HtmlList(
            [capture async for page in paginate(read_page) for capture in page.captures]
        )

    async def getCapture(self, captureId: str, includeDataModel: bool = True) -> DataCapture:
        """Get a capture.

        Args:
            captureId: The ID of the capture.
            includeDataModel: Whether to load its data model. Defaults to True.

        Returns:
            The capture.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> capture = await digitalExchange.dataCapture.getCapture(captureId)
            >>> print(capture.state, [asset.displayName for asset in capture.dataModel.items])
            READY ['Inverter 1']
        """
        validation.require_id("captureId", captureId)
        validation.parse_bool("includeDataModel", includeDataModel)
        response = await self._client.data_capture_get_capture(captureId, includeDataModel)
        return require_found(response, WHAT, captureId)

    async def createCapture(
        self, displayName: str, description: str | None = None, captureType: str = "STANDARD"
    ) -> DataCapture:
        """Create a capture that you own. It is READY once it has a data model.

        Args:
            displayName: The name. It need not be unique.
            description: The description.
            captureType: The type, `STANDARD`.

        Returns:
            The new capture.

        Raises:
            InvalidParameterError: An argument is invalid.
            UnauthorizedError: You may not create captures.

        Example:
            >>> capture = await digitalExchange.dataCapture.createCapture("Night test")
            >>> print(capture.displayName, capture.state)
            Night test CONFIGURATION_ERROR
        """
        from ..._generated.enums import DataCaptureType

        validation.require_str("displayName", displayName)
        validation.optional_str("description", description)
        capture_type = validation.parse_enum("captureType", captureType, DataCaptureType)
        response = await self._client.data_capture_create_capture(
            capture_type, displayName, description
        )
        return require_found(response, WHAT, displayName)

    async def updateCapture(
        self,
        captureId: str,
        *,
        displayName: str | None = None,
        description: str | None = None,
        startTimeType: str | None = None,
        stopTimeType: str | None = None,
        scheduledStartTime: str | datetime | None = None,
        scheduledStopTime: str | datetime | None = None,
    ) -> DataCapture:
        """Change the names and times of a capture. Omitted arguments change nothing.

        Args:
            captureId: The ID of the capture; you must own it.
            displayName: The new name.
            description: The new description; an empty string removes it.
            startTimeType: How the capture is started, `MANUAL` or `SCHEDULED`.
            stopTimeType: How the capture is stopped, `MANUAL` or `SCHEDULED`.
            scheduledStartTime: When it is started, as an ISO 8601 string or a datetime, both with
                a time zone; an empty string removes it.
            scheduledStopTime: When it is stopped, as `scheduledStartTime`.

        Returns:
            The updated capture. `timeSettings.errors` says what is wrong with its times.

        Raises:
            InvalidParameterError: An argument is invalid, or there is nothing to change.
            NotFoundError: No capture with this ID exists.
            InvalidRequestError: The capture has been started.
            UnauthorizedError: You do not own it.

        Example:
            >>> capture = await digitalExchange.dataCapture.updateCapture(
            ...     captureId, displayName="Night test", stopTimeType="SCHEDULED",
            ...     scheduledStopTime="2099-05-01T06:00:00Z")
            >>> print(capture.displayName, capture.timeSettings.stopTimeType)
            Night test SCHEDULED
        """
        from ..._generated.enums import DataCaptureTimeConfigType

        validation.require_id("captureId", captureId)
        start_type, stop_type = (
            None if kind is None else validation.parse_enum(name, kind, DataCaptureTimeConfigType)
            for name, kind in (("startTimeType", startTimeType), ("stopTimeType", stopTimeType))
        )
        start = _format_time("scheduledStartTime", scheduledStartTime)
        stop = _format_time("scheduledStopTime", scheduledStopTime)
        validation.parse_changes(
            required=["displayName"],
            displayName=displayName,
            description=description,
            startTimeType=start_type,
            stopTimeType=stop_type,
            scheduledStartTime=start,
            scheduledStopTime=stop,
        )
        response = await self._client.with_options(idempotent=True).data_capture_update_capture(
            captureId,
            displayName=displayName,
            updateDisplayName=displayName is not None,
            description=description or None,
            updateDescription=description is not None,
            startTimeType=start_type,
            updateStartTimeType=start_type is not None,
            stopTimeType=stop_type,
            updateStopTimeType=stop_type is not None,
            scheduledStartTime=start or None,
            updateScheduledStartTime=start is not None,
            scheduledStopTime=stop or None,
            updateScheduledStopTime=stop is not None,
        )
        return require_found(response, WHAT, captureId)

    async def deleteCapture(self, captureId: str) -> DataCapture:
        """Delete a capture and its data permanently.

        Args:
            captureId: The ID of the capture; you must own it.

        Returns:
            The deleted capture.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> (await digitalExchange.dataCapture.deleteCapture(captureId)).displayName
            'Load test'
        """
        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_delete_capture(captureId)
        return require_found(response, WHAT, captureId)

    async def getDataModel(self, captureId: str) -> DataCaptureDataModel:
        """Get the data model of a capture: its assets and their attributes.

        Args:
            captureId: The ID of the capture.

        Returns:
            The data model; `items` are the assets.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> dataModel = await digitalExchange.dataCapture.getDataModel(captureId)
            >>> print(dataModel.state, dataModel.items[0].attributes[0].userDefinedId)
            GOOD inverter-1-power
        """
        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_get_data_model(captureId)
        return require_found(response, "data model of capture", captureId)

    async def downloadDataModel(
        self, captureId: str, writeLocation: str | os.PathLike[str]
    ) -> bool:
        """Download the data model of a capture as a file.

        Args:
            captureId: The ID of the capture.
            writeLocation: The path of the output file, or a directory, in which the file has the
                name that the platform gives it. It appears only when it is complete.

        Returns:
            True.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> await digitalExchange.dataCapture.downloadDataModel(captureId, "model.json")
            True
        """
        validation.require_id("captureId", captureId)
        validation.resolve_output_path("writeLocation", writeLocation, "")
        response = await self._client.data_capture_get_data_model_export(captureId)
        export = require_found(response, "data model of capture", captureId)
        target = validation.resolve_output_path("writeLocation", writeLocation, export.fileName)
        async with open_output(self._backend, target) as file:
            file.write(export.contents.encode())
        return True

    async def updateDataModel(
        self,
        captureId: str,
        assets: (
            Iterable[Mapping[str, Any] | DataCaptureAsset]
            | Mapping[str, Any]
            | DataCaptureDataModel
        ),
    ) -> DataCaptureDataModel:
        """Replace the data model of a capture that has not been started.

        Args:
            captureId: The ID of the capture; you must own it.
            assets: The assets, as dictionaries with the keys `userDefinedId`, `displayName`
                (defaults to the ID), `description` and `attributes`. Attributes are dictionaries
                with the keys `userDefinedId`, which must be unique in the data model,
                `schemaType` (`integer`, `double`, `string` or `boolean`), `displayName`,
                `description` and `unit`. The data model of another capture is accepted too, as
                returned, or as parsed from the JSON file of `downloadDataModel`.

        Returns:
            The new data model.

        Raises:
            InvalidParameterError: An argument is invalid.
            NotFoundError: No capture with this ID exists.
            InvalidRequestError: The capture has been started.
            UnauthorizedError: You do not own it.

        Example:
            >>> dataModel = await digitalExchange.dataCapture.updateDataModel(captureId, [
            ...     {"userDefinedId": "mast-1", "attributes": [
            ...         {"userDefinedId": "mast-1-speed", "schemaType": "double", "unit": "m/s"}]}])
            >>> print(dataModel.state, dataModel.items[0].displayName)
            GOOD mast-1
        """
        from ..._telemetry.capture_model import parse_data_model

        validation.require_id("captureId", captureId)
        data_model = parse_data_model("assets", assets)
        client = self._client.with_options(idempotent=True)
        response = await client.data_capture_update_data_model(captureId, data_model)
        return require_found(response, "data model of capture", captureId)

    async def getCaptureToken(self, captureId: str) -> AuthenticationToken:
        """Get the token of a capture, with which a device can publish to it.

        Args:
            captureId: The ID of the capture; you must own it.

        Returns:
            The token. It allows only the operations of this capture. Its `tokenValue` is secret,
            and representations do not show it.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> captureToken = await digitalExchange.dataCapture.getCaptureToken(captureId)
            >>> print(captureToken.tokenType, captureToken.scope == [captureId])
            DATA_CAPTURE_READ_WRITE True
        """
        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_get_capture_authentication_token(captureId)
        return require_found(response, "token of capture", captureId)

    async def regenerateCaptureToken(self, captureId: str) -> AuthenticationToken:
        """Replace the token of a capture. The old one stops working at once.

        Args:
            captureId: The ID of the capture; you must own it.

        Returns:
            The new token. Its `tokenValue` is secret, and representations do not show it.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You do not own it.

        Example:
            >>> old = await digitalExchange.dataCapture.getCaptureToken(captureId)
            >>> new = await digitalExchange.dataCapture.regenerateCaptureToken(captureId)
            >>> new.tokenValue == old.tokenValue
            False
        """
        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_regenerate_authentication_token(captureId)
        return require_found(response, "token of capture", captureId)

    async def getPythonSDKSample(self, captureId: str) -> str:
        """Get a Python program that publishes to a capture.

        Args:
            captureId: The ID of the capture.

        Returns:
            The source of the program.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No capture with this ID exists.
            UnauthorizedError: You may not read it.

        Example:
            >>> program = await digitalExchange.dataCapture.getPythonSDKSample(captureId)
            >>> captureId in program
            True
        """
        validation.require_id("captureId", captureId)
        response = await self._client.data_capture_get_python_sdk_sample(captureId)
        return require_found(response, "sample of capture", captureId)


def _format_time(argument: str, value: object) -> str | None:
    """Format a time; None if it is omitted, an empty string if it is to be removed."""
    if value is None or value == "":
        return None if value is None else ""
    from ..._time_series.timestamps import format_timestamp, parse_timestamp_ns

    return format_timestamp(parse_timestamp_ns(argument, value))
