"""Valid arguments of every call, unusual strings, and helpers to make calls."""

import inspect
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow

from avista_digital_exchange_sdk import AsyncEventStream, EventStream, TimeSeriesInputRecord
from scripts.recording.public_calls import find_calls, get_call

from .clients import RUNNER, AsyncStreamAdapter

HUGE = "x" * 10_000_000
HUGE_NUMBER = 10**5000
"""More digits than Python converts to a string."""
SURROGATE = "\ud800"
OURS = ("avista_digital_exchange_sdk", "builtins")

VALUES: dict[str, Any] = {
    "dataStoreId": "dataStoreId.1",
    "dataStoreDirectoryId": "dataStoreDirectoryId.1",
    "parentDirectoryId": "dataStoreDirectoryId.2",
    "dataStoreFileId": "dataStoreFileId.1",
    "dataStoreObjectIds": ["dataStoreFileId.1"],
    "serviceId": "dataStoreId.1",
    "collaborativeId": "collaborativeId.1",
    "name": "reports",
    "localPath": "load.csv",
    "path": "load.csv",
    "writeLocation": "copy.csv",
    "folder": "mirror",
    "resultFileWriteLocation": "result.csv",
    "timeSeriesDbId": "timeSeriesDbId.1",
    "queryString": "SELECT 1",
    "assetAndAttributesFilter": [{"assetId": "meter"}],
    "startTime": "2024-05-01T00:00:00Z",
    "endTime": "2024-05-02T00:00:00Z",
    "assetId": "meter",
    "records": [TimeSeriesInputRecord(time="1", measureName="kW", measureValue="1")],
    "frame": pyarrow.table(
        {"assetId": ["meter"], "timestamp": [datetime(2024, 5, 1, tzinfo=UTC)], "kW": [1.5]}
    ),
    "type": "DOUBLE",
    "value": "1",
    "dimensionValueType": "VARCHAR",
    "time": 1,
    "timeUnit": "SECONDS",
    "measureName": "kW",
    "measureValueType": "DOUBLE",
    "captureId": "captureId.1",
    "displayName": "Night test",
    "assets": [
        {"userDefinedId": "a", "attributes": [{"userDefinedId": "a-kW", "schemaType": "double"}]}
    ],
    "iotHubId": "iotHubId.1",
    "modelId": "modelId.1",
    "iotEndpointId": "iotEndpointId.1",
    "iotEndpointIds": ["iotEndpointId.1"],
    "attributeNames": ["Power"],
    "iotGroupId": "iotGroupId.1",
    "data": [{"timestamp": 1, "attributes": {"Power": 1.5}}],
    "properties": {"Height": 1.5},
    "tokenId": "tokenId.1",
    "daysBeforeExpiration": 30,
    "dataViewId": "dataViewId.1",
    "attachmentId": "attachmentId.1",
    "organizationId": "organizationId.1",
    "userId": "userId.1",
    "currentOwnerUserId": "userId.1",
    "transferToUserId": "userId.2",
    "firstName": "Ida",
    "lastName": "Berg",
    "email": "ida@lab.example",
    "permission": "READ_ONLY",
    "memberState": "APPROVED",
    "state": "COMPLETE",
    "document": "query q($x: String) { q(x: $x) }",
}
"""A valid value of every parameter that calls require."""
WITHOUT_REQUESTS = {
    "createTimeSeriesDimension",
    "createTimeSeriesInputRecord",
    "createTimeSeriesMeasureValue",
}
"""Calls that send nothing."""
SUBSCRIPTIONS = {name for name in find_calls() if "subscribeTo" in name}
"""Calls that open a real-time connection."""
OPTIONAL_ARGUMENTS: dict[str, dict[str, Any]] = {
    "iot.subscribeToEndpoint": {"iotEndpointId": "iotEndpointId.1"},
    "updateDataStore": {"name": "Wind site"},
    "updateTimeSeriesDatabase": {"name": "Wind site"},
    "dataCapture.updateCapture": {"displayName": "Night test"},
    "dataCapture.publishData": {"data": [{"timestamp": 1, "attributeValues": {"a-kW": 1.5}}]},
    **{
        f"iot.update{what}": {argument: "Wind site"}
        for what, argument in (
            ("Hub", "name"),
            ("Model", "displayName"),
            ("Endpoint", "name"),
            ("Group", "name"),
        )
    },
    "admin.updateCollaborative": {"name": "Wind site"},
    "admin.updateUser": {"firstName": "Eva"},
    "iot.publishDataFrame": {"iotEndpointId": "iotEndpointId.1"},
    "iot.publishFile": {"iotEndpointId": "iotEndpointId.1"},
    "moveDataStoreDirectory": {"name": "reports"},
    "moveDataStoreFile": {"name": "may.csv"},
    "createTimeSeriesInputRecord": {"measureValue": "1"},
    **{
        call: {"aggregate": "client"}
        for call in (
            "queryTimeSeriesDatabaseWithFilters",
            "queryTimeSeriesDatabaseToArrow",
            "queryTimeSeriesDatabaseToDataFrame",
            "queryTimeSeriesDatabaseToPolars",
            "iot.queryByTimeRange",
            "iot.queryDataByTimeRange",
            "iot.queryByTimeRangeToArrow",
            "iot.queryByTimeRangeToDataFrame",
            "iot.queryByTimeRangeToPolars",
        )
    },
}
"""Additional arguments that the tests pass."""


def _list_valid_arguments() -> Iterator[tuple[str, dict[str, Any]]]:
    for call, function in find_calls().items():
        required = [
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if name != "self" and parameter.default is parameter.empty
        ]
        if required or call in OPTIONAL_ARGUMENTS:
            values = {name: VALUES[name] for name in required}
            yield call, values | OPTIONAL_ARGUMENTS.get(call, {})


VALID_ARGUMENTS = dict(_list_valid_arguments())
"""Valid arguments of every call that requires any."""

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
    """Make a call with either client; collect the rows of iterators, and close streams."""
    response = get_call(exchange, call)(*values, **arguments)
    if isinstance(response, EventStream | AsyncStreamAdapter):
        return response.close()
    if isinstance(response, AsyncEventStream):
        return RUNNER.run(_subscribe(response))
    if isinstance(response, Iterator):
        return list(response)
    return RUNNER.run(_collect(response)) if hasattr(response, "__aiter__") else response


async def _subscribe(stream: AsyncEventStream[Any]) -> None:
    async with stream:
        pass


async def _collect(rows: Any) -> list[Any]:
    return [row async for row in rows]


def assert_clean_error(error: BaseException) -> None:
    """Check that an error chain shows no third-party exceptions and can be pickled."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    shown: BaseException | None = error
    while shown is not None:
        assert type(shown).__module__.partition(".")[0] in OURS
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
