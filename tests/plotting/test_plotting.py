"""Plots: subplots and legends."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import num2date

from avista_digital_exchange_sdk import InvalidParameterError
from avista_digital_exchange_sdk._plotting.figure import FigureOptions, draw
from avista_digital_exchange_sdk._plotting.loading import choose_zone, load_result
from avista_digital_exchange_sdk._plotting.series import PlotData
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from .figures import (
    HOUR,
    NOON,
    assets,
    drawn,
    indexed,
    legend,
    legends,
    lines,
    looks,
    notes,
    panels,
    pixels,
    rows,
    shown_texts,
    value_labels,
)


def feeders(count: int, **options: object) -> pd.DataFrame:
    """Attributes of one unit."""
    walk = np.random.default_rng(3).standard_normal((96, count)).cumsum(axis=0)
    return indexed(96, "15min", **{f"Feeder {n} (kW)": walk[:, n] for n in range(count)})


class TestSubplots:
    def test_subplots_are_one_per_unit_and_one_per_attribute_without_unit(self) -> None:
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
            ("load_kW", "load_kW", "kW"),
            ("x (a) [b]", "x (a)", "b"),
            ("(W)", "(W)", ""),
            ("open (W", "open (W", ""),
            ("empty ()", "empty ()", ""),
        ],
    )
    def test_unit_is_parsed_from_the_end_of_the_name(
        self, attribute: str, title: str, unit: str
    ) -> None:
        (axes,) = plotTimeSeries(rows(**{attribute: 1.0})).axes
        assert (axes.get_title(loc="left"), axes.get_ylabel()) == (title, unit)

    def test_attributes_are_plotted_in_the_requested_order(self) -> None:
        figure = plotTimeSeries(rows(a=1.0, b=2.0, c=3.0), attributes=["c", "a"])
        assert list(panels(figure)) == ["c", "a"]

    @pytest.mark.parametrize("requested", [["m2"], ["Asset 2"]])
    def test_assets_are_selected_by_id_or_name(self, requested: list[str]) -> None:
        figure = plotTimeSeries(assets(4, kW=1.0), assets=requested)
        assert figure.get_suptitle() == "Asset 2"
        assert len(lines(figure.axes[0])) == 1

    def test_booleans_and_strings_are_steps_between_their_states(self) -> None:
        figure = plotTimeSeries(rows(3, on=[True, None, False], State=["on", "off", "on"]))
        on, state = figure.axes
        assert [label.get_text() for label in on.get_yticklabels()] == ["false", "true"]
        assert [label.get_text() for label in state.get_yticklabels()] == ["off", "on"]
        assert lines(state) == [[1, 0, 1]]
        assert on.lines[0].get_drawstyle() == "steps-post"

    def test_states_are_in_natural_order(self) -> None:
        (axes,) = plotTimeSeries(rows(3, Mode=["Stage 10", "Stage 2", "Stage 1"])).axes
        assert value_labels(axes) == ["Stage 1", "Stage 2", "Stage 10"]

    def test_states_of_several_assets_hide_none(self) -> None:
        one = rows(3, State=["on", "off", "on"])
        (axes,) = plotTimeSeries(pd.concat([one, one.assign(assetId="x", name="X")])).axes
        first, second = lines(axes)
        assert np.round(first).tolist() == np.round(second).tolist() == [1, 0, 1]
        assert first[0] > second[0]

    def test_attributes_that_cannot_be_drawn_are_named(self) -> None:
        result = rows(kW=1.0, Note=[f"note {n}" for n in range(24)], seen=NOON)
        figure = plotTimeSeries(result)
        assert list(panels(figure)) == ["kW"]
        assert notes(figure)[1:] == ["Not drawn: Note, seen"]

    def test_infinite_values_are_counted_below(self) -> None:
        figure = plotTimeSeries(rows(3, kW=[1.0, np.inf, 2.0]))
        assert lines(figure.axes[0]) == [[1, 2]]
        assert notes(figure)[1:] == ["Infinite values, not plotted: 1"]


class TestLines:
    def test_assets_are_labelled_by_name(self) -> None:
        one, other = rows(kW=1.0), rows(kW=2.0).assign(assetId="meter-2", name="Meter 2")
        third = rows(kW=3.0).assign(assetId="meter-3", name=None)
        (axes,) = plotTimeSeries(pd.concat([one, other, third])).axes
        assert legend(axes) == ["Meter 1", "Meter 2", "meter-3"]
        assert [values[0] for values in lines(axes)] == [1, 2, 3]
        assert len({line.get_color() for line in axes.lines}) == 3

    def test_assets_with_duplicate_names_are_labelled_with_their_ids(self) -> None:
        figure = plotTimeSeries(pd.concat([rows(kW=1.0), rows(kW=2.0).assign(assetId="meter-2")]))
        assert legend(figure.axes[0]) == ["Meter 1 (meter-1)", "Meter 1 (meter-2)"]

    def test_asset_has_one_color_in_every_subplot(self) -> None:
        both = pd.concat([rows(a=1.0, b=1.0), rows(b=2.0).assign(assetId="x", name="X")])
        first, second = plotTimeSeries(both).axes
        assert first.lines[0].get_color() == second.lines[0].get_color()
        assert second.lines[1].get_color() != second.lines[0].get_color()

    def test_assets_have_colors_and_their_attributes_dashes(self) -> None:
        one = rows(**{"P (kW)": 1.0, "Q (kW)": 2.0})
        figure = plotTimeSeries(pd.concat([one, one.assign(assetId="x", name="X")]))
        assert legend(figure) == ["Meter 1", "X", "P", "Q"]
        (axes,) = figure.axes
        assert len(set(looks(axes))) == 4
        assert len({line.get_color() for line in axes.lines}) == 2
        assert len({line.get_linestyle() for line in axes.lines}) == 2

    @pytest.mark.parametrize("count", range(1, 11))
    def test_up_to_ten_lines_are_distinguishable_in_one_subplot(self, count: int) -> None:
        for result in (feeders(count), assets(count, **{"P (kW)": 1.0})):
            figure = plotTimeSeries(result)
            (axes,) = figure.axes
            assert len(looks(axes)) == len(set(looks(axes))) == count
            handles = [h for each in legends(figure) for h in each.legend_handles]
            assert len({(h.get_color(), h.get_linestyle()) for h in handles}) == len(handles)
            assert len(handles) == (count if count > 1 else 0)

    @pytest.mark.parametrize("count", [11, 25, 40])
    def test_more_than_ten_lines_are_small_multiples_on_one_screen(self, count: int) -> None:
        for result in (feeders(count), assets(count, **{"P (kW)": np.arange(24.0)})):
            figure = plotTimeSeries(result)
            assert len(figure.axes) == count
            assert len(panels(figure)) == count
            assert figure.get_figheight() <= 8
            assert len({axes.get_ylim() for axes in figure.axes}) == 1
            assert legends(figure) == []
            drawn(figure)
            heights = [axes.get_window_extent().height for axes in figure.axes]
            assert min(heights) > 30

    def test_small_multiples_of_one_attribute_are_titled_with_it(self) -> None:
        figure = plotTimeSeries(assets(11, **{"P (kW)": 1.0}))
        assert figure.get_suptitle() == "P"
        assert list(panels(figure))[:2] == ["Asset 0", "Asset 1"]

    def test_small_multiples_of_several_attributes_name_both(self) -> None:
        figure = plotTimeSeries(assets(11, **{"P (kW)": 1.0, "U (V)": 2.0}))
        assert len(figure.axes) == 22
        assert list(panels(figure))[10:12] == ["Asset 10 · P", "Asset 0 · U"]

    def test_too_many_attributes_of_several_assets_get_a_subplot_each(self) -> None:
        figure = plotTimeSeries(assets(4, **{f"{name} (kW)": 1.0 for name in "ABC"}))
        assert list(panels(figure)) == ["A", "B", "C"]
        assert legend(figure) == [f"Asset {n}" for n in range(4)]

    def test_legend_of_assets_is_drawn_once(self) -> None:
        figure = plotTimeSeries(assets(3, **{"P (kW)": 1.0, "Q (kvar)": 2.0, "U (V)": 3.0}))
        assert len(legends(figure)) == 1
        assert legend(figure) == ["Asset 0", "Asset 1", "Asset 2"]

    def test_attributes_with_one_name_have_one_color_and_entry(self) -> None:
        names = ["A (kW)", "B (kW)", "C (kW)", "B (V)", "C (V)", "C (A)"]
        figure = plotTimeSeries(rows(**dict.fromkeys(names, 1.0)))
        kilowatts, volts, amperes = figure.axes
        colors = [line.get_color() for line in kilowatts.lines]
        assert [line.get_color() for line in volts.lines] == colors[1:]
        assert [line.get_color() for line in amperes.lines] == colors[2:]
        assert len(legends(figure)) == 1
        assert legend(figure) == ["A", "B", "C"]

    def test_legend_entries_are_not_repeated(self) -> None:
        figure = plotTimeSeries(
            assets(2, **{"P (kW)": 1.0, "Q (kW)": 2.0, "U (V)": 3.0, "on": True})
        )
        assert len(legends(figure)) == 1
        assert legend(figure) == ["Asset 0", "Asset 1", "P", "Q"]

    def test_legend_is_beside_the_lines(self) -> None:
        for result in (feeders(10), assets(5, **{"P (kW)": 1.0, "U (V)": 2.0})):
            figure = plotTimeSeries(result)
            drawn(figure)
            (found,) = legends(figure)
            box = found.get_window_extent()
            assert all(box.x0 >= axes.get_window_extent().x1 for axes in figure.axes)
            assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
            assert box.x1 <= figure.bbox.x1

    def test_long_names_leave_room_for_lines(self) -> None:
        one = rows(**{f"{'A rather long name of a sensor'} {n} (kW)": 1.0 for n in (1, 2)})
        other = one.assign(assetId="x", name="The other meter, with a longer name")
        figure = plotTimeSeries(pd.concat([one, other]))
        drawn(figure)
        (axes,) = figure.axes
        assert axes.get_position().width > 0.5

    def test_long_names_stay_distinct_when_truncated(self) -> None:
        names = [f"{'a long name ' * 6}{n}{' of a sensor' * 6} (kW)" for n in range(12)]
        few, many = (plotTimeSeries(rows(**dict.fromkeys(names[:n], 1.0))) for n in (3, 12))
        assert len(set(legend(few))) == 3
        assert len(panels(many)) == 12

    def test_single_asset_has_a_title_instead_of_a_legend(self) -> None:
        figure = plotTimeSeries(rows(kW=1.0))
        assert legend(figure) == []
        assert figure.get_suptitle() == "Meter 1"
        assert plotTimeSeries(rows(kW=1.0), title="Mine").get_suptitle() == "Mine"

    def test_values_are_drawn_once_in_order_of_time(self) -> None:
        (axes,) = plotTimeSeries(rows(3, kW=[1.0, 2.0, 3.0]).iloc[[2, 0, 1, 2]]).axes
        assert lines(axes) == [[1, 2, 3]]

    def test_different_values_of_one_time_are_all_drawn(self) -> None:
        twice = pd.concat([rows(2, kW=[1.0, 2.0]), rows(2, kW=[3.0, 4.0])])
        (axes,) = plotTimeSeries(twice).axes
        assert lines(axes) == [[1, 3, 2, 4]]


class TestSteps:
    TIMES = (0, 6, 6.01, 18, 24)

    def setpoints(self) -> pd.DataFrame:
        index = [NOON + hours * HOUR for hours in self.TIMES]
        values = {"Setpoint (kW)": [30.0, 10, 5, 40, 0], "Other (V)": [1.0, 2, 3, 4, 5]}
        return pd.DataFrame(values, index=index)

    def test_step_values_hold_until_the_next_one(self) -> None:
        figure = plotTimeSeries(self.setpoints(), steps=True)
        for axes in figure.axes:
            assert axes.lines[0].get_drawstyle() == "steps-post"
        assert lines(figure.axes[0]) == [[30, 10, 5, 40, 0]]

    def test_steps_are_only_the_named_attributes(self) -> None:
        setpoint, other = plotTimeSeries(self.setpoints(), steps=["Setpoint (kW)"]).axes
        assert setpoint.lines[0].get_drawstyle() == "steps-post"
        assert other.lines[0].get_drawstyle() == "default"

    def test_steps_have_no_gaps_and_extend_to_the_end(self) -> None:
        changes = indexed(40, "h", **{"Setpoint (kW)": 5.0})
        changes = changes.drop(index=changes.index[10:30]).iloc[:-5]
        result = pd.concat([changes, indexed(40, "h", **{"P (kW)": 1.0})])
        (axes,) = plotTimeSeries(result, steps=["Setpoint (kW)"]).axes
        setpoint, measured = axes.lines
        assert not np.isnan(setpoint.get_ydata()).any()
        assert setpoint.get_xdata()[-1] == measured.get_xdata()[-1]

    def test_states_hold_through_gaps_on_request(self) -> None:
        result = rows(on=True).drop(index=[10, 11, 12])
        assert np.isnan(lines(plotTimeSeries(result).axes[0])[0]).any()
        assert not np.isnan(lines(plotTimeSeries(result, steps=["on"]).axes[0])[0]).any()


class TestGaps:
    def test_gap_interrupts_the_line(self) -> None:
        result = rows(kW=np.arange(24.0)).drop(index=[10, 11, 12])
        (axes,) = plotTimeSeries(result).axes
        (values,) = lines(axes)
        assert len(values) == 22
        assert np.flatnonzero(np.isnan(values)).tolist() == [10]

    def test_missing_value_interrupts_the_line(self) -> None:
        kW = np.arange(24.0)
        kW[5] = np.nan
        (values,) = lines(plotTimeSeries(rows(kW=kW)).axes[0])
        assert np.isnan(values[5])

    def test_rare_values_are_connected(self) -> None:
        """An attribute measured once a day, among others measured every hour."""
        daily = [float(n) if n % 24 == 0 else np.nan for n in range(240)]
        figure = plotTimeSeries(rows(240, kW=1.0, kWh=daily))
        assert lines(panels(figure)["kWh"]) == [[24.0 * n for n in range(10)]]

    def test_irregular_values_are_connected(self) -> None:
        times = NOON + pd.to_timedelta(np.random.default_rng(1).exponential(60, 500).cumsum(), "s")
        result = rows(500, kW=1.0).assign(timestamp=times)
        (values,) = lines(plotTimeSeries(result).axes[0])
        assert not np.isnan(values).any()

    def test_value_between_two_gaps_is_a_dot(self) -> None:
        result = rows(kW=np.arange(24.0)).drop(index=[10, 12])
        (axes,) = plotTimeSeries(result).axes
        alone = [line for line in axes.lines if line.get_marker() == "."]
        assert [list(line.get_ydata()) for line in alone] == [[11.0]]

    def test_state_ends_after_its_usual_duration(self) -> None:
        result = rows(on=True).drop(index=[10, 11, 12])
        (line,) = plotTimeSeries(result).axes[0].lines
        times = [num2date(x) for x in line.get_xdata()]
        assert times[10] == NOON + 10 * HOUR


SHADE = 64
"""Tolerance, of 255, for antialiased pixels at the edge of a line."""


def measured(count: int, freq: str, start: str = "2024-01-01T00:00Z") -> pd.DataFrame:
    """A load with daily cycles."""
    index = pd.date_range(start, periods=count, freq=freq)
    hours = (index.hour + index.minute / 60).to_numpy()
    noise = np.random.default_rng(1).normal(0, 15, count)
    return pd.DataFrame({"Load (kW)": 400 + 120 * np.sin(hours / 12 * np.pi) + noise}, index=index)


def slow(count: int = 1_000_000) -> pd.DataFrame:
    """Values that change slowly, with two peaks and a gap."""
    values = 230 + np.sin(np.arange(count) / count * 20)
    values[500_000], values[700_001] = 300, 100
    return (
        rows(0)
        .drop(columns="name")
        .reindex(range(count))
        .assign(assetId="m", timestamp=pd.date_range(NOON, periods=count, freq="s"), V=values)
        .drop(index=range(200_000, 210_000))
    )


class TestManyPoints:
    def test_million_points_keep_every_peak_gap_and_end(self) -> None:
        result = slow()
        (values,) = lines(plotTimeSeries(result).axes[0])
        assert len(values) < 10_000
        assert np.nanmax(values) == 300
        assert np.nanmin(values) == 100
        assert np.isnan(values).sum() == 1
        assert (values[0], values[-1]) == (result["V"].iloc[0], result["V"].iloc[-1])

    def test_million_points_look_as_if_all_were_drawn(self) -> None:
        result = slow()
        reduced = pixels(plotTimeSeries(result))
        loaded = load_result("result", result, None, None)
        zone = choose_zone("timeZone", None, loaded)
        options = FigureOptions(zone, None, None, None, columns_per_inch=1_000_000)
        figure = draw(PlotData(loaded, None, None, False), options)
        assert len(lines(figure.axes[0])[0]) == 990_001
        differences = np.abs(pixels(figure) - reduced).max(axis=-1)
        assert (differences > SHADE).mean() < 0.001

    def test_five_years_of_hours_are_a_band_with_the_mean(self) -> None:
        result = measured(5 * 8766, "h", "2019-01-01T00:00Z")
        figure = plotTimeSeries(result)
        (axes,) = figure.axes
        (line,), (band,) = axes.lines, axes.collections
        weekly = result["Load (kW)"].resample("7D").mean()
        assert np.nanmax(np.abs(np.array(lines(axes)[0]) - weekly.mean())) < 30
        assert len(line.get_ydata()) == pytest.approx(len(weekly), abs=2)
        edges = band.get_paths()[0].vertices[:, 1]
        assert edges.min() == result["Load (kW)"].min()
        assert edges.max() == result["Load (kW)"].max()
        assert 0 < band.get_alpha() < 0.5
        assert notes(figure)[1] == "Lines with a band: mean per 7 days; band: minimum to maximum"

    def test_band_is_less_than_half_covered(self) -> None:
        """A band with a line is drawn instead of a block of one color."""
        figure = plotTimeSeries(measured(5 * 8766, "h", "2019-01-01T00:00Z"), style="light")
        shown = pixels(figure)[..., :3]
        solid = (np.abs(shown - [0, 0x72, 0xB2]).max(axis=-1) < 40).mean()
        assert solid < 0.05

    def test_band_keeps_peaks_and_gaps(self) -> None:
        result = measured(400_000, "min")
        result.iloc[200_000] = 5000
        result = result.drop(index=result.index[50_000:60_000])
        (axes,) = plotTimeSeries(result).axes
        (band,) = axes.collections
        assert len(band.get_paths()) == 2
        assert max(path.vertices[:, 1].max() for path in band.get_paths()) == 5000

    @pytest.mark.parametrize(("count", "freq"), [(24 * 30, "h"), (96 * 7, "15min"), (3000, "h")])
    def test_smooth_line_is_drawn_point_by_point(self, count: int, freq: str) -> None:
        result = measured(count, freq)
        (axes,) = plotTimeSeries(result).axes
        assert lines(axes) == [result["Load (kW)"].tolist()]
        assert not axes.collections

    def test_smooth_line_of_a_million_points_has_no_band(self) -> None:
        assert not plotTimeSeries(slow()).axes[0].collections

    def test_steps_have_no_band(self) -> None:
        (axes,) = plotTimeSeries(measured(5 * 8766, "h"), steps=True).axes
        assert not axes.collections
        assert axes.lines[0].get_drawstyle() == "steps-post"


class TestUnits:
    @pytest.mark.parametrize(
        ("attribute", "largest", "unit", "label"),
        [
            ("P (W)", 2.5e6, "MW", "2.0"),
            ("P (kW)", 2.5e6, "GW", "2.0"),
            ("P (MW)", 0.025, "kW", "20"),
            ("P kW", 250, "kW", "200"),
            ("E (kWh)", 2.5e5, "MWh", "200"),
            ("Q (kVAR)", 2.5e4, "MVAR", "20"),
            ("Q (var)", 2.5e4, "kvar", "20"),
            ("U (V)", 132e3, "kV", "100"),
            ("I (A)", 0.025, "mA", "20"),
            ("I (mA)", 2.5e4, "A", "20"),
            ("GHI (W/m^2)", 1250, "W/m²", "1,000"),
            ("f (Hz)", 2.5e9, "GHz", "2.0"),
            ("U (µV)", 2.5e4, "mV", "20"),
            ("U (uV)", 0.025, "nV", "20"),
            ("P (W)", 2.5e25, "EW", "20,000,000"),
            ("T (°C)", 25, "°C", "20"),
            ("flow (m^3/s)", 2.5e6, "m³/s", "2.0 M"),
            ("Turns", 2.5e6, "", "2.0 M"),
            ("Turns", 2500, "", "2,000"),
            ("Leak", 2.5e-6, "", "2.0 µ"),
            ("Share", 0.025, "", "0.020"),
            ("U (P)", 2.5e6, "P", "2.0 M"),
        ],
    )
    def test_axis_has_the_matching_unit_prefix(
        self, attribute: str, largest: float, unit: str, label: str
    ) -> None:
        (axes,) = plotTimeSeries(rows(2, **{attribute: [0.0, largest]})).axes
        assert axes.get_ylabel() == unit
        assert label in value_labels(axes)

    def test_lines_keep_their_values(self) -> None:
        (axes,) = plotTimeSeries(rows(2, **{"P (W)": [0.0, 2.5e6]})).axes
        assert lines(axes) == [[0, 2.5e6]]

    def test_lines_of_one_unit_share_the_prefix(self) -> None:
        figure = plotTimeSeries(assets(12, **{"P (W)": 2.5e6}))
        assert {axes.get_ylabel() for axes in figure.axes} == {"MW", ""}

    def test_small_differences_of_large_values_keep_their_digits(self) -> None:
        energy = 4_500_000 + np.arange(24.0)
        (axes,) = plotTimeSeries(rows(**{"E (kWh)": energy})).axes
        assert axes.get_ylabel() == "kWh"
        assert "4,500,010" in value_labels(axes)

    def test_negative_values_have_a_minus(self) -> None:
        (axes,) = plotTimeSeries(rows(2, **{"P (W)": [-2.5e6, 0.0]})).axes
        assert "\N{MINUS SIGN}2.0" in value_labels(axes)

    @pytest.mark.parametrize("value", [0.0, 5e-324, 1e300, -1e300, 1e-30])
    def test_extreme_values_are_drawn(self, value: float) -> None:
        figure = plotTimeSeries(rows(3, **{"x": [value, value / 2, value], "P (W)": value}))
        drawn(figure)


class TestUntrustedNames:
    @pytest.mark.parametrize(
        "name",
        ["$x$", r"$\frac{", "_hidden", "a\nb\tc", "x" * 500, "{}%s", "<b>", "(", "مضخة", "\u202ex"],
    )
    def test_names_are_drawn_unchanged(self, name: str) -> None:
        odd = rows(2, **{f"{name} (V)": 1.0, f"{name}2 (V)": 1.0, name or "x": [name, "other"]})
        figure = plotTimeSeries(
            pd.concat([odd, odd.assign(assetId=name or "y", name=name)]), title=name
        )
        drawn(figure)
        assert len(legend(figure)) == 4
        assert not any(text.get_parse_math() for text in shown_texts(figure) if "$" in str(text))

    def test_control_and_direction_characters_are_omitted(self) -> None:
        figure = plotTimeSeries(rows(2, **{"a\x07b\u202ec\nd (V)": 1.0}), title="e\u200ff")
        assert list(panels(figure)) == ["a bc d"]
        assert figure.get_suptitle() == "ef"

    def test_texts_stay_within_the_figure(self) -> None:
        name = "W" * 400
        result = rows(2, **{f"{name} (V)": 1.0, f"{name}2 (V)": 1.0, "State": [name, "off"]})
        for options in ({}, {"figsize": (5, 6)}):
            figure = plotTimeSeries(result.assign(name=name), title=name, **options)
            for text in shown_texts(figure):
                box = text.get_window_extent()
                assert box.x0 >= 0, text
                assert box.x1 <= figure.bbox.x1, text


def test_too_many_subplots_are_refused_with_a_suggestion() -> None:
    result = rows(**{f"sensor {n}": 1.0 for n in range(130)})
    with pytest.raises(
        InvalidParameterError, match=r"130.*attributes=.*assets=.*figsize=\(11, "
    ) as e:
        plotTimeSeries(result)
    height = float(str(e.value).rsplit(", ", 1)[1].strip(")"))
    assert len(plotTimeSeries(result, figsize=(11, height)).axes) == 130
