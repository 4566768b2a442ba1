"""A figure of panels, one a unit or attribute, on one axis of time."""

import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import matplotlib.dates
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from ..errors import InvalidParameterError
from .series import Drawable, Series
from .thinning import Line, Numbers, Times, line_of

dates: Any = matplotlib.dates
"""Most of it is not typed."""

MOST_PANELS = 40
LONGEST_LABEL = 36
LONGEST_TITLE = 110

# Inches.
WIDTH = 11.0
HEIGHT = 2.4
HEIGHT_OF_STATES = 1.1
HEIGHT_BESIDE = 0.9
HEIGHT_OF_LABEL = 0.2

NARROW_MARGIN = 0.01
"""How much of the axis of time is empty at either end."""

SHORTEST_MARGIN = 500_000_000
MARGIN_OF_INSTANT = 1800_000_000_000
"""The same in nanoseconds, where there is hardly any time between first and last, or none."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""The palette of Okabe and Ito, which people who see colours differently can tell apart."""

STYLES = ("-", "--", ":", "-.")
GREY = "#666666"
FAINT = "#E5E5E5"

_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*", re.DOTALL)
_POWERS = str.maketrans({"2": "²", "3": "³"})


class Picture(Figure):
    """A figure that notebooks show, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


class _Times(NamedTuple):
    """The first and the last time of all series."""

    first: int
    last: int

    @property
    def shown(self) -> Times:
        """The ends of the axis."""
        span = self.last - self.first
        margin = max(int(span * NARROW_MARGIN), SHORTEST_MARGIN) if span else MARGIN_OF_INSTANT
        return np.array([self.first - margin, self.last + margin])


class _Assets(NamedTuple):
    """All assets of the picture; each has one colour in all panels."""

    names: list[str]

    @property
    def are_several(self) -> bool:
        """Whether lines must tell their assets apart."""
        return len(self.names) > 1

    def colour(self, asset: str) -> str:
        """The colour of an asset."""
        place, count = self.names.index(asset), len(self.names)
        return _colour(place) if count <= len(COLOURS) else _colour_between(place / (count - 1))


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _colour_between(part: float) -> str:
    """One of many colours that differ but a little."""
    return to_hex(colormaps["turbo"](0.05 + 0.9 * part))


class _Panel(NamedTuple):
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

    @property
    def height(self) -> float:
        """Inches."""
        if self.states is None:
            return HEIGHT
        return HEIGHT_OF_STATES + HEIGHT_OF_LABEL * len(self.states)


def draw(drawable: Drawable, zone: ZoneInfo, title: str | None) -> Figure:
    """Draw every series, in as many panels as it takes."""
    panels = _panels(drawable.series)
    if len(panels) > MOST_PANELS:
        raise InvalidParameterError(
            f"attributes: the result makes {len(panels)} panels; name those to draw, "
            f"of at most {MOST_PANELS} units"
        )
    heights = [panel.height for panel in panels] or [HEIGHT]
    figure = Picture((WIDTH, sum(heights) + HEIGHT_BESIDE), layout="constrained")
    every = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    if not panels:
        _draw_nothing(every[0])
        return figure
    assets = _Assets(list(dict.fromkeys(series.asset for series in drawable.series)))
    times = _Times(
        min(int(series.times[0]) for series in drawable.series),
        max(int(series.times[-1]) for series in drawable.series),
    )
    for axes, panel in zip(every, panels, strict=True):
        _draw_panel(axes, panel, assets, times)
    _draw_times(every[-1], times, zone, drawable.left_out)
    if title is None and len(assets.names) == 1:
        title = assets.names[0]
    if title:
        title = _shown(title, LONGEST_TITLE)
        figure.suptitle(title, x=0.01, ha="left", weight="bold", parse_math=False)
    return figure


def _panels(every: Sequence[Series]) -> list[_Panel]:
    panels: dict[tuple[str, ...], _Panel] = {}
    for series in every:
        _, unit = name_and_unit(series.attribute)
        is_shared = unit and series.states is None
        key = ("unit", unit) if is_shared else ("attribute", series.attribute)
        panels.setdefault(key, _Panel(unit, [])).series.append(series)
    return list(panels.values())


def name_and_unit(attribute: str) -> tuple[str, str]:
    """An attribute's name and its unit, which stands in brackets at the end."""
    matched = _UNIT.fullmatch(attribute)
    return (matched[1], matched[2]) if matched and matched[1] else (attribute, "")


