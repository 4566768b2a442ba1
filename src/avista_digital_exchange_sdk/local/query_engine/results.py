"""Results kept to be read page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from ..limits import LIMITS

PAGE_BYTES = 1_000_000
RESULT_BUDGET = "result_size"
OUT_OF_MEMORY = "The query needs more memory than it may use."
_RESULT_UNIT = 1024**2
# No row is smaller than ten bytes, so a page never looks further than this.
_PAGE_ROWS = PAGE_BYTES // 10
# Most rows are larger, so this is mostly enough to look at.
_ROWS_AT_FIRST = 4096
_ROWS_AT_ONCE = 8192


def fetch_batches(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    """Yield what the cursor selected, many rows at once."""
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield rows


def result_budget_statement() -> str:
    """Write the statement that lets a connection make one result."""
    units = LIMITS.max_query_bytes // _RESULT_UNIT
    return f"CREATE OR REPLACE TEMP SEQUENCE {RESULT_BUDGET} MAXVALUE {units}"


def count_result_sql(size: str) -> str:
    """Count a row of a size as part of a result: a condition, which fails where there is no room.

    A row is counted with a chance that makes the counts add up to the size of all rows.
    """
    count = f"nextval('temp.{RESULT_BUDGET}')"
    return f"CASE WHEN random() * {_RESULT_UNIT} < {size} THEN {count} ELSE 1 END > 0"


def measure(cursor: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Return how many rows a result's table has, and how many bytes they take."""
    sql = f"SELECT count(*), coalesce(sum(bytes), 0)::BIGINT FROM {table}"
    rows, size = cursor.execute(sql).fetchall()[0]
    return rows, size


class Result(Protocol):
    """What a finished query holds."""

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""

    @property
    def size(self) -> int:
        """How many bytes they take, about."""

    def page_end(self, cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Return the row before which the page that begins at `start` ends."""


@dataclass(frozen=True)
class ResultTable:
    """A result in a table, its rows numbered by `rowid` and measured by the column `bytes`."""

    table: str
    row_count: int
    size: int

    def page_end(self, cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Take as many rows as fit the page, but one at least."""
        rows = min(max_rows or _PAGE_ROWS, self.row_count - start)
        looked = min(rows, _ROWS_AT_FIRST)
        while (count := self._count_fitting(cursor, start, looked)) == looked < rows:
            looked = min(rows, looked * 8)
        return start + max(count, min(rows, 1))

    def _count_fitting(self, cursor: duckdb.DuckDBPyConnection, start: int, rows: int) -> int:
        """Return how many of some rows fit a page."""
        (count,) = cursor.execute(
            f"""
            SELECT count(*) FROM (
                SELECT sum(bytes) OVER (ORDER BY rowid) AS total
                FROM {self.table} WHERE rowid >= ? AND rowid < ?
            ) WHERE total <= ?
            """,
            [start, start + rows, PAGE_BYTES],
        ).fetchall()[0]
        return int(count)
