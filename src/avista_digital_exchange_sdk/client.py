"""The two doors to the Digital Exchange: one whose calls block, one whose calls are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from . import types
from ._backends import SyncBackend, Verify
from ._client_base import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    Arguments,
    AsyncClientBase,
    SyncClientBase,
    parse_config,
)
from ._data_store_clients import AsyncDataStores, BlockingDataStoreCalls, DataStores
from ._generated.client import Client
from ._services.collaborative import CollaborativeService
from ._services.graphql import GraphQLService
from ._services.storage.data_stores import StorageService
from ._services.storage.files import Store
from ._services.time_series.data_frame_publishing import DataFramePublishingService
from ._services.time_series.data_frames import DataFrameQueryService
from ._services.time_series.databases import DatabaseService
from ._services.user import UserService
from ._sync import blocking, blocking_iterator

if TYPE_CHECKING:
    from ._generated.fragments import DataStore
    from ._services.storage.async_data_store import AsyncDataStore


class _AllServices(
    UserService,
    StorageService[Store],
    DatabaseService,
    DataFrameQueryService,
    DataFramePublishingService,
    CollaborativeService[Store],
    GraphQLService,
    Generic[Store],
):
    """Every call, written once."""


class _SyncServices(_AllServices["DataStore"]):
    """Every call, giving data stores whose methods block."""

    @property
    def _store(self) -> type[DataStore]:
        return types.DataStore


class AvistaDigitalExchange(SyncClientBase, BlockingDataStoreCalls):
    """The Digital Exchange, by calls that block until they are done.

    It works inside a running event loop too, as in notebooks. Use it in a `with` block, or call
    `close()`, to close its connections.

    Args:
        token: Your token from energy.collaboratives.io; the environment variable
            `AVISTA_DX_TOKEN` if left out.
        debug: Whether to log each call through `logging`.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass, waiting
            longer each time. Progress begins the count anew.
        verify: What verifies certificates: True for the operating system's own, the path of a
            bundle (PEM), or an `ssl.SSLContext`. False verifies nothing, and warns.
        proxy: The URL of a proxy; what the environment says (`HTTPS_PROXY` and so on) if left
            out. This machine itself is always reached directly.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> with AvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print(digitalExchange.getUserInfo().firstName)
        Ada
    """

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        arguments = Arguments(token, debug, endpoint, proxy)
        del token, debug, endpoint, proxy
        settings = parse_config(arguments, timeout, maxRetries, verify)
        io = SyncBackend(settings.network)
        self._calls = _SyncServices(settings.client(Client, io), io)

    @property
    def _graphql_client(self) -> Client:
        return self._calls._client

    @property
    def dataStores(self) -> DataStores:
        """The calls about data stores, apart from the others."""
        return DataStores(self._calls)

    getUserInfo = blocking(_AllServices.getUserInfo)
    listTimeSeriesDatabases = blocking(_AllServices.listTimeSeriesDatabases)
    getTimeSeriesDatabase = blocking(_AllServices.getTimeSeriesDatabase)
    listTimeSeriesAssetsAndLatestValues = blocking(_AllServices.listTimeSeriesAssetsAndLatestValues)
    createTimeSeriesMeasureValue = blocking(_AllServices.createTimeSeriesMeasureValue)
    createTimeSeriesDimension = blocking(_AllServices.createTimeSeriesDimension)
    createTimeSeriesInputRecord = blocking(_AllServices.createTimeSeriesInputRecord)
    publishToTimeSeriesDatabase = blocking(_AllServices.publishToTimeSeriesDatabase)
    queryTimeSeriesDatabaseWithFilters = blocking(_AllServices.queryTimeSeriesDatabaseWithFilters)
    queryTimeSeriesDatabase_TimestreamFormat = blocking(
        _AllServices.queryTimeSeriesDatabase_TimestreamFormat
    )
    iterTimeSeriesDatabase_TimestreamFormat = blocking_iterator(
        _AllServices.iterTimeSeriesDatabase_TimestreamFormat
    )
    queryTimeSeriesDatabaseToDataFrame = blocking(_AllServices.queryTimeSeriesDatabaseToDataFrame)
    queryTimeSeriesDatabaseToArrow = blocking(_AllServices.queryTimeSeriesDatabaseToArrow)
    queryTimeSeriesDatabaseToPolars = blocking(_AllServices.queryTimeSeriesDatabaseToPolars)
    queryTimeSeriesDatabase_TimestreamFormatToDataFrame = blocking(
        _AllServices.queryTimeSeriesDatabase_TimestreamFormatToDataFrame
    )
    queryTimeSeriesDatabase_TimestreamFormatToArrow = blocking(
        _AllServices.queryTimeSeriesDatabase_TimestreamFormatToArrow
    )
    queryTimeSeriesDatabase_TimestreamFormatToPolars = blocking(
        _AllServices.queryTimeSeriesDatabase_TimestreamFormatToPolars
    )
    publishDataFrameToTimeSeriesDatabase = blocking(
        _AllServices.publishDataFrameToTimeSeriesDatabase
    )
    listCollaboratives = blocking(_AllServices.listCollaboratives)
    getCollaborative = blocking(_AllServices.getCollaborative)
    listCollaborativeServices = blocking(_AllServices.listCollaborativeServices)
    listCollaborativesServiceSharedWith = blocking(_AllServices.listCollaborativesServiceSharedWith)
    addServiceToCollaborative = blocking(_AllServices.addServiceToCollaborative)
    removeServiceFromCollaborative = blocking(_AllServices.removeServiceFromCollaborative)
    execute = blocking(_AllServices.execute)


class AsyncAvistaDigitalExchange(AsyncClientBase, _AllServices["AsyncDataStore"]):
    """The Digital Exchange, by the same calls as coroutines: `await` each.

    Use it in an `async with` block, or await `close()`, to close its connections.

    Args:
        token: Your token from energy.collaboratives.io; the environment variable
            `AVISTA_DX_TOKEN` if left out.
        debug: Whether to log each call through `logging`.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass, waiting
            longer each time. Progress begins the count anew.
        verify: What verifies certificates: True for the operating system's own, the path of a
            bundle (PEM), or an `ssl.SSLContext`. False verifies nothing, and warns.
        proxy: The URL of a proxy; what the environment says (`HTTPS_PROXY` and so on) if left
            out. This machine itself is always reached directly.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> async with AsyncAvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print((await digitalExchange.getUserInfo()).firstName)
        Ada
    """

    @property
    def _store(self) -> type[AsyncDataStore]:
        return types.AsyncDataStore

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        arguments = Arguments(token, debug, endpoint, proxy)
        del token, debug, endpoint, proxy
        settings = parse_config(arguments, timeout, maxRetries, verify)
        # Imported here, as the blocking door needs no asyncio.
        from ._backends.async_backend import AsyncBackend

        io = AsyncBackend(settings.network)
        super().__init__(settings.client(Client, io), io)

    @property
    def _graphql_client(self) -> Client:
        return self._client

    @property
    def dataStores(self) -> AsyncDataStores:
        """The calls about data stores, apart from the others."""
        return AsyncDataStores(self._client, self._io)
