"""Timestream SQL as DataFrames: all pages, every type."""

import datetime
import json
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
)

from ..support.fake_platform import FakePlatform
from ..support.options import use_limits
from .sample_database import INSTANT, NANOSECONDS, TYPES, UNUSUAL

SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"


@pytest.fixture
def table(exchange: AvistaDigitalExchange, measured: str) -> str:
    """The SQL name of the sample database's table."""
    database = exchange.getTimeSeriesDatabase(measured)
    return f'"{database.databaseName}"."{database.tableName}"'


@pytest.mark.parametrize("maxRows", [None, 1, 2])
def test_sql_table_contains_every_page_and_every_type(
    maxRows: int | None, exchange: AvistaDigitalExchange, measured: str, table: str
) -> None:
    columns = ", ".join(f'"{name}"' for name in TYPES)
    result = exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
        measured,
        f"SELECT time, {columns} FROM {table} WHERE \"assetId\" = 'types' ORDER BY time",
        maxRows,
    )
    assert result.schema.equals(pa.schema({"time": INSTANT, **TYPES}))
    assert result["time"].cast(pa.int64()).to_pylist() == [NANOSECONDS + n for n in range(3)]
    assert result["double"].to_pylist() == [-1.5e-7, 18.8, None]
    assert result["bigint"].to_pylist() == [2**63 - 1, None, None]
    assert result["boolean"].to_pylist() == [True, None, False]
    assert result["varchar"].to_pylist() == ["007", "null", UNUSUAL]
    assert result["timestamp"].cast(pa.int64()).to_pylist() == [10**18 + 1, None, None]


def test_sql_frames_of_pandas_and_polars_equal_the_table(
    exchange: AvistaDigitalExchange, measured: str, table: str
) -> None:
    query = f"SELECT time, n, s FROM {table} WHERE \"assetId\" = 'wide' ORDER BY time"
    frame = exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(measured, query, 10)
    assert [str(dtype) for dtype in frame.dtypes[:2]] == ["datetime64[ns, UTC]", "Int64"]
    assert frame["n"].to_list() == list(range(24))
    polars = exchange.queryTimeSeriesDatabase_TimestreamFormatToPolars(measured, query, 10)
    assert polars.schema["time"] == pl.Datetime("ns", "UTC")
    pd.testing.assert_series_equal(polars["s"].to_pandas(), frame["s"])


def test_sql_table_has_lists_and_structs_for_nested_values(
    exchange: AvistaDigitalExchange, measured: str, table: str
) -> None:
    result = exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
        measured,
        "SELECT ARRAY[1, 2] AS numbers, ARRAY[ARRAY['a'], ARRAY[]] AS texts, "
        "create_time_series(time, n) AS series, date '2024-05-01' AS day "
        f"FROM {table} WHERE \"assetId\" = 'wide' AND n < 2",
    )
    (row,) = result.to_pylist()
    assert row["numbers"] == [1, 2]
    assert row["texts"] == [["a"], []]
    assert row["day"] == datetime.date(2024, 5, 1)
    assert [point["value"] for point in row["series"]] == [0, 1]
    assert result.schema.field("series").type.value_type.field("time").type == INSTANT


def test_sql_table_without_rows_has_its_columns(
    exchange: AvistaDigitalExchange, measured: str, table: str
) -> None:
    result = exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
        measured, f"SELECT time, n AS count, n AS count, ARRAY[1] FROM {table} WHERE n < 0"
    )
    assert result.num_rows == 0
    assert result.column_names == ["time", "count", "count_2", "_col3"]
    assert result.schema.types == [INSTANT, pa.int64(), pa.int64(), pa.list_(pa.int64())]


def test_sql_table_of_an_invalid_query_raises_the_usual_error(
    exchange: AvistaDigitalExchange, measured: str
) -> None:
    with pytest.raises(InvalidRequestError, match="line 1:8"):
        exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame(measured, "SELECT nothing")
    with pytest.raises(InvalidParameterError, match="maxRows"):
        exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(measured, "SELECT 1", 0)


