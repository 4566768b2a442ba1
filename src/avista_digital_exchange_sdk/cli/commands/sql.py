"""The command that runs a query in Timestream SQL."""

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from ..command import command
from ..context import CommandContext
from ..names import find_database
from ..output import json_text, print_csv
from ..tables import format_row_count, print_data_table
from .databases import Database

if TYPE_CHECKING:
    from ..._utils.progress import ProgressCallback

STANDARD_INPUT = "-"


class Format(StrEnum):
    """Output format."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class Page(NamedTuple):
    """A page of a result; each row is a dictionary of values by column name."""

    columns: list[str]
    rows: list[dict[str, Any]]


@command(
    'avista-dx sql "Solar measurements" "SHOW TABLES"',
    'avista-dx sql <timeSeriesDbId> \'SELECT * FROM "database"."table"\' > rows.csv',
    "avista-dx sql <timeSeriesDbId> --format jsonl - < query.sql",
)
def sql(
    run: CommandContext,
    database: Database,
    statement: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help="A SELECT statement, or - for standard input. `databases` lists the names of "
            "tables.",
        ),
    ],
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="Default: table on a terminal, else csv."),
    ] = None,
) -> None:
    """Run a query in Timestream's SQL.

    Prints all rows of the result, page by page as they arrive, and their number to standard error.
    """
    if statement == STANDARD_INPUT:
        statement = sys.stdin.read()
    database = find_database(run, database)
    on_terminal = sys.stdout.isatty()
    if format_ is None:
        default = Format.TABLE if on_terminal else Format.CSV
        format_ = Format.JSON if run.json else default
    # A progress bar would be mixed with the rows.
    bar = nullcontext() if on_terminal else run.progress("reading", "rows")
    rows: int | None = None
    with bar as callback, run.open_pager():
        rows = _PRINTERS[format_](_pages(run, database, statement, callback))
    # The pager may have been quit before the last row.
    if rows is not None:
        run.info(format_row_count(rows))


def _pages(
    run: CommandContext, database: str, statement: str, callback: "ProgressCallback | None"
) -> Iterator[Page]:
    """Yield all pages of a result.

    Those without rows may have columns, but not while the query is still running.
    """
    from ..._backends import iterate_sync
    from ..._services.time_series.sql_queries import iter_sql_pages
    from ..._time_series.sql_results import column_names, convert_rows, parse_result
    from ...client import get_services

    pages = iter_sql_pages(get_services(run.exchange), database, statement, None, parse_result)
    count = 0
    for page in iterate_sync(pages):
        rows = convert_rows(page)
        yield Page(column_names(page.columnInfo), rows)
        count += len(rows)
        if callback is not None:
            callback(count, None)


def _print_table(pages: Iterator[Page]) -> int:
    """Print one table, as pages arrive."""
    # The first pages may have no rows yet.
    for page in pages:
        if page.rows:
            break
    further = (_cells(row) for page in pages for row in page.rows)
    count, _ = print_data_table(page.columns, list(map(_cells, page.rows)), further)
    return count


def _print_csv(pages: Iterator[Page]) -> int:
    count = 0
    has_header = False
    for page in pages:
        if page.columns and not has_header:
            print_csv([page.columns])
            has_header = True
        print_csv(map(_cells, page.rows))
        count += len(page.rows)
    return count


def _print_json(pages: Iterator[Page]) -> int:
    """Print a JSON array, one row per line."""
    count = 0
    for page in pages:
        for row in page.rows:
            sys.stdout.write(f"{',' if count else '['}\n{json_text(row)}")
            count += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count


def _print_json_lines(pages: Iterator[Page]) -> int:
    count = 0
    for page in pages:
        for row in page.rows:
            sys.stdout.write(f"{json_text(row)}\n")
        count += len(page.rows)
    return count


def _cells(row: dict[str, Any]) -> list[object]:
    return list(map(_cell, row.values()))


def _cell(value: object) -> object:
    """Format nested values as JSON, and booleans as in SQL."""
    return json_text(value) if isinstance(value, (bool, list, dict)) else value


_PRINTERS: dict[Format, Callable[[Iterator[Page]], int]] = {
    Format.TABLE: _print_table,
    Format.CSV: _print_csv,
    Format.JSON: _print_json,
    Format.JSONL: _print_json_lines,
}
