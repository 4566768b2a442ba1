"""Pictures of results: what is in their panels, not which pixels."""

import functools
import importlib.resources
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.dates import num2date
from matplotlib.figure import Figure

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidResponseError,
    PathNotFoundError,
)
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from ..support.measurements import START, multi
from .measured import WHOLE

SOLAR_SITE = importlib.resources.files("avista_digital_exchange_sdk.demo") / "solar_site.csv"
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


def drawn(figure: Figure) -> None:
    """Draw it, which is when matplotlib warns of what does not fit."""
    figure.canvas.draw()


class TestPanels:
    def test_are_one_a_unit_and_one_an_attribute_without(self) -> None:
        result = rows(
            **{"GHI (W/m^2)": 1.0, "DNI (W/m^2)": 2.0, "Dry-bulb [C]": 3.0, "kW": 4.0, "V": 5.0}
        )
        figure = plotTimeSeries(result)
        assert list(panels(figure)) == ["GHI, DNI", "Dry-bulb", "kW", "V"]
        assert [axes.get_ylabel() for axes in figure.axes] == ["W/m²", "C", "", ""]
        assert legend(panels(figure)["GHI, DNI"]) == ["GHI", "DNI"]

    @pytest.mark.parametrize(
        ("attribute", "title", "unit"),
        [
            ("A kW", "A kW", ""),
            ("flow (m^3/s) ", "flow", "m³/s"),
            ("x (a) [b]", "x (a)", "b"),
            ("(W)", "(W)", ""),
            ("open (W", "open (W", ""),
            ("empty ()", "empty ()", ""),
        ],
    )
    def test_take_their_unit_from_the_brackets_at_the_end(
        self, attribute: str, title: str, unit: str
    ) -> None:
        (axes,) = plotTimeSeries(rows(**{attribute: 1.0})).axes
        assert (axes.get_title(loc="left"), axes.get_ylabel()) == (title, unit)

    def test_are_those_of_the_attributes_asked_for(self) -> None:
        figure = plotTimeSeries(rows(a=1.0, b=2.0, c=3.0), attributes=["c", "a"])
        assert list(panels(figure)) == ["c", "a"]

    def test_of_truths_and_texts_are_steps_between_their_states(self) -> None:
        figure = plotTimeSeries(rows(3, on=[True, None, False], State=["on", "off", "on"]))
        on, state = figure.axes
        assert [label.get_text() for label in on.get_yticklabels()] == ["false", "true"]
        assert [label.get_text() for label in state.get_yticklabels()] == ["off", "on"]
        assert lines(state) == [[1, 0, 1]]
        assert on.lines[0].get_drawstyle() == "steps-post"

    def test_of_texts_that_are_never_the_same_are_left_out_and_named(self) -> None:
        result = rows(kW=1.0, Note=[f"note {n}" for n in range(24)], seen=NOON)
        figure = plotTimeSeries(result)
        assert list(panels(figure)) == ["kW"]
        assert figure.axes[0].get_xlabel() == "Time (UTC)\nNot drawn: Note, seen"

    def test_are_too_many_to_see_anything(self) -> None:
        result = rows(**{f"sensor {n}": 1.0 for n in range(41)})
        with pytest.raises(InvalidParameterError, match=r"attributes: .* 41 panels"):
            plotTimeSeries(result)


