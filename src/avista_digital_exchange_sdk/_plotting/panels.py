"""What a picture is divided into: panels, each of one unit or of one attribute."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .series import Series

_LAST_WORD = re.compile(
    r".*\s(%|°C|°F|[kM]?V?Wh|[kMG]W|[kMG]?VA|[kMG]?(?:VAR|VAr|var)|k?VARh|[km]V|[km]A|Amps|Volts|Hz|PF)",
    re.DOTALL,
)
"""Not one letter alone: the A of `Phase A` are no amperes."""


class Panel(NamedTuple):
    """Lines that share an axis of values: those of one unit, or of one attribute without one."""

    unit: str
    series: list[Series]

    @property
    def attributes(self) -> list[str]:
        """The attributes in it."""
        return list(dict.fromkeys(series.attribute for series in self.series))

    @property
    def states(self) -> Sequence[str] | None:
        """What its numbers stand for, where they do."""
        return self.series[0].states


def group_by_unit(every: Sequence[Series]) -> list[Panel]:
    """Divide series into panels."""
    panels: dict[tuple[str, str], Panel] = {}
    for series in every:
        _, unit = split_unit(series.attribute)
        is_shared = unit and series.states is None
        key = ("unit", unit) if is_shared else ("attribute", series.attribute)
        panels.setdefault(key, Panel(unit, [])).series.append(series)
    return list(panels.values())


def split_unit(attribute: str) -> tuple[str, str]:
    """An attribute's name, and its unit: in brackets at the end, or a last word that is a unit's.

    A word remains part of the name: `A kW` without it would be called `A`.
    """
    text = attribute.rstrip()
    if text.endswith((")", "]")):
        # Not a pattern, which would go over a long row of blanks again and again.
        opening = max(text.rfind("("), text.rfind("["))
        name, unit = text[: max(opening, 0)].rstrip(), text[opening + 1 : -1]
        if name and unit and not {*unit} & {")", "]"}:
            return name, unit
    if matched := _LAST_WORD.fullmatch(attribute):
        return attribute, matched[1]
    return attribute, ""
