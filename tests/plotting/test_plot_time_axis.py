"""The time axis of plots: from nanoseconds to centuries, including clock changes."""

import re
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import num2date

from avista_digital_exchange_sdk.plotting import plotTimeSeries

from .figures import HOUR, NOON, drawn, indexed, notes, rows, time_labels

PACIFIC = "America/Los_Angeles"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", PACIFIC])
def test_ticks_are_whole_hours_of_the_requested_zone(zone: str) -> None:
    figure = plotTimeSeries(rows(48, kW=1.0), timeZone=zone)
    labels = time_labels(figure)
    (axes,) = figure.axes
    ticks = [num2date(tick, ZoneInfo(zone)) for tick in axes.xaxis.get_ticklocs()]
    assert {tick.hour % 6 for tick in ticks} == {tick.minute for tick in ticks} == {0}
    assert [text for text in labels if ":" not in text] == [f"May {day:02}" for day in (2, 3)]


@pytest.mark.parametrize(
    ("count", "step", "expected"),
    [
        (48, HOUR, "2024-05-01 05:00 to 2024-05-03 04:00 (America/Los_Angeles)"),
        (3, HOUR / 3600, "2024-05-01 05:00:00 to 2024-05-01 05:00:02 (America/Los_Angeles)"),
        (1, HOUR, "2024-05-01 05:00:00 (America/Los_Angeles)"),
        (
            100,
            pd.Timedelta(1, "ms"),
            "2024-05-01 05:00:00.000 to 2024-05-01 05:00:00.099 (America/Los_Angeles)",
        ),
    ],
)
def test_range_and_zone_are_written_below_the_time_axis(
    count: int, step: pd.Timedelta, expected: str
) -> None:
    figure = plotTimeSeries(rows(count, kW=1.0, step=step), timeZone=PACIFIC)
    assert notes(figure) == [expected]


def test_subplots_share_one_time_axis() -> None:
    late = rows(3, V=1.0).assign(timestamp=NOON + 100 * HOUR)
    first, second = plotTimeSeries(pd.concat([rows(3, kW=1.0), late])).axes
    assert first.get_xlim() == second.get_xlim()
    begin, end = map(num2date, first.get_xlim())
    assert begin < NOON
    assert end > NOON + 100 * HOUR


class TestShortRanges:
    @pytest.mark.parametrize(
        ("count", "step", "second"),
        [
            (100, "1ms", r"12:00:00\.0[12]"),
            (100, "10us", r"12:00:00\.000[12]"),
            (500, "100ns", r"12:00:00\.00001"),
            (60, "1ns", r"12:00:00\.0000000[12]"),
            (3, "1s", r"12:00:00\.[25]"),
            (90, "1s", "12:00:10"),
        ],
    )
    def test_labels_are_as_precise_as_needed(self, count: int, step: str, second: str) -> None:
        figure = plotTimeSeries(indexed(count, step, "2024-05-01T12:00Z", V=1.0))
        labels = time_labels(figure)
        assert labels[0].startswith("12:00:00")
        assert re.fullmatch(second, labels[1])
        assert len(set(labels)) == len(labels) >= 4

    @pytest.mark.parametrize("step", ["1h", "1s", "1ms", "10us", "100ns", "1ns"])
    def test_line_fills_the_width(self, step: str) -> None:
        (axes,) = plotTimeSeries(indexed(101, step, V=np.arange(101.0))).axes
        low, high = axes.get_xlim()
        positions = axes.lines[0].get_xdata()
        assert (positions[-1] - positions[0]) / (high - low) > 0.97
        steps = np.diff(positions)
        assert steps.min() == pytest.approx(steps.max(), rel=1e-3)

    def test_first_label_of_a_short_range_at_midnight_is_a_time(self) -> None:
        figure = plotTimeSeries(indexed(100, "1ms", V=1.0))
        assert time_labels(figure)[0] == "00:00:00.00"


@pytest.mark.parametrize("step", [0, 1, 10**3, 10**6, 10**9, 10**17])
def test_axis_is_drawn_for_any_length_of_time(step: int) -> None:
    result = rows(3, kW=[1.0, 3.0, 2.0], step=pd.Timedelta(step, "ns"))
    drawn(plotTimeSeries(result))


@pytest.mark.parametrize(
    ("count", "freq", "first", "second"),
    [
        (1440, "min", "May 01", "03:00"),
        (24 * 5, "h", "May 01", "12:00"),
        (9, "D", "May 01", "May 02"),
        (60, "D", "May 06", "May 13"),
        (365, "D", "May", "Jul"),
        (5 * 365, "D", "Jul", "2025"),
        (30 * 12, "MS", "2025", "2030"),
    ],
)
def test_labels_are_hours_days_months_and_years(
    count: int, freq: str, first: str, second: str
) -> None:
    assert time_labels(plotTimeSeries(indexed(count, freq, kW=1.0)))[:2] == [first, second]


