"""Results go from bytes to columns, never through a Python object for each value."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from pydantic_core import to_json

from avista_digital_exchange_sdk._dataframes.convert import to_pandas, to_polars
from avista_digital_exchange_sdk._dataframes.csv_reader import CsvResult
from avista_digital_exchange_sdk._dataframes.json_reader import AssetDataTable
from avista_digital_exchange_sdk._dataframes.sql_pages import Page

FEW, MANY = 1_000, 20_000
TYPES = {"kW": "DOUBLE", "count": "BIGINT", "on": "BOOLEAN", "State": "VARCHAR"}
DAY = "2024-05-01 00:00:00"

Job = Callable[[], pa.Table]
Source = Callable[[int, Path], Job]
"""Returns a job over a number of rows."""


class Effort(NamedTuple):
    """The effort of a job: calls of Python and C functions, and the peak of Python objects."""

    calls: int
    objects: int


def measure_effort(job: Callable[[], object]) -> Effort:
    before = sys.getallocatedblocks()
    calls, objects = 0, before

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls, objects
        calls += event in ("call", "c_call")
        objects = max(objects, sys.getallocatedblocks())

    sys.setprofile(note)
    try:
        job()
    finally:
        sys.setprofile(None)
    return Effort(calls, objects - before)


def csv_file(rows: int, folder: Path) -> Job:
    path = folder / f"{rows}.csv"
    with path.open("w") as file:
        file.write(",".join(["assetId", "name", "timestamp", *TYPES]) + "\n")
        file.writelines(
            f"m,,{DAY}.{row:09},{row}.5,{row},true,state {row}\n" for row in range(rows)
        )
    return lambda: CsvResult(path, TYPES).wide()


def long_csv_file(rows: int, folder: Path) -> Job:
    csv_file(rows, folder)
    return lambda: CsvResult(folder / f"{rows}.csv", TYPES).long()


def asset_data(rows: int, _: Path) -> Job:
    texts = {"DOUBLE": "{}.5", "BIGINT": "{}", "BOOLEAN": "true", "VARCHAR": "state {}"}
    attributes = [
        {
            "name": name,
            "attributeType": kind,
            "data": [
                {"timestamp": f"{DAY}.{row:09}", "value": texts[kind].format(row)}
                for row in range(rows)
            ],
        }
        for name, kind in TYPES.items()
    ]
    array = to_json([{"assetId": "m", "name": None, "attributes": attributes}])

    def job() -> pa.Table:
        data = AssetDataTable()
        data.add(array)
        return data.table("wide")

    return job


def sql_page(rows: int, _: Path) -> Job:
    columns = {"time": "TIMESTAMP", **TYPES}
    response = to_json(
        {
            "Rows": [
                {
                    "Data": [
                        {"ScalarValue": text}
                        for text in (f"{DAY}.{row:09}", f"{row}.5", str(row), "true", f"s {row}")
                    ]
                }
                for row in range(rows)
            ],
            "ColumnInfo": [
                {"Name": name, "Type": {"ScalarType": kind}} for name, kind in columns.items()
            ],
        }
    ).decode()
    return lambda: Page(response).table()


def as_arrow(table: pa.Table) -> pa.Table:
    return table


@pytest.mark.parametrize("source", [csv_file, long_csv_file, asset_data, sql_page])
@pytest.mark.parametrize("library", [as_arrow, to_pandas, to_polars])
def test_column_parsing_effort_does_not_grow_with_the_number_of_values(
    source: Source, library: Callable[[pa.Table], object], tmp_path: Path
) -> None:
    def of(rows: int) -> Effort:
        job = source(rows, tmp_path)
        library(job())  # imports and caches of the first run
        return measure_effort(lambda: library(job()))

    few, many = of(FEW), of(MANY)
    assert many.calls - few.calls < 100
    assert many.objects - few.objects < FEW
