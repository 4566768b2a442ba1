"""Result files: conversion to Parquet, and damaged files."""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidResponseError,
)
from avista_digital_exchange_sdk._dataframes.csv_reader import CsvResult
from avista_digital_exchange_sdk._options import Options

from .sample_database import WAYS, WHOLE, of_types, request_asset

# Some tests request names that do not exist, or time ranges without values.
pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

REQUESTED_TYPES = [request_asset("types", "varchar", "timestamp", "boolean", "bigint", "double")]


class TestParquet:
    @pytest.mark.parametrize("aggregate", WAYS)
    def test_parquet_file_contains_published_values_in_their_types(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        target = tmp_path / "types.parquet"
        assert exchange.queryTimeSeriesDatabaseWithFilters(
            measured, REQUESTED_TYPES, *WHOLE, target, "PARQUET", 1, aggregate=aggregate
        )
        assert pq.read_table(target).equals(of_types())
        assert [path.name for path in tmp_path.iterdir()] == ["types.parquet"]

    def test_parquet_file_is_readable_by_pandas_and_polars(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, REQUESTED_TYPES, *WHOLE, tmp_path, "parquet"
        )
        frame = pd.read_parquet(tmp_path / "result.parquet")
        assert str(frame["timestamp"].dtype) == "datetime64[ns, UTC]"
        assert frame["varchar"].to_list() == of_types()["varchar"].to_pylist()
        assert pl.read_parquet(tmp_path / "result.parquet").equals(pl.from_arrow(of_types()))

    def test_parquet_file_without_rows_has_its_columns(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        times = ("1999-01-01T00:00:00Z", "1999-01-02T00:00:00Z")
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, REQUESTED_TYPES, *times, tmp_path, "PARQUET"
        )
        table = pq.read_table(tmp_path / "result.parquet")
        assert table.num_rows == 0
        assert table.schema.equals(of_types().schema)

    def test_parquet_file_is_written_atomically(
        self,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        target = tmp_path / "result.parquet"
        target.write_text("what was there before")

        def full(*_: Any) -> None:
            raise OSError("no space left")

        monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(OSError, match="no space left"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured, REQUESTED_TYPES, *WHOLE, target, "PARQUET"
            )
        assert target.read_text() == "what was there before"
        assert list(tmp_path.iterdir()) == [target]

    def test_parquet_file_is_written_in_constant_memory(self, tmp_path: Path) -> None:
        small = peak_of_writing(250_000, tmp_path)
        assert peak_of_writing(1_000_000, tmp_path) < 1.5 * small


class MeasuredSink(io.FileIO):
    """A file that records the memory of Arrow while it is written."""

    peak = 0

    def write(self, content: Any) -> int:
        self.peak = max(self.peak, pa.total_allocated_bytes())
        return super().write(content)


def peak_of_writing(rows: int, folder: Path) -> int:
    """The peak memory of Arrow while it converts a file with that many rows to Parquet."""
    source = folder / "result.csv"
    with source.open("w") as file:
        file.write("assetId,name,timestamp,kW\n")
        file.writelines(f"m,,2024-05-01 00:00:00.{n:09},{n}.5\n" for n in range(rows))
    options = Options(parquet_block_bytes=1 << 17, parquet_group_bytes=1 << 20)
    before = pa.total_allocated_bytes()
    with MeasuredSink(folder / "result.parquet", "w") as target:
        CsvResult(source, {"kW": "DOUBLE"}).write_parquet(target, options)
    assert pq.read_metadata(folder / "result.parquet").num_rows == rows
    return target.peak - before


class TestDamagedFiles:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "has no header"),
            (b"no,header\n", "has no header"),
            (b"\xff\xfe\n", "has no header"),
            (b"assetId,name,timestamp,kW\nmeter,,then,1\n", "a value in column 'timestamp'"),
            (
                b"assetId,name,timestamp,kW\nmeter,,2024-05-01 00:00:00.000000000,secret\n",
                "a value in column 'kW'",
            ),
            (b"assetId,name,timestamp,kW\nmeter,secret\n", "has rows of another type"),
        ],
    )
    def test_damaged_file_is_reported_without_showing_a_value(
        self, content: bytes, message: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "result.csv"
        path.write_bytes(content)
        with pytest.raises(InvalidResponseError, match=message) as raised:
            CsvResult(path, {"kW": "DOUBLE"}).wide()
        assert "secret" not in str(raised.value)


def test_row_longer_than_a_megabyte_is_read(tmp_path: Path) -> None:
    names = [f"note {number}" for number in range(1024)]
    texts = [f"{number}\n" * 500 for number in range(1024)]
    path = tmp_path / "result.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["assetId", "name", "timestamp", *names])
        writer.writerows([["meter", "", "2024-05-01 00:00:00.000000000", *texts]] * 5)
    table = CsvResult(path, {}).wide()
    assert table.num_rows == 5
    assert [table[name][4].as_py() for name in names] == texts


def test_unknown_format_is_refused(
    exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidParameterError, match="one of CSV, JSON, PARQUET"):
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            REQUESTED_TYPES,
            *WHOLE,
            tmp_path,
            "XML",  # type: ignore[arg-type]  # wrong
        )
