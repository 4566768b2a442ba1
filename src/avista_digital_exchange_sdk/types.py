"""The documented types, under their documented names."""

from ._generated.enums import (
    DataStoreObjectType,
    DimensionValueType,
    MeasureValueType,
    TimeUnit,
)
from ._generated.fragments import (
    DataStore,
    DataStoreDirectory,
    DataStoreFile,
    DataStoreObject,
    Organization,
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
from .time_series import AssetFilter

__all__ = [
    "AssetFilter",
    "DataStore",
    "DataStoreDirectory",
    "DataStoreFile",
    "DataStoreObject",
    "DataStoreObjectType",
    "DimensionValueType",
    "MeasureValueType",
    "Organization",
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
