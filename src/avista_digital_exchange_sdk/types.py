"""The documented types, under their documented names."""

from ._generated.enums import (
    CollaborativeMemberOrganizationState,
    CollaborativeMemberPermission,
    DataStoreObjectType,
    DimensionValueType,
    MeasureValueType,
    ServiceType,
    TimeUnit,
)
from ._generated.fragments import (
    Collaborative,
    CollaborativeMemberOrganization,
    CollaborativeMemberUser,
    DataStore,
    DataStoreDirectory,
    DataStoreFile,
    DataStoreObject,
    Organization,
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
from ._timestream import QueryResult_TimestreamVariables
from .time_series_queries import AssetFilter

__all__ = [
    "AssetFilter",
    "Collaborative",
    "CollaborativeMemberOrganization",
    "CollaborativeMemberOrganizationState",
    "CollaborativeMemberPermission",
    "CollaborativeMemberUser",
    "DataStore",
    "DataStoreDirectory",
    "DataStoreFile",
    "DataStoreObject",
    "DataStoreObjectType",
    "DimensionValueType",
    "MeasureValueType",
    "Organization",
    "QueryResult_TimestreamVariables",
    "Service",
    "ServiceType",
    "TimeSeriesAssetAttribute",
    "TimeSeriesAssetAttributeData",
    "TimeSeriesAssetData",
    "TimeSeriesDb",
    "TimeSeriesDimension",
    "TimeSeriesInputRecord",
    "TimeSeriesMeasureValue",
    "TimeUnit",
    "User",
]
