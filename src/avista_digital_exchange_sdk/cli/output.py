"""Prints data as tab-separated values, CSV or JSON."""

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from .._escaping import escape_controls
from .tables import Cell, Row

_SEPARATORS = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


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
