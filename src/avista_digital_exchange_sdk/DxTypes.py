"""Arguments and results of calls about captures and live data, under their documented names."""

from ._generated.fragments import IotAttributeValue as IotEndpointAttributeValue
from ._generated.fragments import IotDataRecord as IotEndpointDataRecord
from ._generated.fragments import IotDataRecordError as IotEndpointDataRecordError
from ._generated.fragments import IotDataRecordWithErrors as IotEndpointPublishDataFailedRecord
from ._generated.fragments import PublishIotDataResult as IotEndpointPublishDataResult
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
    "IotEndpointAttributeValue",
    "IotEndpointDataRecord",
    "IotEndpointDataRecordError",
    "IotEndpointPublishDataFailedRecord",
    "IotEndpointPublishDataResult",
    "PublishCaptureDataFailedRecord",
    "PublishCaptureDataResult",
    "PublishCaptureDataSuccessfulRecord",
    "StartCaptureResult",
    "StopCaptureResult",
    "TimeUnitEnum",
]
