"""How data is printed: tables for people, lines parted by tabs for programs, and JSON."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from .._models.text import printable

Row = TypeVar("Row")
UNBOUNDED_WIDTH = 100_000
"""Characters; more than any table has, so that none is fitted to the terminal."""

Cell = Callable[[Row], object]
"""What a column holds of a row; None where that is nothing."""


def print_table(rows: Sequence[Row], columns: Mapping[str, Cell[Row]]) -> None:
    """Print a table as wide as it is: ids that are cut in two can't be copied."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    titles = [Column(title, no_wrap=True, header_style="bold") for title in columns]
    table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*map(Text, _cells(row, columns)))
    Console(width=UNBOUNDED_WIDTH).print(table)


def print_tsv(rows: Sequence[Row], columns: Mapping[str, Cell[Row]]) -> None:
    """Print a line a row, its cells parted by tabs, without titles."""
    for row in rows:
        sys.stdout.write("\t".join(_cells(row, columns)) + "\n")


def print_json(value: object) -> None:
    """Print JSON: the platform's types under the contract's names."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def json_text(value: object, indent: int | None = None) -> str:
    """JSON whose characters can all be printed, so that none plays tricks on a terminal."""
    from pydantic_core import to_json

    text = to_json(value, indent=indent, inf_nan_mode="null").decode()
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text
    )


def _cells(row: Row, columns: Mapping[str, Cell[Row]]) -> list[str]:
    values = [of(row) for of in columns.values()]
    return ["" if value is None else printable(str(value)) for value in values]
