"""The command that runs a query in Timestream SQL."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from ..command import command
from ..context import CommandContext
from ..names import find_database
from ..output import json_text, print_csv, print_table
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

    Prints all rows of the result, page by page as they arrive.
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
    with bar as callback:
        _PRINTERS[format_](_pages(run, database, statement, callback))


def _pages(
    run: CommandContext, database: str, statement: str, callback: "ProgressCallback | None"
) -> Iterator[Page]:
    """Yield all pages of a result, also those without rows, which have columns."""
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


def _print_tables(pages: Iterable[Page]) -> None:
    """Print one table per page."""
    for index, page in enumerate(pages):
        if page.rows or not index:
            print_table(page.rows, {name: _cell_formatter(name) for name in page.columns})


def _print_csv(pages: Iterable[Page]) -> None:
    for index, page in enumerate(pages):
        if not index:
            print_csv([page.columns])
        print_csv(map(_cell, row.values()) for row in page.rows)


def _print_json(pages: Iterable[Page]) -> None:
    """Print a JSON array, one row per line."""
    separator = "["
    for page in pages:
        for row in page.rows:
            sys.stdout.write(f"{separator}\n{json_text(row)}")
            separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _print_json_lines(pages: Iterable[Page]) -> None:
    for page in pages:
        for row in page.rows:
            sys.stdout.write(f"{json_text(row)}\n")


def _cell_formatter(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: _cell(row[name])


def _cell(value: object) -> object:
    """Format nested values as JSON, and booleans as in SQL."""
    return json_text(value) if isinstance(value, (bool, list, dict)) else value


_PRINTERS: dict[Format, Callable[[Iterable[Page]], None]] = {
    Format.TABLE: _print_tables,
    Format.CSV: _print_csv,
    Format.JSON: _print_json,
    Format.JSONL: _print_json_lines,
}
