"""Line styles and legends without duplicate entries."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .labels import fit
from .panels import MAX_LINES, Panel, split_unit
from .series import Series
from .theme import LineStyle, line_style, rcParams, to_points, vary

# The maximum width relative to the panels next to it.
MAX_WIDTH_FRACTION = 0.3
MAX_WIDTH = 2.6

# The space between axes and legend, relative to the width of the axes.
SPACING = 0.01


class Entry(NamedTuple):
    """An entry of a legend: an asset, an attribute, or an attribute of several assets."""

    label: str
    variant: int | None = None
    look: int | None = None

    @property
    def style(self) -> LineStyle:
        """The style of its line. An attribute of several assets has the color of labels."""
        if self.look is not None:
            return line_style(self.look)
        return vary({"color": rcParams["axes.labelcolor"], "linestyle": "-"}, self.variant or 0)


class Legends:
    """The line styles and legends of a figure.

    If there are several assets, each has one color in all panels, and attributes differ by dashes
    or markers. Otherwise the attributes of a unit have different colors.

    Args:
        panels: The panels of the figure.
    """

    def __init__(self, panels: Sequence[Panel]) -> None:
        self._assets = list(dict.fromkeys(s.asset for panel in panels for s in panel.series))
        self._is_by_asset = 1 < len(self._assets) <= MAX_LINES
        self._looks = _number_attributes(panels)
        self.of_panels = [self._entries(panel) for panel in panels]
        every = [entry for entries in self.of_panels for entry in entries]
        self.of_figure: list[Entry] = []
        if len(every) > len(set(every)):
            self.of_figure = sorted(dict.fromkeys(every), key=lambda entry: entry.look is None)
            self.of_panels = [[] for _ in panels]

    def style(self, series: Series, panel: Panel) -> LineStyle:
        """Return the style of a line in a panel."""
        if self._is_by_asset:
            index, variant = self._assets.index(series.asset), self._variant(series, panel)
            return vary(line_style(index), variant)
        return line_style(self._looks[series.attribute])

    def _variant(self, series: Series, panel: Panel) -> int:
        return 0 if len(panel.attributes) == 1 else panel.attributes.index(series.attribute)

    def _entries(self, panel: Panel) -> list[Entry]:
        names = {attribute: split_unit(attribute)[0] for attribute in panel.attributes}
        if not self._is_by_asset:
            if len(panel.series) == 1:
                return []
            return [Entry(names[s.attribute], look=self._looks[s.attribute]) for s in panel.series]
        entries = [Entry(asset, look=self._assets.index(asset)) for asset in panel.assets]
        if panel.is_small and len(panel.assets) == 1:
            entries = []
        if len(names) > 1:
            entries += [Entry(name, variant=n) for n, name in enumerate(names.values())]
        return entries


def _number_attributes(panels: Sequence[Panel]) -> dict[str, int]:
    """Return the style index of each attribute; equal names share one across panels."""
    groups: dict[int, list[str]] = {}
    for panel in panels:
        known = groups.setdefault(panel.group, [])
        known += [name for name in panel.attributes if name not in known]
    names = [split_unit(attribute)[0] for group in groups.values() for attribute in group]
    distinct = list(dict.fromkeys(names))
    if len(distinct) < len(names) and len(distinct) <= MAX_LINES:
        numbered = {a: distinct.index(split_unit(a)[0]) for group in groups.values() for a in group}
    else:
        numbered = {a: index for group in groups.values() for index, a in enumerate(group)}
    single = {p.attributes[0] for p in panels if p.is_small and len(p.series) == 1}
    return numbered | dict.fromkeys(single, 0)


def draw_legend(parent: Axes | Figure, entries: Sequence[Entry], width: float) -> None:
    """Draw a legend to the right of axes or of a figure, whose width is in inches."""
    if not entries:
        return
    size = to_points(rcParams["legend.fontsize"])
    figure = parent.get_figure(root=True)
    assert figure is not None
    max_width = min(MAX_WIDTH_FRACTION * width, MAX_WIDTH)
    labels = fit(figure, [entry.label for entry in entries], max_width, size)
    # matplotlib hides entries whose labels begin with an underscore.
    labels = [f" {label}" if label.startswith("_") else label for label in labels]
    handles = [Line2D([], [], **_without_spacing(entry.style)) for entry in entries]
    if isinstance(parent, Figure):
        legend = parent.legend(handles, labels, loc="outside right upper")
    else:
        legend = parent.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(1 + SPACING, 1.0),
            borderaxespad=0,
        )
    for label in legend.get_texts():
        label.set_parse_math(False)


def _without_spacing(style: LineStyle) -> LineStyle:
    return {name: value for name, value in style.items() if name != "markevery"}
