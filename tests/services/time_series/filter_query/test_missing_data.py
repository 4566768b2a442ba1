"""Unknown names, results without values, and patterns of names."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    MissingDataWarning,
    NotFoundError,
)
from avista_digital_exchange_sdk._generated.input_types import TimeSeriesQueryAssetInput
from avista_digital_exchange_sdk._time_series.result_presence import find_missing_in_json
from avista_digital_exchange_sdk._time_series.result_writers import RequestedSeries
from avista_digital_exchange_sdk.local import LocalExchange

from ....support.admin_client import AdminClient
from ....support.sample_records import START, multi_record
from .conftest import WHOLE
from .conftest import request_asset as ask

READERS = ["CSV", "JSON", "PARQUET", "CSV in a zone", "wide", "long", "pandas", "polars"]

Read = Callable[..., Any]


@pytest.fixture(scope="module")
def database(local: LocalExchange, admin_client: AdminClient) -> str:
    """A database with three feeders; every one has kW, and the first State."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        for number in (7, 8, 70):
            values: dict[str, Any] = {"A kW": 1.5, "B kW": 2.5}
            if number == 7:
                values["State [on/off]"] = "on"
            record = multi_record(exchange, START, values)
            exchange.publishToTimeSeriesDatabase(database, f"feeder-{number}", [record])
    return database


@pytest.fixture(params=READERS)
def read(
    request: pytest.FixtureRequest, exchange: AvistaDigitalExchange, database: str, tmp_path: Path
) -> Read:
    """Runs a query with one kind of aggregation."""
    kind: str = request.param

    def run(filters: Any, start: Any = WHOLE[0], end: Any = WHOLE[1], **options: Any) -> Any:
        arguments = (database, filters, start, end)
        if kind in ("wide", "long"):
            return exchange.queryTimeSeriesDatabaseToArrow(*arguments, shape=kind, **options)
        if kind == "pandas":
            return exchange.queryTimeSeriesDatabaseToDataFrame(*arguments, **options)
        if kind == "polars":
            return exchange.queryTimeSeriesDatabaseToPolars(*arguments, **options)
        if kind.endswith("zone"):
            options["timeZone"] = "Asia/Kolkata"
        target = tmp_path / "result"
        exchange.queryTimeSeriesDatabaseWithFilters(
            *arguments,
            target,
            kind.split()[0],  # type: ignore[arg-type]  # one of the formats
            **options,
        )
        return target

    return run


@contextmanager
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


MISSING = [
    (
        [ask("feeder-7", "a kW")],
        r"asset 'feeder-7' has no attribute 'a kW' \(did you mean 'A kW'",
    ),
    ([ask("feeder-9", "A kW")], r"there is no asset 'feeder-9' \(did you mean 'feeder-"),
    ([{"assetId": "FEEDER-8"}], r"there is no asset 'FEEDER-8' \(did you mean 'feeder-8'"),
    ([{"assetId": "xyz"}], r"there is no asset 'xyz' \(there are 'feeder-7', 'feeder-70', 'fee"),
    (
        [ask("feeder-7", "A kW"), ask("feeder-8", "State [on/off]")],
        "'feeder-8' has no attribute",
    ),
    ([ask("feeder-7", "A kW", "kvar")], "has no attribute 'kvar'"),
    ([{"assetId": "meter-*"}], r"there is no asset 'meter-\*'"),
    ([ask("feeder-7", "*var")], r"has no attribute '\*var'"),
    (
        [ask("*", "a kW")],
        "asset 'feeder-7' has no attribute 'a kW' .*; asset 'feeder-70' has no",
    ),
]


@pytest.mark.parametrize(("filters", "message"), MISSING)
def test_query_of_an_unknown_name_warns_with_the_nearest_names(
    filters: Any, message: str, read: Read
) -> None:
    with pytest.warns(MissingDataWarning, match=message) as caught:
        read(filters)
    assert len(caught) == 1


@pytest.mark.parametrize(("filters", "message"), MISSING)
def test_query_of_an_unknown_name_raises_if_requested(
    filters: Any, message: str, read: Read, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match=message):
        read(filters, errors="raise")
    assert not list(tmp_path.iterdir())


