"""Translate a Timestream query, run it into a table, and return its result in pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import duckdb
from sqlglot import exp

from ..._escaping import EscapingFilter
from ..errors import invalid_request
from ..query_engine.results import (
    OUT_OF_MEMORY,
    ResultTable,
    count_result_sql,
    measure,
    result_budget_statement,
)
from .budget import (
    FREE_BYTES,
    MemoryBudget,
    budget_statements,
)
from .dialect import parse, tokenize
from .macros import FAILURE_MARK
from .query_translator import QueryTranslator
from .response_json import row_size, row_sql
from .scopes import Source
from .show_statements import Tables, read_statement
from .tables import table_source
from .types import Type

_log = logging.getLogger(__name__)
_log.addFilter(EscapingFilter())


# An expression of this depth uses most of the default stack of Python.
MAX_DEPTH = 300
# A number in DuckDB takes 16 KB for the rows that are processed at once.
MAX_TOKENS = 50_000
MAX_COLUMNS = 1_600
FREE_ROW_BYTES = 8_192


# DuckDB's errors, and the messages for users; the first match applies.
_REASONS: Sequence[tuple[type[duckdb.Error], str, str]] = (
    (duckdb.Error, OUT_OF_MEMORY, OUT_OF_MEMORY),
    (duckdb.Error, "Division by zero", "Division by zero"),
    (duckdb.Error, "More than one row", "Scalar sub-query has returned multiple rows"),
    (duckdb.OutOfRangeException, "", "A value is out of the range of its type"),
    (duckdb.ConversionException, "", "A value can't be converted to the type it is cast to"),
    (duckdb.DataError, "", "A function was called with a value it does not take"),
    (duckdb.InvalidInputException, "", "A function was called with a value it does not take"),
)


@dataclass(frozen=True)
class TimestreamResult(ResultTable):
    """A query's rows, as JSON, in the column `row`."""

    columns: Sequence[tuple[str | None, Type]]

    def rows(self, cursor: duckdb.DuckDBPyConnection, rows: range) -> list[str]:
        """Read the rows of a page."""
        found = cursor.execute(
            f'SELECT "row" FROM {self.table} WHERE rowid >= ? AND rowid < ? ORDER BY rowid',
            [rows.start, rows.stop],
        ).fetchall()
        return [row for (row,) in found]


def translate(sql: str, tables: Tables, now: int) -> Source:
    """Translate a query, of which `now` is the time in nanoseconds.

    Raises:
        PlatformError: It is invalid, or uses unsupported syntax.
    """
    try:
        tokens = tokenize(sql)
        if len(tokens) > MAX_TOKENS:
            raise invalid_request(f"The query has more than {MAX_TOKENS} words and signs.")
        statement = read_statement(tokens, tables)
        if statement:
            return statement
        expression = parse(sql, tokens)
        if _measure_depth(expression) > MAX_DEPTH:
            raise RecursionError
        return _translate_query(expression, tables, now)
    except RecursionError:
        raise invalid_request("The query is nested too deeply.") from None


def _measure_depth(expression: exp.Expression) -> int:
    depth, level = 0, [expression]
    while level:
        depth += 1
        level = [child for node in level for child in _operands(node)]
    return depth


def _operands(expression: exp.Expression) -> Iterator[exp.Expression]:
    """Return the operands of an expression. A chain of AND or OR is one expression."""
    if isinstance(expression, exp.Connector):
        return cast(Iterator[exp.Expression], expression.flatten(unnest=False))
    return expression.iter_expressions()


def _translate_query(statement: exp.Expression, tables: Tables, now: int) -> Source:
    """Translate a query within a budget. With more values, the size of a free one decreases."""

    def find_table(database: str, table: str) -> Source | None:
        catalog = tables.get((database, table))
        return table_source(catalog()) if catalog else None

    for free_bytes in FREE_BYTES:
        budget = MemoryBudget(free_bytes)
        source = QueryTranslator(find_table, now, budget).translate(statement)
        if len(source.columns) > MAX_COLUMNS:
            raise invalid_request(f"A query can have at most {MAX_COLUMNS} columns.")
        if budget.fits:
            return source
    raise invalid_request("The query is too complex.")


def run_timestream_query(
    cursor: duckdb.DuckDBPyConnection, table: str, sql: str, tables: Tables, now: int
) -> TimestreamResult:
    """Run a query into a table of that name.

    Raises:
        PlatformError: If it is not valid, or fails on the data.
    """
    source = translate(sql, tables, now)
    kinds = [kind for _, kind in source.columns]
    row = MemoryBudget(FREE_ROW_BYTES).guard(row_sql(kinds), row_size(kinds))
    try:
        for statement in (result_budget_statement(), *budget_statements()):
            cursor.execute(statement)
        cursor.execute(
            f'CREATE TABLE {table} AS SELECT "row", bytes FROM ('
            f'SELECT "row", strlen("row") + 1 AS bytes FROM ('
            f'SELECT {row} AS "row" FROM ({source.sql}))) WHERE {count_result_sql("bytes")}'
        )
    except (
        duckdb.InterruptException,
        duckdb.OutOfMemoryException,
        duckdb.SequenceException,
    ):
        # These errors have the same meaning for all queries.
        raise
    except (duckdb.DatabaseError, duckdb.OperationalError) as error:
        raise invalid_request(_reason(error)) from None
    return TimestreamResult(table, *measure(cursor, table), source.columns)


def _reason(error: duckdb.Error) -> str:
    """Return the error message for the user, without internals of the database."""
    message = str(error)
    if FAILURE_MARK in message:
        return message.partition(FAILURE_MARK)[2]
    for kind, text, reason in _REASONS:
        if isinstance(error, kind) and text in message:
            return reason
    # A gap in the translation: reject the query rather than guess.
    _log.warning("A query was not understood: %s", error)
    return "The query is not supported by the Local Exchange."