def response(rows: Any, columns: Any, **extra: Any) -> dict[str, Any]:
    """A page in the format of the platform."""
    page = {"QueryId": "q", "Rows": rows, "ColumnInfo": columns, **extra}
    return {"clientToken": "c", "resultJSONString": json.dumps(page)}


DOUBLE = {"Name": "x", "Type": {"ScalarType": "DOUBLE"}}


def test_sql_table_has_floats_for_nan_and_infinity(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    rows = [{"Data": [{"ScalarValue": text}]} for text in ("NaN", "Infinity", "-Infinity")]
    fake_platform.add_data(SQL, response([*rows, {"Data": [{"NullValue": True}]}], [DOUBLE]))
    result = fake_platform_client.queryTimeSeriesDatabase_TimestreamFormatToArrow("db", "SELECT x")
    assert list(map(str, result["x"].to_pylist())) == ["nan", "inf", "-inf", "None"]


@pytest.mark.parametrize(
    "page",
    [
        {"clientToken": "c", "resultJSONString": "no JSON"},
        {"clientToken": "c", "resultJSONString": "{}"},
        {"clientToken": "c", "resultJSONString": "[]"},
        response([{"Data": [{"ScalarValue": "secret"}]}], [DOUBLE]),
        response([{"Data": []}], [DOUBLE]),
        response([{"Data": [{}, {}]}], [DOUBLE]),
        response([{}], [{"Type": {"ArrayColumnInfo": {"Type": {"ScalarType": "DOUBLE"}}}}]),
    ],
)
def test_sql_table_of_an_invalid_response_shows_no_value(
    page: Any, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fake_platform.add_data(SQL, page)
    with pytest.raises(InvalidResponseError) as raised:
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormatToArrow("db", "SELECT x")
    assert "secret" not in str(raised.value)


def test_sql_table_has_structs_for_rows_within_rows(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fields = [{"Name": "a", "Type": {"ScalarType": "BIGINT"}}, DOUBLE]
    rows = [
        {"Data": [{"RowValue": {"Data": [{"ScalarValue": "1"}, {"NullValue": True}]}}]},
        {"Data": [{"NullValue": True}]},
    ]
    fake_platform.add_data(SQL, response(rows, [{"Name": "r", "Type": {"RowColumnInfo": fields}}]))
    result = fake_platform_client.queryTimeSeriesDatabase_TimestreamFormatToArrow("db", "SELECT r")
    assert result.to_pylist() == [{"r": {"a": 1, "x": None}}, {"r": None}]


def test_sql_table_has_the_columns_of_later_pages_if_the_first_ones_are_empty(
    exchange: AvistaDigitalExchange, measured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first page of a query that is still running has no columns.
    use_limits(monkeypatch, first_page_seconds=0)
    result = exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(measured, "SELECT 1 AS one")
    assert result.to_pylist() == [{"one": 1}]
    aggregates = exchange.queryTimeSeriesDatabaseToArrow(
        measured,
        [{"assetId": "types", "attributeNamesFilter": ["double"]}],
        "2000-01-01",
        "now",
        every="1y",
        how="count",
    )
    assert aggregates["double"].to_pylist() == [2]


def test_sql_table_of_mismatched_pages_is_an_error(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    other = {"Name": "y", "Type": {"ScalarType": "BIGINT"}}
    fake_platform.add_data(SQL, response([], [DOUBLE], NextToken="next"), response([], [other]))
    with pytest.raises(InvalidResponseError, match="have different columns"):
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormatToArrow("db", "SELECT x")


def test_sql_table_ends_at_a_repeated_page_token(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fake_platform.add_data(SQL, *[response([], [DOUBLE], NextToken="again")] * 3)
    with pytest.raises(InvalidResponseError, match="twice"):
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormatToArrow("db", "SELECT x")
