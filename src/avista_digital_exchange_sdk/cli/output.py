"""Prints data as tables, tab-separated values, CSV or JSON."""

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, TypeVar

from .._escaping import escape_controls

Row = TypeVar("Row")
_SEPARATORS = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})
UNBOUNDED_WIDTH = 100_000
"""Width in characters, wider than any table, so that tables are not fitted to the terminal."""

COLUMN_GAP = 2
# An ID of the platform, such as dataStoreId.87ccbe19-c78c-46a1-b755-e86e27457e6b.
_ID = re.compile(r"[A-Za-z]+\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ID_HIDDEN_LENGTH = len("-c78c-46a1-b755-e86e27457e6b")

Cell = Callable[[Row], object]
"""Returns the cell of a row, or None if it is empty."""


def print_table(
    rows: Sequence[Row], columns: Mapping[str, Cell[Row]], *, shorten_ids: bool = False
) -> bool:
    """Print a table at its full width: wrapped IDs could not be copied.

    Args:
        rows: The rows.
        columns: The function that returns a row's cell, by column title.
        shorten_ids: Whether to shorten IDs if the table is wider than the terminal.

    Returns:
        Whether IDs were shortened.
    """
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    titles = [
        Column(Text(escape_controls(title)), no_wrap=True, header_style="bold") for title in columns
    ]
    table = Table(
        *titles,
        box=None,
        pad_edge=False,
        padding=(0, COLUMN_GAP, 0, 0),
        show_header=any(map(str.strip, columns)),
    )
    lines = [[escape_controls(cell) for cell in _cells(row, columns)] for row in rows]
    is_shortened = (
        shorten_ids
        and _measure(columns, lines) > shutil.get_terminal_size().columns
        and any(_ID.fullmatch(cell) for line in lines for cell in line)
    )
    for line in lines:
        table.add_row(*(Text(_shorten_id(cell) if is_shortened else cell) for cell in line))
    Console(width=UNBOUNDED_WIDTH).print(table)
    return is_shortened


def _measure(titles: Iterable[str], lines: Iterable[Sequence[str]]) -> int:
    """Return the width of a table in characters."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, cells)) for cells in zip(titles, *lines, strict=True)]
    return sum(widths) + COLUMN_GAP * (len(widths) - 1)


def _shorten_id(cell: str) -> str:
    """Shorten an ID to its kind and the first characters, which identify it at a glance."""
    return f"{cell[: len(cell) - ID_HIDDEN_LENGTH]}…" if _ID.fullmatch(cell) else cell


def print_tsv(rows: Sequence[Row], columns: Mapping[str, Cell[Row]]) -> None:
    """Print one tab-separated line per row, without a header.

    Cells are printed unchanged, except for tabs and line breaks, which are escaped.
    """
    for row in rows:
        cells = (cell.translate(_SEPARATORS) for cell in _cells(row, columns))
        sys.stdout.write("\t".join(cells) + "\n")


def print_csv(rows: Iterable[Iterable[object]]) -> None:
    """Print rows as CSV; on a terminal, escape invisible characters."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if sys.stdout.isatty():
        writer.writerows([_visible(cell) for cell in row] for row in rows)
    else:
        writer.writerows(rows)


def print_file(file: IO[bytes], *, is_csv: bool) -> None:
    """Print a CSV or JSON file and close it; on a terminal, escape invisible characters."""
    if not sys.stdout.isatty():
        with file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        return
    with io.TextIOWrapper(file, "utf-8", "replace", newline="") as text:
        if is_csv:
            print_csv(csv.reader(text))
        else:
            sys.stdout.writelines(map(_printable_json, text))


def print_bytes(file: IO[bytes]) -> None:
    """Print a file unchanged; on a terminal, escape invisible characters."""
    if not sys.stdout.isatty():
        shutil.copyfileobj(file, sys.stdout.buffer)
        return
    for line in io.TextIOWrapper(file, "utf-8", "replace", newline=""):
        text = line.rstrip("\r\n")
        sys.stdout.write(escape_controls(text) + ("\n" if text != line else ""))


def print_json(value: object) -> None:
    """Print a value as JSON, with the field names of the schema."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON in which all characters are printable, so that none can control a terminal."""
    from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

    try:
        text = to_json(value, indent=indent, inf_nan_mode="null").decode()
    except PydanticSerializationError:
        # The bytes of a local path may not be UTF-8. Python's own JSON keeps them, as surrogates.
        plain = to_jsonable_python(value, inf_nan_mode="null")
        text = json.dumps(plain, indent=indent, ensure_ascii=False)
    return _printable_json(text)


def _printable_json(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
        for character in text
    )


def _cells(row: Row, columns: Mapping[str, Cell[Row]]) -> list[str]:
    values = [get_cell(row) for get_cell in columns.values()]
    return ["" if value is None else str(value) for value in values]


def _visible(cell: object) -> object:
    return escape_controls(cell) if isinstance(cell, str) else cell
