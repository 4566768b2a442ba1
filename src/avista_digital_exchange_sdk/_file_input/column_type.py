"""The type as which a column is published, inferred from its cells."""

from collections.abc import Callable
from typing import NamedTuple

from .column_profile import MAX_EXACT_DIGITS, MAX_EXAMPLES, Cell, ColumnProfile
from .problems import Problems, quote, suggest
from .tables import Kind

_NUMBERS = {Cell.NUMBER, Cell.LEADING_ZERO, Cell.LONG_INTEGER, Cell.CODE_EXPONENT, Cell.HUGE}
_NUMERIC = _NUMBERS | {Cell.FORMATTED, Cell.INFINITE}
_TIMES = {Cell.ZONED_TIME, Cell.TIME}


class Decision(NamedTuple):
    """The type of a column.

    Attributes:
        type: The platform's type of its values. None if there are none to publish.
        skips_markers: Whether NA, NaN and similar strings are missing values.
    """

    type: str | None
    skips_markers: bool = False


class TypeFinder:
    """Finds the type of a column.

    Args:
        profile: The kinds of its cells.
        problems: Receives ambiguous contents.
        parse_time: Parses a cell like the times of rows. Returns None if it is not a time.
    """

    def __init__(
        self, profile: ColumnProfile, problems: Problems, parse_time: Callable[[str], str | None]
    ) -> None:
        self._profile = profile
        self._problems = problems
        self._parse_time = parse_time
        self._is_stated = False

    def decide(self, requested: str | None, known: str | None) -> Decision:
        """Find the type of the column, and add ambiguous contents to the problems.

        Args:
            requested: The type that the caller or the file requests.
            known: The type of the attribute in the database.
        """
        name = self._profile.name
        if requested and known and requested != known:
            self._problems.add(
                f"must be published as {known}, the type of {name!r} in the database, got "
                f"{requested}; publish it under another name with "
                f"{suggest(attributeNames={self._profile.column: f'{name}_{requested.lower()}'})}",
                column=self._profile.column,
            )
            return Decision(None)
        if not self._profile.counts:
            return Decision(None)
        wanted = requested or known
        self._is_stated = wanted is not None
        if wanted is None:
            return self._infer()
        self._check_type(wanted, "requested" if requested else "in the database")
        return Decision(wanted, wanted not in ("VARCHAR",))

    def notices(self, decision: Decision) -> list[str]:
        """Describe doubtful contents that do not prevent publishing.

        Args:
            decision: Its type.
        """
        profile = self._profile
        column = f"column {profile.column!r}"
        if not profile.counts:
            return [f"{column} has no values and is not published"]
        found = []
        if decision.type in ("DOUBLE", "BIGINT") and profile.sentinels:
            found.append(
                f"{column} has {' and '.join(profile.sentinels)}, which often means a missing "
                f"value; {suggest(nullValues=list(profile.sentinels))} treats such cells so"
            )
        if decision.type == "DOUBLE" and self._may_be_grouped:
            text = profile.examples[Cell.NUMBER].text
            found.append(
                f"{column} has numbers such as {text}, read with a decimal point; "
                f"{suggest(thousands='.', decimal=',')} reads {text.replace('.', '')}"
            )
        if decision.type == "DOUBLE" and profile.rounded is not None:
            found.append(
                f"{column} has numbers such as {profile.rounded.text}, which have more digits than "
                f"a DOUBLE holds and are rounded; {self._as_text()} publishes strings"
            )
        if (
            decision.type == "VARCHAR"
            and set(profile.counts) == {Cell.TEXT}
            and not (self._is_stated or not profile.unit.are_numbers)
        ):
            text = quote(profile.examples[Cell.TEXT].text)
            found.append(
                f"{column} has numbers with several units, such as {text}, published as strings"
            )
        if decision.skips_markers and (example := profile.examples.get(Cell.MARKER)):
            what = {"TIMESTAMP": "timestamp", "BOOLEAN": "boolean"}.get(
                str(decision.type), "number"
            )
            found.append(
                f"{column}: {profile.counts[Cell.MARKER]} cells such as {quote(example.text)} "
                f"have no {what} and are not published"
            )
        if not self._is_stated:
            found += self._notice_times(decision, column)
        return found

    @property
    def _may_be_grouped(self) -> bool:
        """Whether numbers may have groups of digits, as in files with decimal commas."""
        profile = self._profile
        is_plain = profile.number_syntax.is_plain and profile.counts[Cell.NUMBER] > 0
        return is_plain and profile.may_have_decimal_commas and profile.is_grouped

    def _notice_times(self, decision: Decision, column: str) -> list[str]:
        """Describe how times are published whose type was not requested."""
        counts = self._profile.counts
        if decision.type == "VARCHAR" and set(counts) == {Cell.CLOCK}:
            text = quote(self._profile.examples[Cell.CLOCK].text)
            return [
                f"{column} has times of day or durations such as {text}, published as strings"
                f"{self._ignore()}"
            ]
        if decision.type == "TIMESTAMP" and counts[Cell.TIME]:
            return [
                f"{column} has timestamps, which are read like those of the rows; "
                f"{self._as_text()} publishes strings{self._ignore(', ')}"
            ]
        return []

    def _ignore(self, separator: str = "; ") -> str:
        """The advice to ignore the column, if that is possible."""
        if not self._profile.is_one_column:
            return ""
        return f"{separator}{suggest(ignoreColumns=[self._profile.column])} ignores it"

    def _infer(self) -> Decision:
        kinds = set(self._profile.counts)
        if self._profile.kind is Kind.NUMBER:
            self._check_new_numbers()
            return Decision("DOUBLE", True)
        if self._profile.kind is Kind.TEXT:
            return Decision("VARCHAR")
        if kinds == {Cell.MARKER}:
            example = self._profile.examples[Cell.MARKER]
            self._add(
                Cell.MARKER,
                f"has only cells such as {quote(example.text)}; "
                f"{suggest(nullValues=list(self._profile.markers))} treats them as missing, "
                f"{self._as_text()} publishes them as strings",
            )
            return Decision(None)
        values = kinds - {Cell.MARKER}
        if values <= _NUMERIC:
            self._check_new_numbers()
            return Decision("DOUBLE", True)
        if values == {Cell.BOOLEAN}:
            return Decision("BOOLEAN", True)
        if values == {Cell.ZONED_TIME}:
            return Decision("TIMESTAMP", True)
        if values == {Cell.CLOCK}:
            return Decision("VARCHAR")
        if values <= _TIMES | {Cell.CLOCK}:
            return self._infer_times(values)
        if values & _NUMERIC or (Cell.BOOLEAN in values and values != {Cell.BOOLEAN}):
            self._refuse_mixture(values)
        elif values == {Cell.TEXT} and (ways := self._profile.unit.arguments()):
            self._add(
                Cell.TEXT,
                f"is not a plain number; read it with {' or '.join(suggest(**way) for way in ways)}"
                f"; {self._as_text()} publishes the column as strings",
                shows_cell=True,
            )
        return Decision("VARCHAR")

    def _infer_times(self, values: set[Cell]) -> Decision:
        """Read naive times like those of the rows, if that is possible."""
        unread = [cell for cell in values if not self._is_time(self._profile.examples[cell].text)]
        if not unread:
            return Decision("TIMESTAMP", True)
        self._add(
            min(unread, key=lambda cell: self._profile.examples[cell].line),
            f"is a timestamp in another format than those of the rows; {self._as_text()} "
            f"publishes the column as strings{self._ignore(', ')}",
            shows_cell=True,
        )
        return Decision(None)

    def _is_time(self, text: str) -> bool:
        return self._parse_time(text) is not None

    def _refuse_mixture(self, values: set[Cell]) -> None:
        numbers = sum(self._profile.counts[cell] for cell in _NUMERIC)
        what, count = (
            ("number", numbers) if numbers else ("boolean", self._profile.counts[Cell.BOOLEAN])
        )
        others = values - (_NUMERIC if numbers else {Cell.BOOLEAN})
        first = min(others, key=lambda cell: self._profile.examples[cell].line)
        texts = list(self._profile.texts)
        shown = texts if 0 < len(texts) <= MAX_EXAMPLES else [self._profile.examples[first].text]
        advice = f"{suggest(nullValues=shown)} treats such cells as missing, "
        if others == {Cell.BOOLEAN}:
            kind = suggest(measureTypes={self._profile.column: "BOOLEAN"})
            advice = f"{kind} publishes true and 1, false and 0 as booleans, "
        self._add(
            first,
            f"is not a {what}, unlike {count} other cells; {advice}"
            f"{self._as_text()} publishes the whole column as strings",
            shows_cell=True,
        )

    def _check_new_numbers(self) -> None:
        """Reject numbers that may be codes, or that a DOUBLE cannot represent."""
        choice = f"{suggest(measureTypes={self._profile.column: 'DOUBLE'})} publishes numbers"
        as_text = f"{self._as_text()} publishes the column as strings, "
        for cell, what in (
            (Cell.LEADING_ZERO, "may be a code, as it begins with 0"),
            (Cell.LONG_INTEGER, f"has more than {MAX_EXACT_DIGITS} digits, as codes have"),
        ):
            if self._profile.counts[cell]:
                more = (
                    f", {suggest(measureTypes={self._profile.column: 'BIGINT'})} integers"
                    if cell is Cell.LONG_INTEGER
                    else ""
                )
                self._add(cell, f"{what}; {as_text}{choice}{more}", shows_cell=True)
        if self._profile.counts[Cell.CODE_EXPONENT] and not self._profile.has_fractions:
            self._add(
                Cell.CODE_EXPONENT,
                f"may be a code or a number with an exponent; {as_text}{choice}",
                shows_cell=True,
            )
        self._check_double()

    def _check_double(self) -> None:
        for cell, what in ((Cell.HUGE, "too large for a DOUBLE"), (Cell.INFINITE, "infinite")):
            if self._profile.counts[cell]:
                text = self._profile.examples[cell].text
                self._add(
                    cell,
                    f"is {what}; {suggest(nullValues=[text])} treats such cells as missing, "
                    f"{self._as_text()} publishes the column as strings",
                    shows_cell=True,
                )
        if self._profile.counts[Cell.FORMATTED]:
            readings = self._profile.readings.arguments()
            ways = " or ".join(suggest(**reading) for reading in readings if reading)
            if ways:
                advice = f"is not a plain number; read it with {ways}"
            elif self._profile.number_syntax.is_plain:
                advice = "is not a plain number; the column's numbers are written in several ways"
            else:
                advice = "is not a number in the format of the arguments"
            self._add(
                Cell.FORMATTED,
                f"{advice}; {self._as_text()} publishes the column as strings",
                shows_cell=True,
            )

    def _check_type(self, wanted: str, reason: str) -> None:
        valid = {
            "DOUBLE": _NUMBERS - {Cell.HUGE} | {Cell.MARKER},
            "BIGINT": _NUMBERS - {Cell.HUGE} | {Cell.MARKER},
            "BOOLEAN": {Cell.BOOLEAN, Cell.NUMBER, Cell.MARKER},
            "TIMESTAMP": _TIMES | {Cell.MARKER},
            "VARCHAR": set(Cell),
        }[wanted]
        if wanted in ("DOUBLE", "BIGINT"):
            self._check_double()
            valid = valid | {Cell.HUGE, Cell.FORMATTED, Cell.INFINITE}
        wrong = [cell for cell in self._profile.counts if cell not in valid]
        if wanted == "BIGINT" and self._profile.not_integer is not None:
            self._problems.add(
                f"got {quote(self._profile.not_integer.text)}, which is not a 64-bit integer; "
                f"the column is BIGINT as {reason}",
                line=self._profile.not_integer.line,
                column=self._profile.column,
            )
        if wrong:
            first = min(wrong, key=lambda cell: self._profile.examples[cell].line)
            text = self._profile.examples[first].text
            self._add(
                first,
                f"is not a {wanted}, the type {reason}; {suggest(nullValues=[text])} treats such "
                "cells as missing",
                shows_cell=True,
            )

    def _add(self, cell: Cell, what: str, *, shows_cell: bool = False) -> None:
        example = self._profile.examples[cell]
        shown = f"{quote(example.text)} {what}" if shows_cell else what
        self._problems.add(shown, line=example.line, column=self._profile.column)

    def _as_text(self) -> str:
        return suggest(measureTypes={self._profile.column: "VARCHAR"})
