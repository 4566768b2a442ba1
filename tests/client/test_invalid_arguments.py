"""Invalid arguments of every call raise their stated error before anything is sent."""

import os
import socket
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidParameterError,
    PathIsDirectoryError,
    PathNotFoundError,
    SubscriptionError,
)

from ..support.clients import ClientFactory
from ..support.fake_platform import FakePlatform
from ..support.invalid_arguments import (
    INVALID_AGGREGATES,
    INVALID_ASSETS,
    INVALID_ATTRIBUTE_NAMES,
    INVALID_BOOLEANS,
    INVALID_CAPTURE_RECORDS,
    INVALID_DAYS,
    INVALID_DURATIONS,
    INVALID_ENDPOINT_IDS,
    INVALID_ENDPOINTS,
    INVALID_EXACT_TIMES,
    INVALID_FILTERS,
    INVALID_FORMATS,
    INVALID_FRAMES,
    INVALID_IDS,
    INVALID_IOT_RECORDS,
    INVALID_OBJECT_IDS,
    INVALID_OPTIONAL_STRINGS,
    INVALID_PATHS,
    INVALID_PERMISSIONS,
    INVALID_PROPERTIES,
    INVALID_PROPERTY_VALUES,
    INVALID_PROXIES,
    INVALID_QUERIED_ENDPOINTS,
    INVALID_RECORDS,
    INVALID_ROLES,
    INVALID_ROW_LIMITS,
    INVALID_SEGMENTS,
    INVALID_STRINGS,
    INVALID_TELEMETRY,
    INVALID_TIMES,
    INVALID_TOKENS,
    ITSELF,
    JSON,
    MISSING_DIRECTORIES,
    MISSING_FILE,
    NOT_BEFORE_THE_END,
    OPTIONAL_STRING,
    OTHER_INVALID_OPTIONS,
    PATH,
    SINGLE_TYPES,
    URL,
)
from ..support.valid_arguments import (
    HUGE,
    SUBSCRIPTIONS,
    SURROGATE,
    VALID_ARGUMENTS,
    WITHOUT_REQUESTS,
    assert_clean_error,
    run,
    short_repr,
)

FRAMES = ("Arrow", "DataFrame", "Polars")


class Refused(NamedTuple):
    """One invalid argument of a call, and the expected error."""

    call: str
    argument: str
    value: Any
    words: str
    error: type[DigitalExchangeError] = InvalidParameterError

    def __str__(self) -> str:
        return f"{self.call}-{self.argument}-{short_repr(self.value)}"


def each(
    calls: str | Sequence[str],
    argument: str,
    *bad: tuple[Any, str],
    error: type[DigitalExchangeError] = InvalidParameterError,
) -> list[Refused]:
    """Invalid values of an argument of one or several calls."""
    return [
        Refused(call, argument, value, words, error)
        for call in ([calls] if isinstance(calls, str) else calls)
        for value, words in bad
    ]


FILE = "publishFileToTimeSeriesDatabase"
FILTER_FILE = "queryTimeSeriesDatabaseWithFilters"
FILTER_QUERIES = [FILTER_FILE, *(f"queryTimeSeriesDatabaseTo{kind}" for kind in FRAMES)]
RANGE_FILE = "iot.queryByTimeRange"
RANGE_QUERIES = [
    RANGE_FILE,
    "iot.queryDataByTimeRange",
    *(f"{RANGE_FILE}To{kind}" for kind in FRAMES),
]
SQL_PAGE = "queryTimeSeriesDatabase_TimestreamFormat"
SQL_QUERIES = [
    SQL_PAGE,
    "iterTimeSeriesDatabase_TimestreamFormat",
    *(f"{SQL_PAGE}To{kind}" for kind in FRAMES),
]
ID_ARGUMENTS = [
    (call, argument)
    for call, arguments in VALID_ARGUMENTS.items()
    for argument in arguments
    if argument.endswith("Id")
    and call not in [*RANGE_QUERIES, "iot.publishDataFrame", "iot.publishFile"]
]
WRITERS = [
    ("downloadDataStoreFile", "writeLocation"),
    ("downloadDataStoreZip", "writeLocation"),
    ("listTimeSeriesAssetsAndLatestValues", "resultFileWriteLocation"),
    ("dataCapture.downloadAttachment", "writeLocation"),
    ("dataCapture.downloadData", "writeLocation"),
    ("dataCapture.downloadDataModel", "writeLocation"),
    ("iot.listEndpointLastValues", "resultFileWriteLocation"),
    ("iot.listGroupLastValues", "resultFileWriteLocation"),
    ("iot.listHubLastValues", "resultFileWriteLocation"),
    (FILTER_FILE, "resultFileWriteLocation"),
    (RANGE_FILE, "resultFileWriteLocation"),
]
"""Calls that write a file, with the argument for its path."""
NAMED = [
    "createDataStore",
    "createDataStoreDirectory",
    "createTimeSeriesDatabase",
    "createAuthenticationToken",
    "iot.createHub",
    "iot.createEndpoint",
    "iot.createGroup",
    "renameDataStoreDirectory",
    "renameDataStoreFile",
    "admin.createCollaborative",
    "admin.createOrganization",
    "admin.updateOrganization",
]
RENAMED = [
    "admin.updateCollaborative",
    "dataCapture.attachFile",
    "updateDataStore",
    "updateTimeSeriesDatabase",
    "iot.updateHub",
    "iot.updateEndpoint",
    "iot.updateGroup",
    "moveDataStoreDirectory",
    "moveDataStoreFile",
    "uploadFileToDataStore",
]
"""Calls with an argument for a name."""

