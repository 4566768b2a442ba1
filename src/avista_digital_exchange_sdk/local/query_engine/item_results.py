"""The result of a query that returns objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
from pydantic_core import from_json

from ..limits import LIMITS
from .results import PAGE_BYTES


@dataclass(frozen=True)
class ItemsResult:
    """A list of objects, each as JSON."""

    items: list[bytes]

    @property
    def row_count(self) -> int:
        """The number of objects."""
        return len(self.items)

    @property
    def size(self) -> int:
        """The total size in bytes."""
        return sum(map(len, self.items))

    def page(self, rows: range) -> list[dict[str, Any]]:
        """Return the objects of a page."""
        return [from_json(item) for item in self.items[rows.start : rows.stop]]

    def page_end(self, _cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Return the end of a page, which holds at least one object."""
        last = min(start + (max_rows or LIMITS.page_items), self.row_count)
        end, size = start, 0
        while end < last:
            size += len(self.items[end])
            if size > PAGE_BYTES and end > start:
                break
            end += 1
        return end
