"""The result of a filter query as JSON, for chunks and exports.

DuckDB formats and streams the rows, so memory use does not depend on the size of the result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import duckdb

from ...query_engine.filter_results import FilterResult
from ...query_engine.result_files import Writer
from ...query_engine.results import fetch_batches
from ...query_engine.sql import iso_text
from ...values import format_iso

_POINTS_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class LastValue:
    """The last value of one attribute of one asset in the exported rows."""

    asset_index: int
    column: int
    value: str
    time: str
    rows: range
    """The asset's rows, of which not all need to have a value."""


def write_json(
    cursor: duckdb.DuckDBPyConnection,
    result: FilterResult,
    file: Writer,
    rows: range | None = None,
) -> None:
    """Write all rows or a range as a JSON array of assets with the data of their attributes."""
    rows = range(result.row_count) if rows is None else rows
    lasts = _sort_as_requested(result, _last_values(cursor, result, rows))
    file.write("[")
    separator = ""
    for asset_index, attributes in groupby(
        _data(cursor, result, lasts, rows), key=lambda part: lasts[part[0]].asset_index
    ):
        asset_id, name = result.filters[asset_index].asset_id, result.names[asset_index]
        file.write(f'{separator}{{"assetId":{_json(asset_id)},"name":{_json(name)},"attributes":[')
        _write_attributes(file, result, lasts, attributes)
        file.write("]}")
        separator = ",\n"
    file.write("]\n")


def _write_attributes(
    file: Writer,
    result: FilterResult,
    lasts: list[LastValue],
    parts: Iterator[tuple[int, list[str]]],
) -> None:
    """Write the attributes of one asset, whose data comes in parts."""
    separator = ""
    for position, batches in groupby(parts, key=lambda part: part[0]):
        last = lasts[position]
        attribute = result.attributes[last.column]
        file.write(
            f'{separator}{{"attributeType":"{attribute.type}","lastValue":{_json(last.value)},'
            f'"lastValueTime":"{last.time}","name":{_json(attribute.name)},"data":['
        )
        comma = ""
        for _, entries in batches:
            file.write(comma + ",".join(entries))
            comma = ","
        file.write("]}")
        separator = ","


def _data(
    cursor: duckdb.DuckDBPyConnection, result: FilterResult, lasts: list[LastValue], rows: range
) -> Iterator[tuple[int, list[str]]]:
    """Yield the data points as JSON, with the index in `lasts` of each list."""
    for start, portion in _partition(lasts):
        _select_data(cursor, result, portion, rows)
        for batch in fetch_batches(cursor):
            for position, entries in groupby(batch, key=lambda row: row[0]):
                yield start + position, [entry for _, entry in entries]


def _partition(lasts: list[LastValue]) -> Iterator[tuple[int, list[LastValue]]]:
    """Yield portions of the attributes with their offsets, to limit how much is sorted at once.

    Attributes with little data share a portion; an attribute with much data has its own.
    """
    start = points = 0
    for i, last in enumerate(lasts):
        if i > start and points + len(last.rows) > _POINTS_AT_ONCE:
            yield start, lasts[start:i]
            start, points = i, 0
        points += len(last.rows)
    if lasts:
        yield start, lasts[start:]


def _select_data(
    cursor: duckdb.DuckDBPyConnection, result: FilterResult, portion: list[LastValue], rows: range
) -> None:
    """Select the data points of a portion as JSON, with their positions in the portion."""
    columns = sorted({last.column for last in portion})
    positions = [
        [last.asset_index, last.column, i, int(result.attributes[last.column].type == "VARCHAR")]
        for i, last in enumerate(portion)
    ]
    first = max(rows.start, min(last.rows.start for last in portion))
    end = min(rows.stop, max(last.rows.stop for last in portion))
    cursor.execute(
        f"""
        SELECT position, '{{"timestamp":"' || {iso_text("time")} || '","value":' ||
            CASE WHEN is_text THEN results.json_string(value) ELSE '"' || value || '"' END || '}}'
        FROM (
            SELECT asset_index, time, rowid AS row,
                unnest([{", ".join(f"c{i}" for i in columns)}]) AS value,
                unnest(?::JSON::INTEGER[]) AS attribute
            FROM {result.table} WHERE rowid >= {first} AND rowid < {end}
        ) JOIN (
            SELECT place[1] AS asset_index, place[2] AS attribute, place[3] AS position,
                place[4] = 1 AS is_text
            FROM (SELECT unnest(?::JSON::INTEGER[][]) AS place)
        ) USING (asset_index, attribute)
        WHERE value IS NOT NULL
        ORDER BY position, row
        """,
        [json.dumps(columns), json.dumps(positions)],
    )


def _last_values(
    cursor: duckdb.DuckDBPyConnection, result: FilterResult, rows: range
) -> list[LastValue]:
    """Find the attributes of each asset that have values, and their last values."""
    if not result.attributes:
        return []
    lasts = ", ".join(
        f"max_by(c{i}, rowid), epoch_ns(max(CASE WHEN c{i} IS NOT NULL THEN time END))"
        for i in range(len(result.attributes))
    )
    found = cursor.execute(
        f"""
        SELECT asset_index, min(rowid), max(rowid), {lasts} FROM {result.table}
        WHERE rowid >= {rows.start} AND rowid < {rows.stop}
        GROUP BY asset_index ORDER BY asset_index
        """
    ).fetchall()
    return [
        LastValue(asset_index, column, value, format_iso(time), range(first, last + 1))
        for asset_index, first, last, *values in found
        for column, (value, time) in enumerate(zip(values[::2], values[1::2], strict=True))
        if value is not None
    ]


def _sort_as_requested(result: FilterResult, lasts: list[LastValue]) -> list[LastValue]:
    """Sort the attributes of each asset in request order, or by name if all were requested."""
    positions: dict[tuple[str, ...] | None, dict[str, int]] = {}

    def sort_key(last: LastValue) -> tuple[int, int, str]:
        names = result.filters[last.asset_index].names
        order = positions.setdefault(names, {name: i for i, name in enumerate(names or ())})
        name = result.attributes[last.column].name
        return last.asset_index, order.get(name, 0), name

    return sorted(lasts, key=sort_key)


def _json(value: str | None) -> str:
    return json.dumps(value, ensure_ascii=False)
