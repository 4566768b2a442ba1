"""Other containers: compressed files, archives, Excel, Parquet, JSON, standard input."""

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from avista_digital_exchange_sdk import (
    InvalidParameterError,
    PathNotFoundError,
    PublishIncompleteError,
)

from ..support.admin_client import AdminClient
from .conftest import WHOLE, FilePublisher

PLAIN = b"timestamp,kW\n2024-05-01T00:00:00Z,1.50\n2024-05-02T00:00:00Z,2\n"
A_KW = {"a/kW": ["2024-05-01 00:00 1.50", "2024-05-02 00:00 2"]}


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


CONTAINERS: dict[str, tuple[bytes, str]] = {
    "gzip": (gzip.compress(PLAIN), "may.csv.gz"),
    "gzip under another name": (gzip.compress(PLAIN), "may.csv"),
    "two gzip members": (gzip.compress(PLAIN[:30]) + gzip.compress(PLAIN[30:]), "may.csv.gz"),
    "gzip of UTF-16": (gzip.compress(PLAIN.decode().encode("utf-16")), "may.txt.gz"),
    "bzip2": (bz2.compress(PLAIN), "may.csv.bz2"),
    "xz": (lzma.compress(PLAIN), "may.csv.xz"),
    "zip": (zipped({"may.csv": PLAIN}), "may.zip"),
    "zip with what macOS adds": (zipped({"may.csv": PLAIN, "__MACOSX/._may.csv": b"x"}), "may.zip"),
    "csv called txt": (PLAIN, "may.txt"),
    "csv called xlsx": (PLAIN, "may.xlsx"),
    "a name with blanks and ü": (PLAIN, "für may [1].csv"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_container_is_detected_by_its_content(files: FilePublisher, name: str) -> None:
    content, file_name = CONTAINERS[name]
    files.publish(files.write(content, file_name))
    assert files.stored() == A_KW


DAMAGED: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "gzip cut off": (gzip.compress(PLAIN * 100)[:-20], {}, "is damaged or truncated (EOFError)"),
    "gzip with a wrong sum": (gzip.compress(PLAIN)[:-8] + bytes(8), {}, "is damaged or truncated"),
    "zip cut off": (zipped({"may.csv": PLAIN})[:-30], {}, "is damaged or truncated"),
    "zip of several": (
        zipped({"a.csv": PLAIN, "b.csv": PLAIN}),
        {},
        "must contain one file, got 2: 'a.csv', 'b.csv'; pass one with member='a.csv'",
    ),
    "empty zip": (zipped({}), {}, "input.csv: "),
    "empty gzip": (gzip.compress(b""), {}, "is empty"),
    "no such member": (zipped({"a.csv": PLAIN}), {"member": "c.csv"}, "member must be one of"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(30), {}, "is a 7-Zip archive"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(30), {}, "is compressed with Zstandard"),
    "Parquet cut off": (b"PAR1" + bytes(50), {}, "is not a Parquet file"),
    "JSON cut off": (
        b'[{"timestamp": "2024-05-01T00:00:00Z", "kW": 1',
        {},
        "is not JSON, or is trunc",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_container_is_refused(files: FilePublisher, name: str) -> None:
    content, arguments, message = DAMAGED[name]
    with pytest.raises(InvalidParameterError) as caught:
        files.publish(files.write(content), **arguments)
    assert message in str(caught.value)
    assert files.stored() == {}


def test_member_of_a_zip_is_selected_by_name(files: FilePublisher) -> None:
    path = files.write(zipped({"a.csv": PLAIN, "b.csv": PLAIN.replace(b"kW", b"V")}), "both.zip")
    files.publish(path, member="b.csv")
    assert list(files.stored()) == ["a/V"]


class TestWorkbooks:
    def workbook(self, files: FilePublisher, *rows: list[Any], sheets: int = 1) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for number in range(1, sheets):
            book.create_sheet(f"More {number}").append(["x"])
        path = files.folder / "may.xlsx"
        book.save(path)
        return path

    def test_long_number_that_excel_rounds_is_refused(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["timestamp", "id"], ["2024-05-01T00:00:00Z", 1.2345e16])
        with pytest.raises(
            InvalidParameterError, match="row 2, column 'id': '12345000000000000' h"
        ):
            files.publish(path)

    def test_workbook_cells_become_dates_numbers_and_strings(self, files: FilePublisher) -> None:
        rows = [
            ["timestamp", "kW", "code", "open"],
            [datetime(2024, 5, 1), 1.5, "007", True],
            [datetime(2024, 5, 1, 0, 15), 2, "A", False],
        ]
        files.publish(self.workbook(files, *rows), timeZone="UTC", measureTypes={"code": "VARCHAR"})
        assert files.stored() == {
            "a/kW": ["2024-05-01 00:00 1.5", "2024-05-01 00:15 2"],
            "a/code": ["2024-05-01 00:00 007", "2024-05-01 00:15 A"],
            "a/open": ["2024-05-01 00:00 true", "2024-05-01 00:15 false"],
        }

    def test_date_and_time_cells_in_two_columns_are_joined(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["Date", "Time", "kW"], [date(2024, 5, 1), time(6, 15), 1])
        files.publish(path, timeColumn=["Date", "Time"], timeZone="UTC")
        files.publish(path, timeColumn=["Time", "Date"], timeZone="UTC")
        assert files.stored() == {"a/kW": ["2024-05-01 06:15 1"]}

    def test_times_near_a_full_second_are_rounded_as_displayed(self, files: FilePublisher) -> None:
        times = [datetime(2024, 5, 1) + timedelta(minutes=15 * n) for n in range(96)]
        path = self.workbook(files, ["timestamp", "kW"], *([time, 1] for time in times))
        files.publish(path, timeZone="UTC")
        assert files.stored()["a/kW"] == [f"{time:%Y-%m-%d %H:%M} 1" for time in times]

    def test_title_rows_above_the_header_are_reported(self, files: FilePublisher) -> None:
        path = self.workbook(
            files, ["Report"], [], ["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1]
        )
        report = files.publish(path)
        assert files.stored() == {"a/kW": ["2024-05-01 00:00 1"]}
        assert report.files[0].notices == ["rows 1 to 2 before the header: not published"]

    def test_percentages_are_reported(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["timestamp", "SOC"], ["2024-05-01T00:00:00Z", 0.815])
        book = openpyxl.load_workbook(path)
        book.active["B2"].number_format = "0.0%"
        book.save(path)
        with pytest.raises(
            InvalidParameterError, match=r"row 2, column 'SOC': '81.5%' is not a pl"
        ):
            files.publish(path)
        files.publish(path, strip=["%"])
        assert files.stored() == {"a/SOC": ["2024-05-01 00:00 81.5"]}

    def test_workbook_with_several_sheets_requires_a_sheet_name(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1], sheets=2)
        with pytest.raises(InvalidParameterError, match="has several sheets, 'Sheet', 'More 1'"):
            files.publish(path)
        with pytest.raises(InvalidParameterError, match="has no sheet 'May'"):
            files.publish(path, sheet="May")
        files.publish(path, sheet="Sheet")
        assert files.stored() == {"a/kW": ["2024-05-01 00:00 1"]}

    def test_formulas_without_a_result_are_reported(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["timestamp", "kW"], ["2024-05-01T00:00:00Z", "=1+1"])
        with pytest.raises(InvalidParameterError, match="cell B2 contains a formula whose result"):
            files.publish(path)

    def test_names_with_line_breaks_are_names_in_one_line(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["timestamp", "Power\n(kW)"], [datetime(2024, 5, 1), 1.5])
        files.publish(path, timeZone="UTC")
        assert files.stored() == {"a/Power (kW)": ["2024-05-01 00:00 1.5"]}

    def test_durations_are_strings_of_hours_and_reported(self, files: FilePublisher) -> None:
        rows = [[datetime(2024, 5, 1), timedelta(hours=126, minutes=5, milliseconds=1500)]]
        path = self.workbook(files, ["timestamp", "up"], *rows)
        report = files.publish(path, timeZone="UTC")
        assert files.stored() == {"a/up": ["2024-05-01 00:00 126:05:01.5"]}
        assert "times of day or durations such as '126:05:01.5'" in report.notices[0]

    def test_names_alone_are_refused(self, files: FilePublisher) -> None:
        with pytest.raises(InvalidParameterError, match="xlsx: has no rows of values"):
            files.publish(self.workbook(files, ["timestamp", "kW"]))

    @pytest.mark.parametrize(("option", "row"), [("skipFooter", 3), ("unitsRow", 2)])
    def test_rows_of_values_are_not_ignored(
        self, files: FilePublisher, option: str, row: int
    ) -> None:
        rows = [[datetime(2024, 5, day), 1.5] for day in (1, 2)]
        path = self.workbook(files, ["timestamp", "kW"], *rows)
        with pytest.raises(InvalidParameterError, match=f"row {row}: has the timestamp '2024-05-0"):
            files.publish(path, timeZone="UTC", **{option: 1})

    def test_merged_cells_are_reported(self, files: FilePublisher) -> None:
        path = self.workbook(
            files, ["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1], ["2024-05-02T00:00:00Z", 2]
        )
        book = openpyxl.load_workbook(path)
        book.active.merge_cells("B2:B3")
        book.save(path)
        with pytest.raises(InvalidParameterError, match="cell B2 is merged with others"):
            files.publish(path)

    @pytest.mark.parametrize(
        ("merged", "arguments"),
        [
            ("B1:B2", {"columnNames": ["timestamp", "kW", "kVAR"]}),
            ("B1:C1", {"columnNames": ["timestamp", "kW", "kVAR"]}),
            ("B3:C3", {"columnNames": ["timestamp", "kW", "kVAR"], "skipLines": 1}),
            ("B1:B2", {"columnNames": ["timestamp", "kW", "kVAR"], "skipLines": 1}),
        ],
    )
    def test_merged_cells_of_rows_without_names_are_reported(
        self, files: FilePublisher, merged: str, arguments: dict[str, Any]
    ) -> None:
        rows = [[f"2024-05-0{day}T00:00:00Z", day, -day] for day in (1, 2, 3)]
        path = self.workbook(files, *rows)
        book = openpyxl.load_workbook(path)
        book.active.merge_cells(merged)
        book.save(path)
        cell = merged.partition(":")[0]
        with pytest.raises(InvalidParameterError, match=f"cell {cell} is merged with others"):
            files.publish(path, **arguments)

    def test_merged_title_above_the_names_is_accepted(self, files: FilePublisher) -> None:
        path = self.workbook(files, ["May", None], ["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1])
        book = openpyxl.load_workbook(path)
        book.active.merge_cells("A1:B1")
        book.save(path)
        files.publish(path)
        assert files.stored() == {"a/kW": ["2024-05-01 00:00 1"]}

    def test_strings_among_numbers_are_reported_by_row_and_column(
        self, files: FilePublisher
    ) -> None:
        path = self.workbook(
            files, ["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1], ["2024-05-02T00:00:00Z", "Bad"]
        )
        with pytest.raises(InvalidParameterError, match=r"may\.xlsx, row 3, column 'kW': 'Bad'"):
            files.publish(path)


@pytest.mark.parametrize("container", ["gzip", "zip", "standard input", "another name"])
def test_workbook_is_known_by_what_it_holds(
    files: FilePublisher, container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    for row in (["timestamp", "kW"], ["2024-05-01T00:00:00Z", 1.5], ["2024-05-02T00:00:00Z", 2]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    content = file.getvalue()
    path: Any = files.folder / "may.dat"
    if container == "gzip":
        path.write_bytes(gzip.compress(content))
    elif container == "zip":
        path.write_bytes(zipped({"may.xlsx": content}))
    elif container == "standard input":
        path = "-"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    else:
        path.write_bytes(content)
    files.publish(path)
    assert files.stored() == {"a/kW": ["2024-05-01 00:00 1.5", "2024-05-02 00:00 2"]}


class TestParquet:
    def test_parquet_types_are_those_of_its_columns(self, files: FilePublisher) -> None:
        table = pa.table(
            {
                "timestamp": pa.array(
                    [datetime(2024, 5, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")
                ),
                "kW": pa.array([0.1], pa.float64()),
                "short": pa.array([0.1], pa.float32()),
                "count": pa.array([7], pa.int64()),
                "price": pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
                "code": pa.array(["007"]),
                "open": pa.array([True]),
                "state": pa.array(["on"]).dictionary_encode(),
                "nothing": pa.nulls(1),
            }
        )
        pq.write_table(table, files.folder / "may.parquet")
        files.publish(files.folder / "may.parquet")
        assert files.stored() == {
            "a/kW": ["2024-05-01 00:00 0.1"],
            "a/short": ["2024-05-01 00:00 0.1"],
            "a/count": ["2024-05-01 00:00 7"],
            "a/price": ["2024-05-01 00:00 1.50"],
            "a/code": ["2024-05-01 00:00 007"],
            "a/open": ["2024-05-01 00:00 true"],
            "a/state": ["2024-05-01 00:00 on"],
        }
        assert files.types()["code"] == "VARCHAR"

    def test_pandas_index_is_the_time_column(self, files: FilePublisher) -> None:
        times = pd.date_range("2024-05-01", periods=2, freq="h", tz="America/Los_Angeles")
        pd.DataFrame({"kW": [1.5, None]}, index=times).to_parquet(files.folder / "may.parquet")
        files.publish(files.folder / "may.parquet")
        assert files.stored() == {"a/kW": ["2024-05-01 07:00 1.5"]}

    def test_parquet_times_keep_nanoseconds(self, files: FilePublisher) -> None:
        times = pa.array([1714521600123456789], pa.timestamp("ns", "UTC"))
        pq.write_table(pa.table({"timestamp": times, "kW": [1]}), files.folder / "may.parquet")
        files.publish(files.folder / "may.parquet")
        assert files.stored() == {"a/kW": ["2024-05-01 00:00:00.123456789 1"]}

    def test_naive_times_require_a_zone(self, files: FilePublisher) -> None:
        pl.DataFrame({"timestamp": [datetime(2024, 5, 1)], "kW": [1.5]}).write_parquet(
            files.folder / "may.parquet"
        )
        with pytest.raises(InvalidParameterError, match=r"row 1, column 'timestamp': .* no time z"):
            files.publish(files.folder / "may.parquet")
        files.publish(files.folder / "may.parquet", timeZone="-08:00")
        assert files.stored() == {"a/kW": ["2024-05-01 08:00 1.5"]}

    @pytest.mark.parametrize("column", ["timestamp", "day"])
    def test_times_beyond_the_years_are_refused(self, files: FilePublisher, column: str) -> None:
        days = [datetime(2024, 5, 1), datetime(2024, 5, 2)]
        columns: dict[str, Any] = {"timestamp": days, "day": days, "kW": [1, 2]}
        columns[column] = [days[0], datetime(9999, 1, 1)]
        pq.write_table(pa.table(columns), files.folder / "may.parquet")
        with pytest.raises(InvalidParameterError) as caught:
            files.publish(files.folder / "may.parquet", timeZone="UTC")
        assert str(caught.value) == (
            f"may.parquet, row 2, column {column!r}: '9999-01-01 00:00:00' is not between the "
            "years 1677 and 2262"
        )

    def test_list_columns_are_refused_by_name(self, files: FilePublisher) -> None:
        times = pa.array([0], pa.timestamp("s", "UTC"))
        table = pa.table({"timestamp": times, "kW": [[1, 2]]})
        pq.write_table(table, files.folder / "may.parquet")
        with pytest.raises(InvalidParameterError, match=r"column 'kW' is of type list<.*int64>"):
            files.publish(files.folder / "may.parquet")


# The day, and the rest of an object.
ROWS = ((1, ""), (2, ', "kW": 2'))


class TestJson:
    @pytest.mark.parametrize("form", ["array", "lines", "with a mark"])
    def test_json_objects_are_rows(self, files: FilePublisher, form: str) -> None:
        rows = [
            {"timestamp": "2024-05-01T00:00:00Z", "kW": 1.5, "open": True, "note": None},
            {"timestamp": "2024-05-02T00:00:00Z", "kW": 2, "open": False, "note": "x"},
        ]
        texts = ["\n".join(map(json.dumps, rows)) if form == "lines" else json.dumps(rows)]
        path = files.write(("\ufeff" if form == "with a mark" else "") + texts[0], "may.json")
        files.publish(path)
        assert files.stored() == {
            "a/kW": ["2024-05-01 00:00 1.5", "2024-05-02 00:00 2"],
            "a/open": ["2024-05-01 00:00 true", "2024-05-02 00:00 false"],
            "a/note": ["2024-05-02 00:00 x"],
        }

    @pytest.mark.parametrize("separator", [",", ",\n"])
    def test_json_array_with_nan_is_read_as_lines_are(
        self, files: FilePublisher, separator: str
    ) -> None:
        rows = [
            f'{{"timestamp": "2024-05-01T00:{minute:02}:00Z", "kW": {value}, '
            '"note": "is NaN, \\"-NaN\\\\"}'
            for minute, value in enumerate(["NaN", "-NaN", "1.50"])
        ]
        notices = []
        for text in ("[" + separator.join(rows) + "]", "\n".join(rows[:1] + rows[2:])):
            report = files.publish(files.write(text, "may.json"))
            notices.append([notice.partition(":")[2] for notice in report.files[0].notices])
        assert files.stored()["a/kW"] == ["2024-05-01 00:02 1.50"]
        assert files.stored()["a/note"][0] == '2024-05-01 00:00 is NaN, "-NaN\\'
        assert notices[0] == [" 2 cells such as 'NaN' have no number and are not published"]
        assert notices[1] == [" 1 cells such as 'NaN' have no number and are not published"]

    def test_json_array_with_infinity_is_refused_with_advice_that_works(
        self, files: FilePublisher
    ) -> None:
        # Long strings move the constants over the borders of the blocks that are read.
        rows = [
            f'{{"timestamp": "2024-05-01T00:00:{n:02}Z","kW":{value},"note":"{"x" * (1190 + n)}"}}'
            for n, value in enumerate(["1", "-Infinity"] * 30)
        ]
        path = files.write("[" + ",".join(rows) + "]", "may.json")
        with pytest.raises(InvalidParameterError, match=r"object 2, column 'kW': '-Infinity' is"):
            files.publish(path)
        report = files.publish(path, nullValues=["-Infinity"])
        assert (report.files[0].rows, report.valuesStored) == (60, 90)

    def test_json_numbers_keep_all_digits(self, files: FilePublisher) -> None:
        path = files.write('[{"timestamp": "2024-05-01T00:00:00Z", "kW": 1.50}]', "may.json")
        files.publish(path)
        assert files.stored() == {"a/kW": ["2024-05-01 00:00 1.50"]}

    @pytest.mark.parametrize("form", ["array", "lines"])
    def test_json_key_that_occurs_twice_is_refused(self, files: FilePublisher, form: str) -> None:
        rows = [f'{{"timestamp": "2024-05-0{day}T00:00:00Z", "kW": 1{more}}}' for day, more in ROWS]
        content = f"[{', '.join(rows)}]" if form == "array" else "\n".join(rows)
        with pytest.raises(InvalidParameterError) as caught:
            files.publish(files.write(content, "may.json"))
        where = "object 2" if form == "array" else "line 2"
        assert str(caught.value) == (
            f"may.json, {where}: has the key 'kW' twice; name each value differently"
        )

    @pytest.mark.parametrize("form", ["array", "lines"])
    @pytest.mark.parametrize("length", [0, 65_450, 65_460, 65_470])
    def test_half_of_a_character_in_json_is_refused(
        self, files: FilePublisher, form: str, length: int
    ) -> None:
        row = f'{{"timestamp": "2024-05-01T00:00:00Z", "x": "{"y" * length}", "s": "HALF"}}'
        content = f"[{row}]" if form == "array" else row
        path = files.write(content.replace("HALF", "\\uD83D"), "may.json")
        with pytest.raises(
            InvalidParameterError, match=r"contains .uD83D, which is half of a char"
        ):
            files.publish(path)
        files.write(content.replace("HALF", "\\uD83D\\uDE00 \\\\uD83D"), "may.json")
        files.publish(path, ignoreColumns=["x"])
        assert files.stored() == {"a/s": ["2024-05-01 00:00 \U0001f600 \\uD83D"]}

    def test_nested_json_values_are_refused(self, files: FilePublisher) -> None:
        path = files.write('[{"timestamp": "2024-05-01T00:00:00Z", "kW": [1]}]', "may.json")
        with pytest.raises(
            InvalidParameterError, match="object 1, column 'kW': contains an array or"
        ):
            files.publish(path)

    def test_line_of_invalid_json_is_reported(self, files: FilePublisher) -> None:
        path = files.write('{"timestamp": "2024-05-01T00:00:00Z", "kW": 1}\n{"timestamp": \n', "m")
        with pytest.raises(InvalidParameterError, match="m, line 2: is not a JSON object"):
            files.publish(path)


class TestOwnResults:
    @pytest.fixture
    def source(self, files: FilePublisher) -> FilePublisher:
        path = files.write(
            "assetId,name,timestamp,kW,count,code,open,since\n"
            "x,X one,2024-05-01T00:00:00.123456789Z,1.25,7,007,true,2024-01-01T00:00:00Z\n"
            "y,,2024-05-01T01:00:00Z,-0.5,,,false,\n"
        )
        files.publish(
            path, assetIdColumn="assetId", measureTypes={"count": "BIGINT", "code": "VARCHAR"}
        )
        return files

    @pytest.mark.parametrize("format", ["CSV", "JSON", "PARQUET"])
    def test_query_result_is_published_unchanged(
        self, source: FilePublisher, admin_client: AdminClient, format: str
    ) -> None:
        result = source.folder / f"result.{format.lower()}"
        filters: Any = [{"assetId": "x"}, {"assetId": "y"}]
        source.client.queryTimeSeriesDatabaseWithFilters(
            source.database, filters, *WHOLE, result, format
        )
        stored, types = source.stored(), source.types()
        other = FilePublisher(source.client, admin_client.create_database(), source.folder)
        # CSV has no types: what could be a code requires one.
        kinds = {"count": "BIGINT", "code": "VARCHAR", "since": "TIMESTAMP"}
        arguments = {"measureTypes": kinds} if format == "CSV" else {}
        report = other.publish(result, assetIdColumn="assetId", **arguments)
        assert other.stored() == stored
        assert other.types() == types
        assert source.publish(result, assetIdColumn="assetId").valuesStored == 0
        assert not [one for one in report.files[0].notices if "long file" in one]

    @pytest.mark.parametrize("form", ["CSV", "JSON", "PARQUET"])
    def test_blanks_of_a_query_result_are_values(
        self,
        files: FilePublisher,
        admin_client: AdminClient,
        form: Literal["CSV", "JSON", "PARQUET"],
    ) -> None:
        frame = pd.DataFrame(
            {"timestamp": pd.to_datetime(["2024-05-01", "2024-05-02"], utc=True), "x": [" ", "\t "]}
        )
        files.client.publishDataFrameToTimeSeriesDatabase(files.database, frame, assetId="a")
        stored = files.stored()
        assert len(stored["a/x"]) == 2
        result = files.folder / f"result.{form.lower()}"
        files.client.queryTimeSeriesDatabaseWithFilters(
            files.database, [{"assetId": "a"}], *WHOLE, result, form
        )
        files.database = admin_client.create_database()
        assert files.publish(result, assetId=None).notices == []
        assert files.stored() == stored

    @pytest.mark.parametrize("shape", ["wide", "long"])
    def test_frame_saved_as_csv_is_published_unchanged(
        self, source: FilePublisher, admin_client: AdminClient, shape: Any
    ) -> None:
        filters: Any = [{"assetId": "x", "attributeNamesFilter": ["kW"]}]
        frame = source.client.queryTimeSeriesDatabaseToDataFrame(
            source.database, filters, *WHOLE, shape=shape
        )
        frame.to_csv(source.folder / "frame.csv")
        other = FilePublisher(source.client, admin_client.create_database(), source.folder)
        other.publish(source.folder / "frame.csv", assetIdColumn="assetId")
        assert other.stored() == {"x/kW": ["2024-05-01 00:00:00.123456789 1.25"]}


class TestSeveralFiles:
    def test_pattern_matches_files_in_order(self, files: FilePublisher) -> None:
        for day in (1, 2, 3):
            files.write(f"timestamp,kW\n2024-05-0{day}T00:00:00Z,{day}\n", f"may-{day}.csv")
        report = files.publish(str(files.folder / "may-*.csv"))
        assert [file.file for file in report.files] == ["may-1.csv", "may-2.csv", "may-3.csv"]
        assert report.valuesStored == 3

    def test_problem_in_one_file_prevents_sending_any(self, files: FilePublisher) -> None:
        good = files.write(PLAIN, "a.csv")
        bad = files.write(
            b"timestamp,kW\n2024-05-03T00:00:00Z,Bad\n2024-05-04T00:00:00Z,1\n", "b.csv"
        )
        with pytest.raises(InvalidParameterError, match=r"^b\.csv, line 2, column 'kW': 'Bad'"):
            files.publish([good, bad])
        assert files.stored() == {}

    def test_value_contained_in_two_files_is_reported(self, files: FilePublisher) -> None:
        paths = [files.write(PLAIN, "a.csv"), files.write(PLAIN.replace(b"1.50", b"3"), "b.csv")]
        with pytest.raises(InvalidParameterError) as caught:
            files.publish(paths)
        assert str(caught.value).startswith("b.csv, line 2: another value of 'kW' of asset 'a'")
        assert "as in a.csv, line 2" in str(caught.value)
        report = files.publish(paths, duplicates="last")
        assert files.stored() == {"a/kW": ["2024-05-01 00:00 3", "2024-05-02 00:00 2"]}
        assert report.valuesStored == 2

    def test_attribute_of_two_types_is_refused(self, files: FilePublisher) -> None:
        first = files.write(PLAIN, "a.csv")
        second = files.write(b"timestamp,kW\n2024-05-03T00:00:00Z,on\n", "b.csv")
        with pytest.raises(
            InvalidParameterError, match=r"'kW' is VARCHAR here and DOUBLE in a.csv"
        ):
            files.publish([first, second])

    def test_pattern_without_files_is_refused(self, files: FilePublisher) -> None:
        with pytest.raises(PathNotFoundError, match="path must match at least one file"):
            files.publish(str(files.folder / "none-*.csv"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def formats(files: FilePublisher) -> dict[str, Path]:
    """The same two rows in each format."""
    frame = pd.DataFrame({"timestamp": ["2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z"]})
    frame["kW"] = [1.5, 2]
    frame.to_csv(files.folder / "may.csv", index=False)
    frame.to_json(files.folder / "may.json", orient="records")
    frame.to_excel(files.folder / "may.xlsx", index=False)
    frame.to_parquet(files.folder / "may.parquet")
    return {name: files.folder / f"may.{name}" for name in ("csv", "json", "xlsx", "parquet")}


LAYOUT: dict[str, tuple[Any, set[str]]] = {
    "skipFooter": (1, {"csv", "xlsx"}),
    "skipLines": (0, {"csv", "xlsx"}),
    "unitsRow": (True, {"csv", "xlsx"}),
    "columnNames": (["timestamp", "kW"], {"csv", "xlsx"}),
    "encoding": ("utf-8", {"csv"}),
    "delimiter": (",", {"csv"}),
    "quote": ("none", {"csv"}),
    "escape": ("\\", {"csv"}),
    "comment": ("#", {"csv"}),
    "sheet": ("Sheet1", {"xlsx"}),
    "member": ("may.csv", set()),
}


@pytest.mark.parametrize("name", LAYOUT)
def test_option_that_a_format_does_not_have_is_refused(files: FilePublisher, name: str) -> None:
    value, accepted = LAYOUT[name]
    for format, path in formats(files).items():
        if format not in accepted:
            with pytest.raises(InvalidParameterError) as caught:
                files.publish(path, dryRun=True, **{name: value})
            assert str(caught.value).startswith(
                f"{name} must be omitted for may.{format}, which is"
            )
        elif name != "columnNames":
            files.publish(path, inspect=True, **{name: value})


def test_advice_has_only_options_of_the_format(files: FilePublisher) -> None:
    for last in ("Total", ""):
        rows = [{"timestamp": "2024-05-01T00:00:00Z", "kW": 1}, {"timestamp": last, "kW": 1}]
        for ordered in (rows, rows[::-1]):
            frame = pd.DataFrame(ordered)
            frame.to_parquet(files.folder / "may.parquet")
            (files.folder / "may.json").write_text(json.dumps(ordered))
            for name in ("may.parquet", "may.json"):
                with pytest.raises(InvalidParameterError, match=r"correct or delete the (row|obj)"):
                    files.publish(files.folder / name)
    unnamed = [{"timestamp": "2024-05-01T00:00:00Z", "": 1.5}]
    path = files.write(json.dumps(unnamed), "may.json")
    with pytest.raises(InvalidParameterError, match="name all 2 columns in the file, or those"):
        files.publish(path)


def test_pipe_is_read_once(files: FilePublisher) -> None:
    path = files.folder / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(gzip.compress(PLAIN)))
    writer.start()
    files.publish(path)
    writer.join()
    assert files.stored() == A_KW


def test_standard_input_is_published(files: FilePublisher, local: Any) -> None:
    code = (
        "import sys; from avista_digital_exchange_sdk import AvistaDigitalExchange as Client\n"
        "with Client(sys.argv[1], endpoint=sys.argv[2]) as client:\n"
        "    client.publishFileToTimeSeriesDatabase(sys.argv[3], '-', assetId='a')"
    )
    arguments = [sys.executable, "-c", code, local.token, local.endpoint, files.database]
    subprocess.run(arguments, input=PLAIN, check=True, timeout=60)
    assert files.stored() == A_KW


def test_file_that_changes_while_reading_is_refused(files: FilePublisher) -> None:
    path = files.write(PLAIN)

    def change(done: int, total: int | None) -> None:
        path.write_bytes(PLAIN + b"2024-05-03T00:00:00Z,3\n")

    other = files.write(PLAIN.replace(b"kW", b"V"), "first.csv")
    with pytest.raises(PublishIncompleteError, match="was changed while it was read"):
        files.publish([other, path], progress=change)
