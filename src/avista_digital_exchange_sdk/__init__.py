"""Files, time series and collaboratives of the Avista Digital Exchange.

Start with `AvistaDigitalExchange`, whose calls block, or `AsyncAvistaDigitalExchange`, whose calls
are awaited; they have the same calls. The types they return are in `types`, the errors they raise
in `errors`; all of them can be imported from here.
"""

import logging

from ._version import __version__
from .errors import (
    ApiError,
    ConnectionFailedError,
    DigitalExchangeError,
    ExportTimeoutError,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    PathIsFolderError,
    PathNotFoundError,
    PublishIncompleteError,
    QueryIncompleteError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    SubscriptionError,
    TransferError,
    UnauthorizedError,
)
from .exchange import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from .types import (
    AssetFilter,
    DataStore,
    DataStoreDirectory,
    DataStoreFile,
    DataStoreObject,
    DataStoreObjectType,
    DimensionValueType,
    MeasureValueType,
    Organization,
    TimeSeriesAssetAttribute,
    TimeSeriesAssetAttributeData,
    TimeSeriesAssetData,
    TimeSeriesDb,
    TimeSeriesDimension,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
    TimeUnit,
    User,
)

__all__ = [
    "ApiError",
    "AssetFilter",
    "AsyncAvistaDigitalExchange",
    "AvistaDigitalExchange",
    "ConnectionFailedError",
    "DataStore",
    "DataStoreDirectory",
    "DataStoreFile",
    "DataStoreObject",
    "DataStoreObjectType",
    "DigitalExchangeError",
    "DimensionValueType",
    "ExportTimeoutError",
    "InvalidParameterError",
    "InvalidRequestError",
    "InvalidResponseError",
    "MeasureValueType",
    "NotFoundError",
    "Organization",
    "PathIsFolderError",
    "PathNotFoundError",
    "PublishIncompleteError",
    "QueryIncompleteError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ServerError",
    "SubscriptionError",
    "TimeSeriesAssetAttribute",
    "TimeSeriesAssetAttributeData",
    "TimeSeriesAssetData",
    "TimeSeriesDb",
    "TimeSeriesDimension",
    "TimeSeriesInputRecord",
    "TimeSeriesMeasureValue",
    "TimeUnit",
    "TransferError",
    "UnauthorizedError",
    "User",
    "__version__",
]

# Whoever wants the log asks for it; unasked, nothing is printed.
logging.getLogger(__name__).addHandler(logging.NullHandler())
