"""Splits the rows of a Timestream result into cells without parsing them as JSON.

Parsing creates a dictionary for each cell, which takes longer than converting it.
"""

from typing import NamedTuple

# How rows of scalars and nulls are separated in compact JSON.
_START = '"Rows":[{"Data":[{"ScalarValue":"'
_BETWEEN_CELLS = '"},{"ScalarValue":"'
_BETWEEN_ROWS = '"}]},{"Data":[{"ScalarValue":"'
_END = '"}]}]'

_ROWS = '"Rows"'
_NO_ROWS = f"{_ROWS}:[]"

# Stands for null: JSON strings contain it only if it is escaped.
NULL = "\0"
_JSON_NULL = '{"NullValue":true}'
_NULL_CELL = f'{{"ScalarValue":"{NULL}"}}'


class SplitRows(NamedTuple):
    """The rows of a result, and the rest.

    Attributes:
        columns: The strings of each column; `NULL` for null.
        has_nulls: Whether any of them is null.
        rest: The JSON of the result without its rows.
    """

    columns: list[tuple[str, ...]]
    has_nulls: bool
    rest: str


def split_rows(result: str) -> SplitRows | None:
    """Split the rows of a result; None if it must be parsed as JSON."""
    # Without escapes, quotes only delimit strings.
    if "\\" in result or NULL in result:
        return None
    text = result.replace(_JSON_NULL, _NULL_CELL)
    before, start, after = text.partition(_START)
    data, end, after = after.partition(_END)
    if not (start and end) or _ROWS in before or _ROWS in after:
        return None
    rows = [row.split(_BETWEEN_CELLS) for row in data.split(_BETWEEN_ROWS)]
    try:
        columns = list(zip(*rows, strict=True))
    except ValueError:
        return None
    quotes = _BETWEEN_ROWS.count('"') * (len(rows) - 1)
    quotes += _BETWEEN_CELLS.count('"') * (len(columns) - 1) * len(rows)
    if data.count('"') != quotes:
        # A cell contains quotes, so it is neither a scalar nor null.
        return None
    return SplitRows(columns, len(text) != len(result), f"{before}{_NO_ROWS}{after}")
