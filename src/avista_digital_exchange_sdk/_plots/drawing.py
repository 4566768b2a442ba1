"""A figure of panels, one a unit or attribute, on one axis of time."""

import io
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from ..errors import InvalidParameterError
from .panels import Panel, name_and_unit, panels_of
from .series import Drawable, Series
from .thinning import Line, Numbers, line_of
from .time_axis import Span, days, prepare_time_axis

MOST_PANELS = 40
MOST_LABELS = 24
LONGEST_LABEL = 36
LONGEST_PART = 22
"""Of a label of two parts."""
LONGEST_TITLE = 110

# Inches.
WIDTH = 11.0
HEIGHT = 2.4
HEIGHT_OF_STATES = 1.1
HEIGHT_BESIDE = 0.9
HEIGHT_OF_LABEL = 0.2
HEIGHT_BESIDE_LABELS = 0.4

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""The palette of Okabe and Ito, which people who see colours differently can tell apart."""

DARKER = 0.85
SPREAD = 0.3
"""How far apart the first and the last of several lines are that are in one state."""

STYLES = ("-", "--", ":", "-.")
GREY = "#666666"
FAINT = "#E5E5E5"

_POWERS = str.maketrans({"2": "²", "3": "³"})


class Picture(Figure):
    """A figure that notebooks show, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


def draw(drawable: Drawable, zone: ZoneInfo, title: str | None) -> Figure:
    """Draw every series, in as many panels as it takes."""
    panels = panels_of(drawable.series)
    if len(panels) > MOST_PANELS:
        raise InvalidParameterError(
            f"attributes: the result makes {len(panels)} panels; name those to draw, "
            f"of at most {MOST_PANELS} units"
        )
    assets = list(dict.fromkeys(series.asset for series in drawable.series))
    labels = [_labels(panel, assets) for panel in panels]
    heights = [*map(_height, panels, labels)] or [HEIGHT]
    figure = Picture((WIDTH, sum(heights) + HEIGHT_BESIDE), layout="constrained")
    every = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    if not panels:
        _draw_nothing(every[0])
        return figure
    span = Span(
        min(int(series.times[0]) for series in drawable.series),
        max(int(series.times[-1]) for series in drawable.series),
    )
    for axes, panel, told in zip(every, panels, labels, strict=True):
        _prepare(axes, panel)
        _draw_lines(axes, panel, told, assets, span)
    prepare_time_axis(every[-1], span, zone)
    _tell_below(every[-1], span.text(zone), drawable.left_out)
    figure.align_ylabels()
    if title is None and len(assets) == 1:
        title = assets[0]
    if title:
        title = _shown(title, LONGEST_TITLE)
        figure.suptitle(title, x=0.01, ha="left", weight="bold", parse_math=False)
    return figure


def _labels(panel: Panel, assets: Sequence[str]) -> list[str]:
    """What tells each line from the others: its asset, its attribute, both, or nothing."""
    attributes = panel.attributes
    every = []
    for series in panel.series:
        parts = [series.asset] if len(assets) > 1 else []
        if len(attributes) > 1:
            parts.append(name_and_unit(series.attribute)[0])
        longest = LONGEST_PART if len(parts) > 1 else LONGEST_LABEL
        every.append(" · ".join(_shown(part, longest) for part in parts))
    return every


def _height(panel: Panel, labels: Sequence[str]) -> float:
    """How high a panel is, in inches: there is room for its legend beside it."""
    own = HEIGHT_OF_STATES + HEIGHT_OF_LABEL * len(panel.states) if panel.states else HEIGHT
    listed = min(len(labels), MOST_LABELS)
    return max(own, HEIGHT_OF_LABEL * listed + HEIGHT_BESIDE_LABELS)


def _prepare(axes: Axes, panel: Panel) -> None:
    names = [name_and_unit(attribute)[0] for attribute in panel.attributes]
    longest = max(LONGEST_TITLE // len(names), LONGEST_LABEL)
    title = _shown(", ".join(_shown(name, longest) for name in names), LONGEST_TITLE)
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


def _draw_lines(
    axes: Axes, panel: Panel, labels: Sequence[str], assets: Sequence[str], span: Span
) -> None:
    handles = []
    for series, values in zip(panel.series, _shifted(panel), strict=True):
        colour, style = _look(series, panel, assets)
        line = line_of(series.times, values).thinned(*span)
        handles.append(_draw_line(axes, line, colour, style, stepped=series.states is not None))
    if any(labels):
        _draw_legend(axes, handles, labels)


def _shifted(panel: Panel) -> list[Numbers]:
    """Each line's values. States of several assets are beside each other, or one would hide all."""
    count = len(panel.series)
    if panel.states is None or count == 1:
        return [series.values for series in panel.series]
    return [
        series.values + SPREAD * (0.5 - place / (count - 1))
        for place, series in enumerate(panel.series)
    ]


def _look(series: Series, panel: Panel, assets: Sequence[str]) -> tuple[str, str]:
    """A line's colour and style: an asset has one colour in all panels."""
    place = panel.attributes.index(series.attribute)
    if len(assets) == 1:
        return COLOURS[place % len(COLOURS)], STYLES[0]
    style = STYLES[place % len(STYLES)]
    place = assets.index(series.asset)
    if len(assets) <= len(COLOURS):
        return COLOURS[place], style
    return _colour_between(place / (len(assets) - 1)), style


def _colour_between(part: float) -> str:
    """One of many colours that differ but a little, dark enough to be seen on white."""
    red, green, blue, _ = colormaps["turbo"](0.05 + 0.9 * part)
    return to_hex((DARKER * red, DARKER * green, DARKER * blue))


def _draw_line(axes: Axes, line: Line, colour: str, style: str, *, stepped: bool) -> Line2D:
    broken = line.broken()
    (drawn,) = axes.plot(
        days(broken.times),
        broken.values,
        color=colour,
        linestyle=style,
        linewidth=1.2,
        drawstyle="steps-post" if stepped else "default",
    )
    alone = line.alone()
    if alone.any():
        axes.plot(days(line.times[alone]), line.values[alone], ".", color=colour, markersize=6)
    return drawn


def _draw_legend(axes: Axes, handles: list[Line2D], labels: Sequence[str]) -> None:
    more = len(labels) - MOST_LABELS
    if more > 0:
        handles = [*handles[: MOST_LABELS - 1], Line2D([], [], linestyle="none")]
        labels = [*labels[: MOST_LABELS - 1], f"… and {more + 1} more"]
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


def _tell_below(axes: Axes, span: str, left_out: Sequence[str]) -> None:
    notes = [span]
    if left_out:
        notes.append(_shown("Not drawn: " + ", ".join(left_out), LONGEST_TITLE))
    axes.set_xlabel("\n".join(notes), color=GREY, parse_math=False)


def _draw_nothing(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, "There are no values to draw", ha="center", color=GREY)


def _shown(text: str, longest: int = LONGEST_LABEL) -> str:
    """A text from outside on one line; too long a one without its middle."""
    line = "".join(character if character.isprintable() else " " for character in text)
    # matplotlib hides what has a label that begins with an underscore.
    line = f" {line}" if line.startswith("_") else line
    half = longest // 2
    return line if len(line) <= longest else f"{line[:half]}…{line[-half:]}"


def _powers(unit: str) -> str:
    return re.sub(r"\^([23])(?!\d)", lambda power: power[1].translate(_POWERS), unit)
