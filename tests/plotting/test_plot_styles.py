"""Styles of plots: themes, rcParams, sizes and files."""

import io
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from cycler import cycler
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from avista_digital_exchange_sdk.plotting import plotTimeSeries

from .figures import assets, drawn, indexed, legends, looks, notes, rows, shown_texts

BLACK, WHITE = 0.0, 1.0

# Color vision deficiency matrices for linear RGB (Machado et al., 2009).
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(color: Any) -> np.ndarray:
    """The linear RGB values of a color."""
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(color: Any) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(color))


def contrast(color: Any, other: Any) -> float:
    low, high = sorted((luminance(color), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """A color in the perceptually uniform CIELAB space."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(np.clip(to_xyz @ light / [0.9505, 1, 1.089], 0.008856, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seven_lines(**options: Any) -> Figure:
    return plotTimeSeries(indexed(24, "h", **{f"P{n} (kW)": float(n) for n in range(7)}), **options)


class TestThemes:
    @pytest.mark.parametrize("vision", VISION)
    @pytest.mark.parametrize("style", ["light", "dark"])
    def test_theme_colors_are_distinguishable_with_any_vision(
        self, style: str, vision: str
    ) -> None:
        colors = [line.get_color() for line in seven_lines(style=style).axes[0].lines]
        seen = [lab(np.clip(VISION[vision] @ linear(color), 0, 1)) for color in colors]
        assert len(set(colors)) == 7
        assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 12

    @pytest.mark.parametrize(("style", "background"), [("light", WHITE), ("dark", BLACK)])
    def test_theme_lines_and_texts_have_contrast(self, style: str, background: float) -> None:
        result = indexed(30, "h", **{f"P{n} (kW)": float(n) for n in range(7)}, on=True)
        figure = plotTimeSeries(result, style=style, title="Title")
        behind = figure.get_facecolor()
        assert abs(luminance(behind) - background) < 0.05
        for axes in figure.axes:
            assert axes.get_facecolor() == behind
            assert all(contrast(line.get_color(), behind) > 2.2 for line in axes.lines)
        assert all(contrast(text.get_color(), behind) > 4.5 for text in shown_texts(figure))

    def test_dark_theme_is_dark_throughout(self, tmp_path: Path) -> None:
        seven_lines(style="dark").savefig(tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as image:
            shown = np.array(image.convert("L"))
        assert np.median(shown) < 40
        assert (shown < 60).mean() > 0.9

    def test_theme_leaves_rcparams_unchanged(self) -> None:
        before = dict(matplotlib.rcParams)
        seven_lines(style="dark")
        seven_lines(style="ggplot")
        assert dict(matplotlib.rcParams) == before

    def test_theme_accepts_a_matplotlib_style(self) -> None:
        (axes,) = seven_lines(style="ggplot").axes
        assert axes.get_facecolor() == pytest.approx((0.898, 0.898, 0.898, 1), abs=0.001)
        assert axes.lines[0].get_color() == "#E24A33"


class TestRcParams:
    def test_rcparams_font_size_is_used(self) -> None:
        small, large = [], []
        for size, found in ((8, small), (16, large)):
            with matplotlib.rc_context({"font.size": size}):
                figure = plotTimeSeries(assets(2, kW=1.0), title="Title")
            found += [text.get_fontsize() for text in shown_texts(figure)]
        assert np.array(large) == pytest.approx(2 * np.array(small))

    def test_rcparams_colors_are_used(self) -> None:
        with matplotlib.rc_context({"axes.prop_cycle": cycler(color=["red", "lime"])}):
            (axes,) = seven_lines().axes
        assert [line.get_color() for line in axes.lines[:3]] == ["red", "lime", "red"]
        assert len(set(looks(axes))) == 7

    def test_rcparams_with_one_color_give_ten_line_styles(self) -> None:
        with matplotlib.rc_context({"axes.prop_cycle": cycler(color=["black"])}):
            result = indexed(24, "h", **{f"P{n} (kW)": float(n) for n in range(10)})
            (axes,) = plotTimeSeries(result).axes
        assert len(set(looks(axes))) == 10

    def test_rcparams_line_styles_are_used(self) -> None:
        styles = cycler(linestyle=["-", ":"]) * cycler(color=["red", "lime"])
        with matplotlib.rc_context({"axes.prop_cycle": styles}):
            (axes,) = seven_lines().axes
        assert [line.get_linestyle() for line in axes.lines[:4]] == ["-", "-", ":", ":"]
        assert len(set(looks(axes))) == 7

    def test_rcparams_grid_is_used(self) -> None:
        with matplotlib.rc_context({"axes.grid": True, "grid.color": "red", "grid.linestyle": ":"}):
            (axes,) = seven_lines().axes
        drawn(axes.get_figure(root=True))
        grid = [line for line in axes.get_xgridlines() if line.get_visible()]
        assert {(line.get_color(), line.get_linestyle()) for line in grid} == {("red", ":")}

    def test_style_without_grid_draws_none(self) -> None:
        with matplotlib.style.context("dark_background"):
            (axes,) = seven_lines().axes
        drawn(axes.get_figure(root=True))
        assert not any(line.get_visible() for line in axes.get_xgridlines())
        assert axes.get_facecolor() == (0, 0, 0, 1)

    def test_theme_without_grid_draws_none(self) -> None:
        look = {"axes.grid": False, "axes.prop_cycle": cycler(color=["red"])}
        with matplotlib.rc_context(look):
            (axes,) = seven_lines().axes
        drawn(axes.get_figure(root=True))
        assert not any(line.get_visible() for line in axes.get_xgridlines())

    def test_grid_is_drawn_without_rcparams_of_the_user(self) -> None:
        for options in ({}, {"font.size": 14}, {"figure.figsize": (8, 4)}):
            with matplotlib.rc_context(options):
                (axes,) = seven_lines().axes
            drawn(axes.get_figure(root=True))
            assert any(line.get_visible() for line in axes.get_xgridlines())

    def test_cycle_without_colors_gives_distinct_lines(self) -> None:
        styles = cycler(linestyle=["-", "-", ":"])
        with matplotlib.rc_context({"axes.prop_cycle": styles}):
            (axes,) = seven_lines().axes
        assert len(set(looks(axes))) == 7

    def test_rcparams_line_width_and_legend_are_used(self) -> None:
        with matplotlib.rc_context({"lines.linewidth": 3, "legend.frameon": False}):
            figure = seven_lines()
        assert {line.get_linewidth() for line in figure.axes[0].lines} == {3}
        assert not legends(figure)[0].get_frame_on()

    def test_rcparams_figure_size_is_used(self) -> None:
        with matplotlib.rc_context({"figure.figsize": (7, 4)}):
            assert seven_lines().get_size_inches().tolist() == [7, 4]

    def test_figure_grows_beyond_a_size_that_is_too_small(self) -> None:
        result = indexed(24, "h", **{f"x{n}": float(n) for n in range(8)})
        with matplotlib.rc_context({"figure.figsize": (5, 2)}):
            width, height = plotTimeSeries(result).get_size_inches()
        assert width == 5
        assert 2 < height <= 8

    def test_dark_axes_get_the_dark_theme(self) -> None:
        with matplotlib.rc_context({"axes.facecolor": "#101010"}):
            figure = seven_lines()
        assert figure.axes[0].get_facecolor() == pytest.approx((16 / 255,) * 3 + (1,))
        assert luminance(figure.get_facecolor()) < 0.05


class TestSizes:
    @pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 12, 20, 40])
    def test_figure_is_at_most_as_tall_as_a_screen(self, count: int) -> None:
        result = indexed(24, "h", **{f"x{n}": np.arange(24.0) for n in range(count)})
        figure = plotTimeSeries(result)
        assert figure.get_figwidth() == 11
        assert figure.get_figheight() <= 8
        drawn(figure)
        boxes = [axes.get_tightbbox() for axes in figure.axes]
        assert len(boxes) == count
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
        assert all(figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 for box in boxes)

    def test_figure_size_fits_subplots_of_states(self) -> None:
        names = [f"state {n}" for n in range(24)]
        result = indexed(24, "h", **{f"s{n}": names[:8] * 3 for n in range(6)})
        assert plotTimeSeries(result).get_figheight() <= 8

    @pytest.mark.parametrize("size", [(11, 8), (6.4, 4.8), (16, 9), (8, 30)])
    def test_requested_figure_size_is_exact(self, size: tuple[float, float]) -> None:
        result = indexed(24, "h", **{f"x{n}": 1.0 for n in range(6)})
        assert plotTimeSeries(result, figsize=size).get_size_inches().tolist() == list(size)

    def test_taller_figure_has_fewer_columns(self) -> None:
        result = indexed(24, "h", **{f"x{n}": 1.0 for n in range(12)})
        for size, columns in ((None, 3), ((11, 24), 1)):
            figure = plotTimeSeries(result, figsize=size)
            drawn(figure)
            assert len({round(axes.get_position().x0, 3) for axes in figure.axes}) == columns

    def test_times_are_labelled_below_the_lowest_subplots(self) -> None:
        result = indexed(24, "h", **{f"x{n}": 1.0 for n in range(13)})
        figure = plotTimeSeries(result)
        drawn(figure)
        labelled = [
            axes for axes in figure.axes if any(t.get_visible() for t in axes.get_xticklabels())
        ]
        assert len(labelled) == 3
        assert notes(figure)[0].endswith("(UTC)")


class TestFiles:
    def test_image_has_the_pixels_of_the_figure(self, tmp_path: Path) -> None:
        figure = plotTimeSeries(rows(kW=1.0), figsize=(8, 4))
        for dpi in (100, 200):
            figure.savefig(tmp_path / "a.png", dpi=dpi)
            with Image.open(tmp_path / "a.png") as image:
                assert image.size == (8 * dpi, 4 * dpi)

    def test_svg_has_lines_and_size(self, tmp_path: Path) -> None:
        plotTimeSeries(rows(kW=1.0), figsize=(8, 4)).savefig(tmp_path / "a.svg")
        text = (tmp_path / "a.svg").read_text()
        assert 'width="576pt" height="288pt"' in text
        assert "<image" not in text

    def test_png_for_notebooks_has_twice_the_pixels(self) -> None:
        figure: Any = plotTimeSeries(rows(kW=1.0), figsize=(8, 4))
        assert Image.open(io.BytesIO(figure._repr_png_())).size == (1600, 800)

    def test_svg_for_notebooks_is_available_on_request(self) -> None:
        figure: Any = plotTimeSeries(rows(kW=1.0))
        data = figure._repr_mimebundle_(include=["image/svg+xml"])
        assert list(data) == ["image/svg+xml"]
        assert "<svg" in data["image/svg+xml"]

    def test_pyplot_state_is_unchanged(self) -> None:
        code = (
            "import sys, pandas as pd\n"
            "from avista_digital_exchange_sdk.plotting import plotTimeSeries\n"
            "rows = {'timestamp': pd.to_datetime(['2024-05-01T00:00:00Z']), 'kW': [1.0]}\n"
            "plotTimeSeries(pd.DataFrame(rows), style='dark')._repr_png_()\n"
            "plotTimeSeries(pd.DataFrame(rows), style='ggplot')\n"
            "print('matplotlib.pyplot' in sys.modules)"
        )
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_same_plot_is_reproduced_exactly(tmp_path: Path) -> None:
    figure = plotTimeSeries(assets(3, **{"P (kW)": np.arange(24.0), "on": True}))
    for name in ("a.png", "b.png"):
        figure.savefig(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
