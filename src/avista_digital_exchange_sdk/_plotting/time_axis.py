"""The time axis: from nanoseconds to centuries, in a time zone with daylight saving time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, NamedTuple

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, Locator

from .downsampling import DAY_NS, SECOND_NS, FloatArray

MARGIN_FRACTION = 0.01
# The span around a single point.
SINGLE_POINT_MARGIN_NS = 1800 * SECOND_NS
# For shorter spans the dates of matplotlib are not precise enough.
MIN_DATE_SPAN_NS = 10_000_000

MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS

# Steps between ticks, in nanoseconds; then in days, months and years.
CLOCK_STEPS = (
    *(n * 10**power for power in range(9) for n in (1, 2, 5)),
    *(n * SECOND_NS for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE_NS for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR_NS for n in (1, 2, 3, 6, 12)),
)
DAY_STEPS = (1, 2, 4, 7, 14)
MONTH_STEPS = (1, 2, 3, 6)
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
ALL_STEPS = (
    *CLOCK_STEPS,
    *(n * DAY_NS for n in DAY_STEPS),
    *(30 * n * DAY_NS for n in MONTH_STEPS),
    *(365 * n * DAY_NS for n in YEAR_STEPS),
)

MAX_TICKS = 11
# The minimum distance of ticks if only two of them fit.
MAX_DENSER_TICKS = 40
# Relative to the font size.
CHARACTER_WIDTH = 0.62
LABEL_SPACING = 2.5
POINTS_PER_INCH = 72

# Changes of the UTC offset are not searched in longer spans, whose ticks are whole days.
MAX_CLOCK_SPAN_NS = 15 * DAY_NS
# A Monday.
FIRST_MONDAY = date(1970, 1, 5)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIN_NS = -9_200_000_000_000_000_000
_MAX_NS = 9_200_000_000_000_000_000


class DisplayZone(NamedTuple):
    """The time zone of the axis."""

    zone: tzinfo
    name: str

    def to_local(self, time: int) -> datetime:
        """Convert nanoseconds since 1970 to local time, with microsecond precision."""
        return (_EPOCH + timedelta(microseconds=time // 1000)).astimezone(self.zone)

    def offset(self, time: int) -> int:
        """Return the UTC offset in nanoseconds."""
        return _to_ns(self.to_local(time).utcoffset() or timedelta())

    def to_time(self, year: int, month: int, day: int) -> int:
        """Return the start of a day."""
        midnight = datetime(year, month, day, tzinfo=self.zone)
        return _to_ns(midnight - _EPOCH)

    def clock_changes(self, first: int, last: int) -> Iterator[int]:
        """Iterate over the changes of the UTC offset."""
        if last - first > MAX_CLOCK_SPAN_NS:
            return
        for start in range(first, last, HOUR_NS):
            low, high = start, min(start + HOUR_NS, last)
            before = self.offset(low)
            if self.offset(high) == before:
                continue
            while high - low > SECOND_NS:
                middle = (low + high) // 2
                low, high = (middle, high) if self.offset(middle) == before else (low, middle)
            yield high - high % SECOND_NS


class TimeSpan(NamedTuple):
    """The first and the last time of a plot, in nanoseconds since 1970."""

    first: int
    last: int

    @property
    def limits(self) -> tuple[int, int]:
        """The ends of the axis."""
        length = self.last - self.first
        margin = max(int(length * MARGIN_FRACTION), 1) if length else SINGLE_POINT_MARGIN_NS
        return self.first - margin, self.last + margin

    @property
    def origin(self) -> int:
        """The time that is zero on the axis: 1970, so that dates can be added to the plot.

        Where these are not precise enough, it is the first time.
        """
        return self.first if 0 < self.last - self.first < MIN_DATE_SPAN_NS else 0

    def positions(self, times: Any) -> FloatArray:
        """Return the positions of times on the axis."""
        if self.origin:
            positions: FloatArray = (np.asarray(times, np.int64) - self.origin) / DAY_NS
        else:
            dates: Any = matplotlib.dates
            positions = dates.date2num(np.asarray(times, np.int64).astype("datetime64[ns]"))
        return positions

    def describe(self, zone: DisplayZone) -> list[str]:
        """Return both ends and the changes of the UTC offset in between."""
        length = self.last - self.first
        precision = MINUTE_NS if length >= HOUR_NS else SECOND_NS
        if length < MINUTE_NS:
            precision = _precision(self)
        offsets = {zone.offset(time) for time in self}
        ends = [_format_end(time, zone, precision, len(offsets) > 1) for time in self]
        lines = [f"{' to '.join(dict.fromkeys(ends))} ({zone.name})"]
        for change in zone.clock_changes(*self):
            before, after = zone.to_local(change - 1), zone.to_local(change)
            lines.append(
                f"Clocks change on {after:%Y-%m-%d} from {_round_up(before):%H:%M} {before:%Z} "
                f"to {after:%H:%M %Z}"
            )
        return lines


class TimeLocator(Locator):
    """Ticks at round local times and dates, as many as fit."""

    def __init__(self, zone: DisplayZone, origin: int) -> None:
        self.zone = zone
        self.origin = origin
        self.step = DAY_NS
        # Cached, as matplotlib requests the same ticks many times.
        self._found_for: tuple[int, int, float] | None = None
        self._found: list[float] = []

    def __call__(self) -> list[float]:
        """Return the positions of the ticks."""
        assert self.axis is not None
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the positions of the ticks between two positions."""
        first, last = sorted((self.to_time(vmin), self.to_time(vmax)))
        room = self._room()
        if (first, last, room) != self._found_for:
            self._found_for = first, last, room
            self._found = [self.to_position(time) for time in self._find(first, last, room)]
        return self._found

    def _find(self, first: int, last: int, room: float) -> list[int]:
        length = max(last - first, 1)
        denser: list[int] = []
        for step in ALL_STEPS:
            is_dense = step * room < length * _label_length(step) or length > MAX_TICKS * step
            if is_dense and length > MAX_DENSER_TICKS * step:
                continue
            times = self._times(first, last, step)
            if len(times) < 2 <= len(denser):
                # A single tick shows no scale, so use two of a smaller step if they fit.
                ends = denser[:: len(denser) - 1]
                if (ends[1] - ends[0]) * room >= length * _label_length(self.step):
                    return ends
            self.step = step
            if not is_dense:
                return times
            denser = times
        return denser

    def to_time(self, position: float) -> int:
        """Return the time at a position."""
        days, part = divmod(position, 1)
        time = self.origin + int(days) * DAY_NS + round(part * DAY_NS)
        return min(max(time, _MIN_NS), _MAX_NS)

    def to_position(self, time: int) -> float:
        """Return the position of a time."""
        days, part = divmod(time - self.origin, DAY_NS)
        return days + part / DAY_NS

    def _room(self) -> float:
        """Return how many characters fit below the axis."""
        axis: Any = self.axis
        inches = axis.axes.bbox.width / axis.axes.get_figure(root=True).dpi
        size = axis.get_tick_params()["labelsize"]
        return float(inches * POINTS_PER_INCH / (CHARACTER_WIDTH * size))

    def _times(self, first: int, last: int, step: int) -> list[int]:
        days = step // DAY_NS
        if step < DAY_NS:
            return list(self._clock_times(first, last, step))
        begin, end = self.zone.to_local(first).date(), self.zone.to_local(last).date()
        if days >= 365:
            dates = _years(begin, end, days // 365)
        elif days >= 30:
            dates = _months(begin, end, days // 30)
        else:
            dates = _days(begin, end, days)
        times = (self.zone.to_time(day.year, day.month, day.day) for day in dates)
        return [time for time in times if first <= time <= last]

    def _clock_times(self, first: int, last: int, step: int) -> Iterator[int]:
        """Iterate over the local times that are multiples of the step."""
        bounds = [first, *self.zone.clock_changes(first, last), last + 1]
        for begin, end in pairwise(bounds):
            offset = self.zone.offset(begin)
            start = -(-(begin + offset) // step) * step - offset
            yield from range(start, end, step)


class TimeFormatter(Formatter):
    """Formats tick labels: as precise as their step, with the zone name at offset changes."""

    def __init__(self, locator: TimeLocator) -> None:
        self._locator = locator

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a position."""
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks."""
        step, zone = self._locator.step, self._locator.zone
        times = [self._round(self._locator.to_time(value), step) for value in values]
        labels = [_format_tick(time, zone, step) for time in times]
        if step >= DAY_NS:
            return labels
        offsets = [zone.offset(time) for time in times]
        changes = [a != b for a, b in pairwise(offsets)]
        for index, time in enumerate(times):
            is_next_to_change = any(changes[max(index - 1, 0) : index + 1])
            local = zone.to_local(time)
            if is_next_to_change or (_is_repeated(local) and any(changes)):
                labels[index] += f"\n{local:%Z}"
        return labels

    def format_data_short(self, value: float) -> str:
        """Return the label of the time below the pointer."""
        zone, step = self._locator.zone, min(self._locator.step // 100 or 1, SECOND_NS)
        return _format_end(self._locator.to_time(value), zone, step, False)

    @staticmethod
    def _round(time: int, step: int) -> int:
        """Round a time, as positions have less precision, which is far below the step."""
        precision = 1
        while precision * 1000 <= min(step, SECOND_NS):
            precision *= 10
        return (time + precision // 2) // precision * precision


def prepare_time_axis(axes: Axes, span: TimeSpan, zone: DisplayZone) -> None:
    """Set up the shared time axis."""
    locator = TimeLocator(zone, span.origin)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(TimeFormatter(locator))
    axes.set_xlim(*span.positions(np.array(span.limits)))


def _label_length(step: int) -> float:
    """Return the width of a label and its spacing in characters."""
    if step < SECOND_NS:
        length = len("HH:MM:SS.") + len(_fraction(step, _decimals(step)))
    elif step < MINUTE_NS:
        length = len("HH:MM:SS")
    elif step < DAY_NS:
        length = len("HH:MM")
    else:
        length = len("May 01")
    return length + LABEL_SPACING


def _format_tick(time: int, zone: DisplayZone, step: int) -> str:
    local = zone.to_local(time)
    is_midnight = local.hour == local.minute == local.second == 0
    if step >= 365 * DAY_NS:
        return f"{local:%Y}"
    if step >= 30 * DAY_NS:
        return f"{local:%Y}" if local.month == 1 else f"{local:%b}"
    if step >= DAY_NS or (is_midnight and step >= MINUTE_NS):
        return f"{local:%b %d}"
    if step >= MINUTE_NS:
        return f"{local:%H:%M}"
    return f"{local:%H:%M:%S}{_format_fraction(time, step)}"


def _format_fraction(time: int, precision: int) -> str:
    decimals = _decimals(precision)
    return f".{_fraction(time, decimals)}" if decimals else ""


def _fraction(time: int, decimals: int) -> str:
    return f"{time % SECOND_NS:09}"[:decimals]


def _decimals(precision: int) -> int:
    """Return the number of decimals of seconds for a precision."""
    return len(f"{precision % SECOND_NS:09}".rstrip("0")) if precision < SECOND_NS else 0


def _precision(span: TimeSpan) -> int:
    """Return the precision of both ends: seconds, milli-, micro- or nanoseconds.

    Digits that are insignificant for the length of the span are omitted.
    """
    units = (SECOND_NS, 1_000_000, 1000, 1)
    exact = next(unit for unit in units if all(time % unit == 0 for time in span))
    needed = next((unit for unit in units if (span.last - span.first) >= 10 * unit), 1)
    return max(exact, needed) if span.first != span.last else exact


def _format_end(time: int, zone: DisplayZone, precision: int, with_zone: bool) -> str:
    local = zone.to_local(time)
    label = f"{local:%Y-%m-%d %H:%M}"
    if precision < MINUTE_NS:
        label += f":{local:%S}{_format_fraction(time, precision)}"
    return f"{label} {local:%Z}" if with_zone or _is_repeated(local) else label


def _is_repeated(local: datetime) -> bool:
    """Whether a local time occurs twice."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _round_up(time: datetime) -> datetime:
    """Return the local time just before a time, rounded to a whole minute."""
    return (time.replace(tzinfo=None) + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _to_ns(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1) * 1000


def _days(begin: date, end: date, step: int) -> Iterator[date]:
    skipped = -(begin - FIRST_MONDAY).days % step
    for n in range(skipped, (end - begin).days + 1, step):
        yield begin + timedelta(days=n)


def _months(begin: date, end: date, step: int) -> Iterator[date]:
    first, last = (day.year * 12 + day.month - 1 for day in (begin, end))
    for month in range(-(-first // step) * step, last + 1, step):
        yield date(month // 12, month % 12 + 1, 1)


def _years(begin: date, end: date, step: int) -> Iterator[date]:
    for year in range(-(-begin.year // step) * step, end.year + 1, step):
        yield date(year, 1, 1)
