"""Queries into Dask DataFrames, whose partitions are read by worker processes."""

import asyncio
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd
import duckdb
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from pandas.testing import assert_frame_equal

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MissingDataWarning,
    NotFoundError,
    PublishIncompleteError,
)
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.query_engine.worker_pools import Workload

from ...conftest import Connect
from ...support.admin_client import AdminClient

START, END = "2024-03-01", "2024-03-05"
# The readings of 10 assets, of which those of a few days are published. They repeat all year.
PUBLISHED_DAYS = 5
DAYS = 365


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture
def filled(
    exchange: AvistaDigitalExchange,
    database: str,
    local: LocalExchange,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
    times = pd.date_range(START, END, freq="6h", tz="UTC")
    for asset, attributes in {"a": ["kW"], "b": ["kW", "on"]}.items():
        frame = pd.DataFrame({"timestamp": times})
        for attribute in attributes:
            values = range(len(times))
            frame[attribute] = [v % 2 == 0 for v in values] if attribute == "on" else values
        exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId=asset)
    return database


def query(exchange: AvistaDigitalExchange, database: str, **options: Any) -> dd.DataFrame:
    filters = [{"assetId": "b"}, {"assetId": "a"}]
    return exchange.queryTimeSeriesDatabaseToDask(database, filters, START, END, **options)


def query_all(exchange: AvistaDigitalExchange, database: str, **options: Any) -> pd.DataFrame:
    filters = [{"assetId": "b"}, {"assetId": "a"}]
    return exchange.queryTimeSeriesDatabaseToDataFrame(database, filters, START, END, **options)


# pandas 2 warns about missing strings, which are <NA> in Dask.
@pytest.mark.filterwarnings("ignore:Mismatched null-like values:FutureWarning")
@pytest.mark.parametrize("partition_by", ["1D", "7h", "asset", "MS"])
def test_partitions_together_are_the_result_of_one_query(
    exchange: AvistaDigitalExchange, filled: str, partition_by: str
) -> None:
    frame = query(exchange, filled, partitionBy=partition_by)
    assert frame.known_divisions
    computed = frame.compute()
    assert computed.index.name == ("assetId" if partition_by == "asset" else "timestamp")
    ordered = computed.reset_index().sort_values(["assetId", "timestamp"], ignore_index=True)
    expected = query_all(exchange, filled)
    expected = expected.sort_values(["assetId", "timestamp"], ignore_index=True)
    assert_frame_equal(ordered[expected.columns], expected, check_dtype=False)
    assert (frame.dtypes["kW"], str(frame.dtypes["on"])) == ("float64", "boolean")


def test_partition_holds_one_day_of_the_time_zone(
    exchange: AvistaDigitalExchange, filled: str
) -> None:
    frame = query(exchange, filled, partitionBy="1D", timeZone="America/Los_Angeles")
    assert frame.npartitions == 4
    parts = dask.compute(*frame.to_delayed())
    assert [set(part.index.date) for part in parts[:-1]] == [
        {division.date()} for division in frame.divisions[:-2]
    ]
    assert sum(map(len, parts)) == len(query_all(exchange, filled, timeZone="America/Los_Angeles"))


def test_graph_holds_no_token(
    exchange: AvistaDigitalExchange, filled: str, local: LocalExchange
) -> None:
    frame = query(exchange, filled)
    assert local.token.encode() not in pickle.dumps(frame)
    assert local.token not in repr(dict(frame.__dask_graph__()))


