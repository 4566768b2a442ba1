"""The calls about data stores as a group of their own: `digitalExchange.dataStores`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._secrets import TokenHolder
from ._services.storage.data_stores import StorageService
from ._sync import blocking

if TYPE_CHECKING:
    from ._generated.fragments import DataStore
    from ._services.storage.async_data_store import AsyncDataStore


class AsyncDataStores(StorageService["AsyncDataStore"]):
    """The calls about data stores: `await` each."""

    @property
    def _store(self) -> type[AsyncDataStore]:
        return types.AsyncDataStore


class _Calls(StorageService["DataStore"]):
    """The calls about data stores, giving those whose methods block."""


class BlockingDataStoreCalls(TokenHolder):
    """The calls about data stores; each blocks until it is done."""

    listDataStores = blocking(_Calls.listDataStores)
    getDataStore = blocking(_Calls.getDataStore)
    createDataStore = blocking(_Calls.createDataStore)
    updateDataStore = blocking(_Calls.updateDataStore)
    deleteDataStore = blocking(_Calls.deleteDataStore)
    getDataStoreDirectory = blocking(_Calls.getDataStoreDirectory)
    createDataStoreDirectory = blocking(_Calls.createDataStoreDirectory)
    renameDataStoreDirectory = blocking(_Calls.renameDataStoreDirectory)
    moveDataStoreDirectory = blocking(_Calls.moveDataStoreDirectory)
    deleteDataStoreDirectory = blocking(_Calls.deleteDataStoreDirectory)
    getDataStoreFileMeta = blocking(_Calls.getDataStoreFileMeta)
    uploadFileToDataStore = blocking(_Calls.uploadFileToDataStore)
    downloadDataStoreFile = blocking(_Calls.downloadDataStoreFile)
    downloadDataStoreZip = blocking(_Calls.downloadDataStoreZip)
    renameDataStoreFile = blocking(_Calls.renameDataStoreFile)
    moveDataStoreFile = blocking(_Calls.moveDataStoreFile)
    deleteDataStoreFile = blocking(_Calls.deleteDataStoreFile)


class DataStores(BlockingDataStoreCalls):
    """The calls about data stores, apart from the others."""

    def __init__(self, calls: StorageService[DataStore]) -> None:
        self._calls = calls
