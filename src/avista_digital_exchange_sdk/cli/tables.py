"""Formats tables for terminals."""

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from .._escaping import escape_controls

Row = TypeVar("Row")
Cell = Callable[[Row], object]
"""Returns the cell of a row, or None if it is empty."""
COLUMN_GAP = 2
# Cells are not shortened further.
MIN_CELL_WIDTH = 8
# An ID of the platform, such as dataStoreId.87ccbe19-c78c-46a1-b755-e86e27457e6b.
_ID = re.compile(r"[A-Za-z]+\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:[\d.]+)(Z)")
ID_HIDDEN_LENGTH = len("-c78c-46a1-b755-e86e27457e6b")
ELLIPSIS = "…"
# Wider than any table, so that rich does not wrap lines.
UNBOUNDED_WIDTH = 1_000_000_000


IDS_NOTE = "IDs are shortened; --ids shows complete IDs."
CELLS_NOTE = "Long cells are shortened; --json shows complete values."


class ByteCount(int):
    """A number of bytes, which tables show readably unless they are to be exact."""


class ExactText(str):
    """A string that tables never shorten."""


def format_byte_count(size: int) -> str:
    """Format a number of bytes as progress bars do, such as 1.2 MB."""
    from rich.filesize import decimal

    return decimal(size)


def print_table(
    rows: Iterable[Row],
    columns: Mapping[str, Cell[Row]],
    *,
    whole_ids: bool = False,
    exact_sizes: bool = False,
) -> list[str]:
    """Print a table that fits the terminal, as far as cells may be shortened.

    IDs are shortened to their beginning, times to minutes, and then long texts in the middle.
    Numbers are never shortened, and neither are tables without titles.

    Args:
        rows: The rows.
        columns: The function that returns a row's cell, by column title.
        whole_ids: Whether IDs are never shortened.
        exact_sizes: Whether sizes are numbers of bytes.

    Returns:
        Notes about what was shortened, and how to see it whole.
    """
    titles = [escape_controls(title) for title in columns]
    cells = [[get_cell(row) for get_cell in columns.values()] for row in rows]
    lines = [[_format_cell(cell, exact_sizes) for cell in row] for row in cells]
    is_right = [_is_numeric(column, _is_count) for column in _transpose(cells, titles)]
    if not any(map(str.strip, titles)):
        _print_lists(lines)
        return []
    notes = []
    available = shutil.get_terminal_size().columns
    if not whole_ids and _add_up(_measure(titles, lines)) > available:
        shortened = [[_shorten_id(cell) for cell in line] for line in lines]
        if shortened != lines:
            notes.append(IDS_NOTE)
        lines = shortened
    shortened = lines
    if _add_up(_measure(titles, lines)) > available:
        shortened = [list(map(_shorten_time, *pair)) for pair in zip(cells, lines, strict=True)]
    is_fixed = [any(map(_is_never_shortened, column)) for column in _transpose(cells, titles)]
    limits = _fit(_measure(titles, shortened), is_fixed, available)
    shortened = [list(map(_shorten, line, limits)) for line in shortened]
    if shortened != lines:
        notes.append(CELLS_NOTE)
    _print_lines(titles, shortened, _measure(titles, shortened), is_right)
    return notes


def print_data_table(
    titles: Sequence[str],
    first: Sequence[Sequence[object]],
    rest: Iterable[Sequence[object]],
    *,
    whole_ids: bool = True,
) -> tuple[int, list[str]]:
    """Print a table whose values are never shortened, as it is read.

    Rows of a table that is wider than the terminal are printed as one line per cell.

    Args:
        titles: The titles of the columns.
        first: The first rows, which determine the widths of the columns. Longer cells of other rows
            widen them from there on.
        rest: The other rows.
        whole_ids: Whether IDs of the platform are not shortened either.

    Returns:
        The number of rows, and notes about what was shortened.
    """
    titles = [escape_controls(title) for title in titles]
    lines = [list(map(_format_cell, row)) for row in first]
    further = (list(map(_format_cell, row)) for row in rest)
    notes = []
    if sys.stdout.isatty():
        available = shutil.get_terminal_size().columns
        if not whole_ids and _add_up(_measure(titles, lines)) > available:
            lines = [list(map(_shorten_id, line)) for line in lines]
            further = (list(map(_shorten_id, line)) for line in further)
            notes.append(IDS_NOTE)
        if _add_up(_measure(titles, lines)) > available:
            return _print_records(titles, chain(lines, further)), notes
    is_right = [_is_numeric(column, _is_number) for column in _transpose(lines, titles)]
    widths = _measure(titles, lines)
    return _print_lines(titles, chain(lines, further), widths, is_right), notes


def format_row_count(count: int) -> str:
    """Format the number of rows of a result."""
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _print_lines(
    titles: Sequence[str],
    lines: Iterable[Sequence[str]],
    widths: Sequence[int],
    is_right: Sequence[bool],
) -> int:
    """Print the titles, if any, and a line per row; return the number of rows."""
    if titles:
        _print_bold(_join(titles, widths, is_right))
    count = 0
    for line in lines:
        count += 1
        widths = [max(width, measure(cell)) for width, cell in zip(widths, line, strict=True)]
        sys.stdout.write(f"{_join(line, widths, is_right)}\n")
    return count


