"""Classification of strings: numbers in other formats, missing values, infinity."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from .number_syntax import PARENTHESES, NumberSyntax

# Markers of missing numbers of R, pandas, NumPy, SQL and Excel.
MISSING_MARKERS = frozenset(
    {"na", "n/a", "#n/a", "#na", "nan", "-nan", "null", "none", "nil", "<na>", "nat", "1.#qnan"}
    | {"-1.#ind", "1.#ind", "\\n", "missing"}
)
INFINITE = re.compile(r"[+-]?(?:inf|infinity|1\.#inf|\u221e)", re.IGNORECASE)
BOOLEANS = {"true": "true", "false": "false"}
_INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+h?|[0-9][0-9a-fA-F]*h")

_CURRENCIES = "$\u20ac\u00a3\u00a5"
_UNITS = (
    *("%", "\u2030", "kWh", "MWh", "GWh", "Wh", "kW", "MW", "GW", "W", "kVA", "MVA", "VA"),
    *("kvar", "Mvar", "kVAr", "kVARh", "var", "kV", "mV", "V", "kA", "mA", "A", "Hz"),
    *("\u00b0C", "\u00b0F", "\u00b0", "m/s", "mph", "bar", "psi", "kPa", "hPa", "m3", "W/m2"),
    *("USD", "EUR", "CHF", "GBP"),
)
_AFFIXED = re.compile(
    rf"([{_CURRENCIES}]|USD|EUR|CHF|GBP)?\s*(.*?\d[^A-Za-z%\u2030\u00b0{_CURRENCIES}]*?)\s*"
    rf"({'|'.join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))}|[{_CURRENCIES}])?"
)
# A number with a short unit after it, or a currency before it.
_WITH_UNIT = re.compile(
    r"([^\d\s+\-.,]{1,4})?\s?([-+]?\d[\d.,'\u2019 \u00a0\u2009\u202f]*?)\s?"
    r"((?:[^\W\d_]|[/\u00b0\u00b2\u00b3\u00b7]|[^\w\s\"'.,:;#!?*+\-]){1,6})?"
)
# Wrappers around numbers that keep spreadsheets from converting them.
_QUOTES = (('="', '"'), ("'", "'"))
_MINUS_SIGNS = "\u2212\u2013\u2012\u00ad\ufe63\uff0d"
# Decimal separator and thousands separator.
Separators = tuple[str, str | None]
_SEPARATORS: Sequence[Separators] = (
    (".", None),
    (",", None),
    (".", ","),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (",", "'"),
)


class NumberReadings:
    """The number formats in which all of some strings are numbers.

    Args:
        given: The specified format of numbers.
    """

    def __init__(self, given: NumberSyntax) -> None:
        self._given = given
        self._strip: dict[str, None] = dict.fromkeys(given.strip)
        self._minus = given.minus
        self._separators: dict[Separators, None] | None = None

    def add(self, text: str) -> bool:
        """Add a string; return whether it can be a number."""
        strip, minus = self._read_affixes(text)
        found: dict[Separators, None] = {
            separators: None
            for separators in _SEPARATORS
            if self._agrees(separators)
            and NumberSyntax(separators[0], separators[1], strip, minus).to_plain(text) is not None
        }
        if not found:
            return False
        known = self._separators
        self._separators = found if known is None else {one: None for one in known if one in found}
        self._strip |= dict.fromkeys(strip)
        self._minus = minus or self._minus
        return True

    def arguments(self) -> list[dict[str, Any]]:
        """The arguments with which all strings are numbers, for each possible format."""
        found = self._separators or {}
        if (".", None) in found:
            # Only the strings around the numbers keep them from being plain.
            found = {(".", None): None}
        return [
            self._differences(NumberSyntax(decimal, thousands, tuple(self._strip), self._minus))
            for decimal, thousands in found
            if thousands is None or (decimal, None) not in found
        ]

    def _read_affixes(self, text: str) -> tuple[tuple[str, ...], str | None]:
        bare = text.strip()
        minus = self._given.minus
        if minus is None:
            if bare.startswith("(") and bare.endswith(")"):
                minus, bare = PARENTHESES, bare[1:-1]
            elif sign := next((one for one in bare if one in _MINUS_SIGNS), None):
                minus = sign
            elif re.fullmatch(r"[\d.,]+\s*-", bare):
                minus = "-"
        found: tuple[str | None, ...] = ()
        for opening, closing in _QUOTES:
            if bare.startswith(opening) and bare.endswith(closing):
                found, bare = (opening, closing), bare[len(opening) : -len(closing)]
                break
        affixed = _AFFIXED.fullmatch(bare.lstrip(_MINUS_SIGNS + "+- "))
        found += (affixed[1], affixed[3]) if affixed else ()
        return tuple(dict.fromkeys([*self._given.strip, *filter(None, found)])), minus

    def _agrees(self, separators: Separators) -> bool:
        decimal, thousands = separators
        given = self._given
        return (given.decimal == "." or decimal == given.decimal) and (
            given.thousands is None or thousands == given.thousands
        )

    def _differences(self, syntax: NumberSyntax) -> dict[str, Any]:
        pairs = zip(NumberSyntax._fields, syntax, NumberSyntax(), strict=True)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value, default in pairs
            if value != default
        }


class UnitReadings:
    """The ways to read strings as numbers that all have the same unit.

    Args:
        given: The specified format of numbers.
    """

    def __init__(self, given: NumberSyntax) -> None:
        self._given = given
        self._readings: NumberReadings | None = None
        self._unit = ""
        self._has_one_unit = True
        self._has_other = False

    @property
    def are_numbers(self) -> bool:
        """Whether all strings are numbers with a unit, be it of several ones."""
        return self._readings is not None and not self._has_other

    def add(self, text: str) -> None:
        """Add a string."""
        if self._has_other:
            return
        found = _WITH_UNIT.fullmatch(text.strip())
        unit = (found[1] or found[3] or "").strip() if found else ""
        if found is None or not unit or (found[1] and not _is_currency(found[1])):
            self._has_other = True
            return
        if self._readings is None:
            self._unit = unit
            strip = tuple(dict.fromkeys([*self._given.strip, unit]))
            self._readings = NumberReadings(self._given._replace(strip=strip))
        is_read = unit == self._unit and self._readings.add(text)
        self._has_one_unit = self._has_one_unit and is_read

    def arguments(self) -> list[dict[str, Any]]:
        """The arguments with which all strings are numbers, for each possible format."""
        if self._readings is None or self._has_other or not self._has_one_unit:
            return []
        return self._readings.arguments()


def _is_currency(text: str) -> bool:
    return any(unicodedata.category(one) == "Sc" for one in text)


def is_missing_marker(text: str) -> bool:
    """Whether a string marks a missing number."""
    return text.lower() in MISSING_MARKERS


def to_bigint(text: str) -> str | None:
    """Convert a 64-bit integer to its digits; return None if it is not one."""
    if not _INTEGER.fullmatch(text):
        return None
    digits = text.partition(".")[0]
    return digits if len(digits) <= 20 and -(2**63) <= int(digits) < 2**63 else None
