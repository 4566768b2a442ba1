"""The cells of a column, counted by kind."""

import math
from collections import Counter
from decimal import Decimal
from enum import Enum, auto
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .blanks import trim_cells
from .number_syntax import PLAIN_NUMBER_RE2, NumberSyntax
from .numbers import (
    BOOLEANS,
    HEXADECIMAL,
    INFINITE,
    NumberReadings,
    UnitReadings,
    is_missing_marker,
    to_bigint,
)
from .tables import Kind
from .time_texts import CLOCK_ONLY, FORMATS, is_interval

# Integers with more digits are rounded as DOUBLE.
MAX_EXACT_DIGITS = 15
MAX_EXAMPLES = 5
_MAX_CLASSIFIED = 10_000

_LEADING_ZERO = r"^[+-]?0[0-9]"
_LONG_INTEGER = rf"^[+-]?[0-9]{{{MAX_EXACT_DIGITS + 1},}}$"
_CODE_EXPONENT = r"^[0-9]+[eE][0-9]+$"
# Numbers with which loggers and weather services mark missing values.
_SENTINEL = (
    r"^(-9{3,6}|9{4,6}|-[678]999)(\.0*|\.9+)?$|^-(1(\.0*)?|3\.40?2\d*)[eE]\+?3[0-8]$"
    # The registers of devices at their limits, and the fill value of netCDF.
    r"|^(-32768|32767|65535|-2147483648|2147483647|4294967295)(\.0*)?$|^9\.969\d*[eE]\+?36$"
)
# Digits in groups of three, if a point separates them.
_GROUPED = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
# Numbers that a DOUBLE may round: those with many digits, and tiny ones.
_MANY_DIGITS = r"^[^eE]{16,}|[eE]-[0-9]{3,}$"
_HUGE_EXPONENT = r"[eE]\+?[0-9]{3,}$|^[+-]?[0-9]{300,}"


class Cell(Enum):
    """The kind of a cell."""

    NUMBER = auto()
    LEADING_ZERO = auto()
    LONG_INTEGER = auto()
    CODE_EXPONENT = auto()
    HUGE = auto()
    FORMATTED = auto()
    INFINITE = auto()
    MARKER = auto()
    BOOLEAN = auto()
    ZONED_TIME = auto()
    TIME = auto()
    CLOCK = auto()
    HEXADECIMAL = auto()
    TEXT = auto()


class Example(NamedTuple):
    """The first cell of a kind."""

    line: int
    text: str


