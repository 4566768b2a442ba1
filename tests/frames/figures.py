"""Results to draw, and what is in their pictures."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

HOUR = pd.Timedelta(hours=1)
NOON = pd.Timestamp("2024-05-01T12:00:00Z")


def rows(count: int = 24, *, step: pd.Timedelta = HOUR, **columns: Any) -> pd.DataFrame:
    """Rows of one asset, an hour apart."""
    times = [NOON + n * step for n in range(count)]
    beginning: dict[str, Any] = {"assetId": "meter-1", "name": "Meter 1", "timestamp": times}
    return pd.DataFrame(beginning | columns)


def panels(figure: Figure) -> dict[str, Axes]:
    """The panels by their titles."""
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def lines(axes: Axes) -> list[list[float]]:
    """The values of each line, without the points that stand alone."""
    return [list(line.get_ydata()) for line in axes.lines if line.get_linestyle() != "None"]


def legend(axes: Axes) -> list[str]:
    shown = axes.get_legend()
    return [] if shown is None else [text.get_text() for text in shown.get_texts()]


def drawn(figure: Figure) -> FigureCanvasAgg:
    """Draw it, which is when matplotlib lays it out, and warns of what does not fit."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def pixels(figure: Figure) -> np.ndarray:
    """What is seen of it: rows of pixels, each of red, green, blue and opacity."""
    return np.array(drawn(figure).buffer_rgba(), int)
