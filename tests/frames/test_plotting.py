"""Pictures: what is in their panels, not which pixels."""

import functools
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import num2date

from avista_digital_exchange_sdk import InvalidParameterError
from avista_digital_exchange_sdk._plotting import downsampling
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from .figures import HOUR, NOON, drawn, legend, lines, panels, pixels, rows


class TestPanels:
    def test_are_one_a_unit_and_one_an_attribute_without(self) -> None:
        result = rows(
            **{"GHI (W/m^2)": 1.0, "DNI (W/m^2)": 2.0, "Dry-bulb [C]": 3.0, "V": 4.0},
            **{"A kW": 5.0, "B kW": 6.0},
        )
        figure = plotTimeSeries(result)
        assert list(panels(figure)) == ["GHI, DNI", "Dry-bulb", "V", "A kW, B kW"]
        assert [axes.get_ylabel() for axes in figure.axes] == ["W/m²", "C", "", "kW"]
        assert legend(panels(figure)["GHI, DNI"]) == ["GHI", "DNI"]
        assert legend(panels(figure)["A kW, B kW"]) == ["A kW", "B kW"]

    @pytest.mark.parametrize(
        ("attribute", "title", "unit"),
        [
            ("A kW", "A kW", "kW"),
            ("SOC %", "SOC %", "%"),
            ("kW", "kW", ""),
            ("Phase A", "Phase A", ""),
            ("V - Setpoint", "V - Setpoint", ""),
            ("flow (m^3/s) ", "flow", "m³/s"),
            ("x (a) [b]", "x (a)", "b"),
            ("(W)", "(W)", ""),
            ("open (W", "open (W", ""),
            ("empty ()", "empty ()", ""),
        ],
    )
    def test_take_their_unit_from_the_end_of_the_name(
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

    def test_show_every_asset_that_is_in_one_state(self) -> None:
        one = rows(3, State=["on", "off", "on"])
        (axes,) = plotTimeSeries(pd.concat([one, one.assign(assetId="x", name="X")])).axes
        first, second = lines(axes)
        assert np.round(first).tolist() == np.round(second).tolist() == [1, 0, 1]
        assert first[0] > second[0]

    def test_of_texts_that_are_never_the_same_are_left_out_and_named(self) -> None:
        result = rows(kW=1.0, Note=[f"note {n}" for n in range(24)], seen=NOON)
        figure = plotTimeSeries(result)
        assert list(panels(figure)) == ["kW"]
        assert figure.axes[0].get_xlabel().endswith("(UTC)\nNot drawn: Note, seen")

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

    def test_have_room_beside_long_names(self) -> None:
        one = rows(**{f"{'A rather long name of a sensor'} {n} (kW)": 1.0 for n in (1, 2)})
        other = one.assign(assetId="x", name="The other meter, with a longer name")
        figure = plotTimeSeries(pd.concat([one, other]))
        drawn(figure)
        (axes,) = figure.axes
        assert axes.get_position().width > 0.5

    def test_of_very_many_assets_are_listed_as_far_as_there_is_room(self) -> None:
        every = [rows(2, kW=float(n)).assign(assetId=f"m{n}", name=None) for n in range(30)]
        figure = plotTimeSeries(pd.concat(every))
        (axes,) = figure.axes
        assert len(lines(axes)) == 30
        assert len({line.get_color() for line in axes.lines}) == 30
        assert legend(axes) == [*(f"m{n}" for n in range(23)), "… and 7 more"]
        drawn(figure)
        beside = axes.get_legend().get_window_extent()
        assert beside.y0 >= axes.get_window_extent().y0
        assert beside.x1 <= figure.bbox.x1

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


SHADE = 64
"""How much, of 255, a pixel at the edge of a line may differ: it is a mixture of two colours."""


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

    def test_look_as_if_all_were_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        thinned = pixels(plotTimeSeries(noise()))
        monkeypatch.setattr(downsampling, "COLUMNS", 1_000_000)
        figure = plotTimeSeries(noise())
        assert len(lines(figure.axes[0])[0]) == 990_001
        differences = np.abs(pixels(figure) - thinned).max(axis=-1)
        assert (differences > SHADE).mean() < 0.001


class TestTheAxisOfTime:
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
    def test_has_whole_hours_of_the_zone_asked_for(self, zone: str) -> None:
        figure = plotTimeSeries(rows(48, kW=1.0), timeZone=zone)
        drawn(figure)
        (axes,) = figure.axes
        ticks = [num2date(tick, ZoneInfo(zone)) for tick in axes.xaxis.get_ticklocs()]
        assert {tick.hour % 6 for tick in ticks} == {tick.minute for tick in ticks} == {0}
        midnights = [
            text.get_text() for text in axes.get_xticklabels() if ":" not in text.get_text()
        ]
        assert midnights == [f"May {day:02}" for day in (2, 3)]

    @pytest.mark.parametrize(
        ("count", "step", "told"),
        [
            (48, HOUR, "2024-05-01 05:00 to 2024-05-03 04:00 (America/Los_Angeles)"),
            (3, HOUR / 3600, "2024-05-01 05:00:00 to 2024-05-01 05:00:02 (America/Los_Angeles)"),
            (1, HOUR, "2024-05-01 05:00:00 (America/Los_Angeles)"),
        ],
    )
    def test_tells_both_its_ends_and_its_zone(
        self, count: int, step: pd.Timedelta, told: str
    ) -> None:
        figure = plotTimeSeries(rows(count, kW=1.0, step=step), timeZone="America/Los_Angeles")
        assert figure.axes[-1].get_xlabel() == told

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
