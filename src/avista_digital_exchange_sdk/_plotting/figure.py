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
from .downsampling import FloatArray, Line, find_gaps
from .panels import Panel, group_by_unit, split_unit
from .series import PlotData, Series
from .time_axis import TimeSpan, days, prepare_time_axis

MAX_SUBPLOTS = 40
MAX_LEGEND_ENTRIES = 24
MAX_LABEL_LENGTH = 36
MAX_LABEL_PART_LENGTH = 22
"""Of a label of two parts."""
MAX_TITLE_LENGTH = 110

# Inches.
FIGURE_WIDTH = 11.0
SUBPLOT_HEIGHT = 2.4
STATES_HEIGHT = 1.1
FIGURE_PADDING = 0.9
LABEL_HEIGHT = 0.2
LEGEND_PADDING = 0.4

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""The palette of Okabe and Ito, which people who see colors differently can tell apart."""

DARKER = 0.85
STATE_OFFSET = 0.3
"""How far apart the first and the last of several lines are that are in one state."""

LINE_STYLES = ("-", "--", ":", "-.")
LABEL_COLOR = "#666666"
GRID_COLOR = "#E5E5E5"

_SUPERSCRIPTS = str.maketrans({"2": "²", "3": "³"})


class NotebookFigure(Figure):
    """A figure that notebooks show, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


def draw(data: PlotData, zone: ZoneInfo, title: str | None) -> Figure:
    """Draw every series, in as many panels as it takes."""
    panels = group_by_unit(data.series)
    if len(panels) > MAX_SUBPLOTS:
        raise InvalidParameterError(
            f"attributes: the result makes {len(panels)} panels; name those to draw, "
            f"of at most {MAX_SUBPLOTS} units"
        )
    assets = list(dict.fromkeys(series.asset for series in data.series))
    labels = [_labels(panel, assets) for panel in panels]
    heights = [*map(_height, panels, labels)] or [SUBPLOT_HEIGHT]
    figure = NotebookFigure((FIGURE_WIDTH, sum(heights) + FIGURE_PADDING), layout="constrained")
    every = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    if not panels:
        _draw_empty(every[0])
        return figure
    span = TimeSpan(
        min(int(series.times[0]) for series in data.series),
        max(int(series.times[-1]) for series in data.series),
    )
    for axes, panel, told in zip(every, panels, labels, strict=True):
        _prepare(axes, panel)
        _draw_lines(axes, panel, told, assets, span)
    prepare_time_axis(every[-1], span, zone)
    _annotate_x_axis(every[-1], span.text(zone), data.left_out)
    figure.align_ylabels()
    if title is None and len(assets) == 1:
        title = assets[0]
    if title:
        title = _truncate(title, MAX_TITLE_LENGTH)
        figure.suptitle(title, x=0.01, ha="left", weight="bold", parse_math=False)
    return figure


def _labels(panel: Panel, assets: Sequence[str]) -> list[str]:
    """What tells each line from the others: its asset, its attribute, both, or nothing."""
    attributes = panel.attributes
    every = []
    for series in panel.series:
        parts = [series.asset] if len(assets) > 1 else []
        if len(attributes) > 1:
            parts.append(split_unit(series.attribute)[0])
        longest = MAX_LABEL_PART_LENGTH if len(parts) > 1 else MAX_LABEL_LENGTH
        every.append(" · ".join(_truncate(part, longest) for part in parts))
    return every


def _height(panel: Panel, labels: Sequence[str]) -> float:
    """How high a panel is, in inches: there is room for its legend beside it."""
    own = STATES_HEIGHT + LABEL_HEIGHT * len(panel.states) if panel.states else SUBPLOT_HEIGHT
    listed = min(len(labels), MAX_LEGEND_ENTRIES)
    return max(own, LABEL_HEIGHT * listed + LEGEND_PADDING)