def _draw_panel(axes: Axes, panel: _Panel, assets: _Assets, times: _Times) -> None:
    _prepare(axes, panel)
    handles, labels = [], []
    for series in panel.series:
        place = panel.attributes.index(series.attribute)
        colour = assets.colour(series.asset) if assets.are_several else _colour(place)
        style = STYLES[place % len(STYLES)] if assets.are_several else STYLES[0]
        line = line_of(series.times, series.values).thinned(*times)
        handles.append(_draw_line(axes, line, colour, style, stepped=series.states is not None))
        labels.append(_label(series, panel, assets))
    if any(labels):
        _draw_legend(axes, handles, labels, int(panel.height / HEIGHT_OF_LABEL) - 2)


def _prepare(axes: Axes, panel: _Panel) -> None:
    names = [_shown(name_and_unit(attribute)[0]) for attribute in panel.attributes]
    title = _shown(", ".join(names), LONGEST_TITLE)
    axes.set_title(title, loc="left", size=10, parse_math=False)
    axes.set_ylabel(_shown(_powers(panel.unit)), color=GREY, parse_math=False)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(color=GREY, labelcolor=GREY, labelsize=9)
    if panel.states is None:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    else:
        axes.yaxis.set_major_locator(FixedLocator(range(len(panel.states))))
        axes.set_yticklabels([_shown(state) for state in panel.states], parse_math=False)
        axes.set_ylim(-0.5, len(panel.states) - 0.5)


def _draw_line(axes: Axes, line: Line, colour: str, style: str, *, stepped: bool) -> Line2D:
    broken = line.broken()
    (drawn,) = axes.plot(
        _days(broken.times),
        broken.values,
        color=colour,
        linestyle=style,
        linewidth=1.2,
        drawstyle="steps-post" if stepped else "default",
    )
    alone = line.alone()
    if alone.any():
        axes.plot(_days(line.times[alone]), line.values[alone], ".", color=colour, markersize=4)
    return drawn


def _draw_legend(axes: Axes, handles: list[Line2D], labels: list[str], most: int) -> None:
    more = len(labels) - most
    if more > 0:
        handles = [*handles[: most - 1], Line2D([], [], linestyle="none")]
        labels = [*labels[: most - 1], f"… and {more + 1} more"]
    legend = axes.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(1.005, 1.0),
        borderaxespad=0,
        frameon=False,
        fontsize=9,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _draw_times(axes: Axes, times: _Times, zone: ZoneInfo, left_out: list[str]) -> None:
    locator = dates.AutoDateLocator(tz=zone, minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    axes.set_xlim(*_days(times.shown))
    notes = [f"Time ({zone.key})"]
    if left_out:
        notes.append(_shown("Not drawn: " + ", ".join(left_out), LONGEST_TITLE))
    axes.set_xlabel("\n".join(notes), color=GREY, parse_math=False)


def _draw_nothing(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, "There are no values to draw", ha="center", color=GREY)


def _label(series: Series, panel: _Panel, assets: _Assets) -> str:
    """What tells a line from the others: its asset, its attribute, or both."""
    parts = [series.asset] if assets.are_several else []
    if len(panel.attributes) > 1:
        parts.append(name_and_unit(series.attribute)[0])
    return " · ".join(map(_shown, parts))


def _shown(text: str, longest: int = LONGEST_LABEL) -> str:
    """A text from outside on one line; too long a one without its middle."""
    line = "".join(character if character.isprintable() else " " for character in text)
    # matplotlib hides what has a label that begins with an underscore.
    line = f" {line}" if line.startswith("_") else line
    half = longest // 2
    return line if len(line) <= longest else f"{line[:half]}…{line[-half:]}"


def _powers(unit: str) -> str:
    return re.sub(r"\^([23])(?!\d)", lambda power: power[1].translate(_POWERS), unit)


def _days(times: Times) -> Numbers:
    """Times as matplotlib counts them."""
    days: Numbers = dates.date2num(times.astype("datetime64[ns]"))
    return days
