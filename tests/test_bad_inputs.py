"""Bad inputs of every call: each has its stated error, before anything is sent."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidParameterError,
    PathIsFolderError,
    PathNotFoundError,
    TimeSeriesInputRecord,
)

from .support.doors import Door
from .support.inputs import GOOD, HUGE, HUGE_NUMBER, SURROGATE, assert_clean, run, short
from .support.scripted import ScriptedPlatform


class Refused(NamedTuple):
    """One bad argument of a call, and the error it gets."""

    call: str
    argument: str
    value: Any
    words: str
    error: type[DigitalExchangeError] = InvalidParameterError

    def __str__(self) -> str:
        return f"{self.call}-{self.argument}-{short(self.value)}"


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
    *each(
        "createTimeSeriesMeasureValue",
        "type",
        ("MULTI", "one of BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR"),
    ),
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
        ids=short,
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
