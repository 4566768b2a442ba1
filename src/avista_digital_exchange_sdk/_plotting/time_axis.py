"""The axis of time, which all panels share."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes

from .downsampling import FloatArray, TimeArray

dates: Any = matplotlib.dates
"""Most of it is not typed."""

MARGIN_FRACTION = 0.01
"""How much of the axis is empty at either end."""

MIN_MARGIN_NS = 500_000_000
SINGLE_POINT_MARGIN_NS = 1800_000_000_000
"""The same in nanoseconds, where there is hardly any time between first and last, or none."""

HOUR_NS = 3600_000_000_000

# How years, months, days, hours, minutes and seconds are written, and where one begins.
_FORMATS = ["%Y", "%b", "%b %d", "%H:%M", "%H:%M", "%H:%M:%S.%f"]
_ZERO_FORMATS = ["", "%Y", "%b %d", "%b %d", "%H:%M", "%H:%M"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimeSpan(NamedTuple):
    """The first and the last time of a picture, in nanoseconds since 1970."""

    first: int
    last: int

    @property
    def shown(self) -> TimeArray:
        """The ends of the axis."""
        length = self.last - self.first
        margin = (
            max(int(length * MARGIN_FRACTION), MIN_MARGIN_NS) if length else SINGLE_POINT_MARGIN_NS
        )
        return np.array([self.first - margin, self.last + margin])

    def text(self, zone: ZoneInfo) -> str:
        """It in words, in the time of a zone."""
        digits = "minutes" if self.last - self.first >= HOUR_NS else "seconds"
        ends = [_local(time, zone).isoformat(" ", digits) for time in self]
        return f"{' to '.join(dict.fromkeys(ends))} ({zone.key})"


def prepare_time_axis(axes: Axes, span: TimeSpan, zone: ZoneInfo) -> None:
    """Lay out the axis of time in a zone."""
    locator = dates.AutoDateLocator(tz=zone, minticks=4, maxticks=9)
    # Beside the axis it would write one date alone; the label tells of both ends.
    formatter = dates.ConciseDateFormatter(
        locator, zone, _FORMATS, zero_formats=_ZERO_FORMATS, show_offset=False
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlim(*days(span.shown))


def days(times: TimeArray) -> FloatArray:
    """Times as matplotlib counts them."""
    counted: FloatArray = dates.date2num(times.astype("datetime64[ns]"))
    return counted


def _local(time: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=time // 1000)).astimezone(zone).replace(tzinfo=None)