class ColumnProfile:
    """Counts of the cells of a column by kind.

    Args:
        name: The attribute as which they are published.
        column: The name of the column in messages.
        kind: Their kind according to the file.
        numbers: The format of numbers.
    """

    def __init__(self, name: str, column: str, kind: Kind, numbers: NumberSyntax) -> None:
        self.name = name
        self.column = column
        self.kind = kind
        self.counts: Counter[Cell] = Counter()
        self.examples: dict[Cell, Example] = {}
        self.texts: dict[str, None] = {}
        self.markers: dict[str, None] = {}
        self.has_fractions = False
        # Whether points may separate groups of digits in all numbers.
        self.is_grouped = True
        self.naive_is_utc = False
        # Whether it is a column of the file, not a part of one or of several.
        self.is_one_column = True
        # Whether the file's delimiter is that of files with decimal commas.
        self.may_have_decimal_commas = False
        self.sentinels: dict[str, None] = {}
        self.not_integer: Example | None = None
        # The first number that a DOUBLE does not hold to the digit.
        self.rounded: Example | None = None
        # How strings may be numbers, if all of them are one with the same unit.
        self.unit = UnitReadings(numbers)
        self._classified: dict[str, Cell] = {}
        self.number_syntax = numbers
        self.readings = NumberReadings(numbers)

    def add(self, cells: Any, lines: Any) -> None:
        """Add non-empty cells and their lines."""
        if not len(cells):
            return
        if self.kind in (Kind.TEXT, Kind.BOOLEAN, Kind.TIME):
            own = {Kind.TEXT: Cell.TEXT, Kind.BOOLEAN: Cell.BOOLEAN, Kind.TIME: Cell.ZONED_TIME}
            self._count(own[self.kind], len(cells), lines[0].as_py(), cells[0].as_py())
            return
        stripped = trim_cells(cells)
        is_plain = pc.match_substring_regex(stripped, PLAIN_NUMBER_RE2)
        if self.number_syntax.is_plain:
            self._add_numbers(stripped.filter(is_plain), lines.filter(is_plain))
            others = pc.invert(is_plain)
            stripped, lines = stripped.filter(others), lines.filter(others)
        for text, line in zip(stripped.to_pylist(), lines.to_pylist(), strict=True):
            plain = None if self.number_syntax.is_plain else self.number_syntax.to_plain(text)
            if plain is None:
                self._count(self._classify_once(text), 1, line, text)
            else:
                self._add_numbers(pa.array([plain]), pa.array([line]))

    def _add_numbers(self, texts: Any, lines: Any) -> None:
        if not len(texts):
            return
        for cell, pattern in (
            (Cell.LEADING_ZERO, _LEADING_ZERO),
            (Cell.LONG_INTEGER, _LONG_INTEGER),
            (Cell.CODE_EXPONENT, _CODE_EXPONENT),
            (Cell.HUGE, _HUGE_EXPONENT),
        ):
            found = pc.match_substring_regex(texts, pattern)
            if cell is Cell.HUGE and pc.any(found).as_py():
                found = pa.array(
                    [
                        is_large and float(text) in (float("inf"), float("-inf"))
                        for is_large, text in zip(found.to_pylist(), texts.to_pylist(), strict=True)
                    ]
                )
            place = pc.index(found, True).as_py()
            if place >= 0:
                count = pc.sum(found).as_py()
                self._count(cell, count, lines[place].as_py(), texts[place].as_py())
        self._count(Cell.NUMBER, len(texts), lines[0].as_py(), texts[0].as_py())
        if len(self.sentinels) < MAX_EXAMPLES:
            found = texts.filter(pc.match_substring_regex(texts, _SENTINEL)).unique()
            self.sentinels |= dict.fromkeys(found.to_pylist()[:MAX_EXAMPLES])
        self.is_grouped = (
            self.is_grouped and pc.all(pc.match_substring_regex(texts, _GROUPED)).as_py()
        )
        has_point = pc.match_substring(texts, ".")
        self.has_fractions = self.has_fractions or pc.any(has_point).as_py()
        if self.not_integer is None:
            self._find_non_integer(texts, lines)
        if self.rounded is None:
            self._find_rounded(texts, lines)

    def _find_rounded(self, texts: Any, lines: Any) -> None:
        is_long = pc.match_substring_regex(texts, _MANY_DIGITS)
        if not pc.any(is_long).as_py():
            return
        texts, lines = texts.filter(is_long), lines.filter(is_long)
        floats = texts.cast(pa.float64())
        # Most long numbers are what programs write of floats.
        is_other = pc.not_equal(floats.cast(pa.string()), texts)
        others = (values.filter(is_other).to_pylist() for values in (texts, lines, floats))
        for text, line, number in zip(*others, strict=True):
            if math.isfinite(number) and Decimal(text) != Decimal(repr(number)):
                self.rounded = Example(line, text)
                return

    def _find_non_integer(self, texts: Any, lines: Any) -> None:
        is_integer = pc.match_substring_regex(texts, r"^[+-]?[0-9]{1,18}$")
        if pc.all(is_integer).as_py():
            return
        others = pc.invert(is_integer)
        for text, line in zip(
            texts.filter(others).to_pylist(), lines.filter(others).to_pylist(), strict=True
        ):
            if to_bigint(text) is None:
                self.not_integer = Example(line, text)
                return

    def _classify_once(self, text: str) -> Cell:
        """Classify a string; the same one often comes again."""
        cell = self._classified.get(text)
        if cell is None:
            cell = self._classify(text)
            if len(self._classified) < _MAX_CLASSIFIED:
                self._classified[text] = cell
        return cell

    def _classify(self, text: str) -> Cell:
        if is_missing_marker(text):
            self.markers[text] = None
            return Cell.MARKER
        if INFINITE.fullmatch(text):
            return Cell.INFINITE
        if text.lower() in BOOLEANS:
            return Cell.BOOLEAN
        if any(one.isdigit() for one in text):
            if HEXADECIMAL.fullmatch(text):
                self._remember(text)
                return Cell.HEXADECIMAL
            for form in FORMATS:
                if (time := form.parse(text)) is not None and not is_interval(text):
                    is_iso = form in FORMATS[:2] and (time.is_zoned or self.naive_is_utc)
                    self._remember(text)
                    return Cell.ZONED_TIME if is_iso else Cell.TIME
            if CLOCK_ONLY.fullmatch(text):
                self._remember(text)
                return Cell.CLOCK
            # A number in a format other than the specified one is not a string either.
            if self.readings.add(text) or NumberReadings(NumberSyntax()).add(text):
                return Cell.FORMATTED
        self._remember(text)
        self.unit.add(text)
        return Cell.TEXT

    def _remember(self, text: str) -> None:
        if len(self.texts) <= MAX_EXAMPLES:
            self.texts[text] = None

    def _count(self, cell: Cell, count: int, line: int, text: str) -> None:
        self.counts[cell] += count
        self.examples.setdefault(cell, Example(line, text))