def _print_lists(lines: Sequence[Sequence[str]]) -> None:
    """Print rows without titles, such as names and values; long values continue below each other.

    A single column is not wrapped, as its lines are paths.
    """
    indents = _measure(["" for _ in lines[0]], lines)[:-1] if lines else []
    start = sum(indents) + COLUMN_GAP * len(indents)
    width = max(shutil.get_terminal_size().columns - start, MIN_CELL_WIDTH)
    for line in lines:
        *names, value = line
        parts = textwrap.wrap(value, width, break_long_words=False, break_on_hyphens=False)
        first, *others = parts if indents and len(parts) > 1 else [value]
        widths = [*indents, 0]
        sys.stdout.write(f"{_join([*names, first], widths, [False] * len(widths))}\n")
        for part in others:
            sys.stdout.write(f"{' ' * start}{part}\n")


def _print_records(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> int:
    """Print a line per cell, with the title of its column; return the number of rows."""
    width = max(map(measure, titles))
    count = 0
    for count, line in enumerate(lines, 1):
        _print_bold(f"row {count:,}")
        for title, cell in zip(titles, line, strict=True):
            sys.stdout.write(f"{_join(['', title, cell], [0, width, 0], [False] * 3)}\n")
    return count


def _print_bold(line: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(width=UNBOUNDED_WIDTH).print(Text(line, style="bold"), soft_wrap=True)


def _join(cells: Sequence[str], widths: Sequence[int], is_right: Sequence[bool]) -> str:
    padded = []
    for cell, width, right in zip(cells, widths, is_right, strict=True):
        padding = " " * (width - measure(cell))
        padded.append(padding + cell if right else cell + padding)
    return (" " * COLUMN_GAP).join(padded).rstrip()


def measure(text: str) -> int:
    """Return the width of a string on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _measure(titles: Iterable[str], lines: Iterable[Sequence[str]]) -> list[int]:
    """Return the widths of the columns."""
    return [max(map(measure, column)) for column in zip(titles, *lines, strict=True)]


def _add_up(widths: Sequence[int]) -> int:
    """Return the width of a table."""
    return sum(widths) + COLUMN_GAP * (len(widths) - 1)


def _transpose(
    rows: Sequence[Sequence[Row]], titles: Iterable[object]
) -> Iterator[tuple[Row, ...]]:
    """Return the columns of rows; there may be no rows."""
    return zip(*rows, strict=True) if rows else (() for _ in titles)


def _fit(widths: Sequence[int], is_fixed: Sequence[bool], available: int) -> Sequence[int]:
    """Reduce the widths of the widest columns so that the table fits, if that is possible."""
    flexible = [width for width, fixed in zip(widths, is_fixed, strict=True) if not fixed]
    space = available - (_add_up(widths) - sum(flexible))
    for limit in range(max(flexible, default=0), MIN_CELL_WIDTH - 1, -1):
        if sum(min(width, limit) for width in flexible) <= space:
            return [
                width if fixed else min(width, limit)
                for width, fixed in zip(widths, is_fixed, strict=True)
            ]
    return widths


def _is_never_shortened(cell: object) -> bool:
    if isinstance(cell, (int, float, ExactText)):
        return True
    return bool(_ID.fullmatch(str(cell)) or _TIME.fullmatch(str(cell)))


def _is_numeric(column: Sequence[object], is_number: Callable[[object], bool]) -> bool:
    """Whether all cells of a column are numbers or empty."""
    present = [cell for cell in column if cell not in (None, "")]
    return bool(present) and all(map(is_number, present))


def _is_count(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _is_number(cell: object) -> bool:
    """Whether a cell is a number, or the text of one."""
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


def _format_cell(cell: object, exact_sizes: bool = True) -> str:
    if cell is None:
        return ""
    if isinstance(cell, ByteCount) and not exact_sizes:
        return format_byte_count(cell)
    return escape_controls(str(cell))


def _shorten_id(cell: str) -> str:
    """Shorten an ID to its kind and the first characters, which identify it at a glance."""
    return f"{cell[: len(cell) - ID_HIDDEN_LENGTH]}{ELLIPSIS}" if _ID.fullmatch(cell) else cell


def _shorten_time(cell: object, formatted: str) -> str:
    """Shorten a time to minutes, unless it is a value."""
    match = None if isinstance(cell, ExactText) else _TIME.fullmatch(formatted)
    return match[1] + match[3] if match else formatted


def _shorten(cell: str, width: int) -> str:
    """Replace the middle of a string, as both ends of names and paths matter."""
    if measure(cell) <= width:
        return cell
    from rich.cells import set_cell_size

    tail_width = (width - 1) // 2
    head = set_cell_size(cell, width - 1 - tail_width).rstrip()
    tail = cell[len(cell) - tail_width :]
    while measure(tail) > tail_width:
        tail = tail[1:]
    return f"{head}{ELLIPSIS}{tail}"
