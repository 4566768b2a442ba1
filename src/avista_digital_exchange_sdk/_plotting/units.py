"""SI prefixes: axes in MW instead of 1,000,000 W."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.ticker import Formatter

from .labels import format_unit

EXPONENTS = {
    "f": -15,
    "p": -12,
    "n": -9,
    "µ": -6,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
PREFIXES = {exponent: prefix for prefix, exponent in EXPONENTS.items() if prefix != "u"}

# Numbers within these bounds keep their unit.
PLAIN_RANGE = (0.1, 10_000)
PLAIN_RANGE_WITHOUT_SI_UNIT = (1e-4, 100_000)
# Values whose relative difference is smaller need all digits.
MIN_RELATIVE_SPREAD = 1e-3
MAX_DECIMALS = 12

# Units that accept prefixes, alone or as in `W/m^2`.
_SI_UNIT = re.compile(
    r"([fpnµumkMGTPE]?)"
    r"((?:Wh|W|VARh|VArh|varh|VAh|VAR|VAr|var|VA|V|Ah|A|Hz|J|Pa|Ω|[Oo]hm|eV|bps|B)(?:/.+)?)"
)


class Scale(NamedTuple):
    """The scale of the numbers of an axis.

    Attributes:
        exponent: The power of ten by which numbers are divided.
        unit: The unit of the scaled numbers.
        suffix: A prefix without a unit, which follows each number.
    """

    exponent: int
    unit: str
    suffix: str = ""


def choose_scale(unit: str, lowest: float, highest: float) -> Scale:
    """Choose the prefix for values in `unit` between two bounds."""
    matched = _SI_UNIT.fullmatch(unit)
    low, high = PLAIN_RANGE if matched else PLAIN_RANGE_WITHOUT_SI_UNIT
    size = max(abs(lowest), abs(highest))
    if size == 0 or low <= size < high or 0 < highest - lowest < size * MIN_RELATIVE_SPREAD:
        return Scale(0, format_unit(unit))
    present = EXPONENTS[matched[1]] if matched else 0
    exponent = 3 * math.floor((math.log10(size) + present) / 3 + 1e-9)
    exponent = min(max(exponent, min(PREFIXES)), max(PREFIXES))
    if matched:
        return Scale(exponent - present, format_unit(PREFIXES[exponent] + matched[2]))
    return Scale(exponent, format_unit(unit), PREFIXES[exponent])


class ScaledFormatter(Formatter):
    """Formats scaled numbers with as many digits as the ticks need.

    Args:
        scale: The scale.
    """

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._decimals = 0

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a number."""
        number = x / 10.0**self._scale.exponent
        if number == 0:
            return "0"
        if abs(number) >= 1e15 or (abs(number) < 10**-MAX_DECIMALS):
            return self.fix_minus(f"{number:.6g}") + self._suffix
        return self.fix_minus(f"{number:,.{self._decimals}f}") + self._suffix

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks."""
        numbers = [float(value) / 10.0**self._scale.exponent for value in values]
        self._decimals = _count_decimals(numbers)
        return [self(float(value)) for value in values]

    def format_data_short(self, value: float) -> str:
        """Return the label of the value below the pointer."""
        number = value / 10.0**self._scale.exponent
        return f"{number:,.6g}{self._suffix} {self._scale.unit}".strip()

    @property
    def _suffix(self) -> str:
        return f" {self._scale.suffix}" if self._scale.suffix else ""


def _count_decimals(numbers: Sequence[float]) -> int:
    """Return the number of decimals that represents evenly spaced numbers exactly."""
    steps = [abs(b - a) for a, b in pairwise(numbers) if b != a]
    tolerance = min(steps, default=1) / 1000
    for decimals in range(MAX_DECIMALS):
        if all(abs(round(number, decimals) - number) <= tolerance for number in numbers):
            return decimals
    return MAX_DECIMALS
