"""Bad input: refused before anything is sent, naming the argument, what came, what is valid."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    PathIsFolderError,
    PathNotFoundError,
)

from .support.scripted import ScriptedPlatform

START, END = "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"
FILTERS = [{"assetId": "meter", "attributeNamesFilter": ["kW"]}]

IDS = {
    "getDataStore": ["dataStoreId"],
    "getDataStoreDirectory": ["dataStoreDirectoryId"],
    "getDataStoreFileMeta": ["dataStoreFileId"],
    "downloadDataStoreFile": ["dataStoreFileId"],
    "uploadFileToDataStore": ["dataStoreId", "dataStoreDirectoryId"],
    "deleteDataStoreFile": ["dataStoreFileId"],
    "getTimeSeriesDatabase": ["timeSeriesDbId"],
    "listTimeSeriesAssetsAndLatestValues": ["timeSeriesDbId"],
    "publishToTimeSeriesDatabase": ["timeSeriesDbId", "assetId"],
    "queryTimeSeriesDatabaseWithFilters": ["timeSeriesDbId"],
}
BAD_IDS = {
    "nothing": None,
    "empty": "",
    "blank": " \t",
    "a number": 7,
    "bytes": b"id",
    "a list": ["id"],
    "padded": " id ",
    "a line break": "i\nd",
    "a control character": "i\x00d",
    "invisible": "i\u202ed",
    "too long": "i" * 1025,
    "huge": "i" * 10_000_000,
    "no unicode": "i\ud800",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "load.csv").write_text("1")
    return tmp_path


@pytest.fixture
def valid(scripted_exchange: AvistaDigitalExchange, folder: Path) -> dict[str, dict[str, Any]]:
    """Good arguments of every call that sends something."""
    source, target = folder / "load.csv", folder / "target"
    made = scripted_exchange.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", 1)
    return {
        "getDataStore": {"dataStoreId": "s"},
        "getDataStoreDirectory": {"dataStoreDirectoryId": "d"},
        "getDataStoreFileMeta": {"dataStoreFileId": "f"},
        "downloadDataStoreFile": {"dataStoreFileId": "f", "writeLocation": target},
        "uploadFileToDataStore": {
            "dataStoreId": "s",
            "dataStoreDirectoryId": "d",
            "localPath": source,
        },
        "deleteDataStoreFile": {"dataStoreFileId": "f"},
        "getTimeSeriesDatabase": {"timeSeriesDbId": "t"},
        "listTimeSeriesAssetsAndLatestValues": {"timeSeriesDbId": "t"},
        "publishToTimeSeriesDatabase": {"timeSeriesDbId": "t", "assetId": "a", "records": [made]},
        "queryTimeSeriesDatabaseWithFilters": {
            "timeSeriesDbId": "t",
            "assetAndAttributesFilter": FILTERS,
            "startTime": START,
            "endTime": END,
            "resultFileWriteLocation": target,
        },
    }


class Refusal:
    """Calls with one argument changed, and looks at how it is refused."""

    def __init__(
        self,
        exchange: AvistaDigitalExchange,
        scripted: ScriptedPlatform,
        valid: dict[str, dict[str, Any]],
        folder: Path,
    ) -> None:
        self._exchange = exchange
        self._scripted = scripted
        self._valid = valid
        self._folder = folder

    def of(self, call: str, **changed: Any) -> InvalidParameterError:
        with pytest.raises(InvalidParameterError) as caught:
            getattr(self._exchange, call)(**(self._valid[call] | changed))
        assert self._scripted.requests == []
        assert os.listdir(self._folder) == ["load.csv"]
        (argument,) = changed
        message = str(caught.value)
        assert re.match(rf"{argument}\b.*: got ", message), message
        assert len(message) < 1000
        return caught.value


@pytest.fixture
def refusal(
    scripted_exchange: AvistaDigitalExchange,
    scripted: ScriptedPlatform,
    valid: dict[str, dict[str, Any]],
    folder: Path,
) -> Refusal:
    return Refusal(scripted_exchange, scripted, valid, folder)


class TestIds:
    @pytest.mark.parametrize("bad", BAD_IDS)
    @pytest.mark.parametrize(
        ("call", "argument"), [(call, name) for call, names in IDS.items() for name in names]
    )
    def test_that_are_none_are_refused(
        self, call: str, argument: str, bad: str, refusal: Refusal
    ) -> None:
        assert "valid is" in str(refusal.of(call, **{argument: BAD_IDS[bad]}))


class TestTimes:
    @pytest.mark.parametrize("argument", ["startTime", "endTime"])
    @pytest.mark.parametrize(
        "time",
        [
            None,
            "",
            "yesterday",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.000",
            "2024-13-01T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00,+00:00",
            "2024-01-01T00.5Z",
            "2024-01-01T00:00:00.1.1Z",
            "2024-01-01T00:00:00.1234567891Z",
            "2024-01-01T00:00:00Z; DROP TABLE",
            "2024-01-01T00:00:00+99:00",
            "0001-01-01T00:00:00+23:00",
            "9999-12-31T23:59:59-23:00",
            "1704067200",
            1704067200,
            datetime(2024, 1, 1),
            b"2024-01-01T00:00:00Z",
            "2" * 10_000,
            "2024-01-01T00:00:00." + "0" * 10_000 + "x",
        ],
        ids=lambda time: repr(time)[:40],
    )
    def test_that_are_none_are_refused(self, argument: str, time: Any, refusal: Refusal) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", **{argument: time})
        assert "valid is" in str(refused)

    @pytest.mark.parametrize(
        "end",
        [
            START,
            "2023-12-31T23:59:59.999999999Z",
            "2024-01-01T01:00:00+01:00",
            datetime(2023, 12, 31, tzinfo=UTC),
        ],
    )
    def test_the_start_is_before_the_end(self, end: Any, refusal: Refusal, valid: Any) -> None:
        valid["queryTimeSeriesDatabaseWithFilters"]["endTime"] = end
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", startTime=START)
        assert "a time before endTime" in str(refused)


class TestFilters:
    @pytest.mark.parametrize(
        ("filters", "place"),
        [
            (None, ""),
            ([], ""),
            ({}, ""),
            ({"assetId": "meter"}, ""),
            (7, ""),
            (b"meter", ""),
            (["meter"], r"\[0\]"),
            ([None], r"\[0\]"),
            ([{}], r"\[0\]"),
            ([{"assetId": ""}], r"\[0\]\.assetId"),
            ([{"assetId": 7}], r"\[0\]\.assetId"),
            ([{"attributeNamesFilter": ["kW"]}], r"\[0\]\.assetId"),
            ([{"assetId": "m", "attributeNames": ["kW"]}], r"\[0\]"),
            ([{"assetId": "m", 7: 7}], r"\[0\]"),
            ([*FILTERS, {"assetId": "m", "attributeNamesFilter": "kW"}], r"\[1\]\.attribute"),
            ([{"assetId": "m", "attributeNamesFilter": 7}], r"\[0\]\.attributeNamesFilter"),
            ([{"assetId": "m", "attributeNamesFilter": {"kW": 1}}], r"\[0\]\.attributeNames"),
            ([{"assetId": "m", "attributeNamesFilter": [""]}], r"\[0\]\.attribute.*\[0\]"),
            ([{"assetId": "m", "attributeNamesFilter": ["kW", None]}], r"\[0\]\.attr.*\[1\]"),
            ([{"assetId": "m", "attributeNamesFilter": ["\ud800"]}], r"\[0\]\.attr.*\[0\]"),
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_that_are_malformed_are_refused_where_they_are(
        self, filters: Any, place: str, refusal: Refusal
    ) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", assetAndAttributesFilter=filters)
        assert re.match(rf"assetAndAttributesFilter{place}", str(refused))


class TestOptions:
    @pytest.mark.parametrize("given", ["XML", "", None, 7, "CSV ", ["CSV"]])
    def test_an_unknown_format_is_refused(self, given: Any, refusal: Refusal) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", exportFileFormat=given)
        assert "one of CSV, JSON" in str(refused)

    @pytest.mark.parametrize("given", [0, -1, 1001, 1.5, "many", True, [], float("nan"), 10**30])
    def test_max_rows_is_1_to_1000(self, given: Any, refusal: Refusal) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", maxRows=given)
        assert "a whole number from 1 to 1000" in str(refused)

    @pytest.mark.parametrize("given", [0, -1, None, "300", True, float("nan"), float("inf")])
    def test_the_export_timeout_is_a_duration(self, given: Any, refusal: Refusal) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", exportTimeout=given)
        assert "seconds above 0" in str(refused)

    @pytest.mark.parametrize("given", ["AUTO", "", None, "both", [], {}])
    def test_aggregate_is_one_of_three(self, given: Any, refusal: Refusal) -> None:
        refused = refusal.of("queryTimeSeriesDatabaseWithFilters", aggregate=given)
        assert "one of auto, server, client" in str(refused)

    @pytest.mark.parametrize("given", ["", "  ", 7, b"name", "\ud800"])
    def test_a_name_is_a_text(self, given: Any, refusal: Refusal) -> None:
        refusal.of("uploadFileToDataStore", name=given)

    @pytest.mark.parametrize("given", [7, b"text", ["text"], "\ud800"])
    def test_a_description_is_a_text(self, given: Any, refusal: Refusal) -> None:
        refusal.of("uploadFileToDataStore", description=given)


class TestPaths:
    TARGETS = (
        ("downloadDataStoreFile", "writeLocation"),
        ("listTimeSeriesAssetsAndLatestValues", "resultFileWriteLocation"),
        ("queryTimeSeriesDatabaseWithFilters", "resultFileWriteLocation"),
    )

    @pytest.mark.parametrize(("call", "argument"), TARGETS)
    @pytest.mark.parametrize("given", ["", 7, b"", ["path"], "nul\0byte", 0.5])
    def test_what_is_no_path_is_refused(
        self, call: str, argument: str, given: Any, refusal: Refusal
    ) -> None:
        assert "path" in str(refusal.of(call, **{argument: given}))

    @pytest.mark.parametrize(("call", "argument"), TARGETS)
    @pytest.mark.parametrize("given", ["nowhere/result", "nowhere/", "load.csv/result"])
    def test_a_folder_must_exist(
        self, call: str, argument: str, given: str, refusal: Refusal, folder: Path
    ) -> None:
        refused = refusal.of(call, **{argument: f"{folder}/{given}"})
        assert isinstance(refused, PathNotFoundError)
        assert isinstance(refused, FileNotFoundError)

    @pytest.mark.parametrize("given", [None, "", 7, "nul\0byte", ["load.csv"]])
    def test_a_source_is_a_path(self, given: Any, refusal: Refusal) -> None:
        refusal.of("uploadFileToDataStore", localPath=given)

    def test_a_source_must_exist(self, refusal: Refusal, folder: Path) -> None:
        refused = refusal.of("uploadFileToDataStore", localPath=folder / "nothing.csv")
        assert isinstance(refused, PathNotFoundError)
        assert isinstance(refused, FileNotFoundError)

    def test_a_source_is_no_folder(self, refusal: Refusal, folder: Path) -> None:
        refused = refusal.of("uploadFileToDataStore", localPath=folder)
        assert isinstance(refused, PathIsFolderError)
        assert isinstance(refused, IsADirectoryError)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    @pytest.mark.parametrize(
        ("call", "argument"), [("uploadFileToDataStore", "localPath"), *TARGETS]
    )
    def test_a_pipe_is_neither_source_nor_target(
        self, call: str, argument: str, refusal: Refusal, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        pipe = tmp_path_factory.mktemp("elsewhere") / "pipe"
        os.mkfifo(pipe)
        refusal.of(call, **{argument: pipe})
        assert pipe.is_fifo()

    def test_a_source_is_at_most_5_gib(
        self, scripted_exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        huge = tmp_path / "huge"
        huge.touch()
        os.truncate(huge, 5 * 1024**3 + 1)
        with pytest.raises(InvalidParameterError, match=r"^localPath: got .*5 GiB"):
            scripted_exchange.uploadFileToDataStore("s", "d", huge)