@pytest.mark.parametrize("days", [1, 2, 3, 7, 14, 30, 45, 60, 90, 180, 365, 1000, 4000, 20000])
@pytest.mark.parametrize("figsize", [None, (4, 3)])
def test_labels_never_overlap(days: int, figsize: tuple[float, float] | None) -> None:
    for length in (timedelta(days=days), timedelta(microseconds=days), timedelta(minutes=days)):
        index = pd.DatetimeIndex([NOON, NOON + length])
        figure = plotTimeSeries(pd.DataFrame({"kW": [1.0, 2.0]}, index=index), figsize=figsize)
        drawn(figure)
        (axes,) = figure.axes
        low, high = axes.get_xlim()
        pairs = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
        boxes = [text.get_window_extent() for tick, text in pairs if low <= tick <= high]
        assert len(boxes) >= 2
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


class TestClockChanges:
    def test_repeated_hour_has_labels_of_both_zones(self) -> None:
        autumn = indexed(60, "5min", "2024-11-03T06:30Z", kW=1.0)
        assert time_labels(plotTimeSeries(autumn, timeZone=PACIFIC)) == [
            *("23:30", "Nov 03", "00:30"),
            *("01:00\nPDT", "01:30\nPDT", "01:00\nPST", "01:30\nPST"),
            *("02:00", "02:30", "03:00"),
        ]

    def test_repeated_hour_is_as_wide_as_any_other(self) -> None:
        autumn = indexed(60, "5min", "2024-11-03T06:30Z", kW=1.0)
        figure = plotTimeSeries(autumn, timeZone=PACIFIC)
        drawn(figure)
        steps = np.diff(figure.axes[0].get_xticks())
        assert steps.min() == pytest.approx(steps.max())

    def test_missing_hour_is_omitted(self) -> None:
        spring = indexed(20, "15min", "2024-03-10T08:00Z", kW=1.0)
        labels = time_labels(plotTimeSeries(spring, timeZone=PACIFIC))
        assert labels[:6] == ["Mar 10", "00:30", "01:00", "01:30\nPST", "03:00\nPDT", "03:30"]

    def test_day_of_25_hours_shows_where_the_zone_changes(self) -> None:
        day = indexed(100, "15min", "2024-11-03T07:00Z", kW=1.0)
        figure = plotTimeSeries(day, timeZone=PACIFIC)
        assert time_labels(figure)[:3] == ["Nov 03\nPDT", "03:00\nPST", "06:00"]
        assert notes(figure) == [
            "2024-11-03 00:00 PDT to 2024-11-03 23:45 PST (America/Los_Angeles)",
            "Clocks change on 2024-11-03 from 02:00 PDT to 01:00 PST",
        ]

    @pytest.mark.parametrize(
        ("zone", "start", "change"),
        [
            ("Europe/Berlin", "2024-03-30T23:00Z", "2024-03-31 from 02:00 CET to 03:00 CEST"),
            (
                "Australia/Lord_Howe",
                "2024-04-06T13:00Z",
                "2024-04-07 from 02:00 +11 to 01:30 +1030",
            ),
            ("America/Sao_Paulo", "2018-11-03T12:00Z", "2018-11-04 from 00:00 -03 to 01:00 -02"),
        ],
    )
    def test_clock_change_is_described_in_any_zone(
        self, zone: str, start: str, change: str
    ) -> None:
        figure = plotTimeSeries(indexed(48, "h", start, kW=1.0), timeZone=zone)
        assert notes(figure)[1] == f"Clocks change on {change}"
        drawn(figure)

    def test_days_begin_at_midnight_of_the_zone(self) -> None:
        figure = plotTimeSeries(indexed(24 * 9, "h", "2024-10-31T07:00Z", kW=1.0), timeZone=PACIFIC)
        assert time_labels(figure)[:5] == ["Oct 31", "Nov 01", "Nov 02", "Nov 03", "Nov 04"]
        ticks = [num2date(tick, ZoneInfo(PACIFIC)) for tick in figure.axes[0].get_xticks()]
        assert {tick.hour for tick in ticks} == {0}


class TestZones:
    def test_zone_defaults_to_that_of_the_times(self) -> None:
        local = indexed(24, "h", kW=1.0).tz_convert(PACIFIC)
        assert notes(plotTimeSeries(local)) == [
            "2024-04-30 17:00 to 2024-05-01 16:00 (America/Los_Angeles)"
        ]
        assert notes(plotTimeSeries(local, timeZone="UTC")) == [
            "2024-05-01 00:00 to 2024-05-01 23:00 (UTC)"
        ]

    def test_fixed_offset_is_kept(self) -> None:
        local = indexed(24, "h", kW=1.0).tz_convert("+05:30")
        assert notes(plotTimeSeries(local)) == ["2024-05-01 05:30 to 2024-05-02 04:30 (UTC+05:30)"]
        assert time_labels(plotTimeSeries(local))[0] == "06:00"

    def test_naive_times_are_drawn_unchanged(self) -> None:
        naive = indexed(24, "h", kW=1.0).tz_localize(None)
        assert notes(plotTimeSeries(naive)) == [
            "2024-05-01 00:00 to 2024-05-01 23:00 (no time zone)"
        ]