class TestLines:
    def test_are_the_assets_by_name(self) -> None:
        one, other = rows(kW=1.0), rows(kW=2.0).assign(assetId="meter-2", name="Meter 2")
        third = rows(kW=3.0).assign(assetId="meter-3", name=None)
        (axes,) = plotTimeSeries(pd.concat([one, other, third])).axes
        assert legend(axes) == ["Meter 1", "Meter 2", "meter-3"]
        assert [values[0] for values in lines(axes)] == [1, 2, 3]
        assert len({line.get_color() for line in axes.lines}) == 3

    def test_of_assets_with_one_name_tell_their_ids(self) -> None:
        figure = plotTimeSeries(pd.concat([rows(kW=1.0), rows(kW=2.0).assign(assetId="meter-2")]))
        assert legend(figure.axes[0]) == ["Meter 1 (meter-1)", "Meter 1 (meter-2)"]

    def test_of_one_asset_have_the_same_colour_in_every_panel(self) -> None:
        both = pd.concat([rows(a=1.0, b=1.0), rows(b=2.0).assign(assetId="x", name="X")])
        first, second = plotTimeSeries(both).axes
        assert first.lines[0].get_color() == second.lines[0].get_color()
        assert second.lines[1].get_color() != second.lines[0].get_color()

    def test_of_several_attributes_of_several_assets_tell_both(self) -> None:
        one = rows(**{"P (kW)": 1.0, "Q (kW)": 2.0})
        figure = plotTimeSeries(pd.concat([one, one.assign(assetId="x", name="X")]))
        assert legend(figure.axes[0]) == ["Meter 1 · P", "X · P", "Meter 1 · Q", "X · Q"]

    def test_of_very_many_assets_are_listed_as_far_as_there_is_room(self) -> None:
        every = [rows(2, kW=float(n)).assign(assetId=f"m{n}", name=None) for n in range(30)]
        (axes,) = plotTimeSeries(pd.concat(every)).axes
        assert len(lines(axes)) == 30
        assert len({line.get_color() for line in axes.lines}) == 30
        assert legend(axes)[0] == "m0"
        assert legend(axes)[-1] == f"… and {30 - len(legend(axes)) + 1} more"

    def test_of_one_asset_need_no_legend_but_a_title(self) -> None:
        figure = plotTimeSeries(rows(kW=1.0))
        assert legend(figure.axes[0]) == []
        assert figure.get_suptitle() == "Meter 1"
        assert plotTimeSeries(rows(kW=1.0), title="Mine").get_suptitle() == "Mine"

    def test_go_through_times_in_order_each_once(self) -> None:
        (axes,) = plotTimeSeries(rows(3, kW=[1.0, 2.0, 3.0]).iloc[[2, 0, 1, 2]]).axes
        assert lines(axes) == [[1, 2, 3]]


class TestGaps:
    def test_interrupt_the_line(self) -> None:
        result = rows(kW=np.arange(24.0)).drop(index=[10, 11, 12])
        (axes,) = plotTimeSeries(result).axes
        (values,) = lines(axes)
        assert len(values) == 22
        assert np.flatnonzero(np.isnan(values)).tolist() == [10]

    def test_are_missing_values_too(self) -> None:
        kW = np.arange(24.0)
        kW[5] = np.nan
        (values,) = lines(plotTimeSeries(rows(kW=kW)).axes[0])
        assert np.isnan(values[5])

    def test_are_not_between_values_that_come_seldom(self) -> None:
        """An attribute measured once a day, among others measured every hour."""
        daily = [float(n) if n % 24 == 0 else np.nan for n in range(240)]
        figure = plotTimeSeries(rows(240, kW=1.0, kWh=daily))
        assert lines(panels(figure)["kWh"]) == [[24.0 * n for n in range(10)]]

    def test_are_not_between_values_that_come_irregularly(self) -> None:
        times = NOON + pd.to_timedelta(np.random.default_rng(1).exponential(60, 500).cumsum(), "s")
        result = rows(500, kW=1.0).assign(timestamp=times)
        (values,) = lines(plotTimeSeries(result).axes[0])
        assert not np.isnan(values).any()

    def test_leave_no_value_unseen(self) -> None:
        result = rows(kW=np.arange(24.0)).drop(index=[10, 12])
        (axes,) = plotTimeSeries(result).axes
        alone = [line for line in axes.lines if line.get_marker() == "."]
        assert [list(line.get_ydata()) for line in alone] == [[11.0]]

    def test_end_a_state_after_its_usual_time(self) -> None:
        result = rows(on=True).drop(index=[10, 11, 12])
        (line,) = plotTimeSeries(result).axes[0].lines
        times = [num2date(x) for x in line.get_xdata()]
        assert times[10] == NOON + 10 * HOUR


@functools.cache
def noise() -> pd.DataFrame:
    """A million values with two peaks and a gap."""
    values = np.random.default_rng(1).normal(230, 1, 1_000_000)
    values[500_000], values[700_001] = 300, 100
    times = pd.date_range(NOON, periods=len(values), freq="s")
    rows = pd.DataFrame({"assetId": "m", "timestamp": times, "V": values})
    return rows.drop(index=range(200_000, 210_000))


class TestAMillionPoints:
    def test_are_thinned_without_losing_a_peak_a_gap_or_an_end(self) -> None:
        (values,) = lines(plotTimeSeries(noise()).axes[0])
        assert len(values) < 10_000
        assert np.nanmax(values) == 300
        assert np.nanmin(values) == 100
        assert np.isnan(values).sum() == 1
        assert (values[0], values[-1]) == (noise()["V"].iloc[0], noise()["V"].iloc[-1])

    def test_keep_their_envelope(self) -> None:
        """In every stretch of time as wide as a pixel, lowest and highest are what they were."""
        (line,) = plotTimeSeries(noise()).axes[0].lines
        shown = pd.Series(line.get_ydata(), num2date(line.get_xdata())).dropna()
        given = pd.Series(noise()["V"].to_numpy(), noise()["timestamp"])
        for extreme in ("min", "max"):
            expected = getattr(given.resample("2h"), extreme)().dropna()
            found = getattr(shown.resample("2h"), extreme)().dropna()
            assert np.isclose(expected, found, atol=0.5).mean() > 0.98

    def test_are_drawn_quickly(self) -> None:
        begun = time.perf_counter()
        drawn(plotTimeSeries(noise()))
        assert time.perf_counter() - begun < 5


