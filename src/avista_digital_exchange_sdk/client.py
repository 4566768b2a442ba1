"""The two doors to the Digital Exchange: one whose calls block, one whose calls are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from . import types
from ._backends import BlockingIo, Verify
from ._client_base import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    Arguments,
    AwaitedDoor,
    BlockingDoor,
    settings_of,
)
from ._data_store_clients import AsyncDataStores, BlockingDataStoreCalls, DataStores
from ._generated.client import Client
from ._services.collaborative import CollaborativeCalls
from ._services.graphql import OperationCalls
from ._services.storage.data_stores import DataStoreContentCalls
from ._services.storage.files import Store
from ._services.time_series.data_frame_publishing import DataFramePublishingCalls
from ._services.time_series.data_frames import DataFrameCalls
from ._services.time_series.databases import TimeSeriesCalls
from ._services.user import UserCalls
from ._utils.sync import blocking, blocking_iterator

if TYPE_CHECKING:
    from ._generated.fragments import DataStore
    from ._services.storage.async_data_store import AsyncDataStore


class _Calls(
    UserCalls,
    DataStoreContentCalls[Store],
    TimeSeriesCalls,
    DataFrameCalls,
    DataFramePublishingCalls,
    CollaborativeCalls[Store],
    OperationCalls,
    Generic[Store],
):
    """Every call, written once."""


class _BlockingCalls(_Calls["DataStore"]):
    """Every call, giving data stores whose methods block."""

    @property
    def _store(self) -> type[DataStore]:
        return types.DataStore


class AvistaDigitalExchange(BlockingDoor, BlockingDataStoreCalls):
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
        settings = settings_of(arguments, timeout, maxRetries, verify)
        io = BlockingIo(settings.network)
        self._calls = _BlockingCalls(settings.client(Client, io), io)

    @property
    def _graphql_client(self) -> Client:
        return self._calls._client

    @property
    def dataStores(self) -> DataStores:
        """The calls about data stores, apart from the others."""
        return DataStores(self._calls)

    getUserInfo = blocking(_Calls.getUserInfo)
    listTimeSeriesDatabases = blocking(_Calls.listTimeSeriesDatabases)
    getTimeSeriesDatabase = blocking(_Calls.getTimeSeriesDatabase)
    listTimeSeriesAssetsAndLatestValues = blocking(_Calls.listTimeSeriesAssetsAndLatestValues)
    createTimeSeriesMeasureValue = blocking(_Calls.createTimeSeriesMeasureValue)
    createTimeSeriesDimension = blocking(_Calls.createTimeSeriesDimension)
    createTimeSeriesInputRecord = blocking(_Calls.createTimeSeriesInputRecord)
    publishToTimeSeriesDatabase = blocking(_Calls.publishToTimeSeriesDatabase)
    queryTimeSeriesDatabaseWithFilters = blocking(_Calls.queryTimeSeriesDatabaseWithFilters)
    queryTimeSeriesDatabase_TimestreamFormat = blocking(
        _Calls.queryTimeSeriesDatabase_TimestreamFormat
    )
    iterTimeSeriesDatabase_TimestreamFormat = blocking_iterator(
        _Calls.iterTimeSeriesDatabase_TimestreamFormat
    )
    queryTimeSeriesDatabaseToDataFrame = blocking(_Calls.queryTimeSeriesDatabaseToDataFrame)
    queryTimeSeriesDatabaseToArrow = blocking(_Calls.queryTimeSeriesDatabaseToArrow)
    queryTimeSeriesDatabaseToPolars = blocking(_Calls.queryTimeSeriesDatabaseToPolars)
    queryTimeSeriesDatabase_TimestreamFormatToDataFrame = blocking(
        _Calls.queryTimeSeriesDatabase_TimestreamFormatToDataFrame
    )
    queryTimeSeriesDatabase_TimestreamFormatToArrow = blocking(
        _Calls.queryTimeSeriesDatabase_TimestreamFormatToArrow
    )
    queryTimeSeriesDatabase_TimestreamFormatToPolars = blocking(
        _Calls.queryTimeSeriesDatabase_TimestreamFormatToPolars
    )
    publishDataFrameToTimeSeriesDatabase = blocking(_Calls.publishDataFrameToTimeSeriesDatabase)
    listCollaboratives = blocking(_Calls.listCollaboratives)
    getCollaborative = blocking(_Calls.getCollaborative)
    listCollaborativeServices = blocking(_Calls.listCollaborativeServices)
    listCollaborativesServiceSharedWith = blocking(_Calls.listCollaborativesServiceSharedWith)
    addServiceToCollaborative = blocking(_Calls.addServiceToCollaborative)
    removeServiceFromCollaborative = blocking(_Calls.removeServiceFromCollaborative)
    execute = blocking(_Calls.execute)


class AsyncAvistaDigitalExchange(AwaitedDoor, _Calls["AsyncDataStore"]):
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
        settings = settings_of(arguments, timeout, maxRetries, verify)
        # Imported here, as the blocking door needs no asyncio.
        from ._backends.async_backend import AsyncIo

        io = AsyncIo(settings.network)
        super().__init__(settings.client(Client, io), io)

    @property
    def _graphql_client(self) -> Client:
        return self._client

    @property
    def dataStores(self) -> AsyncDataStores:
        """The calls about data stores, apart from the others."""
        return AsyncDataStores(self._client, self._io)
