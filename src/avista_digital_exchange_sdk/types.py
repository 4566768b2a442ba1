"""The documented types.

Each is imported on first use, as pydantic takes longer to import than everything else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._file_input.file_report import FileColumn, FilePublishReport, FileReport
    from ._generated.async_data_store import AsyncDataStore
    from ._generated.enums import (
        AuthenticationTokenType,
        CollaborativeMemberOrganizationState,
        CollaborativeMemberPermission,
        DataCaptureAssetAttributeSchemaType,
        DataCaptureAssetAttributeType,
        DataCaptureAttachmentError,
        DataCaptureAttachmentType,
        DataCaptureDataModelState,
        DataCaptureRecordError,
        DataCaptureState,
        DataCaptureTimeConfigType,
        DataCaptureTimeConfigurationState,
        DataCaptureType,
        DataStoreObjectType,
        DimensionValueType,
        IotDataRecordErrorType,
        MeasureValueType,
        ModelAttributeType,
        ModelSchemaType,
        ServiceType,
        TimeUnit,
        UserAccountState,
        UserRole,
    )
    from ._generated.fragments import (
        AuthenticationToken,
        Collaborative,
        CollaborativeMemberOrganization,
        CollaborativeMemberUser,
        DataCapture,
        DataCaptureAsset,
        DataCaptureAssetAttribute,
        DataCaptureAttachment,
        DataCaptureDataModel,
        DataCaptureStateChange,
        DataCaptureTimeConfiguration,
        DataStore,
        DataStoreDirectory,
        DataStoreFile,
        DataStoreObject,
        DigitalTwinModel,
        EndpointProperty,
        EndpointTelemetry,
        IotAttributeValue,
        IotDataRecord,
        IotDataRecordError,
        IotDataRecordWithErrors,
        IotEndpoint,
        IotGroup,
        IotHub,
        ModelProperty,
        ModelTelemetry,
        Organization,
        PublishIotDataResult,
        Service,
        TimeSeriesAssetAttribute,
        TimeSeriesAssetAttributeData,
        TimeSeriesAssetData,
        TimeSeriesDb,
        User,
    )
    from ._generated.input_types import (
        TimeSeriesDimension,
        TimeSeriesInputRecord,
        TimeSeriesMeasureValue,
    )
    from ._graphql.event_streams import AsyncEventStream, EventStream
    from ._models.stream_gap import StreamGap
    from ._telemetry.endpoint_filters import EndpointFilter
    from ._telemetry.last_values import EndpointLastValue
    from ._telemetry.live_records import IotLiveRecord
    from ._time_series.asset_filters import AssetFilter
    from ._time_series.mirror_report import MirrorReport
    from ._time_series.publish_result import PublishReport, PublishResult
    from ._time_series.sql_results import QueryResult_TimestreamVariables

__all__ = [
    "AssetFilter",
    "AsyncDataStore",
    "AsyncEventStream",
    "AuthenticationToken",
    "AuthenticationTokenType",
    "Collaborative",
    "CollaborativeMemberOrganization",
    "CollaborativeMemberOrganizationState",
    "CollaborativeMemberPermission",
    "CollaborativeMemberUser",
    "DataCapture",
    "DataCaptureAsset",
    "DataCaptureAssetAttribute",
    "DataCaptureAssetAttributeSchemaType",
    "DataCaptureAssetAttributeType",
    "DataCaptureAttachment",
    "DataCaptureAttachmentError",
    "DataCaptureAttachmentType",
    "DataCaptureDataModel",
    "DataCaptureDataModelState",
    "DataCaptureRecordError",
    "DataCaptureState",
    "DataCaptureStateChange",
    "DataCaptureTimeConfigType",
    "DataCaptureTimeConfiguration",
    "DataCaptureTimeConfigurationState",
    "DataCaptureType",
    "DataStore",
    "DataStoreDirectory",
    "DataStoreFile",
    "DataStoreObject",
    "DataStoreObjectType",
    "DigitalTwinModel",
    "DimensionValueType",
    "EndpointFilter",
    "EndpointLastValue",
    "EndpointProperty",
    "EndpointTelemetry",
    "EventStream",
    "FileColumn",
    "FilePublishReport",
    "FileReport",
    "IotAttributeValue",
    "IotDataRecord",
    "IotDataRecordError",
    "IotDataRecordErrorType",
    "IotDataRecordWithErrors",
    "IotEndpoint",
    "IotGroup",
    "IotHub",
    "IotLiveRecord",
    "MeasureValueType",
    "MirrorReport",
    "ModelAttributeType",
    "ModelProperty",
    "ModelSchemaType",
    "ModelTelemetry",
    "Organization",
    "PublishIotDataResult",
    "PublishReport",
    "PublishResult",
    "QueryResult_TimestreamVariables",
    "Service",
    "ServiceType",
    "StreamGap",
    "TimeSeriesAssetAttribute",
    "TimeSeriesAssetAttributeData",
    "TimeSeriesAssetData",
    "TimeSeriesDb",
    "TimeSeriesDimension",
    "TimeSeriesInputRecord",
    "TimeSeriesMeasureValue",
    "TimeUnit",
    "User",
    "UserAccountState",
    "UserRole",
]

_MODULES = (
    "_generated.enums",
    "_generated.fragments",
    "_generated.input_types",
    "_generated.async_data_store",
    "_telemetry.endpoint_filters",
    "_models.stream_gap",
    "_graphql.event_streams",
    "_telemetry.last_values",
    "_telemetry.live_records",
    "_time_series.sql_results",
    "_time_series.publish_result",
    "_time_series.mirror_report",
    "_time_series.asset_filters",
    "_file_input.file_report",
)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in _MODULES:
        members = vars(import_module(f".{module}", __package__))
        if name in members:
            globals()[name] = members[name]
            break
    return globals()[name]


def __dir__() -> list[str]:
    return __all__
