"""The formats of query results, and the options that select them."""

import csv
import io
import sys
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, Annotated

import typer

from .._utils import validation
from ..errors import InvalidParameterError
from .context import CommandContext
from .output import print_file
from .standard_streams import parse_output
from .tables import format_row_count, print_data_table


class Format(StrEnum):
    """Format of the result."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def of_file(self) -> "Format":
        """The format of the result from which it is printed."""
        return Format.CSV if self is Format.TABLE else self


FILE_FORMATS = {str(kind): kind for kind in Format if kind is not Format.TABLE}
# Rows of a result that determine the widths of the columns of a table.
MEASURED_ROWS = 10_000

StartTime = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="TIME",
        help="Start. ISO 8601, or relative to now: -90s, -15m, -12h, -7d, -2w.",
    ),
]
EndTime = Annotated[str, typer.Option("--to", metavar="TIME", help="End.")]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=parse_output,
        help="Output file (default: standard output, as with -).",
    ),
]
RequestedFormat = Annotated[
    Format | None,
    typer.Option(
        "--format", help="Default: from FILE's extension, else table on a terminal, else csv."
    ),
]


def parse_format(run: CommandContext, requested: Format | None, output: Path | None) -> Format:
    """Return the format of the result: the requested one, or that of the output."""
    if requested is Format.TABLE and output is not None:
        valid = f"{', '.join(FILE_FORMATS)} if --output is used"
        raise validation.invalid_argument("--format", str(requested), valid)
    if requested is not None:
        return requested
    if run.json:
        return Format.JSON
    if output is None:
        return Format.TABLE if sys.stdout.isatty() else Format.CSV
    return FILE_FORMATS.get(output.suffix[1:].lower(), Format.CSV)


def print_result(
    run: CommandContext, file: IO[bytes], kind: Format, *, whole_ids: bool = True
) -> None:
    """Print a result in its format and close it; on a terminal, escape invisible characters.

    Args:
        run: The context of the command.
        file: The result.
        kind: Its format.
        whole_ids: Whether IDs are whole in tables that are wider than the terminal.
    """
    notes: list[str] = []
    with run.open_pager():
        if kind is Format.TABLE:
            notes = _print_table(file, whole_ids=whole_ids)
        else:
            print_file(file, is_csv=kind is Format.CSV)
    # There are none if the pager was quit before the last row.
    for note in notes:
        run.info(note)


def _print_table(file: IO[bytes], *, whole_ids: bool) -> list[str]:
    """Print a CSV file as a table; return the number of rows and other notes."""
    with io.TextIOWrapper(file, "utf-8", "replace", newline="") as text:
        rows = csv.reader(text)
        titles = next(rows, [])
        first = list(islice(rows, MEASURED_ROWS))
        count, notes = print_data_table(titles, first, rows, whole_ids=whole_ids)
        return [format_row_count(count), *notes]


def parse_target(output: Path | None, kind: Format, *, will_plot: bool) -> Path | None:
    """Return the file to write, or None; reject invalid ones before any request."""
    if output is None and kind is Format.PARQUET and not will_plot and sys.stdout.isatty():
        raise InvalidParameterError(
            "--output must be used to write Parquet when standard output is a terminal"
        )
    if output is None:
        return None
    return validation.resolve_output_path("--output", output, f"result.{kind}")
