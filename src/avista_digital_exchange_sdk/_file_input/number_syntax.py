"""The format of numbers, and conversion to the plain form with a decimal point."""

import re
from typing import NamedTuple

PARENTHESES = "()"
PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
PLAIN_NUMBER_RE2 = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
# The characters that are accepted as blanks between groups of digits.
BLANKS = " \u00a0\u2009\u202f"


class NumberSyntax(NamedTuple):
    """The format of numbers in a file.

    Attributes:
        decimal: The decimal separator.
        thousands: The separator of groups of digits, or None.
        strip: Strings before or after numbers that are ignored.
        minus: A minus sign other than `-`; `()` for negative numbers in parentheses.
    """

    decimal: str = "."
    thousands: str | None = None
    strip: tuple[str, ...] = ()
    minus: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether numbers need no conversion."""
        return self == NumberSyntax()

    def to_plain(self, text: str) -> str | None:
        """Convert a number to its plain form; return None if it is not a number."""
        text = text.strip()
        for affix in self.strip:
            text = text.removeprefix(affix).removesuffix(affix).strip()
        text, is_negative = self._split_sign(text)
        sign, text = (text[0], text[1:].strip()) if text[:1] in ("+", "-") else ("", text)
        for affix in self.strip:
            text = text.removeprefix(affix).removesuffix(affix).strip()
        mantissa, letter, exponent = self._split_exponent(text)
        whole, point, fraction = mantissa.partition(self.decimal)
        if self.thousands is not None and (digits := self._ungroup(whole)) is not None:
            whole = digits
        plain = f"{sign}{whole}{'.' if point else ''}{fraction}{letter}{exponent}"
        if self.decimal != "." and "." in whole + fraction:
            return None
        if not PLAIN_NUMBER.fullmatch(plain) or (is_negative and plain[0] in "+-"):
            return None
        return f"-{plain}" if is_negative else plain

    def _split_sign(self, text: str) -> tuple[str, bool]:
        if self.minus == PARENTHESES:
            if text.startswith("(") and text.endswith(")"):
                return text[1:-1].strip(), True
        elif self.minus and text:
            if text.startswith(self.minus):
                return text[1:].strip(), True
            if text.endswith(self.minus):
                return text[:-1].strip(), True
        return text, False

    @staticmethod
    def _split_exponent(text: str) -> tuple[str, str, str]:
        for letter in "eE":
            mantissa, found, exponent = text.partition(letter)
            if found:
                return mantissa, letter, exponent
        return text, "", ""

    def _ungroup(self, whole: str) -> str | None:
        """Remove the separators between groups of three digits, or Indian groups of two."""
        separators = self.thousands or ""
        if separators in BLANKS:
            separators = BLANKS
        elif separators == "'":
            separators = "'\u2019"
        groups = re.split(f"[{re.escape(separators)}]", whole.lstrip("+-"))
        sign = whole[: len(whole) - len(whole.lstrip("+-"))]
        if len(groups) < 2 or not 1 <= len(groups[0]) <= 3 or len(groups[-1]) != 3:
            return None
        if {len(group) for group in groups[1:-1]} - {3} and (
            {len(group) for group in groups[1:-1]} != {2} or len(groups[0]) > 2
        ):
            return None
        return sign + "".join(groups)
