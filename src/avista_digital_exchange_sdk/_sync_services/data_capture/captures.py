# Generated from src/avista_digital_exchange_sdk/_services/data_capture/captures.py by scripts/generate.

"""The sync variant of: Data captures: their settings, data models and tokens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.data_capture.captures import CaptureService

if TYPE_CHECKING:
    from ..._generated.fragments import (
        AuthenticationToken,
        DataCapture,
        DataCaptureAsset,
        DataCaptureDataModel,
    )


__all__ = ["SyncCaptureService"]


class SyncCaptureService(SyncService):
    """Calls about captures."""

    def listCaptures(self, includeDataModels: bool = False) -> list[DataCapture]:
        """List the captures you own.

        Args:
            includeDataModels: Whether to load their data models. Defaults to False.

        Returns:
            The captures, one `DataCapture` each; empty if you own none.

        Raises:
            InvalidParameterError: The argument is invalid.
            UnauthorizedError: The token is not valid, or is not that of a user.

        Example:
            >>> for capture in digitalExchange.dataCapture.listCaptures():
            ...     print(capture.displayName, capture.state)
            Load test READY
        """
        return run_sync(CaptureService.listCaptures(self._calls, includeDataModels))

    def getCapture(self, captureId: str, includeDataModel: bool = True) -> DataCapture:
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
            >>> capture = digitalExchange.dataCapture.getCapture(captureId)
            >>> print(capture.state, [asset.displayName for asset in capture.dataModel.items])
            READY ['Inverter 1']
        """
        return run_sync(CaptureService.getCapture(self._calls, captureId, includeDataModel))

    def createCapture(
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
            >>> capture = digitalExchange.dataCapture.createCapture("Night test")
            >>> print(capture.displayName, capture.state)
            Night test CONFIGURATION_ERROR
        """
        return run_sync(
            CaptureService.createCapture(self._calls, displayName, description, captureType)
        )

    def updateCapture(
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
            >>> capture = digitalExchange.dataCapture.updateCapture(
            ...     captureId, displayName="Night test", stopTimeType="SCHEDULED",
            ...     scheduledStopTime="2099-05-01T06:00:00Z")
            >>> print(capture.displayName, capture.timeSettings.stopTimeType)
            Night test SCHEDULED
        """
        return run_sync(
            CaptureService.updateCapture(
                self._calls,
                captureId,
                displayName=displayName,
                description=description,
                startTimeType=startTimeType,
                stopTimeType=stopTimeType,
                scheduledStartTime=scheduledStartTime,
                scheduledStopTime=scheduledStopTime,
            )
        )

    def deleteCapture(self, captureId: str) -> DataCapture:
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
            >>> digitalExchange.dataCapture.deleteCapture(captureId).displayName
            'Load test'
        """
        return run_sync(CaptureService.deleteCapture(self._calls, captureId))

    def getDataModel(self, captureId: str) -> DataCaptureDataModel:
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
            >>> dataModel = digitalExchange.dataCapture.getDataModel(captureId)
            >>> print(dataModel.state, dataModel.items[0].attributes[0].userDefinedId)
            GOOD inverter-1-power
        """
        return run_sync(CaptureService.getDataModel(self._calls, captureId))

    def downloadDataModel(self, captureId: str, writeLocation: str | os.PathLike[str]) -> bool:
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
            >>> digitalExchange.dataCapture.downloadDataModel(captureId, "model.json")
            True
        """
        return run_sync(CaptureService.downloadDataModel(self._calls, captureId, writeLocation))

    def updateDataModel(
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
            >>> dataModel = digitalExchange.dataCapture.updateDataModel(captureId, [
            ...     {"userDefinedId": "mast-1", "attributes": [
            ...         {"userDefinedId": "mast-1-speed", "schemaType": "double", "unit": "m/s"}]}])
            >>> print(dataModel.state, dataModel.items[0].displayName)
            GOOD mast-1
        """
        return run_sync(CaptureService.updateDataModel(self._calls, captureId, assets))

    def getCaptureToken(self, captureId: str) -> AuthenticationToken:
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
            >>> captureToken = digitalExchange.dataCapture.getCaptureToken(captureId)
            >>> print(captureToken.tokenType, captureToken.scope == [captureId])
            DATA_CAPTURE_READ_WRITE True
        """
        return run_sync(CaptureService.getCaptureToken(self._calls, captureId))

    def regenerateCaptureToken(self, captureId: str) -> AuthenticationToken:
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
            >>> old = digitalExchange.dataCapture.getCaptureToken(captureId)
            >>> new = digitalExchange.dataCapture.regenerateCaptureToken(captureId)
            >>> new.tokenValue == old.tokenValue
            False
        """
        return run_sync(CaptureService.regenerateCaptureToken(self._calls, captureId))

    def getPythonSDKSample(self, captureId: str) -> str:
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
            >>> program = digitalExchange.dataCapture.getPythonSDKSample(captureId)
            >>> captureId in program
            True
        """
        return run_sync(CaptureService.getPythonSDKSample(self._calls, captureId))
