"""The result of a query that returns a list of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
from pydantic_core import from_json

from ..limits import LIMITS
from .results import PAGE_BYTES


@dataclass(frozen=True)
class ItemsResult:
    """Objects in their order, each as JSON."""

    items: list[bytes]

    @property
    def row_count(self) -> int:
        """How many objects there are."""
        return len(self.items)

    @property
    def size(self) -> int:
        """How many bytes they take."""
        return sum(map(len, self.items))

    def page(self, rows: range) -> list[dict[str, Any]]:
        """Return some of them."""
        return [from_json(item) for item in self.items[rows.start : rows.stop]]

    def page_end(self, _cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Take as many objects as fit the page, but one at least."""
        last = min(start + (max_rows or LIMITS.page_items), self.row_count)
        end, size = start, 0
        while end < last:
            size += len(self.items[end])
            if size > PAGE_BYTES and end > start:
                break
            end += 1
        return end
