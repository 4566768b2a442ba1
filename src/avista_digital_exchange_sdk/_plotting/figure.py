"""Draws a figure with one panel per unit or attribute and a shared time axis."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import FixedLocator, MaxNLocator

from .downsampling import DAY_NS, FloatArray, Line, choose_bin, find_gaps, make_band
from .labels import clean, fit, join_names, wrap
from .layout import Layout, Size, arrange
from .legends import Entry, Legends, draw_legend
from .notebook import NotebookFigure, register_in_notebook
from .panels import Panel, make_panels, split_unit
from .series import PlotData
from .theme import LineStyle, rcParams, to_points, use_style
from .time_axis import DisplayZone, TimeSpan, prepare_time_axis
from .units import ScaledFormatter, choose_scale

# Inches next to the axes and at the edge of a figure.
AXIS_LABELS_WIDTH = 0.9
AXIS_LABEL_WIDTH = 0.5
EDGE = 0.1
MIN_TITLE_WIDTH = 0.5
# In narrower figures the notes are centered in the figure, not below the axes.
MIN_WIDTH_FOR_AXIS_LABEL = 8
MAX_STATE_LABEL_WIDTH = 1.8
MAX_STATE_LABEL_FRACTION = 0.3

# The distance between the first and the last of several lines in the same state.
STATE_OFFSET = 0.3
# With more bands the opacity is reduced, so that their colors remain distinct.
BAND_OPACITY, MAX_FULL_BANDS = 0.3, 3
POINT_SIZE = 6
# The steps between ticks of values, those of matplotlib.
TICK_STEPS = (1, 2, 2.5, 5, 10)


class FigureOptions(NamedTuple):
    """Options of a figure.

    Attributes:
        zone: The time zone of the time axis.
        title: The title. Defaults to one derived from the data.
        style: A theme or a matplotlib style. Defaults to the user's rcParams.
        figsize: Width and height in inches. Defaults to the size that the panels need.
        columns_per_inch: The resolution to which lines are downsampled.
    """

    zone: DisplayZone
    title: str | None
    style: str | None
    figsize: Size | None
    # For sharp lines on screens of any density.
    columns_per_inch: int = 200


def draw(data: PlotData, options: FigureOptions) -> Figure:
    """Draw all series."""
    register_in_notebook()
    with use_style(options.style):
        return _Drawing(data, options).draw()


class _Drawing:
    """Draws one figure."""

    def __init__(self, data: PlotData, options: FigureOptions) -> None:
        self._data = data
        self._options = options
        self._panels = make_panels(data.series)
        self._legends = Legends(self._panels)
        self._span = TimeSpan(
            min((int(series.times[0]) for series in data.series), default=0),
            max((int(series.times[-1]) for series in data.series), default=0),
        )
        self._bin: int | None = None
        self._layout: Layout

    def draw(self) -> Figure:
        described = self._span.describe(self._options.zone) if self._panels else []
        self._layout = arrange(
            self._panels,
            [len(entries) for entries in self._legends.of_panels],
            len(self._legends.of_figure),
            len(described) + 2,
            self._options.figsize,
        )
        figure = NotebookFigure(self._layout.size, layout="constrained")
        self._draw_title(figure)
        if not self._panels:
            _draw_empty(figure)
        else:
            every = self._make_axes(figure)
            entries = self._legends.of_panels
            for parts in zip(every, self._panels, self._titles(figure), entries, strict=True):
                self._draw_panel(*parts)
            self._share_values(every)
            prepare_time_axis(every[0], self._span, self._options.zone)
            figure.align_ylabels(every)
            draw_legend(figure, self._legends.of_figure, self._layout.size[0])
        self._draw_notes(figure, described)
        return figure

    def _make_axes(self, figure: Figure) -> list[Axes]:
        """Create the axes of all panels: a shared time axis, and one value range per group."""
        heights, columns = self._layout.heights, self._layout.columns
        grid = GridSpec(len(heights), columns, figure, height_ratios=heights)
        every: list[Axes] = []
        first_of_group: dict[int, Axes] = {}
        for index, panel in enumerate(self._panels):
            row, column = self._layout.positions[index]
            axes = figure.add_subplot(
                grid[row, column],
                sharex=every[0] if every else None,
                sharey=first_of_group.get(panel.group),
            )
            first_of_group.setdefault(panel.group, axes)
            every.append(axes)
            _style_axes(axes)
            axes.tick_params(axis="x", labelbottom=self._layout.is_lowest(index))
            has_neighbor = column and self._panels[index - 1].group == panel.group
            axes.tick_params(axis="y", labelleft=not has_neighbor)
        return every

    def _titles(self, figure: Figure) -> list[str]:
        """Return the titles of all panels, which remain distinct when truncated."""
        has_attributes = len({tuple(panel.attributes) for panel in self._panels}) > 1
        has_assets = len({series.asset for series in self._data.series}) > 1
        titles = [
            panel.title(names_asset=has_assets, names_attribute=has_attributes)
            for panel in self._panels
        ]
        longest = max(AXIS_LABELS_WIDTH, self._state_labels_width + AXIS_LABEL_WIDTH)
        width = max(self._column_width - longest, MIN_TITLE_WIDTH)
        distinct = list(dict.fromkeys(titles))
        size = to_points(rcParams["axes.titlesize"])
        labels = fit(figure, distinct, width, size, rcParams["axes.titleweight"])
        fitted = dict(zip(distinct, labels, strict=True))
        return [fitted[title] for title in titles]

    @property
    def _state_labels_width(self) -> float:
        """Return the maximum width of state labels, if there are any."""
        if all(panel.states is None for panel in self._panels):
            return 0.0
        return min(MAX_STATE_LABEL_WIDTH, MAX_STATE_LABEL_FRACTION * self._column_width)

    def _draw_panel(self, axes: Axes, panel: Panel, title: str, entries: Sequence[Entry]) -> None:
        axes.set_title(title, loc="left", parse_math=False)
        if panel.states is not None:
            self._label_states(axes, panel.states)
        band_opacity = BAND_OPACITY * min(1, MAX_FULL_BANDS / len(panel.series))
        for series, values in zip(panel.series, _offset_states(panel), strict=True):
            style = self._legends.style(series, panel)
            is_stepped = series.holds or panel.states is not None
            line = find_gaps(series.times, values, holds=series.holds)
            if series.holds and line.times[-1] < self._span.last:
                line = _extend(line, self._span.last)
            if not is_stepped and line.is_block(*self._span, self._column_width):
                self._draw_band(axes, line, style, opacity=band_opacity)
            else:
                columns = int(self._column_width * self._options.columns_per_inch)
                line = line.downsample(*self._span, columns)
                self._draw_line(axes, line, style, is_stepped=is_stepped)
        draw_legend(axes, entries, self._column_width)

    @property
    def _column_width(self) -> float:
        return self._layout.size[0] / self._layout.columns

    def _label_states(self, axes: Axes, states: Sequence[str]) -> None:
        size = to_points(rcParams["ytick.labelsize"])
        figure = axes.get_figure(root=True)
        assert figure is not None
        labels = fit(figure, states, self._state_labels_width, size)
        axes.yaxis.set_major_locator(FixedLocator(range(len(states))))
        axes.set_yticklabels(labels, parse_math=False)
        axes.set_ylim(-0.5, len(states) - 0.5)

    def _draw_line(
        self, axes: Axes, line: Line, style: LineStyle, *, is_stepped: bool = False
    ) -> None:
        with_gaps = line.with_gaps()
        axes.plot(
            self._span.positions(with_gaps.times),
            with_gaps.values,
            drawstyle="steps-post" if is_stepped else "default",
            **style,
        )
        isolated = line.find_isolated()
        if is_stepped:
            # All but the last value hold for the usual time between values.
            isolated[:-1] = False
        if isolated.any():
            axes.plot(
                self._span.positions(line.times[isolated]),
                line.values[isolated],
                ".",
                color=style["color"],
                markersize=POINT_SIZE,
            )

    def _draw_band(self, axes: Axes, line: Line, style: LineStyle, *, opacity: float) -> None:
        """Draw lines that would fill their panel as their mean and a band of minimum to maximum."""
        length = choose_bin(self._span.last - self._span.first, self._column_width)
        self._bin = length
        band = make_band(line, length, self._options.zone.offset(self._span.first))
        self._draw_line(axes, band.mean, style)
        gaps = np.flatnonzero(band.mean.starts_segment)[1:]
        axes.fill_between(
            self._span.positions(band.mean.with_gaps().times),
            np.insert(band.lowest, gaps, np.nan),
            np.insert(band.highest, gaps, np.nan),
            color=style["color"],
            alpha=opacity,
            linewidth=0,
        )

    def _share_values(self, every: Sequence[Axes]) -> None:
        """Label the value axes, whose range is shared within a group."""
        for group in dict.fromkeys(panel.group for panel in self._panels):
            pairs = zip(every, self._panels, strict=True)
            members = [(axes, panel) for axes, panel in pairs if panel.group == group]
            panel = members[0][1]
            values = [series.values for _, panel in members for series in panel.series]
            scale = choose_scale(panel.unit, min(map(np.min, values)), max(map(np.max, values)))
            for axes, _ in members:
                if axes.yaxis.get_tick_params().get("labelleft", True):
                    axes.set_ylabel(scale.unit, parse_math=False)
                if panel.states is None:
                    axes.yaxis.set_major_locator(
                        MaxNLocator("auto", steps=TICK_STEPS, min_n_ticks=1)
                    )
                    axes.yaxis.set_major_formatter(ScaledFormatter(scale))

    def _draw_title(self, figure: Figure) -> None:
        title = self._options.title
        if title is None:
            title = self._suggest_title()
        if title:
            width = self._layout.size[0] - EDGE
            size = to_points(rcParams["figure.titlesize"])
            weight = rcParams["figure.titleweight"]
            (title,) = fit(figure, [title], width, size, weight)
            figure.suptitle(title, x=0.01, ha="left", parse_math=False)

    def _suggest_title(self) -> str:
        """Return the title of the figure if it shows only one asset or one attribute."""
        assets = {series.asset for series in self._data.series}
        if len(assets) == 1:
            return assets.pop()
        if len({panel.group for panel in self._panels}) == 1 and len(self._panels) > 1:
            attributes = dict.fromkeys(s.attribute for s in self._data.series)
            return join_names([split_unit(name)[0] for name in attributes])
        return ""

    def _draw_notes(self, figure: Figure, described: Sequence[str]) -> None:
        notes = list(described)
        if self._bin is not None:
            notes.append(
                f"Lines with a band: mean per {_format_duration(self._bin)}; "
                "band: minimum to maximum"
            )
        if self._data.infinite:
            notes.append(f"Infinite values, not plotted: {self._data.infinite:,}")
        if self._data.not_plotted:
            notes.append("Not drawn: " + ", ".join(self._data.not_plotted))
        size = to_points(rcParams["axes.labelsize"])
        weight = rcParams["axes.labelweight"]
        width = self._layout.size[0] - 2 * EDGE
        lines = [
            line
            for note in notes
            for part in wrap(clean(note), width, size)
            for line in fit(figure, [part], width, size, weight)
        ]
        is_wide = width > MIN_WIDTH_FOR_AXIS_LABEL
        if self._layout.columns == 1 and self._panels and is_wide:
            figure.axes[-1].set_xlabel("\n".join(lines), parse_math=False)
        elif lines:
            color = rcParams["axes.labelcolor"]
            figure.supxlabel(
                "\n".join(lines), size=size, weight=weight, color=color, parse_math=False
            )


def _style_axes(axes: Axes) -> None:
    """Apply the rcParams of ticks now, as matplotlib would read them later, at drawing."""
    for axis in ("x", "y"):
        axes.tick_params(
            axis=axis,
            color=rcParams[f"{axis}tick.color"],
            labelcolor=_label_color(axis),
            labelsize=to_points(rcParams[f"{axis}tick.labelsize"]),
            labelfontfamily=rcParams["font.family"],
        )
    if rcParams["axes.grid"]:
        axes.grid(
            True,
            axis=rcParams["axes.grid.axis"],
            color=rcParams["grid.color"],
            linestyle=rcParams["grid.linestyle"],
            linewidth=rcParams["grid.linewidth"],
            alpha=rcParams["grid.alpha"],
        )


def _label_color(axis: str) -> object:
    color = rcParams[f"{axis}tick.labelcolor"]
    return rcParams[f"{axis}tick.color"] if color == "inherit" else color


def _offset_states(panel: Panel) -> list[FloatArray]:
    """Return the values of each line; states are offset, so that no line hides another."""
    count = len(panel.series)
    if panel.states is None or count == 1:
        return [series.values for series in panel.series]
    return [
        series.values + STATE_OFFSET * (0.5 - index / (count - 1))
        for index, series in enumerate(panel.series)
    ]


def _extend(line: Line, last: int) -> Line:
    """Return a line whose last value is extended to a time."""
    return Line(
        np.append(line.times, last),
        np.append(line.values, line.values[-1]),
        np.append(line.starts_segment, False),
        line.step,
    )


def _format_duration(nanoseconds: int) -> str:
    units = (("day", DAY_NS), ("hour", DAY_NS // 24), ("minute", DAY_NS // 1440))
    for name, length in (*units, ("second", DAY_NS // 86400)):
        count, rest = divmod(nanoseconds, length)
        if count and not rest:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{nanoseconds} ns"


def _draw_empty(figure: Figure) -> None:
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, "There are no values to plot", ha="center", color=rcParams["axes.labelcolor"]
    )
