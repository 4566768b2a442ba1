"""The size of a figure and the positions of its panels."""

from collections.abc import Sequence
from typing import NamedTuple

from .._utils import validation
from ..errors import InvalidParameterError
from .panels import Panel
from .theme import rcParams, rcParamsDefault

# Inches, for the default font size.
DEFAULT_WIDTH = 11.0
MAX_HEIGHT = 8.0
MIN_COLUMN_WIDTH = 1.8
PANEL_HEIGHT, MIN_PANEL_HEIGHT = 2.4, 1.2
# For small multiples, and if there are many panels.
SMALL_PANEL_HEIGHT, MIN_SMALL_PANEL_HEIGHT = 1.4, 0.85
STATES_HEIGHT, MIN_STATES_HEIGHT = 1.1, 0.6
STATE_HEIGHT, MIN_STATE_HEIGHT = 0.2, 0.16
LEGEND_ENTRY_HEIGHT = 0.19
LEGEND_PADDING = 0.4
TITLE_HEIGHT = 0.35
TIME_AXIS_HEIGHT = 0.3
NOTE_HEIGHT = 0.18

# matplotlib cannot create larger images.
MAX_FIGURE_SIZE = 300
FEW_COLUMNS = 2
# Factors by which many panels, and those in a figure of a requested size, may be smaller.
MAX_DENSITY = 1.5
MAX_REQUESTED_DENSITY = 2.0
DEFAULT_FONT_SIZE = 10.0

Size = tuple[float, float]


class Layout(NamedTuple):
    """The positions of panels.

    Attributes:
        size: The figure's size in inches.
        columns: The number of columns.
        heights: The relative heights of the rows.
        positions: The row and column of each panel.
    """

    size: Size
    columns: int
    heights: list[float]
    positions: list[tuple[int, int]]

    def is_lowest(self, index: int) -> bool:
        """Whether no panel is below the panel with this index."""
        row, column = self.positions[index]
        return not any(r > row and c == column for r, c in self.positions)


class Cell(NamedTuple):
    """The preferred and the minimum height of a panel."""

    height: float
    min_height: float


def parse_figsize(argument: str, value: object) -> Size | None:
    """Parse width and height in inches, or None."""
    if value is None:
        return None
    try:
        width, height = map(float, value)  # type: ignore[call-overload]  # raises TypeError
    except (TypeError, ValueError):
        width = height = 0.0
    if not (0 < width <= MAX_FIGURE_SIZE and 0 < height <= MAX_FIGURE_SIZE):
        raise validation.invalid_argument(
            argument,
            value,
            f"width and height in inches, each above 0 and at most {MAX_FIGURE_SIZE}",
        )
    return width, height


def arrange(
    panels: Sequence[Panel],
    legend_sizes: Sequence[int],
    figure_legend_size: int,
    notes: int,
    figsize: Size | None,
) -> Layout:
    """Arrange panels in as few columns as fit the figure size, or the height of a screen."""
    scale = rcParams["font.size"] / DEFAULT_FONT_SIZE
    padding = scale * (TITLE_HEIGHT + TIME_AXIS_HEIGHT + NOTE_HEIGHT * notes)
    legend_height = scale * (LEGEND_ENTRY_HEIGHT * figure_legend_size + LEGEND_PADDING)
    width, height, max_height = _choose_size(figsize)
    attempts = [(limit, 1.0) for limit in dict.fromkeys([height or max_height, max_height])]
    attempts.append((max_height, MAX_REQUESTED_DENSITY if figsize else MAX_DENSITY))
    has_states = any(panel.states is not None for panel in panels)
    least = 0.0
    # A requested height is kept if the panels fit in some number of columns.
    for limit, density in attempts:
        for columns in range(1, max(1, int(width * density / MIN_COLUMN_WIDTH)) + 1):
            cells = [_cell(*p, scale, columns) for p in zip(panels, legend_sizes, strict=True)]
            positions = _positions(panels, columns)
            heights, min_heights = _row_heights(cells, positions)
            least = sum(min_heights) / density + padding
            if least <= limit or (height and (figsize or not has_states) and len(panels) <= 1):
                needed = min(max(sum(heights), legend_height) + padding, limit)
                size = (width, limit if limit == height else needed)
                return Layout(size, columns, heights, positions)
    raise _too_many_panels(len(panels), width, least)


def _choose_size(figsize: Size | None) -> tuple[float, float | None, float]:
    """Return the width, the requested height and the maximum height of a figure."""
    if figsize is not None:
        return figsize[0], figsize[1], figsize[1]
    if rcParams["figure.figsize"] != rcParamsDefault["figure.figsize"]:
        width, height = rcParams["figure.figsize"]
        return width, height, max(height, MAX_HEIGHT)
    return DEFAULT_WIDTH, None, MAX_HEIGHT


def _positions(panels: Sequence[Panel], columns: int) -> list[tuple[int, int]]:
    """Return the row and column of each panel; small multiples start a new row."""
    positions: list[tuple[int, int]] = []
    row, column = 0, -1
    for before, panel in zip([None, *panels], panels, strict=False):
        column += 1
        starts_group = (
            before and before.group != panel.group and (before.is_small or panel.is_small)
        )
        if column == columns or starts_group:
            row, column = row + 1, 0
        positions.append((row, column))
    return positions


def _row_heights(
    cells: Sequence[Cell], positions: Sequence[tuple[int, int]]
) -> tuple[list[float], list[float]]:
    """Return the preferred and the minimum heights of the rows."""
    if not cells:
        return [PANEL_HEIGHT], [MIN_PANEL_HEIGHT]
    rows: list[list[Cell]] = [[] for _ in range(positions[-1][0] + 1)]
    for cell, (row, _) in zip(cells, positions, strict=True):
        rows[row].append(cell)
    return (
        [max(cell.height for cell in row) for row in rows],
        [max(cell.min_height for cell in row) for row in rows],
    )


def _cell(panel: Panel, legend_size: int, scale: float, columns: int) -> Cell:
    if panel.states is not None:
        height = STATES_HEIGHT + STATE_HEIGHT * len(panel.states)
        min_height = MIN_STATES_HEIGHT + MIN_STATE_HEIGHT * len(panel.states)
    elif panel.is_small or columns > FEW_COLUMNS:
        height, min_height = SMALL_PANEL_HEIGHT, MIN_SMALL_PANEL_HEIGHT
    else:
        height, min_height = PANEL_HEIGHT, MIN_PANEL_HEIGHT
    legend = LEGEND_ENTRY_HEIGHT * legend_size + LEGEND_PADDING if legend_size else 0
    return Cell(scale * max(height, legend), scale * max(min_height, legend))


def _too_many_panels(count: int, width: float, height: float) -> InvalidParameterError:
    return InvalidParameterError(
        f"attributes must select fewer subplots than the {count} of this result, which do not fit "
        "the figure; choose some with attributes= or assets=, or make room for all of them with "
        f"figsize=({width:g}, {-(-height // 1):g})"
    )
