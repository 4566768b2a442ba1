"""Valid arguments of every call, unusual strings, and helpers to make calls."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow

from avista_digital_exchange_sdk import TimeSeriesInputRecord

from .clients import RUNNER

HUGE = "x" * 10_000_000
HUGE_NUMBER = 10**5000
"""More digits than Python converts to a string."""
SURROGATE = "\ud800"
OURS = ("avista_digital_exchange_sdk", "builtins")

SERVICE_ID = {"serviceId": "dataStoreId.1"}
QUERY = {"timeSeriesDbId": "timeSeriesDbId.1", "queryString": "SELECT 1"}
FILTERS = {
    "timeSeriesDbId": "timeSeriesDbId.1",
    "assetAndAttributesFilter": [{"assetId": "meter"}],
    "startTime": "2024-05-01T00:00:00Z",
    "endTime": "2024-05-02T00:00:00Z",
    "aggregate": "client",
}
STORE = {"dataStoreId": "dataStoreId.1"}
DIRECTORY = {"dataStoreDirectoryId": "dataStoreDirectoryId.1"}
FILE = {"dataStoreFileId": "dataStoreFileId.1"}
PARENT = {"parentDirectoryId": "dataStoreDirectoryId.2"}
RECORD = {"time": 1, "timeUnit": "SECONDS", "measureName": "kW", "measureValueType": "DOUBLE"}
VALID_ARGUMENTS: dict[str, dict[str, Any]] = {
    "getDataStore": STORE,
    "createDataStore": {"name": "Wind site"},
    "updateDataStore": {**STORE, "name": "Wind site"},
    "deleteDataStore": STORE,
    "getDataStoreDirectory": DIRECTORY,
    "createDataStoreDirectory": {**STORE, **PARENT, "name": "reports"},
    "renameDataStoreDirectory": {**DIRECTORY, "name": "reports"},
    "moveDataStoreDirectory": {**DIRECTORY, **PARENT, "name": "reports"},
    "deleteDataStoreDirectory": DIRECTORY,
    "getDataStoreFileMeta": FILE,
    "downloadDataStoreFile": {**FILE, "writeLocation": "copy.csv"},
    "uploadFileToDataStore": {**STORE, **DIRECTORY, "localPath": "load.csv"},
    "renameDataStoreFile": {**FILE, "name": "may.csv"},
    "moveDataStoreFile": {**FILE, **DIRECTORY, "name": "may.csv"},
    "deleteDataStoreFile": FILE,
    "downloadDataStoreZip": {
        "dataStoreObjectIds": ["dataStoreFileId.1"],
        "writeLocation": "files.zip",
    },
    "getTimeSeriesDatabase": {"timeSeriesDbId": "timeSeriesDbId.1"},
    "listTimeSeriesAssetsAndLatestValues": {"timeSeriesDbId": "timeSeriesDbId.1"},
    "publishToTimeSeriesDatabase": {
        "timeSeriesDbId": "timeSeriesDbId.1",
        "assetId": "meter",
        "records": [TimeSeriesInputRecord(time="1", measureName="kW", measureValue="1")],
    },
    "publishDataFrameToTimeSeriesDatabase": {
        "timeSeriesDbId": "timeSeriesDbId.1",
        "frame": pyarrow.table(
            {"assetId": ["meter"], "timestamp": [datetime(2024, 5, 1, tzinfo=UTC)], "kW": [1.5]}
        ),
    },
    "queryTimeSeriesDatabaseWithFilters": {**FILTERS, "resultFileWriteLocation": "result.csv"},
    "queryTimeSeriesDatabaseToArrow": FILTERS,
    "queryTimeSeriesDatabaseToDataFrame": FILTERS,
    "queryTimeSeriesDatabaseToPolars": FILTERS,
    "queryTimeSeriesDatabase_TimestreamFormat": QUERY,
    "queryTimeSeriesDatabase_TimestreamFormatToArrow": QUERY,
    "queryTimeSeriesDatabase_TimestreamFormatToDataFrame": QUERY,
    "queryTimeSeriesDatabase_TimestreamFormatToPolars": QUERY,
    "iterTimeSeriesDatabase_TimestreamFormat": QUERY,
    "createTimeSeriesMeasureValue": {"type": "DOUBLE", "name": "kW", "value": "1"},
    "createTimeSeriesDimension": {"dimensionValueType": "VARCHAR", "name": "name", "value": "x"},
    "createTimeSeriesInputRecord": {**RECORD, "measureValue": "1"},
    "getCollaborative": {"collaborativeId": "collaborativeId.1"},
    "listCollaborativeServices": {"collaborativeId": "collaborativeId.1"},
    "listCollaborativesServiceSharedWith": SERVICE_ID,
    "addServiceToCollaborative": {**SERVICE_ID, "collaborativeId": "collaborativeId.1"},
    "removeServiceFromCollaborative": {**SERVICE_ID, "collaborativeId": "collaborativeId.1"},
    "execute": {"document": "query q($x: String) { q(x: $x) }"},
}
"""Valid arguments of every call that has any."""

UNUSUAL_STRINGS = [
    "it's",
    'say "hi"',
    "a,b;c",
    "back\\slash",
    "${jndi:x} $x %s {0} {{x}}",
    "'; DROP TABLE users; --",
    '"} mutation { storage_deleteDataStore(dataStoreId: "x") { name } } #',
    "<script>alert(1)</script>",
    "Zähler 🔌 電力",
    "../../etc/passwd",
    "null",
    "0",
]
MORE_UNUSUAL_STRINGS = [
    *UNUSUAL_STRINGS,
    "line\nline\r\nline\ttab",
    "nul\0nul",
    "\x1b[31m\x7f",
    " blanks ",
]
"""Unusual strings that are not valid IDs because of invisible characters."""


def short_repr(value: Any) -> str:
    """A short repr for test IDs, the same in every process."""
    try:
        shown = ascii(value)
    except ValueError:
        return type(value).__name__
    return type(value).__name__ if " at 0x" in shown else shown[:30]


def run(exchange: Any, call: str, *values: Any, **arguments: Any) -> Any:
    """Make a call with either client; collect the rows of iterators."""
    response = getattr(exchange, call)(*values, **arguments)
    if isinstance(response, Iterator):
        return list(response)
    return RUNNER.run(_collect(response)) if hasattr(response, "__aiter__") else response


async def _collect(rows: Any) -> list[Any]:
    return [row async for row in rows]


def assert_clean_error(error: BaseException) -> None:
    """Check that an error chain shows no third-party exceptions and can be pickled."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    shown: BaseException | None = error
    while shown is not None:
        assert type(shown).__module__.partition(".")[0] in OURS
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
