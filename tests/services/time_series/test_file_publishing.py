"""Publishing files with both clients: reports, mappings and rejected rows."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    PublishIncompleteError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect

TIMES = [f"2024-05-01T0{hour}:00:00Z" for hour in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of five rows."""
    path = tmp_path / "may.csv"
    path.write_text("timestamp,kW\n" + "".join(f"{time},1.50\n" for time in TIMES))
    return path


def latest(client: AvistaDigitalExchange, database: str) -> dict[str, str]:
    """The latest value of each attribute."""
    return {
        attribute.name: attribute.lastValue
        for asset in client.listTimeSeriesAssetsAndLatestValues(database)
        for attribute in asset.attributes
    }


def test_report_describes_the_interpretation_and_stored_values(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    report = exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a")
    assert (report.isPublished, report.rows, report.valuesStored) == (True, 5, 5)
    (file,) = report.files
    assert (file.file, file.rows, file.values, file.assets) == ("may.csv", 5, 5, ["a"])
    assert (file.startTime, file.endTime) == (
        "2024-05-01T00:00:00.000Z",
        "2024-05-01T04:00:00.000Z",
    )
    assert [(one.attribute, one.column, one.type) for one in file.columns] == [
        ("kW", "kW", "DOUBLE")
    ]
    assert file.facts == {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "quote": '"',
        "header line": 1,
        "units rows": 0,
        "time columns": ["timestamp"],
        "time format": "ISO 8601",
        "time zone": None,
        "columns": ["timestamp", "kW"],
    }
    assert file.firstRows[0] == [TIMES[0], "1.50"]


def test_dry_run_sends_nothing_and_counts_what_would_be_stored(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    report = exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", dryRun=True)
    assert (report.isPublished, report.valuesStored) == (False, 5)
    assert latest(exchange, database) == {}
    exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a")
    again = exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", dryRun=True)
    assert (again.valuesStored, again.valuesUnchanged) == (0, 5)


def test_dry_run_names_values_that_are_stored_differently(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a")
    path.write_text(path.read_text().replace("T03:00:00Z,1.50", "T03:00:00Z,2"))
    with pytest.raises(PublishIncompleteError) as caught:
        exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", dryRun=True)
    assert list(caught.value.rejected) == [5]
    report = exchange.publishFileToTimeSeriesDatabase(
        database, path, assetId="a", dryRun=True, correct=True
    )
    assert (report.valuesStored, report.valuesCorrected, report.valuesUnchanged) == (1, 1, 4)


def test_inspect_returns_problems_instead_of_raising_them(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    path.write_text(path.read_text() + "2024-05-01T05:00:00Z,Bad\n")
    report = exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", inspect=True)
    assert report.files[0].problems == [
        "may.csv, line 7, column 'kW': 'Bad' is not a number, unlike 5 other cells; "
        "nullValues=['Bad'] treats such cells as missing, measureTypes={'kW': 'VARCHAR'} "
        "publishes the whole column as strings"
    ]
    assert latest(exchange, database) == {}


def test_progress_counts_rows_of_all_files(
    exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> None:
    for day in (1, 2):
        rows = "".join(f"2024-05-0{day}T{n // 60:02}:{n % 60:02}:00Z,{n}\n" for n in range(150))
        (tmp_path / f"{day}.csv").write_text(f"timestamp,kW\n{rows}")
    calls: list[tuple[int, int | None]] = []
    exchange.publishFileToTimeSeriesDatabase(
        database,
        tmp_path / "*.csv",
        assetId="a",
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls == sorted(calls)
    assert calls[-1] == (300, 300)
    assert {total for _, total in calls} == {300}


def test_progress_exception_ends_publishing_with_a_report(
    connect: Connect, local: LocalExchange, database: str, tmp_path: Path
) -> None:
    exchange = connect(local.token, endpoint=local.endpoint, maxConcurrency=1)
    path = tmp_path / "many.csv"
    rows = "".join(f"2024-05-01T{n // 60:02}:{n % 60:02}:00Z,{n}\n" for n in range(500))
    path.write_text(f"timestamp,kW\n{rows}")

    def stop(done: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", progress=stop)
    assert latest(exchange, database) == {"kW": "99"}


def test_rejected_rows_are_kept_with_their_reasons_and_can_be_corrected(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a")
    path.write_text(path.read_text().replace("T03:00:00Z,1.50", "T03:00:00Z,2"))
    with pytest.raises(PublishIncompleteError) as caught:
        exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", saveRejected=True)
    assert "the numbers are those of the lines of may.csv" in caught.value.__notes__
    rejected = path.with_name("may.csv.rejected.csv")
    (row,) = csv.DictReader(rejected.read_text().splitlines())
    assert (row["timestamp"], row["kW"]) == (TIMES[3], "2")
    assert "is stored as 1.5, got 2" in row["rejected because"]
    report = exchange.publishFileToTimeSeriesDatabase(database, rejected, assetId="a", correct=True)
    assert report.valuesCorrected == 1


@pytest.mark.parametrize(
    "names", [("2024.05.csv", "2024.06.csv"), ("a.csv", "a.txt"), ("a.csv", ".csv"), ("a", "a.csv")]
)
def test_rejected_rows_of_each_file_are_kept(
    exchange: AvistaDigitalExchange, database: str, tmp_path: Path, names: tuple[str, str]
) -> None:
    paths = [tmp_path / name for name in names]
    for value in (1, 2):
        for path, time in zip(paths, TIMES, strict=False):
            path.write_text(f"timestamp,kW\n{time},{value}\n")
        if value == 1:
            exchange.publishFileToTimeSeriesDatabase(database, paths, assetId="a")
    with pytest.raises(PublishIncompleteError):
        exchange.publishFileToTimeSeriesDatabase(database, paths, assetId="a", saveRejected=True)
    for path, time in zip(paths, TIMES, strict=False):
        rejected = path.with_name(f"{path.name}.rejected.csv")
        (row,) = csv.DictReader(rejected.read_text().splitlines())
        assert (row["timestamp"], row["kW"]) == (time, "2")


def test_rejected_rows_never_replace_a_published_file(
    exchange: AvistaDigitalExchange, database: str, path: Path
) -> None:
    other = path.with_name("may.csv.rejected.csv")
    other.write_text(f"timestamp,kVAR\n{TIMES[0]},1\n")
    for paths, target in (([path, other], True), ([path], path), (path.parent / "*.csv", True)):
        with pytest.raises(InvalidParameterError, match=r"path must not contain .*may\.csv"):
            exchange.publishFileToTimeSeriesDatabase(
                database, paths, assetId="a", saveRejected=target
            )
    assert latest(exchange, database) == {}
    assert other.read_text() == f"timestamp,kVAR\n{TIMES[0]},1\n"


def test_mapping_publishes_tomorrows_file(
    exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> None:
    today, tomorrow = tmp_path / "1.csv", tmp_path / "2.csv"
    text = "Zeit;Wert;Größe\n0{day}.05.2024 00:00;1.204,5;x\n0{day}.05.2024 00:15;No Data;y\n"
    today.write_text(text.replace("{day}", "1"), "cp1252")
    tomorrow.write_text(text.replace("{day}", "2"), "cp1252")
    mapping = tmp_path / "portal.toml"
    options: dict[str, Any] = {
        "assetId": "a",
        "timeColumn": "Zeit",
        "timeFormat": "%d.%m.%Y %H:%M",
        "timeZone": "Europe/Berlin",
        "decimal": ",",
        "thousands": ".",
        "encoding": "cp1252",
        "nullValues": ["No Data", "-9999"],
        "attributeNames": {"Wert": "kW", "Größe": 'a "quoted" \\ name'},
        "measureTypes": {"Größe": "VARCHAR"},
    }
    exchange.publishFileToTimeSeriesDatabase(database, today, saveMapping=mapping, **options)
    report = exchange.publishFileToTimeSeriesDatabase(database, tomorrow, mapping=mapping)
    assert report.valuesStored == 3
    assert latest(exchange, database) == {"kW": "1204.5", 'a "quoted" \\ name': "y"}
    saved = tomllib.loads(mapping.read_text("utf-8"))
    assert saved == {
        "version": 1,
        "asset": "a",
        "time-column": ["Zeit"],
        "time-format": "%d.%m.%Y %H:%M",
        "time-zone": "Europe/Berlin",
        "type": {"Größe": "VARCHAR"},
        "rename": {"Wert": "kW", "Größe": 'a "quoted" \\ name'},
        "null-value": ["No Data", "-9999"],
        "encoding": "cp1252",
        "decimal": ",",
        "thousands": ".",
    }


def test_arguments_precede_those_of_a_mapping(
    exchange: AvistaDigitalExchange, database: str, path: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('version = 1\nasset = "a"\nrename = { kW = "P" }\n')
    exchange.publishFileToTimeSeriesDatabase(database, path, mapping=mapping, assetId="b")
    (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
    assert (asset.assetId, asset.attributes[0].name) == ("b", "P")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 1\nasset = 7\n", "must be a non-empty string, got 7"),
        ("version = 2\n", "m.toml: version must be 1, got 2"),
        ('asset = "a"\n', "m.toml: version must be 1, got None"),
        ('version = 1\nassets = "a"\n', "m.toml: 'assets' must be one of ambiguous, asset, "),
        ("version = 1\nasset = \n", "m.toml: is not a TOML file"),
        ('version = 1\ndelimiter = "::"\n', "must be one character, got '::'"),
    ],
)
def test_unusable_mapping_is_refused(
    exchange: AvistaDigitalExchange, path: Path, tmp_path: Path, text: str, message: str
) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(text)
    with pytest.raises(InvalidParameterError) as caught:
        exchange.publishFileToTimeSeriesDatabase("timeSeriesDbId.1", path, mapping=mapping)
    assert message in str(caught.value)


def test_mapping_of_a_refused_file_is_not_saved(
    exchange: AvistaDigitalExchange, database: str, path: Path, tmp_path: Path
) -> None:
    path.write_text(path.read_text() + "2024-05-01T05:00:00Z,Bad\n")
    mapping = tmp_path / "m.toml"
    with pytest.raises(InvalidParameterError):
        exchange.publishFileToTimeSeriesDatabase(database, path, assetId="a", saveMapping=mapping)
    assert not mapping.exists()


def test_error_of_several_files_lists_each_of_them(
    exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, time in zip(paths, TIMES, strict=False):
        path.write_text(f"timestamp,kW\n{time},1\n")
    exchange.publishFileToTimeSeriesDatabase(database, paths[1:], assetId="a")
    for path in paths[1:]:
        path.write_text(path.read_text().replace(",1", ",2"))
    with pytest.raises(PublishIncompleteError) as caught:
        exchange.publishFileToTimeSeriesDatabase(database, paths, assetId="a")
    assert {path: list(error.rejected) for path, error in caught.value.files.items()} == {
        str(path): [2] for path in paths[1:]
    }
    assert f"published completely: {paths[0]}" in caught.value.__notes__


def test_error_lists_files_that_are_not_published_after_a_failure(
    exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, time in zip(paths, TIMES, strict=False):
        path.write_text(f"timestamp,kW\n{time},1\n")

    def change_next_file(done: int, _: int | None) -> None:
        if done == 1:
            paths[1].write_text("timestamp,kW\n2024-05-07T00:00:00Z,22\n")

    with pytest.raises(PublishIncompleteError, match="was changed") as caught:
        exchange.publishFileToTimeSeriesDatabase(
            database, paths, assetId="a", progress=change_next_file
        )
    assert {path: error.notSent for path, error in caught.value.files.items()} == {
        str(path): [2] for path in paths[1:]
    }
    assert caught.value.__notes__[-2:] == [
        f"published completely: {paths[0]}",
        f"not published: {paths[2]}",
    ]
