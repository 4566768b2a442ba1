"""Publishing DataFrames: the database contains their values."""

import datetime
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
)

from ..support.admin_client import AdminClient
from ..support.proxy import Proxy
from .sample_database import INSTANT, WHOLE, frame, instants, of_types, request_asset

EVERYTHING = [{"assetId": "a"}, {"assetId": "b"}]


def stored(exchange: AvistaDigitalExchange, database: str, *names: str) -> pa.Table:
    filters: Any = [request_asset("a", *names)] if names else EVERYTHING
    return exchange.queryTimeSeriesDatabaseToArrow(database, filters, *WHOLE, errors="ignore")


class TestQueryResults:
    """A wide result, published unchanged to another database."""

    @pytest.mark.parametrize("library", ["Arrow", "DataFrame", "Polars"])
    def test_published_query_result_comes_back_equal(
        self, library: str, exchange: AvistaDigitalExchange, measured: str, database: str
    ) -> None:
        filters: Any = [request_asset("types", "varchar", "boolean", "bigint", "double")]
        query = getattr(exchange, f"queryTimeSeriesDatabaseTo{library}")
        # A polars DataFrame loses the metadata of the column.
        types = {"bigint": "BIGINT"} if library == "Polars" else None
        exchange.publishDataFrameToTimeSeriesDatabase(
            database, query(measured, filters, *WHOLE), measureTypes=types
        )
        again = exchange.queryTimeSeriesDatabaseToArrow(database, filters, *WHOLE)
        assert again.equals(of_types().drop_columns(["timestamp_2"]))

    def test_published_query_result_of_many_assets_comes_back_equal(
        self, exchange: AvistaDigitalExchange, measured: str, database: str
    ) -> None:
        filters: Any = [request_asset("wide", "n", "s"), request_asset("meter", "kW")]
        table = exchange.queryTimeSeriesDatabaseToArrow(measured, filters, *WHOLE)
        shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
        exchange.publishDataFrameToTimeSeriesDatabase(database, shuffled)
        assert exchange.queryTimeSeriesDatabaseToArrow(database, filters, *WHOLE).equals(table)


