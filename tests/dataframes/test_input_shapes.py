"""DataFrames of other shapes than a column per attribute."""

from typing import Any

import pandas as pd
import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, InvalidParameterError

TIMES = pd.date_range("2024-05-01", periods=2, freq="h", tz="UTC")
WHOLE = ("2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z")


def stored(client: AvistaDigitalExchange, database: str, *assets: str) -> dict[str, list[Any]]:
    """What is stored of assets, column by column."""
    filters: Any = [{"assetId": asset} for asset in assets]
    table = client.queryTimeSeriesDatabaseToArrow(database, filters, *WHOLE)
    return table.drop_columns(["name", "timestamp"]).to_pydict()


def test_two_column_levels_are_assets_and_attributes(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    pairs = [("b-1", "kW"), ("b-1", "state"), ("b-2", "kW")]
    frame = pd.DataFrame(
        [[1.5, "on", 3.5], [None, "off", 4.5]],
        columns=pd.MultiIndex.from_tuples(pairs),
        index=TIMES,
    )
    published = exchange.publishDataFrameToTimeSeriesDatabase(database, frame)
    assert published.report.valuesStored == 5
    assert stored(exchange, database, "b-1", "b-2") == {
        "assetId": ["b-1", "b-1", "b-2", "b-2"],
        "kW": [1.5, None, 3.5, 4.5],
        "state": ["on", "off", None, None],
    }


@pytest.mark.parametrize(
    ("columns", "names", "arguments"),
    [
        ("assetId", None, {}),
        ("assetId", ["attribute", "asset"], {}),
        ("meter", None, {"assetIdColumn": "meter"}),
        ("meter", ["attribute", None], {}),
    ],
)
def test_levels_of_a_pivoted_frame_are_known_by_their_names(
    exchange: AvistaDigitalExchange,
    database: str,
    columns: str,
    names: list[str] | None,
    arguments: dict[str, str],
) -> None:
    """Attributes come first in what pivot returns."""
    rows = pd.DataFrame(
        {
            "timestamp": [*TIMES, *TIMES],
            columns: ["b-1", "b-1", "b-2", "b-2"],
            "kW": [1.5, 2.5, 3.5, 4.5],
            "kVAR": [0.5, None, 1.0, 2.0],
        }
    )
    frame = rows.pivot(index="timestamp", columns=columns)
    frame.columns.names = names or frame.columns.names
    exchange.publishDataFrameToTimeSeriesDatabase(database, frame, **arguments)
    assert stored(exchange, database, "b-1", "b-2") == {
        "assetId": ["b-1", "b-1", "b-2", "b-2"],
        "kVAR": [0.5, None, 1.0, 2.0],
        "kW": [1.5, 2.5, 3.5, 4.5],
    }


def test_unnamed_index_that_repeats_the_times_is_dropped(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    frame = pd.DataFrame({"timestamp": TIMES, "kW": [1.5, 2.5]}, index=TIMES)
    exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="b")
    assert stored(exchange, database, "b") == {"assetId": ["b", "b"], "kW": [1.5, 2.5]}


def test_asset_beside_two_column_levels_is_rejected(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    frame = pd.DataFrame([[1.5]], columns=pd.MultiIndex.from_tuples([("b", "kW")]), index=TIMES[:1])
    with pytest.raises(InvalidParameterError, match=r"^assetId must be None for columns of two"):
        exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="b")


def test_long_result_is_published_unchanged(
    exchange: AvistaDigitalExchange, database: str, admin_client: Any
) -> None:
    frame = pd.DataFrame({"kW": [1.5, 2.5], "kVAR": [0.5, None]}, index=TIMES)
    exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="a")
    filters: Any = [{"assetId": "a"}]
    long = exchange.queryTimeSeriesDatabaseToDataFrame(database, filters, *WHOLE, shape="long")
    other = admin_client.create_database()
    exchange.publishDataFrameToTimeSeriesDatabase(other, long)
    assert stored(exchange, other, "a") == stored(exchange, database, "a")
    again = exchange.publishDataFrameToTimeSeriesDatabase(database, long)
    assert (again.report.valuesStored, again.report.valuesUnchanged) == (0, 3)


def test_long_result_of_strings_is_published_with_the_types_of_its_values(
    exchange: AvistaDigitalExchange, database: str, admin_client: Any
) -> None:
    columns = {"kW": [1.5, 2.5], "state": ["on", "off"], "closed": [True, False]}
    frame = pd.DataFrame(columns, index=TIMES)
    exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="a")
    filters: Any = [{"assetId": "a"}]
    long = exchange.queryTimeSeriesDatabaseToDataFrame(database, filters, *WHOLE, shape="long")
    other = admin_client.create_database()
    exchange.publishDataFrameToTimeSeriesDatabase(other, long)
    assert stored(exchange, other, "a") == stored(exchange, database, "a")


@pytest.mark.parametrize("values", [["007", "8"], ["1", "on"], ["2024-05-01T00:00:00Z", "x"]])
def test_long_strings_of_doubtful_types_require_a_type_or_that_of_the_database(
    exchange: AvistaDigitalExchange, database: str, values: list[str]
) -> None:
    long = pd.DataFrame(
        {"assetId": "a", "timestamp": TIMES[:2], "attribute": "code", "value": values}
    )
    with pytest.raises(InvalidParameterError, match=r"^measureTypes must have the type of 'code'"):
        exchange.publishDataFrameToTimeSeriesDatabase(database, long)
    exchange.publishDataFrameToTimeSeriesDatabase(database, long, measureTypes={"code": "VARCHAR"})
    again = exchange.publishDataFrameToTimeSeriesDatabase(database, long)
    assert again.report.valuesUnchanged == 2
