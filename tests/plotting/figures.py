"""Results to plot, and visible elements of their figures."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

HOUR = pd.Timedelta(hours=1)
NOON = pd.Timestamp("2024-05-01T12:00:00Z")


def rows(count: int = 24, *, step: pd.Timedelta = HOUR, **columns: Any) -> pd.DataFrame:
    """Hourly rows of one asset."""
    times = [NOON + n * step for n in range(count)]
    beginning: dict[str, Any] = {"assetId": "meter-1", "name": "Meter 1", "timestamp": times}
    return pd.DataFrame(beginning | columns)


def indexed(
    count: int, freq: str, start: str = "2024-05-01T00:00Z", **columns: Any
) -> pd.DataFrame:
    """A frame indexed by time."""
    return pd.DataFrame(columns, index=pd.date_range(start, periods=count, freq=freq))


def assets(count: int, **columns: Any) -> pd.DataFrame:
    """The same rows of several assets."""
    one = rows(**columns)
    return pd.concat([one.assign(assetId=f"m{n}", name=f"Asset {n}") for n in range(count)])


def panels(figure: Figure) -> dict[str, Axes]:
    """The subplots by their titles."""
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def lines(axes: Axes) -> list[list[float]]:
    """The values of each line, without isolated points."""
    return [list(line.get_ydata()) for line in axes.lines if line.get_linestyle() != "None"]


def looks(axes: Axes) -> list[tuple[object, ...]]:
    """The styles of the lines."""
    return [
        (line.get_color(), line.get_linestyle(), str(line._dash_pattern), line.get_marker())
        for line in axes.lines
    ]


def legends(figure: Figure) -> list[Legend]:
    """All legends, those of subplots too."""
    own = [axes.get_legend() for axes in figure.axes]
    return [*figure.legends, *(legend for legend in own if legend is not None)]


def legend(parent: Axes | Figure) -> list[str]:
    """The entries of the legends of a figure, or of a subplot."""
    found = legends(parent) if isinstance(parent, Figure) else [parent.get_legend()]
    return [text.get_text() for each in found if each for text in each.get_texts()]


def time_labels(figure: Figure) -> list[str]:
    """The labels of the ticks of the time axis."""
    drawn(figure)
    return [text.get_text() for text in figure.axes[-1].get_xticklabels()]


def value_labels(axes: Axes) -> list[str]:
    """The visible tick labels of the value axis."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    drawn(figure)
    low, high = axes.get_ylim()
    pairs = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    return [text.get_text() for tick, text in pairs if low <= tick <= high]


def shown_texts(figure: Figure) -> list[Text]:
    """All visible texts."""
    drawn(figure)
    found = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def notes(figure: Figure) -> list[str]:
    """The text below the subplots."""
    below = figure.axes[-1].get_xlabel() or figure.get_supxlabel()
    return below.split("\n")


def drawn(figure: Figure) -> FigureCanvasAgg:
    """Draw the figure; matplotlib then computes the layout and warns of overlaps."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def pixels(figure: Figure) -> np.ndarray:
    """The image of the figure as rows of RGBA pixels."""
    return np.array(drawn(figure).buffer_rgba(), int)