class Capsule:
    """A DataFrame of an unknown library that only exports its columns."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


class TestFrames:
    @pytest.mark.parametrize(
        "made",
        [
            pa.Table.to_pandas,
            pl.from_arrow,
            pa.Table.to_reader,
            lambda table: table.to_batches()[0],
            lambda table: duckdb.from_arrow(table),
            Capsule,
        ],
        ids=["pandas", "polars", "reader", "batch", "duckdb", "capsule"],
    )
    def test_published_frame_may_come_from_any_library(
        self, made: Callable[[pa.Table], Any], exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=[1.5, None, 2.5], State=["on", "off", None])
        exchange.publishDataFrameToTimeSeriesDatabase(database, made(rows))
        table = stored(exchange, database, "kW", "State")
        assert table.drop_columns(["name"]).to_pylist() == rows.to_pylist()


class TestColumns:
    def test_published_columns_get_the_platform_types_of_their_values(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        day = datetime.date(2024, 5, 1)
        exchange.publishDataFrameToTimeSeriesDatabase(
            database,
            frame(
                float32=pa.array([0.1], pa.float32()),
                decimal=[Decimal("12345678901234.567")],
                uint8=pa.array([255], pa.uint8()),
                category=pa.array(["x"]).dictionary_encode(),
                view=pa.array(["007"], pa.string_view()),
                milliseconds=pa.array([1], pa.timestamp("ms", "Europe/Oslo")),
                nothing=pa.nulls(1),
            ),
        )
        exchange.publishDataFrameToTimeSeriesDatabase(
            database, frame(day=[day]), measureName="days", timeZone="UTC"
        )
        table = stored(exchange, database)
        assert {name: str(table.schema.field(name).type) for name in table.column_names[3:]} == {
            "float32": "double",
            "decimal": "double",
            "uint8": "double",
            "category": "string",
            "view": "string",
            "milliseconds": "timestamp[ns, tz=UTC]",
            "day": "timestamp[ns, tz=UTC]",
        }
        (row,) = table.to_pylist()
        assert row["float32"] == np.float32(0.1)
        assert row["decimal"] == 12345678901234.567
        assert (row["uint8"], row["category"], row["view"]) == (255, "x", "007")
        assert row["milliseconds"] == pd.Timestamp(10**6, tz="UTC")
        assert row["day"] == pd.Timestamp(day, tz="UTC")

    def test_published_columns_accept_another_lossless_type(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        exchange.publishDataFrameToTimeSeriesDatabase(
            database,
            frame(n=[1.0, math.nan], x=[1, 2], s=[1, None], t=["2024-05-01T00:00:00Z", None]),
            measureTypes={"n": "bigint", "x": "DOUBLE", "s": "VARCHAR", "t": "TIMESTAMP"},
        )
        table = stored(exchange, database, "n", "x", "s", "t")
        assert table.schema.types[3:] == [pa.int64(), pa.float64(), pa.string(), INSTANT]
        assert table["n"].to_pylist() == [1, None]
        assert table["s"].to_pylist() == ["1", None]

    def test_published_columns_use_the_requested_roles(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = pl.DataFrame(
            {
                "meter": ["a", "b"],
                "what": ["Feeder", None],
                "when": [datetime.datetime(2024, 5, 1, 12)] * 2,
                "site": ["North", "South"],
                "kW": [1.5, 2.5],
                "not wanted": [1, 2],
                "name": ["no", "name"],
            }
        )
        exchange.publishDataFrameToTimeSeriesDatabase(
            database,
            rows,
            assetIdColumn="meter",
            nameColumn="what",
            timeColumn="when",
            timeZone="America/Los_Angeles",
            dimensionColumns=["site"],
            measureColumns=["kW"],
            measureName="power",
        )
        table = stored(exchange, database)
        assert table.column_names == ["assetId", "name", "timestamp", "kW"]
        assert table["name"].to_pylist() == ["Feeder", None]
        assert table["timestamp"][0].as_py() == pd.Timestamp("2024-05-01T19:00:00Z")
        names = exchange.getTimeSeriesDatabase(database)
        sql = f'SELECT site, measure_name FROM "{names.databaseName}"."{names.tableName}"'
        result = exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow(
            database, f"{sql} ORDER BY site"
        )
        assert result.to_pylist() == [
            {"site": "North", "measure_name": "power"},
            {"site": "South", "measure_name": "power"},
        ]

    def test_published_columns_may_all_belong_to_one_asset(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = pd.DataFrame({"kW": [1.0, 2.0]}, index=pd.to_datetime(["2024-05-01", "2024-05-02"]))
        exchange.publishDataFrameToTimeSeriesDatabase(database, rows, assetId="a", timeZone="UTC")
        assert stored(exchange, database)["kW"].to_pylist() == [1.0, 2.0]

    def test_published_columns_include_a_named_index(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=[1.0, 2.0]).to_pandas().set_index(["assetId", "timestamp"])
        exchange.publishDataFrameToTimeSeriesDatabase(database, rows)
        assert stored(exchange, database)["kW"].to_pylist() == [1.0, 2.0]

    def test_published_columns_exclude_a_row_number_index(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=[1.0, 2.0, 3.0]).to_pandas()
        exchange.publishDataFrameToTimeSeriesDatabase(database, rows[rows["kW"] > 1])
        assert stored(exchange, database).column_names[3:] == ["kW"]

    def test_published_columns_beyond_the_limit_of_a_record_are_split_into_several(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        columns = {f"a rather long name of a sensor, number {n}": [float(n)] for n in range(300)}
        exchange.publishDataFrameToTimeSeriesDatabase(database, frame(**columns))
        row = stored(exchange, database).to_pylist()[0]
        assert {name: [row[name]] for name in columns} == columns


class TestMissingValues:
    def test_missing_values_are_not_published(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=[1.5, None, math.nan, None], on=[None, True, None, None])
        exchange.publishDataFrameToTimeSeriesDatabase(database, rows)
        table = stored(exchange, database, "kW", "on")
        assert table["kW"].to_pylist() == [1.5, None]
        assert table["on"].to_pylist() == [None, True]

    def test_nan_is_published_as_a_string_in_string_columns(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=["1.5", "nan"])
        exchange.publishDataFrameToTimeSeriesDatabase(database, rows, measureTypes={"kW": "DOUBLE"})
        assert stored(exchange, database)["kW"].to_pylist() == [1.5]

    def test_missing_values_alone_send_nothing(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, database: str
    ) -> None:
        rows = frame(kW=pa.array([None, None], pa.float64()))
        assert proxied_client.publishDataFrameToTimeSeriesDatabase(database, rows) == []
        assert proxied_client.publishDataFrameToTimeSeriesDatabase(database, rows[:0]) == []
        assert not proxy.messages


class TestVersions:
    def test_higher_version_replaces_published_values(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        publish = exchange.publishDataFrameToTimeSeriesDatabase
        publish(database, frame(kW=[1.0], s=["a"]))
        publish(database, frame(kW=[2.0], s=["a much longer text than before" * 30]), version=2)
        assert stored(exchange, database)["kW"].to_pylist() == [2.0]


STRINGS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20
).filter(lambda text: text.strip())
NAMES = STRINGS.filter(
    lambda name: (
        name not in ("time", "measure_name", "assetId", "name", "timestamp")
        and not name.startswith(("ts_", "measure_value"))
    )
)
COLUMNS = {
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.bool_(): st.booleans(),
    pa.string(): STRINGS,
    INSTANT: st.integers(-(2**62), 2**62),
}


@st.composite
def frames(draw: st.DrawFn) -> pa.Table:
    """A DataFrame with random columns and missing values."""
    times = draw(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=5, unique=True))
    columns: dict[str, Any] = {
        "assetId": ["a"] * len(times),
        "name": [draw(STRINGS)] * len(times),
        "timestamp": instants(*sorted(times)),
    }
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        kind = draw(st.sampled_from(list(COLUMNS)))
        value = COLUMNS[kind] | st.none()
        values = draw(st.lists(value, min_size=len(times), max_size=len(times)))
        columns[name] = pa.array(values, kind)
    return pa.table(columns)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=frames(), library=st.sampled_from(["arrow", "polars", "pandas"]))
def test_published_frames_come_back_equal(
    rows: pa.Table, library: str, exchange: AvistaDigitalExchange, admin_client: AdminClient
) -> None:
    database = admin_client.create_database()
    published = {"arrow": rows, "polars": pl.from_arrow(rows), "pandas": None}[library]
    if published is None:
        nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        published = rows.to_pandas(types_mapper=nullable.get)
    names = rows.column_names[3:]
    types = {name: "BIGINT" for name in names if rows.schema.field(name).type == pa.int64()}
    exchange.publishDataFrameToTimeSeriesDatabase(database, published, measureTypes=types)
    held = rows.filter(
        pa.array(
            [any(v is not None for v in row.values()) for row in rows.select(names).to_pylist()]
        )
    )
    result = exchange.queryTimeSeriesDatabaseToArrow(
        database, [{"assetId": "a", "attributeNamesFilter": names}], *ALL_TIMES, errors="ignore"
    )
    present = [name for name in names if held[name].null_count < held.num_rows]
    columns = ["assetId", "name", "timestamp", *present]
    if held.num_rows:
        assert result.select(columns).equals(held.select(columns))
    else:
        assert result.num_rows == 0


ALL_TIMES = ("1700-01-01T00:00:00Z", "2250-01-01T00:00:00Z")