def test_query_without_values_warns_with_the_latest_value(read: Read) -> None:
    with pytest.warns(MissingDataWarning, match="no values from 200.*; the latest value"):
        read([{"assetId": "feeder-7"}], "2001-01-01", "2001-01-02")
    with pytest.raises(NotFoundError, match="no values from 200"):
        read([{"assetId": "feeder-7"}], "2001-01-01", "2001-01-02", errors="raise")


def test_query_without_values_is_quiet_if_requested(read: Read) -> None:
    with no_warning():
        read([{"assetId": "nobody"}], errors="ignore")


@pytest.mark.parametrize(
    "filters",
    [
        [ask("feeder-7", "A kW", "State [on/off]"), {"assetId": "feeder-8"}],
        [{"assetId": "*"}],
        [{"assetId": "feeder-?"}, ask("feeder-70", "? kW")],
        [ask("*", "State*", "A*")],
        [ask("*", "State [on/off]")],
    ],
)
def test_query_of_known_names_does_not_warn(filters: Any, read: Read) -> None:
    with no_warning():
        read(filters)


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ([{"assetId": "*"}], {"feeder-7": 3, "feeder-70": 2, "feeder-8": 2}),
        ([{"assetId": "feeder-?"}], {"feeder-7": 3, "feeder-8": 2}),
        ([{"assetId": "feeder-7*"}], {"feeder-7": 3, "feeder-70": 2}),
        ([ask("feeder-7", "State [*]")], {"feeder-7": 1}),
        ([ask("*", "*kW")], {"feeder-7": 2, "feeder-70": 2, "feeder-8": 2}),
        ([ask("*", "A kW", "State*")], {"feeder-7": 2, "feeder-70": 1, "feeder-8": 1}),
        ([ask("*", "*")], {"feeder-7": 3, "feeder-70": 2, "feeder-8": 2}),
        ([ask("feeder-7", "A kW"), ask("*7", "B kW")], {"feeder-7": 2}),
        ([ask("*", "State*")], {"feeder-7": 1}),
    ],
)
def test_query_patterns_take_all_names_that_match(
    filters: Any, rows: dict[str, int], exchange: AvistaDigitalExchange, database: str
) -> None:
    table = exchange.queryTimeSeriesDatabaseToArrow(database, filters, *WHOLE, shape="long")
    counts: dict[str, int] = {}
    for asset in table["assetId"].to_pylist():
        counts[asset] = counts.get(asset, 0) + 1
    assert counts == rows


def test_query_of_an_attribute_called_like_a_pattern_is_of_it_alone(
    exchange: AvistaDigitalExchange, admin_client: AdminClient
) -> None:
    database = admin_client.create_database()
    record = multi_record(exchange, START, {"*": 1.5, "kWh": 2.5})
    exchange.publishToTimeSeriesDatabase(database, "a", [record])
    table = exchange.queryTimeSeriesDatabaseToArrow(database, [ask("a", "*")], *WHOLE)
    assert table.column_names == ["assetId", "name", "timestamp", "*"]


def test_query_prefers_names_to_patterns(
    exchange: AvistaDigitalExchange, admin_client: AdminClient
) -> None:
    database = admin_client.create_database()
    for asset in ("a*", "ab"):
        record = multi_record(exchange, START, {"kW?": 1.5, "kWh": 2.5})
        exchange.publishToTimeSeriesDatabase(database, asset, [record])
    table = exchange.queryTimeSeriesDatabaseToArrow(
        database, [ask("a*", "kW?")], *WHOLE, shape="long"
    )
    assert table.select(["assetId", "value"]).to_pylist() == [{"assetId": "a*", "value": 1.5}]


def test_series_of_an_oversized_json_file_count_as_missing(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text(
        '[{"assetId":"a","name":null,"attributes":[{"name":"kW","data":[{"value":"1"}]}]}]'
    )
    request = RequestedSeries([TimeSeriesQueryAssetInput(assetId="a", attributeNamesFilter=["kW"])])
    with target.open("r+b") as file:
        assert find_missing_in_json(file, request, 1000) == ([], False)
        assert find_missing_in_json(file, request, 10) == ([("a", "kW")], False)
