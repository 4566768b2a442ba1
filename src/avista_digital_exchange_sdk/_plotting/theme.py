"""The style of figures: a light or dark theme, a matplotlib style or the user's rcParams."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import matplotlib.style
from cycler import cycler
from matplotlib import font_manager
from matplotlib.colors import to_rgba

from .._utils import validation

# The color-blind-safe palette of Okabe and Ito.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
# The same for a dark background.
DARK_PALETTE = ("#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#F2F2F2")

LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
MARKERS = ("", "o", "s", "^", "D", "v", "P", "X")
# The offset and spacing of markers, relative to the axes.
MARKER_SPACING = (0.02, 0.08)

LABEL_SIZE = 0.9
TITLE_SIZE = 1.2

# Fallback fonts for missing characters, used if installed.
FALLBACK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "PingFang SC",
    "Hiragino Sans",
)

# Typed as Any, so that names need not be literals.
rcParams: Any = matplotlib.rcParams
rcParamsDefault: Any = matplotlib.rcParamsDefault
rc_context: Any = matplotlib.rc_context

Params = dict[str, Any]
LineStyle = dict[str, Any]

_LAYOUT: Params = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.titleweight": "bold",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 5,
}
_LIGHT: Params = {
    "axes.edgecolor": "#666666",
    "axes.facecolor": "white",
    "axes.labelcolor": "#555555",
    "axes.prop_cycle": cycler(color=PALETTE),
    "figure.edgecolor": "white",
    "figure.facecolor": "white",
    "grid.color": "#E5E5E5",
    "text.color": "black",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}
_DARK: Params = {
    "axes.edgecolor": "#8A8D93",
    "axes.facecolor": "#1B1C1F",
    "axes.labelcolor": "#B9BCC2",
    "axes.prop_cycle": cycler(color=DARK_PALETTE),
    "figure.edgecolor": "#1B1C1F",
    "figure.facecolor": "#1B1C1F",
    "grid.color": "#36383D",
    "text.color": "#ECEDEF",
    "xtick.color": "#B9BCC2",
    "ytick.color": "#B9BCC2",
}
_THEMES = {"light": _LIGHT, "dark": _DARK}


def parse_style(argument: str, value: object) -> str | None:
    """Parse the name of a theme or of a matplotlib style, or None."""
    if value is None:
        return None
    if isinstance(value, str) and value in (*_THEMES, "default", *matplotlib.style.available):
        return value
    raise validation.invalid_argument(
        argument, value, '"light", "dark", None or one of matplotlib.style.available'
    )


@contextmanager
def use_style(style: str | None) -> Iterator[None]:
    """Set the rcParams of a figure. Those of the user take precedence over those of a theme."""
    if style is None or style in _THEMES:
        with rc_context({**_theme_params(style), **_font_params()}):
            yield
    else:
        with matplotlib.style.context(style), rc_context(_font_params()):
            yield


def line_style(index: int) -> LineStyle:
    """Return the style of the line with an index. The first dozens are distinct."""
    # A cycle may have no colors, or contain duplicates.
    default = {"color": rcParams["lines.color"]}
    cycle: list[LineStyle] = []
    for entry in rcParams["axes.prop_cycle"]:
        cycle += [default | entry] if default | entry not in cycle else []
    style = dict(cycle[index % len(cycle)])
    tier = index // len(cycle)
    if "linestyle" not in style:
        style["linestyle"] = LINE_STYLES[tier % len(LINE_STYLES)]
        tier //= len(LINE_STYLES)
    if tier and "marker" not in style:
        style |= {"marker": MARKERS[tier % len(MARKERS)], "markevery": MARKER_SPACING}
    return style


def to_points(size: Any) -> float:
    """Convert a font size, which may be a name in rcParams, to points."""
    return float(font_manager.FontProperties(size=size).get_size_in_points())


def vary(style: LineStyle, variant: int) -> LineStyle:
    """Return another style of the same color: with dashes, or with markers if it has dashes."""
    if variant == 0:
        return style
    if style["linestyle"] != "-":
        return style | {"marker": MARKERS[variant % len(MARKERS)], "markevery": MARKER_SPACING}
    dashes = {"linestyle": LINE_STYLES[variant % len(LINE_STYLES)]}
    if tier := variant // len(LINE_STYLES):
        dashes |= {"marker": MARKERS[tier], "markevery": MARKER_SPACING}
    return style | dashes


def _theme_params(style: str | None) -> Params:
    """Return the rcParams of a theme, without those that the user has changed."""
    theme = _THEMES[style or ("dark" if _is_dark(rcParams["axes.facecolor"]) else "light")]
    layout = _LAYOUT | _size_params()
    # Not all rcParams are read, as reading the backend would select one.
    changed = {name for name in theme | layout if rcParams[name] != rcParamsDefault[name]}
    look = {name for name in changed & {*theme, *_LAYOUT} if not name.startswith("grid.")}
    if look and style is None:
        # Users who have changed other rcParams have a grid only if they set it.
        layout["axes.grid"] = rcParams["axes.grid"]
    kept = {name: value for name, value in layout.items() if name not in changed}
    if style is None:
        theme = {name: value for name, value in theme.items() if name not in changed}
    return theme | kept


def _size_params() -> Params:
    size = rcParams["font.size"]
    return {
        "axes.labelsize": size,
        "axes.titlesize": size,
        "figure.titlesize": TITLE_SIZE * size,
        "legend.fontsize": LABEL_SIZE * size,
        "xtick.labelsize": LABEL_SIZE * size,
        "ytick.labelsize": LABEL_SIZE * size,
    }


def _font_params() -> Params:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    fallback = [name for name in FALLBACK_FONTS if name in installed]
    return {"font.family": [*rcParams["font.family"], *fallback]}


def _is_dark(color: Any) -> bool:
    red, green, blue, opacity = to_rgba(color)
    return opacity > 0 and 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
