"""Conversion of cells to values: missing values become null, others the format of their type."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .blanks import strip_blanks, trim_cells
from .number_syntax import PLAIN_NUMBER_RE2, NumberSyntax
from .numbers import BOOLEANS, is_missing_marker, to_bigint
from .tables import STRING
from .time_reader import TimeReader

_BOOLEAN_TEXTS = BOOLEANS | {"1": "true", "0": "false"}


class NullValues:
    """The cells that are missing values although they are not empty.

    Args:
        texts: The strings; numbers are compared as numbers.
        numbers: The format of numbers in the file.
    """

    def __init__(self, texts: Sequence[str], numbers: NumberSyntax) -> None:
        self._texts = pa.array([strip_blanks(text) for text in texts], STRING)
        self._numbers = numbers
        found = (_to_number(text, numbers) for text in texts)
        self._values = {number for number in found if number is not None}

    def remove(self, cells: Any, *, keeps_blanks: bool = False) -> Any:
        """Replace missing values by null.

        Args:
            cells: The cells of a column.
            keeps_blanks: Whether blanks alone are a value, as in files with types.
        """
        trimmed = trim_cells(cells)
        missing = pc.equal(cells if keeps_blanks else trimmed, "")
        if len(self._texts):
            missing = pc.or_(missing, pc.is_in(trimmed, self._texts))
        if self._values:
            missing = pc.or_(missing, self._match_numbers(trimmed))
        return pc.if_else(missing, pa.scalar(None, STRING), cells)

    def _match_numbers(self, trimmed: Any) -> Any:
        if not self._numbers.is_plain:
            return pa.array(
                [_to_number(text, self._numbers) in self._values for text in trimmed.to_pylist()]
            )
        plain = pc.match_substring_regex(trimmed, PLAIN_NUMBER_RE2)
        floats = pc.if_else(plain, trimmed, pa.scalar(None, STRING)).cast(pa.float64())
        return pc.is_in(floats, pa.array([float(value) for value in self._values]))


def _to_number(text: str | None, numbers: NumberSyntax) -> Decimal | None:
    if text is None:
        return None
    plain = numbers.to_plain(text)
    if plain is None:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def convert(cells: Any, kind: str, numbers: NumberSyntax, times: TimeReader) -> Any:
    """Format cells of one type for the platform."""
    if kind == "VARCHAR":
        return cells
    trimmed = trim_cells(cells)
    if kind == "DOUBLE" and numbers.is_plain:
        plain = pc.match_substring_regex(trimmed, PLAIN_NUMBER_RE2)
        return pc.if_else(plain, trimmed, pa.scalar(None, STRING))
    texts = trimmed.to_pylist()
    converted = [None if text is None else _convert(text, kind, numbers, times) for text in texts]
    return pa.array(converted, STRING)


def _convert(text: str, kind: str, numbers: NumberSyntax, times: TimeReader) -> str | None:
    if is_missing_marker(text):
        return None
    if kind == "BOOLEAN":
        return _BOOLEAN_TEXTS.get(text.lower())
    if kind == "TIMESTAMP":
        return times.parse_value(text)
    plain = numbers.to_plain(text)
    return to_bigint(plain) if kind == "BIGINT" and plain is not None else plain
