"""Published values come back equal from every kind of query."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avista_digital_exchange_sdk.local.values import (
    format_iso,
    format_timestamp,
)

from .conftest import running_exchange
from .fakes import DATABASE, Exchange, dimensions

TABLE = '"Digital Exchange"."Table_1"'
EVERYTHING = {"startTime": "1600-01-01T00:00:00Z", "endTime": "2300-01-01T00:00:00Z"}


class Published(NamedTuple):
    """Values of some attributes of some assets at some times, and the assets' names."""

    types: dict[str, str]
    multi: set[str]
    values: dict[tuple[str, int, str], str]
    names: dict[str, str]


def text(largest: int) -> st.SearchStrategy[str]:
    """Any non-empty string of at most that many bytes."""
    characters = st.characters(codec="utf-8")
    return st.text(characters, min_size=1).filter(lambda t: len(t.encode()) <= largest)


def attribute_names() -> st.SearchStrategy[str]:
    """Any valid attribute name, including hostile ones."""
    hostile = ["a", "A", '"', "'", ",", "\n", '"; DROP TABLE points; --', "c0", "m1", "\x00", "☀️"]
    reserved = ("ts_", "measure_value", "time", "measure_name", "assetId", "name")
    return (st.sampled_from(hostile) | text(20)).filter(lambda name: not name.startswith(reserved))


def measure_values(kind: str) -> st.SearchStrategy[str]:
    """Any value of a type, as the string it comes back as."""
    match kind:
        case "DOUBLE":
            return st.floats(allow_nan=False, allow_infinity=False).map(repr)
        case "BIGINT":
            return st.integers(-(2**63), 2**63 - 1).map(str)
        case "BOOLEAN":
            return st.sampled_from(["true", "false"])
        case _:
            return text(60)


@st.composite
def publications(draw: st.DrawFn) -> Published:
    """Any valid publication."""
    kinds = st.sampled_from(["DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR"])
    types = draw(st.dictionaries(attribute_names(), kinds, min_size=1, max_size=4))
    multi = {name for name in types if draw(st.booleans())}
    assets = draw(st.lists(text(20), min_size=1, max_size=3, unique=True))
    times = draw(
        st.lists(
            st.integers(-(2**63) + 2, 2**63 - 2) | st.integers(-3, 3),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    values = {
        (asset, time, name): draw(measure_values(kind))
        for asset in assets
        for time in times
        for name, kind in types.items()
        if draw(st.booleans())
    }
    names = draw(st.dictionaries(st.sampled_from(assets), text(20)))
    return Published(types, multi, values, names)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """One exchange for all examples; each starts with an empty database."""
    folder: Path = tmp_path_factory.mktemp("round trip")
    with running_exchange(folder) as exchange:
        yield exchange


def publish(exchange: Exchange, published: Published) -> None:
    """Empty the database and publish attributes in single-measure and MULTI records."""
    exchange.runner.run(exchange.time_series.drop(DATABASE))
    records: dict[str, list[dict[str, Any]]] = {}
    together: dict[tuple[str, int], list[dict[str, str]]] = {}
    for (asset, time, name), value in published.values.items():
        measure = {"Name": name, "Type": published.types[name], "Value": value}
        if name in published.multi:
            together.setdefault((asset, time), []).append(measure)
        else:
            plain = {"MeasureName": name, "MeasureValueType": measure["Type"]}
            at = {"Time": str(time), "TimeUnit": "NANOSECONDS"}
            records.setdefault(asset, []).append(plain | at | {"MeasureValue": value})
    for (asset, time), measures in together.items():
        multi = {"MeasureName": "multi measures", "MeasureValueType": "MULTI"}
        at = {"Time": str(time), "TimeUnit": "NANOSECONDS"}
        records.setdefault(asset, []).append(multi | at | {"MeasureValues": measures})
    for asset, batch in records.items():
        if asset in published.names:
            for record in batch:
                record["Dimensions"] = dimensions(name=published.names[asset])
        exchange.publish(*batch, asset=asset)


def in_json(assets: list[dict[str, Any]]) -> dict[tuple[str, str, str], str]:
    """Return the values in asset data by asset, time and attribute."""
    return {
        (asset["assetId"], point["timestamp"], attribute["name"]): point["value"]
        for asset in assets
        for attribute in asset["attributes"]
        for point in attribute["data"]
    }


@given(published=publications())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_published_values_come_back(store: Exchange, published: Published) -> None:
    publish(store, published)
    assets = sorted({asset for asset, _, _ in published.values}) or ["no asset"]
    page = store.query(*assets, **EVERYTHING)
    by_iso = {(a, format_iso(t), n): value for (a, t, n), value in published.values.items()}
    by_stamp = {(a, format_timestamp(t), n): v for (a, t, n), v in published.values.items()}
    names = {asset: published.names.get(asset) for asset in assets}

    exported = json.loads(store.export(page, "JSON"))
    assert in_json(exported) == by_iso
    assert {a["assetId"]: a["name"] for a in exported}.items() <= names.items()
    assert store.chunk(page) == exported

    header, *rows = csv.reader(io.StringIO(store.export(page), newline=""))
    assert header == ["assetId", "name", "timestamp", *sorted({n for _, _, n in by_iso})]
    assert {
        (row[0], row[2], name): value
        for row in rows
        for name, value in zip(header[3:], row[3:], strict=True)
        if value
    } == by_stamp
    assert all(row[1] == (names[row[0]] or "") for row in rows)
    assert [(row[0], row[2]) for row in rows] == sorted({(a, t) for a, t, _ in by_stamp})

    latest = {
        (asset["assetId"], attribute["name"]): (attribute["lastValueTime"], attribute["lastValue"])
        for asset in store.latest()["data"]
        for attribute in asset["attributes"]
    }
    assert latest == {(a, n): (t, v) for (a, t, n), v in sorted_by_time(published)}


def sorted_by_time(published: Published) -> list[tuple[tuple[str, str, str], str]]:
    """List the values in order of time."""
    in_order = sorted(published.values.items(), key=lambda item: item[0][1])
    return [((a, format_iso(t), n), value) for (a, t, n), value in in_order]


@given(published=publications())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_published_values_can_be_selected(store: Exchange, published: Published) -> None:
    publish(store, published)
    for name, kind in published.types.items():
        quoted = name.replace('"', '""')
        where = f"measure_name = {literal(name)}"
        column = f"measure_value::{kind}"
        if name in published.multi:
            where, column = f'"{quoted}" IS NOT NULL', f'"{quoted}"'
        expected = {
            (asset, format_timestamp(time)): value
            for (asset, time, known), value in published.values.items()
            if known == name
        }
        if not expected:
            continue
        sql = f'SELECT "assetId", time, {column} FROM {TABLE} WHERE {where} ORDER BY 1, 2'
        found = {(asset, time): value for asset, time, value in store.rows(sql)}
        if kind == "DOUBLE":
            assert {k: float(v) for k, v in found.items()} == {
                k: float(v) for k, v in expected.items()
            }
        else:
            assert found == expected


def literal(value: str) -> str:
    """Format a string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