def _prepare(axes: Axes, panel: Panel) -> None:
    names = [split_unit(attribute)[0] for attribute in panel.attributes]
    longest = max(MAX_TITLE_LENGTH // len(names), MAX_LABEL_LENGTH)
    title = _truncate(", ".join(_truncate(name, longest) for name in names), MAX_TITLE_LENGTH)
    axes.set_title(title, loc="left", size=10, parse_math=False)
    axes.set_ylabel(_truncate(_superscript_powers(panel.unit)), color=LABEL_COLOR, parse_math=False)
    axes.grid(color=GRID_COLOR, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LABEL_COLOR)
    axes.tick_params(color=LABEL_COLOR, labelcolor=LABEL_COLOR, labelsize=9)
    if panel.states is None:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    else:
        axes.yaxis.set_major_locator(FixedLocator(range(len(panel.states))))
        axes.set_yticklabels([_truncate(state) for state in panel.states], parse_math=False)
        axes.set_ylim(-0.5, len(panel.states) - 0.5)


def _draw_lines(
    axes: Axes, panel: Panel, labels: Sequence[str], assets: Sequence[str], span: TimeSpan
) -> None:
    handles = []
    for series, values in zip(panel.series, _offset_states(panel), strict=True):
        color, style = _line_style(series, panel, assets)
        line = find_gaps(series.times, values).downsampled(*span)
        handles.append(_draw_line(axes, line, color, style, stepped=series.states is not None))
    if any(labels):
        _draw_legend(axes, handles, labels)


def _offset_states(panel: Panel) -> list[FloatArray]:
    """Each line's values. States of several assets are beside each other, or one would hide all."""
    count = len(panel.series)
    if panel.states is None or count == 1:
        return [series.values for series in panel.series]
    return [
        series.values + STATE_OFFSET * (0.5 - place / (count - 1))
        for place, series in enumerate(panel.series)
    ]


def _line_style(series: Series, panel: Panel, assets: Sequence[str]) -> tuple[str, str]:
    """A line's color and style: an asset has one color in all panels."""
    place = panel.attributes.index(series.attribute)
    if len(assets) == 1:
        return PALETTE[place % len(PALETTE)], LINE_STYLES[0]
    style = LINE_STYLES[place % len(LINE_STYLES)]
    place = assets.index(series.asset)
    if len(assets) <= len(PALETTE):
        return PALETTE[place], style
    return _interpolate_color(place / (len(assets) - 1)), style


def _interpolate_color(part: float) -> str:
    """One of many colors that differ but a little, dark enough to be seen on white."""
    red, green, blue, _ = colormaps["turbo"](0.05 + 0.9 * part)
    return to_hex((DARKER * red, DARKER * green, DARKER * blue))


def _draw_line(axes: Axes, line: Line, color: str, style: str, *, stepped: bool) -> Line2D:
    with_gaps = line.with_gaps()
    (drawn,) = axes.plot(
        days(with_gaps.times),
        with_gaps.values,
        color=color,
        linestyle=style,
        linewidth=1.2,
        drawstyle="steps-post" if stepped else "default",
    )
    isolated = line.isolated()
    if isolated.any():
        axes.plot(days(line.times[isolated]), line.values[isolated], ".", color=color, markersize=6)
    return drawn


def _draw_legend(axes: Axes, handles: list[Line2D], labels: Sequence[str]) -> None:
    more = len(labels) - MAX_LEGEND_ENTRIES
    if more > 0:
        handles = [*handles[: MAX_LEGEND_ENTRIES - 1], Line2D([], [], linestyle="none")]
        labels = [*labels[: MAX_LEGEND_ENTRIES - 1], f"… and {more + 1} more"]
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


def _annotate_x_axis(axes: Axes, span: str, left_out: Sequence[str]) -> None:
    notes = [span]
    if left_out:
        notes.append(_truncate("Not drawn: " + ", ".join(left_out), MAX_TITLE_LENGTH))
    axes.set_xlabel("\n".join(notes), color=LABEL_COLOR, parse_math=False)


def _draw_empty(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, "There are no values to draw", ha="center", color=LABEL_COLOR)


def _truncate(text: str, longest: int = MAX_LABEL_LENGTH) -> str:
    """A text from outside on one line; too long a one without its middle."""
    line = "".join(character if character.isprintable() else " " for character in text)
    # matplotlib hides what has a label that begins with an underscore.
    line = f" {line}" if line.startswith("_") else line
    half = longest // 2
    return line if len(line) <= longest else f"{line[:half]}…{line[-half:]}"


def _superscript_powers(unit: str) -> str:
    return re.sub(r"\^([23])(?!\d)", lambda power: power[1].translate(_SUPERSCRIPTS), unit)