class TestTheAxisOfTime:
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
    def test_has_whole_hours_of_the_zone_asked_for(self, zone: str) -> None:
        figure = plotTimeSeries(rows(48, kW=1.0), timeZone=zone)
        drawn(figure)
        (axes,) = figure.axes
        ticks = [num2date(tick, ZoneInfo(zone)) for tick in axes.xaxis.get_ticklocs()]
        assert axes.get_xlabel() == f"Time ({zone})"
        assert {tick.hour % 6 for tick in ticks} == {tick.minute for tick in ticks} == {0}
        midnights = [
            text.get_text() for text in axes.get_xticklabels() if ":" not in text.get_text()
        ]
        assert midnights == [f"May-{day:02}" for day in (2, 3)]

    def test_holds_every_panel(self) -> None:
        late = rows(3, V=1.0).assign(timestamp=NOON + 100 * HOUR)
        first, second = plotTimeSeries(pd.concat([rows(3, kW=1.0), late])).axes
        assert first.get_xlim() == second.get_xlim()
        begin, end = map(num2date, first.get_xlim())
        assert begin < NOON
        assert end > NOON + 100 * HOUR

    @pytest.mark.parametrize("step", [0, 1, 10**3, 10**6, 10**9, 10**17])
    def test_is_drawn_however_short_or_long(self, step: int) -> None:
        result = rows(3, kW=[1.0, 3.0, 2.0], step=pd.Timedelta(step, "ns"))
        drawn(plotTimeSeries(result))


