"""Aggregates of queries, which the platform computes, compared with those of pandas."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MissingDataWarning,
    NotFoundError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ....support.admin_client import AdminClient
from ....support.sample_records import multi_record, single_record
from .conftest import WHOLE
from .conftest import request_asset as ask

ZONE = "America/Los_Angeles"
HOUR = 3600
# Los Angeles repeats the hour from 09:00Z, when the clock is set back.
START = int(datetime(2024, 10, 30, tzinfo=UTC).timestamp())
STEP = 1800
COUNT = 48 * 12
ALL = [{"assetId": "*"}]


def read_points() -> pd.DataFrame:
    times = pd.to_datetime([START + n * STEP for n in range(COUNT)], unit="s", utc=True)
    values = [float((n * 37) % 101) for n in range(COUNT)]
    return pd.DataFrame({"kW": values, "count": range(COUNT)}, index=times)


@pytest.fixture(scope="module")
def database(local: LocalExchange, admin_client: AdminClient) -> str:
    """A database with a meter of 12 days, and two others with a few values."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        points = read_points().reset_index(names="timestamp")
        exchange.publishDataFrameToTimeSeriesDatabase(
            database, points, assetId="meter", measureTypes={"count": "BIGINT"}
        )
        record: dict[str, Any] = {"State": "on", "kW": 1.5, "open": True}
        later: dict[str, Any] = {"State": "off", "kW": None, "open": False}
        exchange.publishToTimeSeriesDatabase(
            database,
            "breaker",
            [
                multi_record(exchange, START, record, name="Breaker"),
                multi_record(
                    exchange,
                    START + 60,
                    {name: value for name, value in later.items() if value is not None},
                    name="Breaker",
                ),
            ],
        )
        singles = [single_record(exchange, START + n, "kW", n) for n in range(4)]
        exchange.publishToTimeSeriesDatabase(database, "single", singles)
    return database


@pytest.mark.parametrize(
    ("every", "rule", "zone"),
    [
        ("1h", "1h", None),
        ("15m", "15min", None),
        ("30min", "30min", None),
        (timedelta(hours=6), "6h", None),
        ("1d", "1D", None),
        ("1d", "1D", ZONE),
        ("1h", "1h", ZONE),
        ("1h", "1h", "Asia/Kolkata"),
        ("1d", "1D", "Asia/Kolkata"),
        ("1d", "1D", "+05:30"),
        ("1w", "W-MON", None),
        ("1w", "W-MON", ZONE),
        ("1mo", "MS", ZONE),
        ("3mo", "QS", "Europe/Paris"),
        ("1y", "YS", ZONE),
    ],
)
@pytest.mark.parametrize("how", ["mean", "min", "max", "sum", "count", "first", "last"])
def test_aggregates_are_those_of_the_periods_of_the_time_zone(
    every: Any,
    rule: str,
    zone: str | None,
    how: Any,
    exchange: AvistaDigitalExchange,
    database: str,
) -> None:
    frame = exchange.queryTimeSeriesDatabaseToDataFrame(
        database, [ask("meter", "kW")], *WHOLE, every=every, how=how, timeZone=zone
    )
    points = read_points()["kW"].tz_convert(zone or "UTC")
    periods = points.resample(rule, closed="left", label="left")
    expected = periods.agg(how)[periods.count() > 0]
    assert frame["timestamp"].tolist() == expected.index.tolist()
    assert frame["kW"].tolist() == pytest.approx(expected.tolist())
    # pyarrow 21 names offsets as pytz does.
    name = str(frame["timestamp"].dt.tz).replace("pytz.FixedOffset(330)", "UTC+05:30")
    assert name == str(points.index.tz)


