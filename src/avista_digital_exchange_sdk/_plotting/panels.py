"""Divides a figure into panels with one unit or one attribute each."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .labels import join_names
from .series import Series

# Maximum number of lines that color and dashes distinguish. More become small multiples.
MAX_LINES = 10

# No single letters: the A in `Phase A` is not the unit ampere.
_LAST_WORD = re.compile(
    r".*[\s_](%|°C|°F|[kM]?V?Wh|[kMG]W|[kMG]?VA|[kMG]?(?:VAR|VAr|var)|k?VARh|[km]V|[km]A|Amps|Volts|Hz|PF)",
    re.DOTALL,
)


class Panel(NamedTuple):
    """Lines with a shared value axis.

    Attributes:
        unit: The unit of the values, or an empty string.
        series: The lines.
        group: The number of the group of panels that share a value range.
        is_small: Whether the panel is part of small multiples.
    """

    unit: str
    series: list[Series]
    group: int
    is_small: bool = False

    @property
    def attributes(self) -> list[str]:
        """The attributes in the panel."""
        return list(dict.fromkeys(series.attribute for series in self.series))

    @property
    def assets(self) -> list[str]:
        """The assets in the panel."""
        return list(dict.fromkeys(series.asset for series in self.series))

    @property
    def states(self) -> Sequence[str] | None:
        """The strings that its numbers represent, if any."""
        return self.series[0].states

    def title(self, *, names_asset: bool, names_attribute: bool) -> str:
        """Return the title: the attributes, or what distinguishes small multiples."""
        names = join_names([split_unit(attribute)[0] for attribute in self.attributes])
        if not self.is_small or not names_asset or len(self.assets) > 1:
            return names
        return f"{self.assets[0]} · {names}" if names_attribute else self.assets[0]


def make_panels(every: Sequence[Series]) -> list[Panel]:
    """Divide series into panels whose lines can be distinguished."""
    panels = []
    has_many_assets = len({series.asset for series in every}) > MAX_LINES
    for group, panel in enumerate(_group_by_unit(every)):
        panels += [panel._replace(group=group) for panel in _split(panel, has_many_assets)]
    return panels


def _group_by_unit(every: Iterable[Series]) -> list[Panel]:
    panels: dict[tuple[str, str], Panel] = {}
    for series in every:
        _, unit = split_unit(series.attribute)
        is_shared = unit and series.states is None
        key = ("unit", unit) if is_shared else ("attribute", series.attribute)
        panels.setdefault(key, Panel(unit, [], 0)).series.append(series)
    return list(panels.values())


def _split(panel: Panel, has_many_assets: bool) -> list[Panel]:
    """Split a panel of too many lines: by attribute, by asset or by both."""
    if len(panel.series) <= MAX_LINES and not (has_many_assets and len(panel.assets) > 1):
        return [panel]
    keys: list[Callable[[Series], object]] = [
        lambda series: series.asset,
        lambda series: (series.asset, series.attribute),
    ]
    if not has_many_assets:
        keys.insert(0, lambda series: series.attribute)
    for key in keys:
        parts: dict[object, list[Series]] = {}
        for series in panel.series:
            parts.setdefault(key(series), []).append(series)
        if max(map(len, parts.values())) <= MAX_LINES:
            break
    return [Panel(panel.unit, part, 0, is_small=True) for part in parts.values()]


def split_unit(attribute: str) -> tuple[str, str]:
    """Split the unit from an attribute: in brackets at the end, or the last word.

    A last word remains part of the name, as `A kW` would become `A` without it.
    """
    label = attribute.rstrip()
    if label.endswith((")", "]")):
        # A regular expression would take quadratic time for many spaces.
        opening = max(label.rfind("("), label.rfind("["))
        name, unit = label[: max(opening, 0)].rstrip(), label[opening + 1 : -1]
        if name and unit and not {*unit} & {")", "]"}:
            return name, unit
    if matched := _LAST_WORD.fullmatch(attribute):
        return attribute, matched[1]
    return attribute, ""
