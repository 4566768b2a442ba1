"""The latest value of every attribute of every asset."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import duckdb

from .asset_data import asset_data, attribute_data
from .catalogue import Catalogue
from .results import PAGE_BYTES
from .selection import AssetFilter, Selection
from .sql_text import iso_text

PAGE_ASSETS = 1000


@dataclass(frozen=True)
class LatestResult:
    """The assets of a database in id order, shaped like TimeSeriesDbAssetData."""

    assets: list[dict[str, Any]]

    @property
    def row_count(self) -> int:
        """How many assets there are."""
        return len(self.assets)

    def page_end(self, _cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Take as many assets as fit the page, but one at least."""
        last = min(start + (max_rows or PAGE_ASSETS), self.row_count)
        end, size = start, 0
        while end < last:
            size += len(json.dumps(self.assets[end], ensure_ascii=False).encode())
            if size > PAGE_BYTES and end > start:
                break
            end += 1
        return end


def read_latest(cursor: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> LatestResult:
    """Read the latest values of a database."""
    filters = [AssetFilter(asset_id, None) for asset_id in sorted(catalogue.assets)]
    selection = Selection(catalogue, filters)
    if not selection.attributes:
        return LatestResult([])
    columns = []
    for cell in selection.cells():
        columns.append(f"max_by({cell}, (time, sequence))")
        columns.append(iso_text(f"max(CASE WHEN {cell} IS NOT NULL THEN time END)"))
    rows = cursor.execute(
        f"""
        SELECT asset_index, {", ".join(columns)} FROM {selection.points()}
        GROUP BY asset_index ORDER BY asset_index
        """,
        [selection.parameter()],
    ).fetchall()
    return LatestResult(
        [
            asset_data(
                filters[asset_index].asset_id,
                catalogue.assets[filters[asset_index].asset_id],
                _attributes(selection, values),
            )
            for asset_index, *values in rows
        ]
    )


def _attributes(selection: Selection, values: list[str | None]) -> list[dict[str, Any]]:
    """Shape the attributes that have a value, in name order; `values` are value, time, …."""
    return [
        attribute_data(attribute.name, attribute.type, (value, time), [])
        for attribute, value, time in zip(
            selection.attributes, values[::2], values[1::2], strict=True
        )
        if value is not None and time is not None
    ]
