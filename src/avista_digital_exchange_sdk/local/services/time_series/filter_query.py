"""Run filter queries: one row per asset and timestamp, stored in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ...query_engine.filter_results import AssetFilter, FilterResult
from ...query_engine.results import count_result_sql, measure, result_budget_statement
from .catalog import Catalog
from .selection import Selection

# {"timestamp":"2022-09-27T10:22:45.000Z","value":…}, and a comma
_BYTES_AROUND_VALUE = 52


@dataclass(frozen=True)
class FilterRequest:
    """A filter query. Times are in nanoseconds, both ends included."""

    filters: Sequence[AssetFilter]
    start: int
    end: int
    last_rows: int | None = None


def run_filter_query(
    cursor: duckdb.DuckDBPyConnection, table: str, catalog: Catalog, request: FilterRequest
) -> FilterResult:
    """Run a filter query and store its result in a table."""
    selection = Selection(catalog, request.filters)
    names = [catalog.assets.get(asset.asset_id) for asset in request.filters]
    cursor.execute(result_budget_statement())
    if catalog.has_tables and selection.attributes:
        cursor.execute(
            _statement(table, selection, request.last_rows),
            [selection.parameter(), request.start, request.end],
        )
    else:
        cursor.execute(f"CREATE TABLE {table} (asset_index INTEGER, time TIMESTAMP_NS, bytes INT)")
        return FilterResult(table, 0, 0, request.filters, names, [])
    rows, size = measure(cursor, table)
    return FilterResult(table, rows, size, request.filters, names, selection.attributes)


def _statement(table: str, selection: Selection, last_rows: int | None) -> str:
    """Build the query. If several points have a value of an attribute, the last written is used."""
    columns = [f"c{i}" for i in range(len(selection.attributes))]
    cells = ", ".join(
        f"max_by({cell}, sequence) AS {column}"
        for cell, column in zip(selection.cells(), columns, strict=True)
    )
    # Use one lambda over all columns, as DuckDB plans one macro call per column slowly.
    size = f"lambda value: strlen(results.json_string(value)) + {_BYTES_AROUND_VALUE}"
    sizes = f"list_sum(list_transform([{', '.join(columns)}], {size}))"
    rows = f"""
        SELECT * FROM (
            SELECT asset_index, time, {cells}
            FROM {selection.points()}
            WHERE time BETWEEN make_timestamp_ns(?) AND make_timestamp_ns(?)
            GROUP BY asset_index, time
        )
        WHERE coalesce({", ".join(columns)}) IS NOT NULL
    """
    if last_rows is not None:
        rows += f" ORDER BY time DESC, asset_index LIMIT {last_rows}"
    return f"""
        CREATE TABLE {table} AS SELECT * FROM (
            SELECT *, {sizes} AS bytes FROM ({rows})
        ) WHERE {count_result_sql("bytes")} ORDER BY asset_index, time
    """
