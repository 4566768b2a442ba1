"""Files, time series and collaboratives of the Avista Digital Exchange.

Start with `AvistaDigitalExchange`, whose calls block, or `AsyncAvistaDigitalExchange`, whose calls
are awaited; they have the same calls. The types they return are in `types`, the errors they raise
in `errors`; all of them can be imported from here.
"""

import logging
from typing import TYPE_CHECKING, Any

from . import types
from ._version import __version__
from .errors import (
    ApiError,
    ConnectionFailedError,
    DigitalExchangeError,
    ExchangeClosedError,
    ExportTimeoutError,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
    MissingExtraError,
    NotFoundError,
    PathIsDirectoryError,
    PathNotFoundError,
    PublishIncompleteError,
    QueryIncompleteError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    SubscriptionError,
    TransferError,
    TransferIncompleteError,
    UnauthorizedError,
)

if TYPE_CHECKING:
    from .client import AsyncAvistaDigitalExchange, AvistaDigitalExchange
    from .types import (
        AssetFilter,
        AsyncDataStore,
        Collaborative,
        CollaborativeMemberOrganization,
        CollaborativeMemberOrganizationState,
        CollaborativeMemberPermission,
        CollaborativeMemberUser,
        DataStore,
        DataStoreDirectory,
        DataStoreFile,
        DataStoreObject,
        DataStoreObjectType,
        DimensionValueType,
        MeasureValueType,
        Organization,
        QueryResult_TimestreamVariables,
        Service,
        ServiceType,
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
    "AsyncDataStore",
    "AvistaDigitalExchange",
    "Collaborative",
    "CollaborativeMemberOrganization",
    "CollaborativeMemberOrganizationState",
    "CollaborativeMemberPermission",
    "CollaborativeMemberUser",
    "ConnectionFailedError",
    "DataStore",
    "DataStoreDirectory",
    "DataStoreFile",
    "DataStoreObject",
    "DataStoreObjectType",
    "DigitalExchangeError",
    "DimensionValueType",
    "ExchangeClosedError",
    "ExportTimeoutError",
    "InvalidParameterError",
    "InvalidRequestError",
    "InvalidResponseError",
    "MeasureValueType",
    "MissingExtraError",
    "NotFoundError",
    "Organization",
    "PathIsDirectoryError",
    "PathNotFoundError",
    "PublishIncompleteError",
    "QueryIncompleteError",
    "QueryResult_TimestreamVariables",
    "RateLimitError",
    "RequestTimeoutError",
    "ServerError",
    "Service",
    "ServiceType",
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
    "TransferIncompleteError",
    "UnauthorizedError",
    "User",
    "__version__",
]

# Whoever wants the log asks for it; unasked, nothing is printed.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    # The doors bring httpx, which takes longer to import than the help of the command line may.
    if name in ("AsyncAvistaDigitalExchange", "AvistaDigitalExchange"):
        from . import client

        return getattr(client, name)
    if name in types.__all__:
        return getattr(types, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