UPLOADS = ["uploadFileToDataStore", "dataCapture.attachFile"]

REFUSED = [
    *(case for call, argument in ID_ARGUMENTS for case in each(call, argument, *INVALID_IDS)),
    *(
        case
        for call, argument in WRITERS
        for case in (
            *each(call, argument, *INVALID_PATHS),
            *each(call, argument, *MISSING_DIRECTORIES, error=PathNotFoundError),
        )
    ),
    *(
        case
        for call, argument in WRITERS
        if argument in VALID_ARGUMENTS[call]
        for case in each(call, argument, (None, PATH))
    ),
    *each("downloadDataStoreZip", "dataStoreObjectIds", *INVALID_OBJECT_IDS),
    *each(UPLOADS, "localPath", (None, PATH), *INVALID_PATHS),
    *each(UPLOADS, "localPath", (os.devnull, "a regular file")),
    *each(UPLOADS, "localPath", MISSING_FILE, error=PathNotFoundError),
    *each(UPLOADS, "localPath", (".", "a directory"), error=PathIsDirectoryError),
    *each(NAMED, "name", *INVALID_STRINGS),
    *each(RENAMED, "name", *INVALID_STRINGS[1:]),
    *each(
        [
            "createDataStore",
            "updateDataStore",
            "uploadFileToDataStore",
            "createTimeSeriesDatabase",
            "updateTimeSeriesDatabase",
            *(
                f"iot.{verb}{what}"
                for verb in ("create", "update")
                for what in ("Hub", "Model", "Endpoint", "Group")
            ),
            "iot.createNewModelVersion",
            "dataCapture.createCapture",
            "dataCapture.updateCapture",
            "dataCapture.attachFile",
            "admin.createCollaborative",
            "admin.updateCollaborative",
        ],
        "description",
        *INVALID_OPTIONAL_STRINGS,
    ),
    *each("iot.publish", "data", *INVALID_IOT_RECORDS),
    *each("iot.createModel", "name", *INVALID_SEGMENTS),
    *each("iot.updateModel", "displayName", *INVALID_STRINGS[1:]),
    *each("iot.updateModel", "dtmiSegment", *INVALID_SEGMENTS[1:]),
    *each(["iot.createModel", "iot.createNewModelVersion"], "properties", *INVALID_PROPERTIES),
    *each(["iot.createModel", "iot.createNewModelVersion"], "telemetry", *INVALID_TELEMETRY),
    *each("iot.createNewModelVersion", "displayName", *INVALID_STRINGS[1:]),
    *each("iot.createNewModelVersion", "version", *INVALID_DAYS[1:]),
    *each("iot.updateEndpointProperties", "properties", *INVALID_PROPERTY_VALUES),
    *each(
        ["iot.addEndpointsToGroup", "iot.removeEndpointsFromGroup"],
        "iotEndpointIds",
        *INVALID_ENDPOINT_IDS,
        ([], "non-empty"),
        (None, "non-empty"),
    ),
    *each("iot.createGroup", "iotEndpointIds", *INVALID_ENDPOINT_IDS),
    *each(
        ["iot.subscribeToEndpoints", "iot.subscribeToEndpointRecords"],
        "iotEndpointIds",
        *INVALID_ENDPOINT_IDS,
        ([], "non-empty"),
        (None, "non-empty"),
    ),
    *each("dataCapture.waitForState", "state", (None, "one of"), ("DONE", "READY"), (7, "READY")),
    *each("dataCapture.waitForState", "timeout", *INVALID_DURATIONS),
    *each("iot.subscribeToEndpointRecords", "lookback", *INVALID_DURATIONS),
    *each("iot.subscribeToEndpoint", "endpointId", ("iotEndpointId.2", "None if iotEndpointId")),
    *each(sorted(SUBSCRIPTIONS), "reconnect", *INVALID_BOOLEANS),
    *each(sorted(SUBSCRIPTIONS), "bufferSize", (0, "between 1 and"), (None, "1"), (1.5, "1")),
    *each(sorted(SUBSCRIPTIONS), "onGap", (7, "a function or None"), (True, "a function")),
    *each("dataCapture.publishData", "data", *INVALID_CAPTURE_RECORDS),
    *each("dataCapture.createCapture", "displayName", *INVALID_STRINGS),
    *each(
        "dataCapture.createCapture", "captureType", ("OTHER", "one of STANDARD"), (7, "STANDARD")
    ),
    *each("dataCapture.updateCapture", "displayName", *INVALID_STRINGS[1:]),
    *each(
        "dataCapture.updateCapture",
        "startTimeType",
        ("", "one of MANUAL, SCHEDULED"),
        (7, "SCHEDULED"),
    ),
    *each("dataCapture.updateCapture", "stopTimeType", ("LATER", "one of MANUAL, SCHEDULED")),
    *each("dataCapture.updateCapture", "scheduledStartTime", *INVALID_EXACT_TIMES),
    *each("dataCapture.updateCapture", "scheduledStopTime", *INVALID_EXACT_TIMES),
    *each("dataCapture.updateDataModel", "assets", *INVALID_ASSETS),
    *each("dataCapture.downloadData", "exportTimeout", *INVALID_DURATIONS),
    *each("dataCapture.getCapture", "includeDataModel", *INVALID_BOOLEANS),
    *each(
        ["admin.deleteCollaborative", "admin.deleteOrganization"],
        "comment",
        *INVALID_OPTIONAL_STRINGS,
    ),
    *each("admin.getCollaborative", "includeMemberOrganizations", *INVALID_BOOLEANS),
    *each("admin.createOrganization", "hostOrganization", *INVALID_BOOLEANS),
    *each("admin.addCollaborativeMember", "permission", *INVALID_PERMISSIONS[1:]),
    *each("admin.updateCollaborativeMember", "permission", *INVALID_PERMISSIONS),
    *each("admin.createUser", "firstName", *INVALID_STRINGS),
    *each("admin.createUser", "lastName", *INVALID_STRINGS),
    *each("admin.createUser", "email", *INVALID_STRINGS),
    *each("admin.createUser", "mobile", *INVALID_OPTIONAL_STRINGS),
    *each("admin.createUser", "userRoles", *INVALID_ROLES, (None, "a list of roles")),
    *each("admin.updateUser", "userRoles", *INVALID_ROLES),
    *each("admin.updateUser", "firstName", *INVALID_STRINGS[1:]),
    *each("admin.updateUser", "lastName", *INVALID_STRINGS[1:]),
    *each("admin.updateUser", "userAccountState", ("GONE", "one of ACTIVE"), (7, "DISABLED")),
    *each("updateCollaborativeMembership", "memberState", ("MAYBE", "APPROVED"), (None, "DENIED")),
    *each(["iot.getGroup", "iot.listGroups"], "includeEndpoints", *INVALID_BOOLEANS),
    *each("createAuthenticationToken", "daysBeforeExpiration", *INVALID_DAYS),
    *each("publishToTimeSeriesDatabase", "records", *INVALID_RECORDS),
    *each("publishDataFrameToTimeSeriesDatabase", "frame", *INVALID_FRAMES),
    *each("iot.publishDataFrame", "frame", *INVALID_FRAMES),
    *each("iot.publishDataFrame", "iotEndpointId", *INVALID_IDS[1:]),
    *each("iot.publishFile", "iotEndpointId", *INVALID_IDS[1:]),
    *each("iot.publishFile", "path", (None, "a path"), ("", PATH), ([], "at least one path")),
    *each("iot.publishFile", "path", MISSING_FILE, error=PathNotFoundError),
    *each("iot.publishFile", "timeUnit", ("hours", "one of s, ms"), (7, "one of s, ms")),
    *each("iot.publishFile", "iotEndpointIdColumn", (7, "a non-empty string"), ("", "non-empty")),
    *each("iot.publishFile", "dryRun", ("yes", "True or False")),
    *each(
        "iot.publishFile", "saveMapping", ("nowhere/a.toml", "not exist"), error=PathNotFoundError
    ),
    *each(FILE, "path", (None, "a path"), ("", PATH), (7, "a path"), (b"load.csv", "a path")),
    *each(FILE, "path", ([], "at least one path"), ({"a": 1}, "a path"), ("x" * 300, "allows")),
    *each(FILE, "path", MISSING_FILE, ("none-*.csv", "at least one file"), error=PathNotFoundError),
    *each(FILE, "path", (".", "a directory"), error=PathIsDirectoryError),
    *each(FILE, "timeUnit", ("hours", "one of s, ms"), (7, "one of s, ms")),
    *each(FILE, "timeFormat", ("noon", "with year and month"), (7, "a non-empty string")),
    *each(FILE, "timeFormat", ("%d/%m/%Y %Z", "%z or timeZone"), ("%H:%M", "year and month")),
    *each(FILE, "timeZone", ("Spokane", "a time zone"), ("+25:00", "a time zone"), (7, "a time")),
    *each(FILE, "ambiguous", ("both", "one of refuse, infer, earlier, later")),
    *each(FILE, "nonexistent", ("drop", "one of refuse, shift")),
    *each(FILE, "duplicates", ("all", "one of refuse, identical, first, last")),
    *each(FILE, "format", ("xls", "one of csv, xlsx, parquet, json")),
    *each(FILE, "measureTypes", ({"a": "FLOAT"}, "BIGINT"), ("DOUBLE", "a dictionary")),
    *each(FILE, "attributeNames", ({"a": 7}, "a dictionary"), (["a"], "a dictionary")),
    *each(FILE, "nullValues", ({"a": 1}, "a list of strings"), ([None], "a list of strings")),
    *each(FILE, "columnNames", (["a", ""], "a list of strings"), (7, "a list of strings")),
    *each(FILE, "encoding", ("utf-9", "a text encoding"), ("base64", "a text encoding")),
    *each(FILE, "delimiter", ("", "one character"), ("::", "one character"), (7, "one character")),
    *each(FILE, "decimal", (",.", "one character")),
    *each(FILE, "thousands", (".", "a character other than decimal=")),
    *each(FILE, "minus", ("7", "the minus sign"), ("--", "the minus sign")),
    *each(FILE, "skipLines", (-1, "between 0"), ("x", "between 0"), (1.5, "between 0")),
    *each(FILE, "unitsRow", (-1, "between 0"), ("x", "between 0")),
    *each(FILE, "mapping", (7, PATH)),
    *each(FILE, "mapping", ("none.toml", "file not found"), error=PathNotFoundError),
    *each(FILE, "saveMapping", (7, PATH)),
    *each(FILE, "saveMapping", ("nowhere/a.toml", "does not exist"), error=PathNotFoundError),
    *each(FILE, "saveRejected", ("nowhere/a.csv", "does not exist"), error=PathNotFoundError),
    *each(FILE, "correct", (7, "True or False")),
    *each(FILE, "dryRun", ("yes", "True or False")),
    *each(FILE, "inspect", (None, "True or False")),
    *each(FILTER_QUERIES, "assetAndAttributesFilter", *INVALID_FILTERS),
    *each(FILTER_QUERIES, "startTime", *INVALID_TIMES, *NOT_BEFORE_THE_END),
    *each(FILTER_QUERIES, "endTime", *INVALID_TIMES),
    *each(FILTER_QUERIES, "maxRows", *INVALID_ROW_LIMITS),
    *each(FILTER_QUERIES, "exportTimeout", *INVALID_DURATIONS),
    *each(FILTER_QUERIES, "aggregate", *INVALID_AGGREGATES),
    *each(FILTER_FILE, "exportFileFormat", *INVALID_FORMATS),
    *each(RANGE_QUERIES, "iotEndpointId", *INVALID_QUERIED_ENDPOINTS),
    *each(RANGE_QUERIES, "attributeNames", *INVALID_ATTRIBUTE_NAMES),
    *each(RANGE_QUERIES, "startTime", *INVALID_TIMES, *NOT_BEFORE_THE_END),
    *each(RANGE_QUERIES, "endTime", *INVALID_TIMES),
    *each(RANGE_QUERIES, "exportTimeout", *INVALID_DURATIONS),
    *each(RANGE_QUERIES, "aggregate", *INVALID_AGGREGATES),
    *each(RANGE_QUERIES, "errors", ("log", "one of warn, raise, ignore"), (None, "one of warn")),
    *each(RANGE_FILE, "exportFileFormat", *INVALID_FORMATS),
    *each([RANGE_FILE, *RANGE_QUERIES[2:]], "timeZone", ("Spokane", "a time zone"), (7, "a time")),
    *each(RANGE_QUERIES[2:], "shape", ("tall", "one of wide, long"), (None, "one of wide")),
    *each(SQL_QUERIES, "queryString", *INVALID_STRINGS),
    *each(SQL_QUERIES, "maxRows", *INVALID_ROW_LIMITS),
    *each(SQL_PAGE, "nextToken", *INVALID_OPTIONAL_STRINGS),
    *each(SQL_PAGE, "clientToken", *INVALID_OPTIONAL_STRINGS),
    *each("createTimeSeriesMeasureValue", "type", ("FLOAT", "BIGINT"), (None, "BIGINT")),
    *each("createTimeSeriesMeasureValue", "type", ("MULTI", f"one of {SINGLE_TYPES}")),
    *each("createTimeSeriesMeasureValue", "name", *INVALID_STRINGS, (HUGE, "256 bytes")),
    *each("createTimeSeriesMeasureValue", "value", ("1; DROP", "DOUBLE"), (HUGE, "DOUBLE")),
    *each("createTimeSeriesDimension", "dimensionValueType", ("DOUBLE", "VARCHAR"), (7, "VARCHAR")),
    *each("createTimeSeriesDimension", "name", *INVALID_STRINGS, ("ts_x", "Timestream reserves")),
    *each("createTimeSeriesDimension", "value", *INVALID_STRINGS[:4], (HUGE, "2048 bytes")),
    *each("createTimeSeriesInputRecord", "time", ("now", "since 1970"), (HUGE, "since 1970")),
    *each("createTimeSeriesInputRecord", "timeUnit", ("HOURS", "NANOSECONDS"), (None, "SECONDS")),
    *each(
        "createTimeSeriesInputRecord",
        "measureName",
        *INVALID_STRINGS,
        ("time", "reserves"),
    ),
    *each("createTimeSeriesInputRecord", "measureValueType", ("DECIMAL", "MULTI")),
    *each("createTimeSeriesInputRecord", "measureValue", (None, "DOUBLE"), ("1e999", "DOUBLE")),
    *each("createTimeSeriesInputRecord", "measureValues", (["kW"], "None when")),
    *each("createTimeSeriesInputRecord", "dimensions", ([{}], "a TimeSeriesDimension")),
    *each(
        "createTimeSeriesInputRecord",
        "version",
        (0, "between 1 and 2147483647"),
        ("x", "between 1"),
    ),
    *each("listCollaborativesServiceSharedWith", "serviceId", ("files.1", "serviceType=")),
    *each("addServiceToCollaborative", "serviceId", ("iotEndpointId.1", "timeSeriesDbId")),
    *each("removeServiceFromCollaborative", "serviceId", ("'; --", "dataStoreId")),
    *each("addServiceToCollaborative", "serviceType", ("FILES", "DATA_STORE"), (7, "DATA_STORE")),
    *each(
        "execute",
        "document",
        *INVALID_STRINGS,
        ("# nothing", "an operation"),
        (HUGE, "an operation"),
    ),
    *each("execute", "document", ("subscription { x }", "a query or mutation")),
    *each("execute", "operationName", (7, OPTIONAL_STRING), ("other", "q"), (HUGE, "q")),
    *each("execute", "variables", (7, "a dictionary"), ({7: 1}, JSON), ({"x": object}, JSON)),
    *each("execute", "variables", ({"x": float("inf")}, JSON), ({"x": b"x"}, JSON)),
    *each(
        "execute", "variables", ({"x": SURROGATE}, "variables.x"), ({SURROGATE: 1}, "surrogates")
    ),
    *each("execute", "variables", (ITSELF, "nested")),
]


