"""All cells of a column, counted by what they are, and the type that follows from them."""

import re
from collections import Counter
from enum import Enum, auto
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .._time_series.record_validation import MAX_VALUE_BYTES
from .blanks import trim_cells
from .number_syntax import PLAIN_NUMBER_RE2, NumberSyntax
from .numbers import BOOLEANS, HEXADECIMAL, INFINITE, NumberReadings, is_missing_marker
from .problems import Problems, quote, suggest
from .tables import Kind
from .time_texts import FORMATS, looks_like_time

# Integers with more digits are rounded as DOUBLE.
MAX_EXACT_DIGITS = 15
MAX_EXAMPLES = 5

_LEADING_ZERO = r"^[+-]?0[0-9]"
_LONG_INTEGER = rf"^[+-]?[0-9]{{{MAX_EXACT_DIGITS + 1},}}$"
_CODE_EXPONENT = r"^[0-9]+[eE][0-9]+$"
# What loggers and weather services write where there is no value.
_SENTINEL = r"^-9{3,6}(\.0*|\.9+)?$"
_HUGE_EXPONENT = r"[eE]\+?[0-9]{3,}$|^[+-]?[0-9]{300,}"
_INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)


class Cell(Enum):
    """What a cell can be."""

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
    HEXADECIMAL = auto()
    TEXT = auto()


_NUMBERS = {Cell.NUMBER, Cell.LEADING_ZERO, Cell.LONG_INTEGER, Cell.CODE_EXPONENT, Cell.HUGE}
_NUMERIC = _NUMBERS | {Cell.FORMATTED, Cell.INFINITE}
TIMES = {Cell.ZONED_TIME, Cell.TIME}


class Example(NamedTuple):
    """The first cell of its kind."""

    line: int
    text: str


class Decision(NamedTuple):
    """What becomes of a column.

    Attributes:
        type: The platform's type of its values; None if it has none to publish.
        skips_markers: Whether NA, NaN and the like are no values.
    """

    type: str | None
    skips_markers: bool = False


