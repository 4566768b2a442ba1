"""Arguments and results of the calls about data captures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._generated.fragments import CapturePublishLog, DataCapture


class TimeUnitEnum(StrEnum):
    """The unit of timestamps that the platform returns."""

    MILLISECONDS = "MILLISECONDS"


class _DxType:
    """The base class of these types: they print as JSON, and are read by key too."""

    def toDict(self) -> dict[str, Any]:
        """Convert the object to nested dictionaries."""
        from pydantic_core import to_jsonable_python

        converted: dict[str, Any] = to_jsonable_python(self)
        return converted

    def __str__(self) -> str:
        return json.dumps(self.toDict(), sort_keys=True)

    def __getitem__(self, key: str) -> Any:
        if key not in vars(self):
            raise KeyError(key)
        return vars(self)[key]


@dataclass
class CaptureDataRecordInput(_DxType):
    """Values of attributes at one time, to publish to a capture.

    Attributes:
        timestamp: A datetime with a time zone, a number of `timeUnit` since 1970, or a string.
        timeUnit: `SECONDS`, `MILLISECONDS`, `MICROSECONDS`, `NANOSECONDS`, or `ISO8601` for a
            string with a time zone.
        attributeValues: The values by the `userDefinedId` of their attribute.
    """

    timestamp: str | int | datetime
    timeUnit: str
    attributeValues: Mapping[str, object]


@dataclass
class PublishCaptureDataSuccessfulRecord(_DxType):
    """A value that was written.

    Attributes:
        timestamp: The timestamp, as a number of `timeUnit` since 1970.
        timeUnit: `MILLISECONDS`.
        attributeId: The `userDefinedId` of the attribute.
        attributeValue: The value as a string.
    """

    timestamp: str
    timeUnit: str
    attributeId: str
    attributeValue: str


@dataclass
class PublishCaptureDataFailedRecord(_DxType):
    """A value that was rejected, or all values of a record if `attributeId` is None.

    Attributes:
        timestamp: The timestamp, as a number of `timeUnit` since 1970. None in live data.
        timeUnit: `MILLISECONDS`.
        attributeId: The `userDefinedId` of the attribute. None in live data.
        attributeValue: The value as a string. None in live data.
        message: The reason.
        errorType: The type of the error, a `DataCaptureRecordError`.
        recordIndex: The index of the record in the published data.
        attributeIndex: The index of the value in the record. None if the whole record was rejected.
    """

    timestamp: str | None
    timeUnit: str
    attributeId: str | None
    attributeValue: str | None
    message: str | None
    errorType: str
    recordIndex: int
    attributeIndex: int | None


@dataclass
class PublishCaptureDataResult(_DxType):
    """The values that were written, and those that were rejected.

    Attributes:
        success: True, also if values were rejected.
        captureId: The ID of the capture.
        recordsWritten: The values that were written.
        recordsFailed: The values that were rejected.
        error: The errors in `logs`, joined. None if there are none.
        logs: Messages of the platform.
    """

    success: bool
    captureId: str
    recordsWritten: list[PublishCaptureDataSuccessfulRecord]
    recordsFailed: list[PublishCaptureDataFailedRecord]
    error: str | None
    logs: list[CapturePublishLog]


@dataclass
class StartCaptureResult(_DxType):
    """The result of starting a capture.

    Attributes:
        success: True, as failures raise errors.
        captureId: The ID of the capture.
        startedAt: When the capture was started.
        error: None, as failures raise errors.
        capture: The capture.
    """

    success: bool
    captureId: str
    startedAt: str | None
    error: str | None
    capture: DataCapture


@dataclass
class StopCaptureResult(_DxType):
    """The result of stopping a capture.

    Attributes:
        success: True, as failures raise errors.
        captureId: The ID of the capture.
        stoppedAt: When the capture was stopped.
        error: None, as failures raise errors.
        capture: The capture, which is FINISHING until its export is complete.
    """

    success: bool
    captureId: str
    stoppedAt: str | None
    error: str | None
    capture: DataCapture
