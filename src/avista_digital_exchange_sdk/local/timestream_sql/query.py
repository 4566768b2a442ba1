"""One Timestream query: translated, run into a table, answered page by page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from avista_digital_exchange_sdk.local.services.time_series.records import invalid_request
from avista_digital_exchange_sdk.local.services.time_series.results import ResultTable, measure

from ..._text import EscapingFilter
from .dialect import parse, tokenize
from .query_translator import QueryTranslator
from .response_json import row_sql
from .scopes import Source
from .show_statements import Tables, read_statement
from .tables import table_source
from .types import Type

_log = logging.getLogger(__name__)
_log.addFilter(EscapingFilter())


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
        PlatformError: If it is not valid, or says what is not supported.
    """

    def find_table(database: str, table: str) -> Source | None:
        catalogue = tables.get((database, table))
        return table_source(catalogue()) if catalogue else None

    try:
        tokens = tokenize(sql)
        statement = read_statement(tokens, tables)
        return statement or QueryTranslator(find_table, now).translate(parse(sql, tokens))
    except RecursionError:
        raise invalid_request("The query is nested too deeply.") from None


def run_timestream_query(
    cursor: duckdb.DuckDBPyConnection, table: str, sql: str, tables: Tables, now: int
) -> TimestreamResult:
    """Run a query into a table of that name.

    Raises:
        PlatformError: If it is not valid, or fails on the data.
    """
    source = translate(sql, tables, now)
    row = row_sql([kind for _, kind in source.columns])
    try:
        cursor.execute(
            f'CREATE TABLE {table} AS SELECT "row", strlen("row") + 1 AS bytes '
            f'FROM (SELECT {row} AS "row" FROM ({source.sql}))'
        )
    except duckdb.InterruptException:
        raise
    except duckdb.OutOfMemoryException:
        raise invalid_request("The query needs more memory than it may use.") from None
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        raise invalid_request(_reason(error)) from None
    except duckdb.Error as error:
        # A gap in the translation: refuse the query rather than guess.
        _log.warning("A query was not understood: %s", error)
        raise invalid_request("The query is not supported by the Local Exchange.") from None
    return TimestreamResult(table, *measure(cursor, table), source.columns)


def _reason(error: duckdb.Error) -> str:
    """Tell what is wrong with the data in the words of the query's user, not of the database's."""
    message = str(error).split("\n", 1)[0].split(" Use TRY(", 1)[0]
    message = message.rpartition("Error: ")[2]
    return "Division by zero" if message.startswith("Division by zero") else message