class ColumnProfile:
    """What the cells of a column are.

    Args:
        name: The attribute that they are published as.
        column: The column, as messages call it.
        kind: What the file says of them.
        numbers: How numbers are written.
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
        self.naive_is_utc = False
        self.sentinel: Example | None = None
        self.too_long: Example | None = None
        self.not_integer: Example | None = None
        self._numbers = numbers
        self._readings = NumberReadings(numbers)

    def add(self, cells: Any, lines: Any) -> None:
        """Look at cells that hold something, and their lines."""
        if not len(cells):
            return
        self._check_length(cells, lines)
        if self.kind in (Kind.TEXT, Kind.BOOLEAN, Kind.TIME):
            own = {Kind.TEXT: Cell.TEXT, Kind.BOOLEAN: Cell.BOOLEAN, Kind.TIME: Cell.ZONED_TIME}
            self._count(own[self.kind], len(cells), lines[0].as_py(), cells[0].as_py())
            return
        stripped = trim_cells(cells)
        is_plain = pc.match_substring_regex(stripped, PLAIN_NUMBER_RE2)
        if self._numbers.is_plain:
            self._add_numbers(stripped.filter(is_plain), lines.filter(is_plain))
            others = pc.invert(is_plain)
            stripped, lines = stripped.filter(others), lines.filter(others)
        for text, line in zip(stripped.to_pylist(), lines.to_pylist(), strict=True):
            plain = None if self._numbers.is_plain else self._numbers.to_plain(text)
            if plain is None:
                self._count(self._classify(text), 1, line, text)
            else:
                self._add_numbers(pa.array([plain]), pa.array([line]))

    def decide(
        self, requested: str | None, known: str | None, is_chosen: bool, problems: Problems
    ) -> Decision:
        """Find the type of the column; what is doubtful is added to `problems`.

        Args:
            requested: The type that the caller or the file asks for.
            known: The type that the database has the attribute as.
            is_chosen: Whether the caller named the column as one to publish.
            problems: What keeps the file from being published.
        """
        if requested and known and requested != known:
            problems.add(
                f"must be published as {known}, the type of {self.name!r} in the database, "
                f"got {requested}; publish it under another name with "
                f"{suggest(attributeNames={self.column: self.name + '_' + requested.lower()})}",
                column=self.column,
            )
            return Decision(None)
        if not self.counts:
            return Decision(None)
        wanted = requested or known
        if wanted is None:
            return self._infer(is_chosen, problems)
        self._check_type(wanted, "asked for" if requested else "in the database", problems)
        return Decision(wanted, wanted not in ("VARCHAR",))

    def notice(self, decision: Decision, *, are_times: bool) -> str | None:
        """What the user should know of the column although it can be published.

        Args:
            decision: What becomes of it.
            are_times: Whether its times, if it has any, can be published as times.
        """
        if not self.counts:
            return f"column {self.column!r} holds no values and is not published"
        if decision.type is None:
            advice = f"{self._as_text()} publishes them as text"
            if are_times:
                as_times = suggest(measureTypes={self.column: "TIMESTAMP"})
                advice = f"{as_times} publishes them as times, {self._as_text()} as text"
            return f"column {self.column!r} holds times and is not published; {advice}"
        if decision.type in ("DOUBLE", "BIGINT") and self.sentinel is not None:
            text = self.sentinel.text
            return (
                f"column {self.column!r} holds {text}, which often stands for no value; "
                f"{suggest(nullValues=[text])} leaves such cells out"
            )
        if decision.skips_markers and (example := self.examples.get(Cell.MARKER)):
            count = self.counts[Cell.MARKER]
            return (
                f"column {self.column!r}: {count} cells such as {quote(example.text)} "
                f"hold no number and are not published"
            )
        return None

    def _infer(self, is_chosen: bool, problems: Problems) -> Decision:
        kinds = set(self.counts)
        if self.kind is Kind.NUMBER:
            self._check_new_numbers(problems)
            return Decision("DOUBLE", True)
        if self.kind is Kind.TEXT:
            return Decision("VARCHAR")
        if kinds == {Cell.MARKER}:
            example = self.examples[Cell.MARKER]
            self._add(
                problems,
                Cell.MARKER,
                f"holds nothing but {quote(example.text)} and the like; "
                f"{suggest(nullValues=list(self.markers))} leaves these cells out, "
                f"{self._as_text()} publishes them as text",
            )
            return Decision(None)
        values = kinds - {Cell.MARKER}
        if values <= _NUMERIC:
            self._check_new_numbers(problems)
            return Decision("DOUBLE", True)
        if values == {Cell.BOOLEAN}:
            return Decision("BOOLEAN", True)
        if values == {Cell.ZONED_TIME} and Cell.MARKER not in kinds:
            return Decision("TIMESTAMP")
        if values <= TIMES:
            if is_chosen:
                self._add(
                    problems,
                    next(iter(values)),
                    f"holds times; {suggest(measureTypes={self.column: 'TIMESTAMP'})} publishes "
                    f"them as times, {self._as_text()} as text",
                )
            return Decision(None)
        if values & _NUMERIC or (Cell.BOOLEAN in values and values != {Cell.BOOLEAN}):
            self._refuse_mixture(values, problems)
        return Decision("VARCHAR")

    def _refuse_mixture(self, values: set[Cell], problems: Problems) -> None:
        numbers = sum(self.counts[cell] for cell in _NUMERIC)
        what, count = ("numbers", numbers) if numbers else ("booleans", self.counts[Cell.BOOLEAN])
        others = values - (_NUMERIC if numbers else {Cell.BOOLEAN})
        first = min(others, key=lambda cell: self.examples[cell].line)
        advice = ""
        if len(self.texts) <= MAX_EXAMPLES:
            advice = f"{suggest(nullValues=list(self.texts))} leaves such cells out, "
        else:
            advice = f"{suggest(nullValues=[self.examples[first].text])} leaves such cells out, "
        self._add(
            problems,
            first,
            f"is not one of the {what}, which {count} other cells are; {advice}"
            f"{self._as_text()} publishes the whole column as text",
            shows_cell=True,
        )

    def _check_new_numbers(self, problems: Problems) -> None:
        """Refuse numbers that may be codes, or that a DOUBLE does not hold."""
        choice = f"{suggest(measureTypes={self.column: 'DOUBLE'})} publishes numbers"
        as_text = f"{self._as_text()} publishes the column as text, "
        for cell, what in (
            (Cell.LEADING_ZERO, "may be a code, as it begins with 0"),
            (Cell.LONG_INTEGER, f"has more than {MAX_EXACT_DIGITS} digits, as codes have"),
        ):
            if self.counts[cell]:
                more = (
                    f", {suggest(measureTypes={self.column: 'BIGINT'})} integers"
                    if cell is Cell.LONG_INTEGER
                    else ""
                )
                self._add(problems, cell, f"{what}; {as_text}{choice}{more}", shows_cell=True)
        if self.counts[Cell.CODE_EXPONENT] and not self.has_fractions:
            self._add(
                problems,
                Cell.CODE_EXPONENT,
                f"may be a code or a number with an exponent; {as_text}{choice}",
                shows_cell=True,
            )
        self._check_double(problems)

    def _check_double(self, problems: Problems) -> None:
        for cell, what in ((Cell.HUGE, "too large for a DOUBLE"), (Cell.INFINITE, "infinite")):
            if self.counts[cell]:
                text = self.examples[cell].text
                self._add(
                    problems,
                    cell,
                    f"is {what}; {suggest(nullValues=[text])} leaves such cells out, "
                    f"{self._as_text()} publishes the column as text",
                    shows_cell=True,
                )
        if self.counts[Cell.FORMATTED]:
            readings = self._readings.arguments()
            ways = " or ".join(suggest(**reading) for reading in readings if reading)
            if ways:
                advice = f"is not a plain number; read it with {ways}"
            elif self._numbers.is_plain:
                advice = "is not a plain number; the column's numbers are written in several ways"
            else:
                advice = "is not a number as the arguments say that numbers are written"
            self._add(
                problems,
                Cell.FORMATTED,
                f"{advice}; {self._as_text()} publishes the column as text",
                shows_cell=True,
            )

    def _check_type(self, wanted: str, reason: str, problems: Problems) -> None:
        valid = {
            "DOUBLE": _NUMBERS - {Cell.HUGE} | {Cell.MARKER},
            "BIGINT": _NUMBERS - {Cell.HUGE} | {Cell.MARKER},
            "BOOLEAN": {Cell.BOOLEAN, Cell.NUMBER, Cell.MARKER},
            "TIMESTAMP": TIMES | {Cell.MARKER},
            "VARCHAR": set(Cell),
        }[wanted]
        if wanted in ("DOUBLE", "BIGINT"):
            self._check_double(problems)
            valid = valid | {Cell.HUGE, Cell.FORMATTED, Cell.INFINITE}
        wrong = [cell for cell in self.counts if cell not in valid]
        if wanted == "BIGINT" and self.not_integer is not None:
            problems.add(
                f"got {quote(self.not_integer.text)}, which is no integer of 64 bits; the column "
                f"is BIGINT as {reason}",
                line=self.not_integer.line,
                column=self.column,
            )
        if wrong:
            first = min(wrong, key=lambda cell: self.examples[cell].line)
            text = self.examples[first].text
            self._add(
                problems,
                first,
                f"is no {wanted}, the type {reason}; {suggest(nullValues=[text])} leaves such "
                "cells out",
                shows_cell=True,
            )

    def _add(self, problems: Problems, cell: Cell, what: str, *, shows_cell: bool = False) -> None:
        example = self.examples[cell]
        shown = f"{quote(example.text)} {what}" if shows_cell else what
        problems.add(shown, line=example.line, column=self.column)

    def _as_text(self) -> str:
        return suggest(measureTypes={self.column: "VARCHAR"})

    def _check_length(self, cells: Any, lines: Any) -> None:
        if self.too_long is None:
            place = pc.index(pc.greater(pc.binary_length(cells), MAX_VALUE_BYTES), True).as_py()
            if place >= 0:
                self.too_long = Example(lines[place].as_py(), cells[place].as_py())

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
        if self.sentinel is None:
            place = pc.index(pc.match_substring_regex(texts, _SENTINEL), True).as_py()
            if place >= 0:
                self.sentinel = Example(lines[place].as_py(), texts[place].as_py())
        has_point = pc.match_substring(texts, ".")
        self.has_fractions = self.has_fractions or pc.any(has_point).as_py()
        if self.not_integer is None:
            self._find_non_integer(texts, lines)

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
                if (time := form.parse(text)) is not None:
                    is_iso = form in FORMATS[:2] and (time.is_zoned or self.naive_is_utc)
                    self._remember(text)
                    return Cell.ZONED_TIME if is_iso else Cell.TIME
            if looks_like_time(text):
                self._remember(text)
                return Cell.TIME
            # A number in another form than the stated one is no text either.
            if self._readings.add(text) or NumberReadings(NumberSyntax()).add(text):
                return Cell.FORMATTED
        self._remember(text)
        return Cell.TEXT

    def _remember(self, text: str) -> None:
        if len(self.texts) <= MAX_EXAMPLES:
            self.texts[text] = None

    def _count(self, cell: Cell, count: int, line: int, text: str) -> None:
        self.counts[cell] += count
        self.examples.setdefault(cell, Example(line, text))


def to_bigint(text: str) -> str | None:
    """An integer of 64 bits as digits alone; None for what is none."""
    if not _INTEGER.fullmatch(text):
        return None
    digits = text.partition(".")[0]
    return digits if len(digits) <= 20 and -(2**63) <= int(digits) < 2**63 else None
