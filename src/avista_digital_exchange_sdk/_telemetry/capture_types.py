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
    """The unit of times that the platform returns."""

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
    """Values of attributes at one time, to be published.

    Attributes:
        timestamp: A datetime with a time zone, an integer number of `timeUnit` since 1970, or a
            string.
        timeUnit: `SECONDS`, `MILLISECONDS`, `MICROSECONDS`, `NANOSECONDS`, or `ISO8601` for a
            string with a time zone.
        attributeValues: The values by the `userDefinedId` of their attribute.
    """

    timestamp: str | int | datetime
    timeUnit: str
    attributeValues: Mapping[str, object]


@dataclass
class PublishCaptureDataSuccessfulRecord(_DxType):
    """A value that was written."""

    timestamp: str
    timeUnit: str
    attributeId: str
    attributeValue: str


@dataclass
class PublishCaptureDataFailedRecord(_DxType):
    """A value that was not written, or all values of a record if `attributeId` is None."""

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
    """What was written and what was rejected."""

    success: bool
    captureId: str
    recordsWritten: list[PublishCaptureDataSuccessfulRecord]
    recordsFailed: list[PublishCaptureDataFailedRecord]
    error: str | None
    logs: list[CapturePublishLog]


@dataclass
class StartCaptureResult(_DxType):
    """A capture that was started."""

    success: bool
    captureId: str
    startedAt: str | None
    error: str | None
    capture: DataCapture


@dataclass
class StopCaptureResult(_DxType):
    """A capture that was stopped."""

    success: bool
    captureId: str
    stoppedAt: str | None
    error: str | None
    capture: DataCapture
