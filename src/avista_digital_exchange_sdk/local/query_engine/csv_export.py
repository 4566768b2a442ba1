"""The result of a filter query as CSV.

DuckDB formats and streams the rows, so memory use does not depend on the size of the result.
"""

from __future__ import annotations

import duckdb

from .filter_results import FilterResult
from .result_files import Writer
from .results import fetch_batches
from .sql import csv_text, timestamp_text


def write_csv(
    cursor: duckdb.DuckDBPyConnection, result: FilterResult, file: Writer, id_column: str | None
) -> None:
    """Write all rows. Attributes requested by name have a column even without data.

    Args:
        cursor: The cursor of the job.
        result: The result to write.
        file: The file to write to.
        id_column: The name of the column of the assets' ids, which that of their names follows.
            If None, there are no such columns.
    """
    names = _columns(cursor, result)
    first = [] if id_column is None else [id_column, "name"]
    file.write(",".join([*first, "timestamp", *map(csv_cell, names)]) + "\n")
    cells = [timestamp_text("time")]
    columns = result.columns()
    for name in names:
        column = columns.get(name)
        cells.append(
            "''" if column is None else csv_text(f"c{column}", result.attributes[column].type)
        )
    line = f"concat_ws(',', {', '.join(cells)})"
    cursor.execute(f"SELECT asset_index, {line} || chr(10) FROM {result.table} ORDER BY rowid")
    assets = [
        "" if id_column is None else f"{csv_cell(asset.asset_id)},{csv_cell(name or '')},"
        for asset, name in zip(result.filters, result.names, strict=True)
    ]
    for rows in fetch_batches(cursor):
        file.write("".join([assets[asset_index] + line for asset_index, line in rows]))


def csv_cell(text: str) -> str:
    """Format a CSV cell, quoted only if necessary."""
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _columns(cursor: duckdb.DuckDBPyConnection, result: FilterResult) -> list[str]:
    """List the attributes requested by name, then the others that have values."""
    requested = dict.fromkeys(result.list_requested_names())
    columns = result.columns()
    others = [name for name in columns if name not in requested]
    if not others:
        return list(requested)
    counts = ", ".join(f"count(c{columns[name]})" for name in others)
    found = cursor.execute(f"SELECT {counts} FROM {result.table}").fetchall()[0]
    return [*requested, *sorted(name for name, n in zip(others, found, strict=True) if n)]
