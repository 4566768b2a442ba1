"""The latest value of every attribute of every asset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from pydantic_core import to_json

from ...query_engine.item_results import ItemsResult
from ...values import format_iso
from .asset_data import to_asset_data, to_attribute_data
from .catalog import PHYSICAL_TYPES, Catalog, plain_column
from .duckdb_sql import value_text

# The latest value has the highest time, then the highest sequence. One number holds both.
_KEY_BASE = 2**63
_KEY = f"(epoch_ns(time)::HUGEINT * {_KEY_BASE} + sequence)"


@dataclass(frozen=True)
class _Latest:
    """The latest value of an attribute."""

    asset_id: str
    name: str
    type: str
    value: str
    key: int


def read_latest(cursor: duckdb.DuckDBPyConnection, catalog: Catalog) -> ItemsResult:
    """Read the latest values of a database as TimeSeriesDbAssetData, ordered by asset ID."""
    assets: dict[str, dict[str, _Latest]] = {asset: {} for asset in sorted(catalog.assets)}
    if catalog.has_tables:
        found = [*_read_plain_records(cursor, catalog), *_read_multi_records(cursor, catalog)]
        for latest in sorted(found, key=lambda latest: latest.key):
            assets.setdefault(latest.asset_id, {})[latest.name] = latest
    return ItemsResult(
        [
            to_json(
                to_asset_data(
                    asset_id,
                    catalog.assets.get(asset_id),
                    [_attribute(attributes[name]) for name in sorted(attributes)],
                )
            )
            for asset_id, attributes in assets.items()
        ]
    )


def _attribute(latest: _Latest) -> dict[str, Any]:
    """Build an attribute with its latest value and without data."""
    time = format_iso(latest.key // _KEY_BASE)
    return to_attribute_data(latest.name, latest.type, (latest.value, time), [])


def _read_plain_records(cursor: duckdb.DuckDBPyConnection, catalog: Catalog) -> Iterator[_Latest]:
    """Read the latest value of each measure of plain records."""
    if all(kind == "MULTI" for kind in catalog.measure_names.values()):
        return
    text = ", ".join(value_text(plain_column(kind), kind) for kind in PHYSICAL_TYPES)
    rows = cursor.execute(
        f"""
        SELECT asset_id, measure_name, any_value(type), max_by(text, key), max(key) FROM (
            SELECT *, coalesce({text}) AS text, {_KEY} AS key
            FROM {catalog.table("points")} JOIN {catalog.table("series")} USING (series_id)
            JOIN {catalog.table("measure_names")} ON name = measure_name
        ) WHERE text IS NOT NULL GROUP BY asset_id, measure_name
        """
    ).fetchall()
    for row in rows:
        yield _Latest(*row)


def _read_multi_records(cursor: duckdb.DuckDBPyConnection, catalog: Catalog) -> Iterator[_Latest]:
    """Read the latest value of each measure of MULTI records."""
    measures = list(catalog.measures.values())
    if not measures:
        return
    keys = [f"{measure.physical}_key" for measure in measures]
    latest = ", ".join(
        f"max(key) FILTER (WHERE {measure.physical} IS NOT NULL) AS {key}"
        for measure, key in zip(measures, keys, strict=True)
    )
    # Format only the latest values, as formatting is slower than finding them.
    string_sql = ", ".join(
        f"CASE WHEN key = {key} THEN {value_text(measure.physical, measure.type)} END"
        for measure, key in zip(measures, keys, strict=True)
    )
    rows = cursor.execute(
        f"""
        WITH keyed AS (
            SELECT *, {_KEY} AS key
            FROM {catalog.table("points")} JOIN {catalog.table("series")} USING (series_id)
        ), latest AS MATERIALIZED (
            SELECT asset_id, {latest} FROM keyed GROUP BY asset_id
        ), found AS (
            SELECT * FROM keyed WHERE key IN (SELECT unnest([{", ".join(keys)}]) FROM latest)
        )
        SELECT asset_id, key, {string_sql} FROM found JOIN latest USING (asset_id)
        """
    ).fetchall()
    for asset_id, key, *values in rows:
        for measure, value in zip(measures, values, strict=True):
            if value is not None:
                yield _Latest(asset_id, measure.name, measure.type, value, key)
