"""Bad and hostile inputs of every call: each has its stated error, or its right result.

What is refused is refused before anything is sent, by an error of this package that names the
argument. What is not refused is sent exactly as it was given, or comes back exactly as it was
published, however odd it looks.
"""

import csv
import json
import os
import pickle
import traceback
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidParameterError,
    InvalidRequestError,
    NotFoundError,
    PathIsFolderError,
    PathNotFoundError,
    TimeSeriesInputRecord,
)
from avista_digital_exchange_sdk.local import LocalExchange

from .support.doors import RUNNER, Door
from .support.scripted import Answer, ScriptedPlatform

HUGE = "x" * 10_000_000
HUGE_NUMBER = 10**5000
"""More digits than Python turns into text."""
SURROGATE = "\ud800"
OURS = ("avista_digital_exchange_sdk", "builtins")

SERVICE_ID = {"serviceId": "dataStoreId.1"}
QUERY = {"timeSeriesDbId": "timeSeriesDbId.1", "queryString": "SELECT 1"}
FILTERS = {
    "timeSeriesDbId": "timeSeriesDbId.1",
    "assetAndAttributesFilter": [{"assetId": "meter"}],
    "startTime": "2024-05-01T00:00:00Z",
    "endTime": "2024-05-02T00:00:00Z",
    "resultFileWriteLocation": "result.csv",
    "aggregate": "client",
}
RECORD = {"time": 1, "timeUnit": "SECONDS", "measureName": "kW", "measureValueType": "DOUBLE"}
GOOD: dict[str, dict[str, Any]] = {
    "getDataStore": {"dataStoreId": "dataStoreId.1"},
    "getDataStoreDirectory": {"dataStoreDirectoryId": "dataStoreDirectoryId.1"},
    "getDataStoreFileMeta": {"dataStoreFileId": "dataStoreFileId.1"},
    "downloadDataStoreFile": {"dataStoreFileId": "dataStoreFileId.1", "writeLocation": "copy.csv"},
    "uploadFileToDataStore": {
        "dataStoreId": "dataStoreId.1",
        "dataStoreDirectoryId": "dataStoreDirectoryId.1",
        "localPath": "load.csv",
    },
    "deleteDataStoreFile": {"dataStoreFileId": "dataStoreFileId.1"},
    "getTimeSeriesDatabase": {"timeSeriesDbId": "timeSeriesDbId.1"},
    "listTimeSeriesAssetsAndLatestValues": {"timeSeriesDbId": "timeSeriesDbId.1"},
    "publishToTimeSeriesDatabase": {
        "timeSeriesDbId": "timeSeriesDbId.1",
        "assetId": "meter",
        "records": [TimeSeriesInputRecord(time="1", measureName="kW", measureValue="1")],
    },
    "queryTimeSeriesDatabaseWithFilters": FILTERS,
    "queryTimeSeriesDatabase_TimestreamFormat": QUERY,
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
"""Arguments of every call that has any, none of them bad."""


class Refused(NamedTuple):
    """One bad argument of a call, and the error it gets."""

    call: str
    argument: str
    value: Any
    words: str
    error: type[DigitalExchangeError] = InvalidParameterError

    def __str__(self) -> str:
        return f"{self.call}-{self.argument}-{_short(self.value)}"


def _short(value: Any) -> str:
    try:
        return ascii(value)[:30]
    except ValueError:
        return type(value).__name__


def each(call: str, argument: str, *bad: tuple[Any, str]) -> list[Refused]:
    return [Refused(call, argument, value, words) for value, words in bad]


ID_ARGUMENTS = [
    (call, argument)
    for call, arguments in GOOD.items()
    for argument in arguments
    if argument.endswith("Id")
]
NOT_EMPTY, NO_CONTROL, NO_SURROGATES = "not empty", "control characters", "surrogates"
BAD_IDS = [
    (None, NOT_EMPTY),
    (7, "(int)"),
    ("", NOT_EMPTY),
    ("i\nd", NO_CONTROL),
    (SURROGATE, NO_SURROGATES),
    (HUGE, "at most 1024 characters, not 10000000"),
]
BAD_TEXTS = [
    (None, NOT_EMPTY),
    (b"text", "(bytes)"),
    (["text"], "(list)"),
    ("", NOT_EMPTY),
    (" \t\n", NOT_EMPTY),
    (f"a{SURROGATE}", NO_SURROGATES),
]
OPTIONAL_TEXT = "a text or None"
BAD_OPTIONAL_TEXTS = [
    (7, OPTIONAL_TEXT),
    (b"text", OPTIONAL_TEXT),
    ({}, OPTIONAL_TEXT),
    (SURROGATE, NO_SURROGATES),
]
PATH = "a path of the local file system"
BAD_PATHS = [
    ("", PATH),
    (7, PATH),
    (b"load.csv", PATH),
    ("a\0b", PATH),
    (SURROGATE, PATH),
    ("~nobody-of-that-name/load.csv", PATH),
    ("x" * 300, "can hold"),
    (HUGE, "can hold"),
]
ROWS = "a whole number from 1 to 1000"
BAD_ROWS = [
    (value, ROWS)
    for value in (0, 1001, -1, 2**64, HUGE_NUMBER, "", "many", "1_0", "٣", "1.5", 1.5, True, [1])
]
TIME = "ISO 8601 with a time zone"
BAD_TIMES = [
    (value, TIME)
    for value in (
        None,
        1662155084,
        float("nan"),
        "",
        "yesterday",
        "2022-09-27",
        "2022-09-27T10:22:45",
        "2022-13-01T00:00:00Z",
        "2022-02-30T00:00:00Z",
        "2022-09-27T10:22:60Z",
        "2022-09-27T10:22:45Z\n",
        "2022-09-27T10:22:45Z' OR 1=1 --",
        "0001-01-01T00:00:00+14:00",
        datetime(2022, 9, 27),
        date(2022, 9, 27),
        SURROGATE,
        HUGE,
    )
]
FILTER = '{"assetId": "…", "attributeNamesFilter": ["…"]}'
NAMES = "a list of attribute names"
BAD_FILTERS = [
    (None, "a list of filters"),
    (7, "a list of filters"),
    ({"assetId": "meter"}, "a list of filters"),
    ([], "not empty"),
    ("2022-09-27T10:22:45Z", "the filter comes before the times"),
    ([None], FILTER),
    (["meter"], FILTER),
    ([{}], "assetAndAttributesFilter[0].assetId"),
    ([{"assetID": "meter"}], FILTER),
    ([{"assetId": "meter", "attributes": ["kW"]}], FILTER),
    ([{"assetId": 7}], "assetAndAttributesFilter[0].assetId"),
    ([{"assetId": HUGE}], "at most 1024 characters"),
    ([{"assetId": "a"}, {"assetId": "a\0"}], "assetAndAttributesFilter[1].assetId"),
    ([{"assetId": "a", "attributeNamesFilter": "kW"}], NAMES),
    ([{"assetId": "a", "attributeNamesFilter": {"kW": 1}}], NAMES),
    ([{"assetId": "a", "attributeNamesFilter": ["kW", ""]}], "attributeNamesFilter[1]"),
    ([{"assetId": "a", "attributeNamesFilter": [None]}], "attributeNamesFilter[0]"),
    ([{"assetId": "a", "attributeNamesFilter": [SURROGATE]}], NO_SURROGATES),
]
RECORDS = "a list of TimeSeriesInputRecord"
BAD_RECORDS = [
    (None, RECORDS),
    ("records", RECORDS),
    ({}, RECORDS),
    ([], "not empty"),
    (iter(()), "not empty"),
    ([None], "records[0]"),
    ([{"time": "1"}], "records[0]"),
    ([TimeSeriesInputRecord(time="soon", measureName="kW", measureValue="1")], "records[0].time"),
]
SECONDS = "a number of seconds above 0"
JSON = "what JSON holds"
ITSELF: dict[str, Any] = {}
ITSELF["x"] = [ITSELF]

REFUSED = [
    *(
        Refused(call, argument, value, words)
        for call, argument in ID_ARGUMENTS
        for value, words in BAD_IDS
    ),
    *each("downloadDataStoreFile", "writeLocation", (None, PATH), *BAD_PATHS),
    Refused(
        "downloadDataStoreFile", "writeLocation", "none/x", "there is no folder", PathNotFoundError
    ),
    Refused("downloadDataStoreFile", "writeLocation", os.devnull, "can't be replaced"),
    *each("uploadFileToDataStore", "localPath", (None, PATH), *BAD_PATHS),
    Refused("uploadFileToDataStore", "localPath", "none.csv", "no such file", PathNotFoundError),
    Refused("uploadFileToDataStore", "localPath", ".", "a folder", PathIsFolderError),
    Refused("uploadFileToDataStore", "localPath", os.devnull, "a regular file"),
    *each("uploadFileToDataStore", "name", *BAD_TEXTS[1:]),
    *each("uploadFileToDataStore", "description", *BAD_OPTIONAL_TEXTS),
    *each("listTimeSeriesAssetsAndLatestValues", "resultFileWriteLocation", *BAD_PATHS),
    *each("publishToTimeSeriesDatabase", "records", *BAD_RECORDS),
    *each("queryTimeSeriesDatabaseWithFilters", "assetAndAttributesFilter", *BAD_FILTERS),
    *each("queryTimeSeriesDatabaseWithFilters", "startTime", *BAD_TIMES),
    *each("queryTimeSeriesDatabaseWithFilters", "endTime", *BAD_TIMES[:5]),
    Refused(
        "queryTimeSeriesDatabaseWithFilters", "startTime", "2024-05-02T00:00:00Z", "before endTime"
    ),
    *each(
        "queryTimeSeriesDatabaseWithFilters", "resultFileWriteLocation", (None, PATH), *BAD_PATHS
    ),
    *each(
        "queryTimeSeriesDatabaseWithFilters",
        "exportFileFormat",
        *((value, "one of CSV, JSON") for value in (None, 7, "", "XML", "CSV ", ["CSV"], HUGE)),
    ),
    *each("queryTimeSeriesDatabaseWithFilters", "maxRows", *BAD_ROWS),
    *each(
        "queryTimeSeriesDatabaseWithFilters",
        "exportTimeout",
        *((value, SECONDS) for value in (None, 0, -1, "5", True, float("nan"), float("inf"))),
    ),
    *each(
        "queryTimeSeriesDatabaseWithFilters",
        "aggregate",
        *((value, "one of auto, server, client") for value in (None, "", "both", 7, HUGE)),
    ),
    *each("queryTimeSeriesDatabase_TimestreamFormat", "queryString", *BAD_TEXTS),
    *each("queryTimeSeriesDatabase_TimestreamFormat", "maxRows", *BAD_ROWS),
    *each("queryTimeSeriesDatabase_TimestreamFormat", "nextToken", *BAD_OPTIONAL_TEXTS),
    *each("queryTimeSeriesDatabase_TimestreamFormat", "clientToken", *BAD_OPTIONAL_TEXTS),
    *each("iterTimeSeriesDatabase_TimestreamFormat", "queryString", *BAD_TEXTS),
    *each("iterTimeSeriesDatabase_TimestreamFormat", "maxRows", *BAD_ROWS[:4]),
    *each("createTimeSeriesMeasureValue", "type", ("FLOAT", "BIGINT"), (None, "BIGINT")),
    *each("createTimeSeriesMeasureValue", "type", ("MULTI", "the type of a single value")),
    *each("createTimeSeriesMeasureValue", "name", *BAD_TEXTS, (HUGE, "256 bytes")),
    *each("createTimeSeriesMeasureValue", "value", ("1; DROP", "DOUBLE"), (HUGE, "DOUBLE")),
    *each("createTimeSeriesDimension", "dimensionValueType", ("DOUBLE", "VARCHAR"), (7, "VARCHAR")),
    *each("createTimeSeriesDimension", "name", *BAD_TEXTS, ("ts_x", "keeps for itself")),
    *each("createTimeSeriesDimension", "value", *BAD_TEXTS[:4], (HUGE, "2048 bytes")),
    *each("createTimeSeriesInputRecord", "time", ("now", "since 1970"), (HUGE, "since 1970")),
    *each("createTimeSeriesInputRecord", "timeUnit", ("HOURS", "NANOSECONDS"), (None, "SECONDS")),
    *each("createTimeSeriesInputRecord", "measureName", *BAD_TEXTS, ("time", "keeps for itself")),
    *each("createTimeSeriesInputRecord", "measureValueType", ("DECIMAL", "MULTI")),
    *each("createTimeSeriesInputRecord", "measureValue", (None, "DOUBLE"), ("1e999", "DOUBLE")),
    *each("createTimeSeriesInputRecord", "measureValues", (["kW"], "None when")),
    *each("createTimeSeriesInputRecord", "dimensions", ([{}], "a TimeSeriesDimension")),
    *each("createTimeSeriesInputRecord", "version", (0, "from 1 to 2147483647"), ("x", "from 1")),
    *each("listCollaborativesServiceSharedWith", "serviceId", ("files.1", "serviceType=")),
    *each("addServiceToCollaborative", "serviceId", ("iotEndpointId.1", "timeSeriesDbId")),
    *each("removeServiceFromCollaborative", "serviceId", ("'; --", "dataStoreId")),
    *each("addServiceToCollaborative", "serviceType", ("FILES", "DATA_STORE"), (7, "DATA_STORE")),
    *each("execute", "document", *BAD_TEXTS, ("# nothing", "no operation"), (HUGE, "no operation")),
    *each("execute", "document", ("subscription { x }", "a query or mutation")),
    *each("execute", "operationName", (7, OPTIONAL_TEXT), ("other", "q"), (HUGE, "q")),
    *each("execute", "variables", (7, "a dictionary"), ({7: 1}, JSON), ({"x": object}, JSON)),
    *each("execute", "variables", ({"x": float("inf")}, JSON), ({"x": b"x"}, JSON)),
    *each(
        "execute", "variables", ({"x": SURROGATE}, "variables.x"), ({SURROGATE: 1}, "surrogates")
    ),
    *each("execute", "variables", (ITSELF, "nested")),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that relative paths are in; it holds one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load.csv").write_text("1,2\n")
    return tmp_path


def run(exchange: AvistaDigitalExchange, call: str, **arguments: Any) -> Any:
    """Make a call in either colour; what it yields is gone through."""
    answer = getattr(exchange, call)(**arguments)
    if isinstance(answer, Iterator):
        return list(answer)
    return RUNNER.run(_listed(answer)) if hasattr(answer, "__aiter__") else answer


async def _listed(rows: Any) -> list[Any]:
    return [row async for row in rows]


class TestRefused:
    def test_the_table_covers_every_call_that_takes_arguments(self) -> None:
        assert len(REFUSED) >= 120
        assert {case.call for case in REFUSED} == GOOD.keys()

    @pytest.mark.parametrize("case", REFUSED, ids=str)
    def test_with_its_stated_error_before_anything_is_sent(
        self,
        case: Refused,
        scripted: ScriptedPlatform,
        scripted_exchange: AvistaDigitalExchange,
        folder: Path,
    ) -> None:
        arguments = GOOD[case.call] | {case.argument: case.value}
        with pytest.raises(DigitalExchangeError) as caught:
            run(scripted_exchange, case.call, **arguments)
        message = str(caught.value)
        assert type(caught.value) is case.error
        assert message.removeprefix("record.").startswith(case.argument), message
        assert case.words in message
        assert len(message) < 400
        assert scripted.requests == []
        assert os.listdir(folder) == ["load.csv"]
        assert_clean(caught.value)

    @pytest.mark.parametrize("call", GOOD)
    def test_the_same_call_without_the_bad_argument_is_not_refused(
        self, call: str, scripted: ScriptedPlatform, scripted_exchange: AvistaDigitalExchange
    ) -> None:
        # Nothing is laid down, so that what gets as far as sending fails there.
        if call.startswith("create"):
            assert run(scripted_exchange, call, **GOOD[call])
        else:
            with pytest.raises(AssertionError, match="nothing was laid down"):
                run(scripted_exchange, call, **GOOD[call])
            assert len(scripted.requests) == 1


def assert_clean(error: BaseException) -> None:
    """A user who sees the error sees nothing of the libraries behind it, and can pickle it."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    shown = traceback.TracebackException.from_exception(error)
    while shown is not None:
        assert shown.exc_type.__module__.partition(".")[0] in OURS
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)


DOOR_TOKENS = [7, b"token", "", " ", "a b", "a\nb", "tökén", SURROGATE, "\x00"]
ADDRESS = "valid is an https:// address"
DOOR_ENDPOINTS = [
    7,
    b"https://exchange.test",
    "",
    [],
    "exchange.test/graphql",
    "http://exchange.test/graphql",
    "ftp://exchange.test",
    "https://",
    "https://exchange.test:port/",
    "https://exchange.test:99999/",
    "https://exchange test/",
    "https://exchange.test/\nHost: other.test",
    "https://[::1/",
    "https://user:password@exchange.test/",
    f"https://{'a' * 64}.test/",
    f"https://{SURROGATE}.test/",
    f"https://exchange.test/{HUGE}",
]
DOOR_PROXIES = [
    7,
    "",
    "socks5://proxy.test",
    "http://",
    "http://proxy:port",
    "http://[::1",
    "http://a b",
    f"http://{SURROGATE}",
]
DOOR_OTHERS = [
    ("debug", 1, "True or False"),
    ("debug", "yes", "True or False"),
    ("timeout", 0, SECONDS),
    ("timeout", None, SECONDS),
    ("timeout", "60", SECONDS),
    ("timeout", float("nan"), SECONDS),
    ("maxRetries", -1, "from 0 to 100"),
    ("maxRetries", True, "from 0 to 100"),
    ("maxRetries", HUGE_NUMBER, "from 0 to 100"),
    ("verify", None, PATH),
    ("verify", "load.csv", "certificates (PEM)"),
    ("verify", "x" * 300, "can hold"),
]


class TestDoors:
    @pytest.mark.parametrize(
        ("argument", "value", "words"),
        [
            *(("token", value, "token: ") for value in DOOR_TOKENS),
            *(("endpoint", value, ADDRESS) for value in DOOR_ENDPOINTS),
            *(("proxy", value, "proxy: valid is") for value in DOOR_PROXIES),
            *DOOR_OTHERS,
        ],
        ids=_short,
    )
    def test_bad_arguments_are_refused(
        self, argument: str, value: Any, words: str, door: Door
    ) -> None:
        with pytest.raises(InvalidParameterError) as caught:
            door(**{"token": "token", argument: value})
        assert str(caught.value).startswith(f"{argument}: ")
        assert words in str(caught.value)
        assert len(str(caught.value)) < 400
        assert_clean(caught.value)


ODD_TEXTS = [
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
ODDER_TEXTS = [*ODD_TEXTS, "line\nline\r\nline\ttab", "nul\0nul", "\x1b[31m\x7f", " blanks "]
"""Odd texts that are no ids, because of what can't be seen."""

SENT_AS_GIVEN = [
    ("getDataStore", "storage_getDataStore", "dataStoreId", ODD_TEXTS),
    ("deleteDataStoreFile", "storage_deleteDataStoreFile", "dataStoreFileId", ODD_TEXTS),
    ("getTimeSeriesDatabase", "timeSeriesDb_getDatabase", "timeSeriesDbId", ODD_TEXTS),
    ("getCollaborative", "collaborative_getCollaborative", "collaborativeId", ODD_TEXTS),
    (
        "queryTimeSeriesDatabase_TimestreamFormat",
        "timeSeriesDb_queryDatabaseWithTimestreamQuery",
        "queryString",
        [*ODDER_TEXTS, HUGE],
    ),
    (
        "queryTimeSeriesDatabase_TimestreamFormat",
        "timeSeriesDb_queryDatabaseWithTimestreamQuery",
        "nextToken",
        [*ODDER_TEXTS, HUGE],
    ),
]


class TestSentAsGiven:
    @pytest.mark.parametrize(
        ("call", "operation", "argument", "value"),
        [
            (call, operation, argument, value)
            for call, operation, argument, values in SENT_AS_GIVEN
            for value in values
        ],
        ids=_short,
    )
    def test_odd_texts(
        self,
        call: str,
        operation: str,
        argument: str,
        value: str,
        scripted: ScriptedPlatform,
        scripted_exchange: AvistaDigitalExchange,
    ) -> None:
        scripted.data(operation, None)
        with pytest.raises(NotFoundError) as caught:
            run(scripted_exchange, call, **GOOD[call] | {argument: value})
        assert scripted.variables(operation)[0][argument] == value
        assert_clean(caught.value)

    @pytest.mark.parametrize("value", [*ODDER_TEXTS, HUGE], ids=_short)
    def test_a_description(
        self, value: str, scripted: ScriptedPlatform, scripted_exchange: AvistaDigitalExchange
    ) -> None:
        operation = "storage_createDataStoreFile"
        scripted.data(operation, {"itemId": "f", "url": "https://bucket.test/f?Signature=1"})
        scripted.holds("PUT https://bucket.test/f?Signature=1", Answer())
        scripted.data("storage_getDataStoreFile", {"dataStoreFileId": "f", "name": "load"})
        arguments = GOOD["uploadFileToDataStore"] | {"description": value}
        run(scripted_exchange, "uploadFileToDataStore", **arguments)
        assert scripted.variables(operation)[0]["description"] == value

    @pytest.mark.parametrize(
        "value", [*ODDER_TEXTS, HUGE, ".", "..", "...", "a.", ".a.b"], ids=_short
    )
    def test_a_files_name(
        self, value: str, scripted: ScriptedPlatform, scripted_exchange: AvistaDigitalExchange
    ) -> None:
        operation = "storage_createDataStoreFile"
        scripted.data(operation, {"itemId": "f", "url": "https://bucket.test/f?Signature=1"})
        scripted.holds("PUT https://bucket.test/f?Signature=1", Answer())
        scripted.data("storage_getDataStoreFile", {"dataStoreFileId": "f", "name": "load"})
        run(
            scripted_exchange,
            "uploadFileToDataStore",
            **GOOD["uploadFileToDataStore"] | {"name": value},
        )
        sent = scripted.variables(operation)[0]
        assert ".".join(filter(None, (sent["name"], sent["fileExtension"]))) == value

    @pytest.mark.parametrize("value", [*ODDER_TEXTS, HUGE, 2**70, -1.5, [None, True]], ids=_short)
    def test_a_variable_of_an_operation_of_ones_own(
        self, value: Any, scripted: ScriptedPlatform, scripted_exchange: AvistaDigitalExchange
    ) -> None:
        scripted.data("q", "done")
        run(scripted_exchange, "execute", **GOOD["execute"], variables={"x": value})
        assert scripted.variables("q") == [{"x": value}]


HOSTILE_FILES = [
    ("../../etc/passwd", ""),
    ("/etc/passwd", ""),
    ("..", ""),
    (".", ""),
    ("", ""),
    (" ", ""),
    ("a/b", "csv"),
    ("a\\..\\b", "csv"),
    ("C:\\Windows\\win", "ini"),
    ("\\\\server\\share\\x", ""),
    ("load", "csv/../../x"),
    ("..", "/etc/passwd"),
    ("load\0", "csv"),
    ("load\n", "csv\r"),
    ("\x1b[2J", ""),
    ("\u202efdp.exe", ""),
    ("~", ""),
    ("~root", ""),
    ("-rf", ""),
    (".bashrc", ""),
    ("$(touch x)", "`x`"),
    ("%2e%2e%2f", "x"),
    ("電力🔌", "csv"),
    ("x" * 5000, "csv"),
    ("🔌" * 200, "csv"),
    ("load", "x" * 5000),
    (HUGE, "csv"),
]


class TestNamesFromTheServer:
    @pytest.mark.parametrize(("name", "extension"), HOSTILE_FILES, ids=_short)
    def test_a_download_stays_in_its_folder_under_one_plain_name(
        self,
        name: str,
        extension: str,
        scripted: ScriptedPlatform,
        scripted_exchange: AvistaDigitalExchange,
        folder: Path,
    ) -> None:
        file = {"dataStoreFileId": "f1", "name": name, "fileExtension": extension}
        url = "https://bucket.test/f?Signature=1"
        answer = {"storage_getDataStoreFile": file}
        answer["storage_getDataStoreFileDownloadUrl"] = {"url": url}
        scripted.answers("storage_getDataStoreFileDownload", {"data": answer})
        scripted.holds(f"GET {url}", Answer(body=b"seven b", headers={"Content-Length": "7"}))
        (folder / "target").mkdir()
        downloaded = scripted_exchange.downloadDataStoreFile("f1", folder / "target")
        assert (downloaded.name, downloaded.fileExtension) == (name, extension)
        assert sorted(os.listdir(folder)) == ["load.csv", "target"]
        (written,) = (folder / "target").iterdir()
        assert written.is_file()
        assert written.read_bytes() == b"seven b"
        assert written.name.isprintable()
        assert written.name not in (".", "..", "")


HOSTILE_NAMES = [
    'say "hi"',
    '"',
    '""',
    "it's",
    "a,b",
    "a;b\tc",
    "line\nline",
    "line\r\nline",
    "\ra",
    "=HYPERLINK(1)",
    "+1",
    "'; DROP TABLE x; --",
    '" FROM "d"."t" --',
    "a) OR (1=1",
    "\\",
    "\\'",
    "${x} %s {0}",
    "?",
    "$1",
    "*",
    "NULL",
    "null",
    "1",
    "select",
    "name",
    "timestamp",
    "attributes",
    "🔌",
    "\N{LATIN SMALL LETTER E WITH ACUTE}",
    "e\N{COMBINING ACUTE ACCENT}",
    " padded ",
    "A kW",
    "a kw",
    "nul\0nul",
    "\x1b\x7f\x85\u2028",
    "\u202ertl",
    "x" * 256,
]


@pytest.fixture(scope="module")
def hostile(local: LocalExchange) -> Iterator[tuple[AvistaDigitalExchange, str, str]]:
    """A database with an asset that has every hostile name, and its table's name in SQL."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        create = 'mutation { timeSeriesDb_createDatabase(name: "Odd names") { timeSeriesDbId } }'
        database = exchange.execute(create)["timeSeriesDb_createDatabase"]["timeSeriesDbId"]
        records = [
            exchange.createTimeSeriesInputRecord(1, "SECONDS", name, "BIGINT", index)
            for index, name in enumerate(HOSTILE_NAMES)
        ]
        exchange.publishToTimeSeriesDatabase(database, 'it\'s "odd" 🔌', records)
        found = exchange.getTimeSeriesDatabase(database)
        yield exchange, database, f'"{found.databaseName}"."{found.tableName}"'


class TestHostileAttributeNames:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    @pytest.mark.parametrize("asked", [HOSTILE_NAMES, None], ids=["by-name", "all"])
    def test_each_is_a_column_of_the_csv_file(
        self,
        asked: list[str] | None,
        aggregate: str,
        hostile: tuple[AvistaDigitalExchange, str, str],
    ) -> None:
        header, *rows = list(csv.reader(queried(hostile, "CSV", asked, aggregate)))
        names = HOSTILE_NAMES if asked else sorted(HOSTILE_NAMES)
        assert header == ["assetId", "name", "timestamp", *names]
        values = [str(HOSTILE_NAMES.index(name)) for name in names]
        assert rows == [['it\'s "odd" 🔌', "", "1970-01-01 00:00:01.000000000", *values]]

    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_each_is_an_attribute_of_the_json_file(
        self, aggregate: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        (asset,) = json.loads("".join(queried(hostile, "JSON", HOSTILE_NAMES, aggregate)))
        values = {attribute["name"]: attribute["lastValue"] for attribute in asset["attributes"]}
        assert values == {name: str(index) for index, name in enumerate(HOSTILE_NAMES)}

    @pytest.mark.parametrize("name", HOSTILE_NAMES, ids=_short)
    def test_one_alone_can_be_asked_for(
        self, name: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        header, row = csv.reader(queried(hostile, "CSV", [name], "server"))
        assert header == ["assetId", "name", "timestamp", name]
        assert row[3] == str(HOSTILE_NAMES.index(name))

    def test_each_is_among_the_latest_values(
        self, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        exchange, database, _ = hostile
        (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        values = {attribute.name: attribute.lastValue for attribute in asset.attributes}
        assert values == {name: str(index) for index, name in enumerate(HOSTILE_NAMES)}

    @pytest.mark.parametrize("name", HOSTILE_NAMES, ids=_short)
    def test_each_can_be_a_text_in_sql(
        self, name: str, hostile: tuple[AvistaDigitalExchange, str, str]
    ) -> None:
        exchange, database, table = hostile
        quoted = name.replace("'", "''")
        rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(
            database,
            "SELECT measure_name, measure_value::bigint AS value "
            f"FROM {table} WHERE measure_name = '{quoted}'",
        )
        assert list(rows) == [{"measure_name": name, "value": HOSTILE_NAMES.index(name)}]


def queried(
    hostile: tuple[AvistaDigitalExchange, str, str],
    exportFileFormat: str,
    names: list[str] | None,
    aggregate: str,
) -> list[str]:
    """The lines of the file that a query with filters writes."""
    exchange, database, _ = hostile
    exchange.queryTimeSeriesDatabaseWithFilters(
        database,
        [{"assetId": 'it\'s "odd" 🔌', "attributeNamesFilter": names}],
        "1970-01-01T00:00:00Z",
        "1970-01-02T00:00:00Z",
        "result",
        exportFileFormat,
        aggregate=aggregate,
    )
    with open("result", encoding="utf-8", newline="") as file:
        return file.readlines()


class TestAgainstTheLocalExchange:
    @pytest.mark.parametrize("text", ODD_TEXTS, ids=_short)
    def test_an_odd_id_is_found_nowhere(self, text: str, exchange: AvistaDigitalExchange) -> None:
        for call in ("getDataStore", "getTimeSeriesDatabase", "getCollaborative"):
            (argument,) = GOOD[call]
            with pytest.raises(NotFoundError):
                run(exchange, call, **{argument: text})

    @pytest.mark.parametrize(
        "queryString",
        [
            *ODDER_TEXTS,
            HUGE,
            "(" * 5000,
            "SELECT " + "1+" * 5000 + "1",
            "SELECT '" + "x" * 200_000,
            "SELECT 1; DROP TABLE x",
            "SELECT * FROM read_text('/etc/passwd')",
            "COPY (SELECT 1) TO 'stolen.csv'",
            "ATTACH 'x.db'",
            "SELECT getenv('HOME')",
            "PRAGMA version",
        ],
        ids=_short,
    )
    def test_what_is_no_query_is_an_invalid_request(
        self, queryString: str, exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path
    ) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            exchange.queryTimeSeriesDatabase_TimestreamFormat(local.timeSeriesDbId, queryString)
        assert_clean(caught.value)
        assert os.listdir(folder) == ["load.csv"]

    @pytest.mark.parametrize("name", [*ODDER_TEXTS, "x" * 1000, "..", "a.tar.gz"], ids=_short)
    def test_a_file_of_an_odd_name_comes_back_under_it(
        self, name: str, exchange: AvistaDigitalExchange, data_store: dict[str, str], folder: Path
    ) -> None:
        place = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(*place, "load.csv", name, f"about {name}")
        assert ".".join(filter(None, (file.name, file.fileExtension))) == name
        assert file.description == f"about {name}"
        (folder / "target").mkdir()
        exchange.downloadDataStoreFile(file.dataStoreFileId, folder / "target")
        (written,) = (folder / "target").iterdir()
        assert written.read_text() == "1,2\n"
        exchange.deleteDataStoreFile(file.dataStoreFileId)

    @pytest.mark.parametrize("text", [*ODDER_TEXTS, "x" * 1900], ids=_short)
    def test_an_odd_value_is_stored_and_found_by_itself(
        self, text: str, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "state", "VARCHAR", text)
        exchange.publishToTimeSeriesDatabase(database, "meter", [record])
        (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert asset.attributes[0].lastValue == text
        found = exchange.getTimeSeriesDatabase(database)
        quoted = text.replace("'", "''")
        result = exchange.queryTimeSeriesDatabase_TimestreamFormat(
            database,
            f'SELECT measure_value::varchar FROM "{found.databaseName}"."{found.tableName}" '
            f"WHERE measure_value::varchar = '{quoted}'",
        )
        assert result.rows == [{"Data": [{"ScalarValue": text}]}]
