"""What of the contract stands behind the public calls and types of the SDK."""

from avista_digital_exchange_sdk import types
from avista_digital_exchange_sdk.contract import sdk_surface

OPERATIONS_OF_CALLS = {
    "getUserInfo": {"user_getUserSession"},
    "listDataStores": {"storage_listDataStores"},
    "getDataStore": {"storage_getDataStore"},
    "getDataStoreDirectory": {"storage_getDataStoreDirectory"},
    "getDataStoreFileMeta": {"storage_getDataStoreFile"},
    "downloadDataStoreFile": {"storage_getDataStoreFileDownload"},
    "uploadFileToDataStore": {
        "storage_createDataStoreFile",
        "storage_getDataStoreFile",
        "storage_deleteDataStoreFile",
    },
    "deleteDataStoreFile": {"storage_deleteDataStoreFile"},
    "renameDataStoreFile": {"storage_getDataStoreFile", "storage_updateDataStoreFile"},
    "moveDataStoreFile": {"storage_getDataStoreFile", "storage_updateDataStoreFile"},
    "createDataStoreDirectory": {"storage_createDataStoreDirectory"},
    "renameDataStoreDirectory": {"storage_updateDataStoreDirectory"},
    "moveDataStoreDirectory": {"storage_updateDataStoreDirectory"},
    "deleteDataStoreDirectory": {"storage_deleteDataStoreDirectory"},
    "createDataStore": {"storage_createDataStore"},
    "updateDataStore": {"storage_updateDataStore"},
    "deleteDataStore": {"storage_deleteDataStore"},
    "downloadDataStoreZip": {"storage_getDataStoreZipDownloadUrl"},
    "listTimeSeriesDatabases": {"timeSeriesDb_listDatabases"},
    "getTimeSeriesDatabase": {"timeSeriesDb_getDatabase"},
    "listTimeSeriesAssetsAndLatestValues": {"timeSeriesDb_listAllAssetLastValues"},
    "publishToTimeSeriesDatabase": {"timeSeriesDb_publishToDatabase"},
    "queryTimeSeriesDatabaseWithFilters": {
        "timeSeriesDb_queryDatabase",
        "timeSeriesDb_listAllAssetLastValues",
        "timeSeriesDb_generateQueryResultExportFile",
        "timeSeriesDb_cancelDatabaseQuery",
        "onNotifyTimeSeriesQueryExportComplete",
    },
    "queryTimeSeriesDatabase_TimestreamFormat": {"timeSeriesDb_queryDatabaseWithTimestreamQuery"},
    "iterTimeSeriesDatabase_TimestreamFormat": {"timeSeriesDb_queryDatabaseWithTimestreamQuery"},
    "listCollaboratives": {"collaborative_listCollaboratives"},
    "getCollaborative": {"collaborative_getCollaborative"},
    "listCollaborativeServices": {"collaborative_listCollaborativeServices"},
    "listCollaborativesServiceSharedWith": {"collaborative_listCollaborativesServiceSharedWith"},
    "addServiceToCollaborative": {"collaborative_addServiceToCollaborative"},
    "removeServiceFromCollaborative": {"collaborative_removeServiceFromCollaborative"},
}


def test_calls_are_traced_to_the_operations_they_run() -> None:
    traced: dict[str, set[str]] = {}
    for operation, calls in sdk_surface.calls_by_operation().items():
        for call in calls:
            traced.setdefault(call, set()).add(operation)
    assert {call: traced.get(call) for call in OPERATIONS_OF_CALLS} == OPERATIONS_OF_CALLS


def test_every_operation_stands_behind_a_call() -> None:
    assert sdk_surface.operations().keys() == sdk_surface.calls_by_operation().keys()


def test_every_public_type_is_traced_to_the_contract() -> None:
    assert sdk_surface.parts_of_types().keys() == set(types.__all__)
