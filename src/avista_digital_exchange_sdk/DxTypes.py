"""Arguments and results of the calls about data captures, under their documented names."""

from ._telemetry.capture_types import (
    CaptureDataRecordInput,
    PublishCaptureDataFailedRecord,
    PublishCaptureDataResult,
    PublishCaptureDataSuccessfulRecord,
    StartCaptureResult,
    StopCaptureResult,
    TimeUnitEnum,
)

__all__ = [
    "CaptureDataRecordInput",
    "PublishCaptureDataFailedRecord",
    "PublishCaptureDataResult",
    "PublishCaptureDataSuccessfulRecord",
    "StartCaptureResult",
    "StopCaptureResult",
    "TimeUnitEnum",
]
