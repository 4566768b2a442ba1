"""Query results, which are read in pages."""

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
# Read fewer rows first, as most rows are larger.
_ROWS_AT_FIRST = 4096
_ROWS_AT_ONCE = 8192


def fetch_batches(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the selected rows in batches."""
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield rows


def result_budget_statement() -> str:
    """Return the statement that creates the size budget of one result."""
    units = LIMITS.max_query_bytes // _RESULT_UNIT
    return f"CREATE OR REPLACE TEMP SEQUENCE {RESULT_BUDGET} MAXVALUE {units}"


def count_result_sql(size: str) -> str:
    """Return the condition that charges a row to the budget, and fails when it is exhausted.

    A row is charged with a probability in proportion to its size, so that the charges add up to
    the size of all rows.
    """
    count = f"nextval('temp.{RESULT_BUDGET}')"
    return f"CASE WHEN random() * {_RESULT_UNIT} < {size} THEN {count} ELSE 1 END > 0"


def measure(cursor: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Return the number of rows of a result table and their size in bytes."""
    sql = f"SELECT count(*), coalesce(sum(bytes), 0)::BIGINT FROM {table}"
    rows, size = cursor.execute(sql).fetchall()[0]
    return rows, size


class Result(Protocol):
    """The result of a finished query."""

    @property
    def row_count(self) -> int:
        """The total number of rows."""

    @property
    def size(self) -> int:
        """The approximate size in bytes."""

    def page_end(self, cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Return the end, exclusive, of the page that starts at a row."""


@dataclass(frozen=True)
class ResultTable:
    """A result in a table, ordered by `rowid`. The column `bytes` has the size of each row."""

    table: str
    row_count: int
    size: int

    def page_end(self, cursor: duckdb.DuckDBPyConnection, start: int, max_rows: int | None) -> int:
        """Return the end of a page, which holds at least one row."""
        rows = min(max_rows or LIMITS.page_rows, self.row_count - start)
        looked = min(rows, _ROWS_AT_FIRST)
        while (count := self._count_fitting(cursor, start, looked)) == looked < rows:
            looked = min(rows, looked * 8)
        return start + max(count, min(rows, 1))

    def _count_fitting(self, cursor: duckdb.DuckDBPyConnection, start: int, rows: int) -> int:
        """Return how many rows fit in a page."""
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
