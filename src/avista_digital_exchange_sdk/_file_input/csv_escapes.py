"""Conversion of quotes escaped by a backslash to the doubled quotes of CSV."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

BACKSLASH = "\\"


def double_quotes(lines: Iterable[str], delimiter: str, quote: str, escape: str) -> Iterator[str]:
    """Rewrite escaped quotes within quoted cells.

    An escaped escape becomes one; anything else after an escape is left as it is, as are cells
    without quotes.

    Args:
        lines: The lines of a file.
        delimiter: The separator of cells.
        quote: The quote character.
        escape: The character before a quote that is part of a cell.
    """
    opening = re.compile(rf"(?:^|{re.escape(delimiter)}) *{re.escape(quote)}")
    both = re.escape(quote), re.escape(escape)
    inner = re.compile(rf"{both[1]}([{both[0]}{both[1]}])|{both[0]}{both[0]}|{both[0]}")
    is_inside = False
    for line in lines:
        parts, position = [], 0
        while found := (inner if is_inside else opening).search(line, position):
            parts.append(line[position : found.start()])
            position = found.end()
            if not is_inside:
                parts.append(found[0])
                is_inside = True
            elif found[1]:
                parts.append(quote * 2 if found[1] == quote else escape)
            else:
                parts.append(found[0])
                is_inside = len(found[0]) > 1
        parts.append(line[position:])
        yield "".join(parts)


def detect_escape(lines: Sequence[str], delimiter: str, quote: str) -> str | None:
    """Detect whether quotes within cells are escaped by a backslash.

    Args:
        lines: The first lines of a file.
        delimiter: The separator of its cells.
        quote: Its quote character.

    Returns:
        A backslash, if only then all lines have the same number of cells.
    """
    if not any(BACKSLASH + quote in line for line in lines):
        return None
    as_is = _count_unfit(lines, delimiter, quote)
    escaped = _count_unfit(
        list(double_quotes(lines, delimiter, quote, BACKSLASH)), delimiter, quote
    )
    return BACKSLASH if escaped < as_is else None


def _count_unfit(lines: Sequence[str], delimiter: str, quote: str) -> int:
    """Count the lines from the first error on, or those with another number of cells."""
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)
    widths: Counter[int] = Counter()
    try:
        for cells in reader:
            widths[len(cells)] += 1
    except csv.Error as error:
        # The sample may end within a cell.
        if "end of data" not in str(error) or sum(widths) == 0:
            return len(lines) + 1
    return widths.total() - max(widths.values(), default=0)
