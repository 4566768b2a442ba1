"""The sync and the async client of the Digital Exchange."""

from __future__ import annotations

from . import types
from ._backends import SyncBackend
from ._client_base import AsyncClientBase, ClientConfig, SyncClientBase
from ._generated.client import Client
from ._services.base import BaseService
from ._services.collaborative import CollaborativeService
from ._services.data_capture import DataCaptureService
from ._services.exchange import ExchangeService
from ._services.iot import IotService
from ._services.platform_admin import PlatformAdminService
from ._services.storage import StorageService
from ._services.time_series import TimeSeriesService
from ._sync_services.collaborative import SyncCollaborativeService
from ._sync_services.data_capture import SyncDataCaptureService
from ._sync_services.exchange import SyncExchangeService
from ._sync_services.iot import SyncIotService
from ._sync_services.platform_admin import SyncPlatformAdminService
from ._sync_services.storage import SyncStorageService
from ._sync_services.time_series import SyncTimeSeriesService


class AvistaDigitalExchange(SyncClientBase, SyncExchangeService):
    """The sync client of the Digital Exchange.

    It also works inside a running event loop, for example in notebooks. Use it as a context
    manager, or call `close()`, to close its connections.

    Example:
        >>> with AvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print(digitalExchange.getUserInfo().firstName)
        Ada
    """

    _calls: ExchangeService

    def _connect(self, config: ClientConfig) -> None:
        backend = SyncBackend(config.network, self._describe(config.access.endpoint))
        client = config.create_client(Client, backend)
        self._calls = ExchangeService(client, backend, lambda: types.DataStore)

    @property
    def _graphql_client(self) -> Client:
        return self._calls._client

    @property
    def dataStores(self) -> SyncStorageService:
        """The calls about data stores, as a separate object."""
        return SyncStorageService(self._calls)

    @property
    def timeSeries(self) -> SyncTimeSeriesService:
        """The calls about time series databases, as a separate object."""
        return SyncTimeSeriesService(self._calls)

    @property
    def collaboratives(self) -> SyncCollaborativeService:
        """The calls about collaboratives, as a separate object."""
        return SyncCollaborativeService(self._calls)

    @property
    def iot(self) -> SyncIotService:
        """The calls about IoT devices."""
        return SyncIotService(self._calls._create_service(IotService))

    @property
    def dataCapture(self) -> SyncDataCaptureService:
        """The calls about data captures."""
        return SyncDataCaptureService(self._calls._create_service(DataCaptureService))

    @property
    def admin(self) -> SyncPlatformAdminService:
        """The calls for administrators of the platform."""
        return SyncPlatformAdminService(self._calls._create_service(PlatformAdminService))


class AsyncAvistaDigitalExchange(AsyncClientBase, ExchangeService):
    """The async client of the Digital Exchange, with the same calls as coroutines.

    Use it as an async context manager, or await `close()`, to close its connections.

    Example:
        >>> async with AsyncAvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print((await digitalExchange.getUserInfo()).firstName)
        Ada
    """

    def _connect(self, config: ClientConfig) -> None:
        # Imported on first use, as the sync client does not need asyncio.
        from ._backends.async_backend import AsyncBackend

        backend = AsyncBackend(config.network, self._describe(config.access.endpoint))
        client = config.create_client(Client, backend)
        BaseService.__init__(self, client, backend, lambda: types.AsyncDataStore)

    @property
    def _graphql_client(self) -> Client:
        return self._client

    @property
    def dataStores(self) -> StorageService:
        """The calls about data stores, as a separate object."""
        return self._create_service(StorageService)

    @property
    def timeSeries(self) -> TimeSeriesService:
        """The calls about time series databases, as a separate object."""
        return self._create_service(TimeSeriesService)

    @property
    def collaboratives(self) -> CollaborativeService:
        """The calls about collaboratives, as a separate object."""
        return self._create_service(CollaborativeService)

    @property
    def iot(self) -> IotService:
        """The calls about IoT devices."""
        return self._create_service(IotService)

    @property
    def dataCapture(self) -> DataCaptureService:
        """The calls about data captures."""
        return self._create_service(DataCaptureService)

    @property
    def admin(self) -> PlatformAdminService:
        """The calls for administrators of the platform."""
        return self._create_service(PlatformAdminService)


def get_services(client: AvistaDigitalExchange) -> ExchangeService:
    """Get the async services that a sync client runs, for internal use."""
    return client._calls


def get_graphql_client(client: AvistaDigitalExchange) -> Client:
    """Get the GraphQL client of a sync client, for internal use."""
    return client._graphql_client
