"""DataFrames from lists of TimeSeriesAssetData."""

from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    TimeSeriesAssetAttribute,
    TimeSeriesAssetAttributeData,
    TimeSeriesAssetData,
)
from avista_digital_exchange_sdk.frames import (
    assetDataToArrow,
    assetDataToDataFrame,
    assetDataToPolars,
)

from ..support.sample_records import START, multi_record, single_record
from .sample_database import UNUSUAL, instants


def asset(assetId: str, name: str | None, **attributes: Any) -> TimeSeriesAssetData:
    """An asset with attributes as pairs of type and values by time in whole seconds."""
    return TimeSeriesAssetData(
        assetId=assetId,
        name=name,
        attributes=[
            TimeSeriesAssetAttribute(
                name=attribute,
                attributeType=kind,
                lastValue="?",
                lastValueTime="2024-05-01T00:00:59.000Z",
                data=[
                    TimeSeriesAssetAttributeData(
                        timestamp=f"2024-05-01T00:00:{second:02}.000Z", value=value
                    )
                    for second, value in points
                ],
            )
            for attribute, (kind, *points) in attributes.items()
        ],
    )


def test_asset_data_frame_has_one_row_per_asset_and_time() -> None:
    table = assetDataToArrow(
        [
            asset("b", "B", kW=("DOUBLE", (1, "1.5"), (2, "2.5")), on=("BOOLEAN", (2, "true"))),
            asset("a", None, kW=("DOUBLE", (0, "0.5")), n=("BIGINT", (3, "7"))),
        ]
    )
    assert table.column_names == ["assetId", "name", "timestamp", "kW", "on", "n"]
    assert table["assetId"].to_pylist() == ["b", "b", "a", "a"]
    assert table["name"].to_pylist() == ["B", "B", None, None]
    assert table["kW"].to_pylist() == [1.5, 2.5, 0.5, None]
    assert table["on"].to_pylist() == [None, True, None, None]
    assert table["n"].to_pylist() == [None, None, None, 7]
    assert table["n"].type == pa.int64()


def test_asset_data_frame_accepts_any_order_and_keeps_the_last_value_of_a_time() -> None:
    points = [(3, "3"), (1, "1"), (3, "33"), (2, "2")]
    assets = [asset("a", "A", kW=("DOUBLE", *points), V=("DOUBLE", (2, "230")))]
    assert assetDataToPolars(assets).select("kW", "V").rows() == [(1, None), (2, 230), (33, None)]
    assert assetDataToPolars(assets, shape="long")["value"].to_list() == [1, 2, 33, 230]


def test_asset_data_frame_of_latest_values_has_their_times(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    for assetId, name in (("a", "A"), ("b", UNUSUAL)):
        records = [
            single_record(exchange, START, "kW", "1.5", name=name),
            multi_record(exchange, START * 10**9 + 1, {"s": "007", "n": 7}, unit="NANOSECONDS"),
        ]
        exchange.publishToTimeSeriesDatabase(database, assetId, records)
    latest = exchange.listTimeSeriesAssetsAndLatestValues(database)
    frame = assetDataToDataFrame(latest)
    assert frame["name"].to_list() == ["A", "A", UNUSUAL, UNUSUAL]
    assert frame["kW"].dropna().to_list() == [1.5, 1.5]
    assert frame["s"].dropna().to_list() == ["007", "007"]
    assert str(frame["n"].dtype) == "Int64"
    times = assetDataToArrow(latest)["timestamp"]
    assert times[:2].equals(pa.chunked_array([instants(START * 10**9, START * 10**9 + 1)]))


def test_asset_data_frame_of_published_values_equals_the_input(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    records = [single_record(exchange, START + n, "kW", n) for n in range(250)]
    written = exchange.publishToTimeSeriesDatabase(database, "meter", records)
    assert assetDataToPolars(written)["kW"].to_list() == list(range(250))


def test_asset_data_frame_column_of_two_types_is_a_string() -> None:
    assets = [asset("a", "A", x=("DOUBLE", (1, "1.50"))), asset("b", "B", x=("BIGINT", (1, "007")))]
    assert assetDataToArrow(assets)["x"].to_pylist() == ["1.50", "007"]


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_asset_data_frame_of_no_assets_is_empty(shape: Any) -> None:
    assert assetDataToArrow([], shape=shape).num_rows == 0
    assert assetDataToPolars([], shape=shape).schema["timestamp"] == pl.Datetime("ns", "UTC")
    assert assetDataToArrow([asset("a", "A")], shape=shape).num_rows == 0


@pytest.mark.parametrize("assets", [None, 5, "text", [1], ["a"], [None]])
def test_asset_data_frame_refuses_what_is_no_list_of_assets(assets: Any) -> None:
    with pytest.raises(InvalidParameterError, match=r"assets.*TimeSeriesAssetData"):
        assetDataToDataFrame(assets)


def test_asset_data_frame_refuses_an_unknown_shape() -> None:
    with pytest.raises(InvalidParameterError, match="one of wide, long"):
        assetDataToDataFrame([], shape="tall")  # type: ignore[arg-type]  # wrong on purpose