def test_aggregates_keep_types_and_the_order_of_assets(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    filters = [ask("single", "kW"), ask("breaker", "State", "open"), ask("meter", "count", "kW")]
    table = exchange.queryTimeSeriesDatabaseToArrow(
        database, filters, *WHOLE, every="1y", how="last"
    )
    assert table.to_pylist() == [
        {"assetId": asset, "name": name, "timestamp": datetime(2024, 1, 1, tzinfo=UTC), **values}
        for asset, name, values in [
            ("single", None, {"kW": 3.0, "State": None, "open": None, "count": None}),
            ("breaker", "Breaker", {"kW": None, "State": "off", "open": False, "count": None}),
            (
                "meter",
                None,
                {
                    "kW": read_points()["kW"].iloc[-1],
                    "State": None,
                    "open": None,
                    "count": COUNT - 1,
                },
            ),
        ]
    ]
    assert [str(field.type) for field in table.schema][3:] == ["double", "string", "bool", "int64"]


def test_aggregates_of_several_functions_have_a_column_each(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    frame = exchange.queryTimeSeriesDatabaseToPolars(
        database, [ask("single", "kW")], *WHOLE, every="1d", how=["min", "mean", "count"]
    )
    assert frame.select("kW min", "kW mean", "kW count").rows() == [(0.0, 1.5, 4)]
    long = exchange.queryTimeSeriesDatabaseToPolars(
        database, [ask("single", "kW")], *WHOLE, every="1d", how=["max"], shape="long"
    )
    assert long.select("attribute", "value").rows() == [("kW max", 3.0)]


def test_mean_of_all_attributes_leaves_out_those_that_are_no_numbers(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    frame = exchange.queryTimeSeriesDatabaseToDataFrame(
        database, [{"assetId": "breaker"}], *WHOLE, every="1d"
    )
    assert frame.columns.tolist() == ["assetId", "name", "timestamp", "kW"]
    with pytest.raises(InvalidParameterError, match="for the attribute 'State', which is a VARCHA"):
        exchange.queryTimeSeriesDatabaseToDataFrame(
            database, [ask("breaker", "State")], *WHOLE, every="1d", how="sum"
        )


def test_values_that_are_stored_twice_count_once(
    exchange: AvistaDigitalExchange, admin_client: AdminClient
) -> None:
    database = admin_client.create_database()
    records = [
        multi_record(exchange, START, {"kW": 2.0}),
        multi_record(exchange, START, {"kW": 2.0}, name="Meter"),
    ]
    exchange.publishToTimeSeriesDatabase(database, "meter", records)
    frame = exchange.queryTimeSeriesDatabaseToDataFrame(
        database, ALL, *WHOLE, every="1h", how=["sum", "count"]
    )
    assert frame[["kW sum", "kW count"]].to_numpy().tolist() == [[2.0, 1]]


@pytest.mark.parametrize("zone", [None, ZONE])
def test_aggregates_are_written_to_files(
    zone: str | None, exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> None:
    for file_format in ("CSV", "JSON", "PARQUET"):
        exchange.queryTimeSeriesDatabaseWithFilters(
            database,
            [ask("breaker", "kW"), ask("single", "kW")],
            *WHOLE,
            tmp_path,
            file_format,
            every="1d",
            timeZone=zone,
        )
    day = "2024-10-29 00:00:00.000000000-07:00" if zone else "2024-10-30 00:00:00.000000000"
    assert (tmp_path / "result.csv").read_text().splitlines() == [
        "assetId,name,timestamp,kW",
        f"breaker,Breaker,{day},1.5",
        f"single,,{day},1.5",
    ]
    time = "2024-10-29T07:00:00.000Z" if zone else "2024-10-30T00:00:00.000Z"
    assert json.loads((tmp_path / "result.json").read_text()) == [
        {
            "assetId": asset,
            "name": name,
            "attributes": [
                {
                    "attributeType": "DOUBLE",
                    "name": "kW",
                    "lastValue": "1.5",
                    "lastValueTime": time,
                    "data": [{"timestamp": time, "value": "1.5"}],
                }
            ],
        }
        for asset, name in (("breaker", "Breaker"), ("single", None))
    ]
    table = pq.read_table(tmp_path / "result.parquet")
    assert table["kW"].to_pylist() == [1.5, 1.5]
    assert table["timestamp"][0].as_py() == datetime.fromisoformat(time)
    assert table.schema.field("timestamp").type.tz == (zone or "UTC")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": "1 hour"}, "every must be a period such as"),
        ({"every": "0h"}, "every must be a period"),
        ({"every": "2mo"}, "every must be a period"),
        ({"every": timedelta(0)}, "every must be a period"),
        ({"every": 3600}, "every must be a period"),
        ({"every": "1h", "how": "median"}, "how must be one of mean, min"),
        ({"every": "1h", "how": ["mean", "median"]}, "how must be one of mean, min"),
        ({"every": "1h", "how": []}, "how"),
        ({"every": "1h", "how": 1}, "how"),
    ],
)
def test_aggregates_of_invalid_periods_or_functions_are_refused(
    options: dict[str, Any], message: str, exchange: AvistaDigitalExchange, database: str
) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        exchange.queryTimeSeriesDatabaseToDataFrame(database, ALL, *WHOLE, **options)


def test_aggregates_of_names_that_do_not_exist_are_reported(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    query = (database, [ask("meter", "kw")], *WHOLE)
    with pytest.warns(MissingDataWarning, match="no attribute 'kw'"):
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(*query, every="1h")
    assert frame.columns.tolist() == ["assetId", "name", "timestamp"]
    with pytest.raises(NotFoundError, match="no attribute 'kw'"):
        exchange.queryTimeSeriesDatabaseToDataFrame(*query, every="1h", errors="raise")
    with pytest.raises(NotFoundError, match="there are no values from 2001"):
        exchange.queryTimeSeriesDatabaseToDataFrame(
            database, ALL, "2001-01-01", "2001-01-02", every="1h", errors="raise"
        )
