"""Queries into Dask DataFrames, whose partitions are read by worker processes."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MissingDataWarning,
    NotFoundError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect

START, END = "2024-03-01", "2024-03-05"


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


def test_attribute_of_several_types_can_be_partitioned_by_time_only(
    exchange: AvistaDigitalExchange, filled: str
) -> None:
    seconds = int(datetime(2024, 3, 2, tzinfo=UTC).timestamp())
    record = exchange.createTimeSeriesInputRecord(seconds, "SECONDS", "kW", "VARCHAR", "12.50")
    exchange.publishToTimeSeriesDatabase(filled, "c", [record])
    filters = [{"assetId": "*", "attributeNamesFilter": ["kW"]}]
    with pytest.raises(InvalidParameterError, match="'kW' is DOUBLE in 'a' and VARCHAR in 'c'"):
        exchange.queryTimeSeriesDatabaseToDask(filled, filters, START, END, partitionBy="asset")
    frame = exchange.queryTimeSeriesDatabaseToDask(filled, filters, START, END).compute()
    assert frame[frame["assetId"] == "c"]["kW"].to_list() == ["12.50"]