def test_worker_without_token_reports_where_it_comes_from(
    connect: Connect, filled: str, local: LocalExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AVISTA_DX_TOKEN")
    # A process connects once for each combination of options.
    frame = query(connect(local.token, endpoint=local.endpoint, maxRetries=3), filled)
    with pytest.raises(InvalidParameterError, match="AVISTA_DX_TOKEN"):
        frame.compute()


def test_unknown_names_are_reported_by_the_call(
    exchange: AvistaDigitalExchange, filled: str
) -> None:
    filters = [{"assetId": "a", "attributeNamesFilter": ["kW", "kVA"]}, {"assetId": "c"}]
    with pytest.warns(MissingDataWarning, match="no attribute 'kVA'.*no asset 'c'"):
        frame = exchange.queryTimeSeriesDatabaseToDask(filled, filters, START, END)
    assert list(frame.columns) == ["assetId", "name", "kW"]
    with pytest.raises(NotFoundError):
        exchange.queryTimeSeriesDatabaseToDask(filled, filters, START, END, errors="raise")
    only_unknown = [{"assetId": "a", "attributeNamesFilter": ["kVA"]}]
    with pytest.raises(NotFoundError, match="'a' has no attribute 'kVA'"):
        exchange.queryTimeSeriesDatabaseToDask(filled, only_unknown, START, END, errors="raise")


def test_result_without_assets_is_empty(exchange: AvistaDigitalExchange, filled: str) -> None:
    frame = exchange.queryTimeSeriesDatabaseToDask(
        filled, [{"assetId": "c"}], START, END, partitionBy="asset", errors="ignore"
    )
    assert len(frame) == 0


@pytest.mark.parametrize("partition_by", ["day", "0D", "-1D", "1ns", ""])
def test_invalid_partitions_are_refused(
    exchange: AvistaDigitalExchange, filled: str, partition_by: str
) -> None:
    with pytest.raises(InvalidParameterError, match="partitionBy must be"):
        query(exchange, filled, partitionBy=partition_by)


def create_readings(number: int, days: int = PUBLISHED_DAYS) -> pd.DataFrame:
    times = pd.date_range("2023-01-01", periods=96 * days, freq="15min", tz="UTC")
    values = (times.day_of_year % PUBLISHED_DAYS * 10 + number + times.hour) / 8
    return pd.DataFrame({"assetId": f"feeder-{number}", "timestamp": times, "kW": values})


def repeat_readings(local: LocalExchange, database: str) -> None:
    """Repeat the published points at later times, which takes less time than publishing them."""
    store = local.exchange.time_series

    def repeat(cursor: duckdb.DuckDBPyConnection) -> None:
        points = store.catalog(cursor, database).table("points")
        cursor.execute(f"""
            INSERT INTO {points}
            SELECT points.* REPLACE (
                sequence + copy * {10 * PUBLISHED_DAYS * 96} AS sequence,
                make_timestamp_ns(
                    epoch_ns(time) + copy * {PUBLISHED_DAYS} * 86_400_000_000_000::BIGINT
                ) AS time
            )
            FROM range(1, {DAYS // PUBLISHED_DAYS}) AS copies(copy), {points} AS points
        """)

    async def run() -> None:
        await local.exchange.engine.start_job(repeat, "fixtures", Workload.QUERY).result()

    asyncio.run(run())


def test_worker_processes_read_what_was_published_by_partition(
    local: LocalExchange, admin_client: AdminClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
    database = admin_client.create_database()
    with (
        AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as workers,
    ):
        partitions = dd.from_map(create_readings, range(10), meta=create_readings(0).head(0))
        result = exchange.publishDataFrameToTimeSeriesDatabase(database, partitions)
        assert result.report.valuesStored == 10 * PUBLISHED_DAYS * 96
        repeat_readings(local, database)
        frame = exchange.queryTimeSeriesDatabaseToDask(
            database, [{"assetId": "feeder-*"}], "2023-01-01", "2024-01-01", partitionBy="MS"
        )
        days = frame.index.dt.floor("D").rename("day")
        means = frame.groupby([days, "assetId"])["kW"].mean().compute()
        peaks = workers.run(lambda: Path("/proc/self/status").read_text())
    readings = pd.concat(create_readings(number, DAYS) for number in range(10))
    local_days = readings["timestamp"].dt.floor("D").rename("day")
    expected = readings.groupby([local_days, "assetId"])["kW"].mean()
    pd.testing.assert_series_equal(
        means.sort_index(), expected.sort_index(), check_index_type=False
    )
    # Not `ru_maxrss`, which begins with that of the process that started the worker.
    for status in peaks.values():
        assert int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) < 500 << 10


def test_partitions_of_a_dask_frame_have_one_account(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    times = pd.date_range(START, periods=6, freq="h", tz="UTC")
    frame = pd.DataFrame({"assetId": "a", "timestamp": times, "kW": range(6)})
    exchange.publishDataFrameToTimeSeriesDatabase(database, frame[4:5].assign(kW=40.5))
    progress: list[tuple[int, int | None]] = []
    with pytest.raises(PublishIncompleteError) as caught:
        exchange.publishDataFrameToTimeSeriesDatabase(
            database,
            dd.from_pandas(frame, npartitions=3),
            progress=lambda done, total: progress.append((done, total)),
        )
    error = caught.value
    assert (error.written, list(error.rejected), error.notSent) == ([0, 1, 2, 3, 5], [4], [])
    assert progress == sorted(progress)
    assert progress[-1] == (6, 6)


def test_partition_that_is_invalid_ends_the_publish_with_an_account(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    times = pd.date_range(START, periods=6, freq="h", tz="UTC")
    frame = pd.DataFrame({"assetId": ["a"] * 4 + [" a"] * 2, "timestamp": times, "kW": range(6)})
    partitions = dd.from_pandas(frame, npartitions=6)
    with pytest.raises(PublishIncompleteError, match="column 'assetId'") as caught:
        exchange.publishDataFrameToTimeSeriesDatabase(database, partitions)
    error = caught.value
    # Batches in flight may still be written.
    assert sorted([*error.written, *error.notSent, *error.unknown]) == [0, 1, 2, 3]
    assert caught.value.__notes__[-1].startswith("partition 5 of the Dask DataFrame: not computed")