def check_refusal(case: Refused, exchange: AvistaDigitalExchange) -> None:
    """Make a call with an invalid argument; expect the stated error."""
    arguments = VALID_ARGUMENTS[case.call] | {case.argument: case.value}
    with pytest.raises(DigitalExchangeError) as caught:
        run(exchange, case.call, **arguments)
    message = str(caught.value)
    assert type(caught.value) is case.error, str(case)
    assert message.removeprefix("record.").startswith(case.argument), message
    assert case.words in message, str(case)
    assert len(message) < 400, str(case)
    assert_clean_error(caught.value)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which contains one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load.csv").write_text("1,2\n")
    return tmp_path


class TestInvalidArguments:
    def test_table_covers_every_call_that_takes_arguments(self) -> None:
        assert len(REFUSED) >= 120
        assert {case.call for case in REFUSED} == VALID_ARGUMENTS.keys()

    @pytest.mark.parametrize("call", VALID_ARGUMENTS)
    def test_call_with_an_invalid_argument_is_refused_before_anything_is_sent(
        self,
        call: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        folder: Path,
    ) -> None:
        for case in REFUSED:
            if case.call == call:
                check_refusal(case, fake_platform_client)
                assert fake_platform.requests == [], str(case)
                assert os.listdir(folder) == ["load.csv"], str(case)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_upload_of_a_pipe_is_refused(self, fake_platform_client: AvistaDigitalExchange) -> None:
        os.mkfifo("pipe")
        with pytest.raises(
            InvalidParameterError, match=r"^localPath must be a regular file, got 'pipe'"
        ):
            fake_platform_client.uploadFileToDataStore("store", "directory", "pipe")

    @pytest.mark.parametrize(("call", "argument"), WRITERS)
    def test_output_to_a_socket_is_refused(
        self, call: str, argument: str, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.bind("socket")
            with pytest.raises(
                InvalidParameterError, match=rf"^{argument} must be a file, .* socket"
            ):
                run(fake_platform_client, call, **VALID_ARGUMENTS[call] | {argument: "socket"})

    @pytest.mark.parametrize(("call", "argument"), WRITERS)
    def test_output_to_a_read_only_file_is_refused(
        self, call: str, argument: str, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        Path("result").touch(0o444)
        with pytest.raises(PermissionError, match="read-only") as caught:
            run(fake_platform_client, call, **VALID_ARGUMENTS[call] | {argument: "result"})
        assert caught.value.filename == "result"

    def test_upload_of_more_than_5_gib_is_refused(
        self, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        Path("huge").touch()
        os.truncate("huge", 5 * 1024**3 + 1)
        with pytest.raises(InvalidParameterError, match=r"^localPath must be .*5 GiB"):
            fake_platform_client.uploadFileToDataStore("s", "d", "huge")

    @pytest.mark.parametrize("call", VALID_ARGUMENTS)
    def test_call_without_the_invalid_argument_is_accepted(
        self, call: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        # No response is added, so any request fails.
        if call in WITHOUT_REQUESTS:
            assert run(fake_platform_client, call, **VALID_ARGUMENTS[call])
        elif call in SUBSCRIPTIONS - {"iot.subscribeToEndpointRecords"}:
            with pytest.raises(SubscriptionError):
                run(fake_platform_client, call, **VALID_ARGUMENTS[call])
        else:
            with pytest.raises(AssertionError, match="no response was added"):
                run(fake_platform_client, call, **VALID_ARGUMENTS[call])
            assert len(fake_platform.requests) == 1


class TestConstructors:
    @pytest.mark.parametrize(
        ("argument", "value", "words"),
        [
            *(("token", value, "token must be ") for value in INVALID_TOKENS),
            *(("endpoint", value, URL) for value in INVALID_ENDPOINTS),
            *(("proxy", value, "proxy must be ") for value in INVALID_PROXIES),
            *OTHER_INVALID_OPTIONS,
        ],
        ids=short_repr,
    )
    def test_constructor_refuses_invalid_arguments(
        self, argument: str, value: Any, words: str, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError) as caught:
            create_client(**{"token": "token", argument: value})
        assert str(caught.value).startswith(argument)
        assert words in str(caught.value)
        assert len(str(caught.value)) < 400
        assert_clean_error(caught.value)