class TestResults:
    """Everything that may be drawn, drawn alike."""

    QUERY = ([{"assetId": "types"}, {"assetId": "meter"}], *WHOLE)

    @pytest.fixture
    def expected(self, exchange: AvistaDigitalExchange, measured: str) -> Any:
        return shape_of(plotTimeSeries(exchange.queryTimeSeriesDatabaseToArrow(*self.of(measured))))

    def of(self, database: str) -> Any:
        return database, *self.QUERY

    @pytest.mark.parametrize("shape", ["wide", "long"])
    @pytest.mark.parametrize("library", ["Arrow", "DataFrame", "Polars"])
    def test_frames(
        self,
        library: str,
        shape: str,
        expected: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
    ) -> None:
        query = getattr(exchange, f"queryTimeSeriesDatabaseTo{library}")
        result = shape_of(plotTimeSeries(query(*self.of(measured), shape=shape)))
        if shape == "long":
            # Times stand among values of many types there, as texts, and texts are states.
            pass
        assert result == expected

    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON", "PARQUET"])
    def test_files(
        self,
        fileFormat: Any,
        expected: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(*self.of(measured), tmp_path, fileFormat)
        path = tmp_path / f"result.{fileFormat.lower()}"
        assert shape_of(plotTimeSeries(path)) == shape_of(plotTimeSeries(str(path))) == expected

    def test_lists_of_assets(self, exchange: AvistaDigitalExchange, database: str) -> None:
        records = [multi(exchange, START + n, {"kW": float(n), "on": True}) for n in range(3)]
        written = exchange.publishToTimeSeriesDatabase(database, "meter", records)
        assert shape_of(plotTimeSeries(written))["kW"] == [("meter", [0, 1, 2])]
        latest = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert shape_of(plotTimeSeries(latest))["kW"] == [("meter", [2])]

    def test_measurements_of_a_fortnight(self) -> None:
        with SOLAR_SITE.open() as file:
            frame = pd.read_csv(file).rename(columns={"time": "timestamp"})
        frame = frame.assign(timestamp=pd.to_datetime(frame["timestamp"]), assetId="roof")
        figure = plotTimeSeries(frame, timeZone="America/New_York")
        drawn(figure)
        assert list(panels(figure)) == ["GHI, DNI, DHI", "Dry-bulb", "Wspd"]
        assert max(lines(figure.axes[1])[0]) == frame["Dry-bulb (C)"].max()

    @pytest.mark.parametrize("empty", [rows(0, kW=[]), [], rows(3, kW=None), rows(3)])
    def test_without_values_say_so(self, empty: Any) -> None:
        figure = plotTimeSeries(empty)
        drawn(figure)
        assert [text.get_text() for text in figure.axes[0].texts] == ["There are no values to draw"]


def shape_of(figure: Figure) -> dict[str, list[tuple[str, list[float]]]]:
    """Each panel's lines: whose they are, and their values."""
    return {
        title: [
            (name, [value for value in values if not np.isnan(value)])
            for name, values in zip(
                legend(axes) or [figure.get_suptitle()], lines(axes), strict=True
            )
        ]
        for title, axes in panels(figure).items()
    }


class TestNamesFromOutside:
    @pytest.mark.parametrize(
        "name", ["$x$", r"$\frac{", "_hidden", "a\nb\tc", "x" * 500, "{}%s", "<b>", "("]
    )
    def test_are_written_as_they_are(self, name: str) -> None:
        odd = rows(2, **{f"{name} (V)": 1.0, f"{name}2 (V)": 1.0, name or "x": [name, "other"]})
        figure = plotTimeSeries(
            pd.concat([odd, odd.assign(assetId=name or "y", name=name)]), title=name
        )
        drawn(figure)
        assert len(legend(figure.axes[0])) == 4


class TestFigures:
    def test_are_files_without_a_display(self, tmp_path: Path) -> None:
        plotTimeSeries(rows(kW=1.0)).savefig(tmp_path / "kW.png")
        assert (tmp_path / "kW.png").read_bytes().startswith(b"\x89PNG")

    def test_show_in_notebooks(self) -> None:
        figure: Any = plotTimeSeries(rows(kW=1.0))
        assert figure._repr_png_().startswith(b"\x89PNG")

    def test_leave_pyplot_alone(self) -> None:
        code = (
            "import sys, pandas as pd\n"
            "from avista_digital_exchange_sdk.plotting import plotTimeSeries\n"
            "rows = {'timestamp': pd.to_datetime(['2024-05-01T00:00:00Z']), 'kW': [1.0]}\n"
            "plotTimeSeries(pd.DataFrame(rows))._repr_png_()\n"
            "print('matplotlib.pyplot' in sys.modules)"
        )
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


class TestArguments:
    @pytest.mark.parametrize(
        ("result", "options", "told"),
        [
            (5, {}, "result: got 5"),
            (None, {}, "result"),
            ([1, 2], {}, "result"),
            (pd.DataFrame({"x": [1]}), {}, "column `timestamp`"),
            (pd.DataFrame({"timestamp": ["noon"], "x": [1]}), {}, "timestamp"),
            (rows(1, kW=1.0), {"timeZone": "Mars"}, "timeZone"),
            (rows(1, kW=1.0), {"attributes": ["V"]}, "attributes: got 'V'.*'kW'"),
            (rows(1, kW=1.0), {"attributes": "kW"}, "attributes"),
            (rows(1, kW=1.0), {"attributes": []}, "attributes"),
            (rows(1, kW=1.0), {"title": 5}, "title"),
            (".", {}, "result.*folder"),
        ],
    )
    def test_that_can_not_be_used_are_refused(self, result: Any, options: Any, told: str) -> None:
        with pytest.raises(InvalidParameterError, match=told):
            plotTimeSeries(result, **options)

    def test_files_that_are_no_results_are_told(self, tmp_path: Path) -> None:
        with pytest.raises(PathNotFoundError):
            plotTimeSeries(tmp_path / "nothing.csv")
        for name in ("a.csv", "a.json", "a.parquet"):
            (tmp_path / name).write_text(json.dumps("no result"))
            with pytest.raises(InvalidResponseError):
                plotTimeSeries(tmp_path / name)
        (tmp_path / "a.txt").write_text("x")
        with pytest.raises(InvalidParameterError, match=r"\.csv, \.json or \.parquet"):
            plotTimeSeries(tmp_path / "a.txt")


def test_polars_categories_and_arrow_views_are_read_too() -> None:
    frame = pl.DataFrame(
        {
            "assetId": pl.Series(["a", "b"], dtype=pl.Categorical),
            "timestamp": pl.Series([NOON, NOON]).cast(pl.Datetime("ms", "UTC")),
            "State": pl.Series(["on", "off"], dtype=pl.Categorical),
            "count": pl.Series([1, 2], dtype=pl.Int16),
        }
    )
    assert shape_of(plotTimeSeries(frame))["count"] == [("a", [1]), ("b", [2])]
    views = pa.table({"assetId": pa.array(["a", "b"], pa.string_view()), "x": [1, 2]})
    timed = views.append_column("timestamp", pa.array([NOON, NOON]))
    assert shape_of(plotTimeSeries(timed))["x"] == [("a", [1]), ("b", [2])]
