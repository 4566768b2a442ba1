"""Reduces lines to the resolution of a plot and interrupts them where data is missing."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TimeArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.int64]

# A step that is longer than usual by this factor is a gap, in regular and irregular series.
GAP_FACTOR_REGULAR = 1.5
GAP_FACTOR_IRREGULAR = 5

# The perceived resolution, and the width of a line in pixels.
PIXELS_PER_INCH = 100
LINE_WIDTH = 1.7
# The number of neighboring pixels for which it is decided whether a line fills them.
WINDOW = 4

BINS_PER_INCH = 40
SECOND_NS = 1_000_000_000
DAY_NS = 86400 * SECOND_NS
BIN_SECONDS = (
    *(1, 2, 5, 10, 15, 30),
    *(60 * n for n in (1, 2, 5, 10, 15, 30)),
    *(3600 * n for n in (1, 2, 3, 6, 12)),
    *(86400 * n for n in (1, 2, 7, 14, 28, 91, 182, 365)),
)


class Line(NamedTuple):
    """The points of a line.

    Attributes:
        starts_segment: Whether a point is the first one after a gap.
        step: The usual time between two points, for which the last value before a gap holds.
    """

    times: TimeArray
    values: FloatArray
    starts_segment: BoolArray
    step: int

    def downsample(self, first: int, last: int, columns: int) -> "Line":
        """Return the line with fewer points, for a plot of some columns of pixels.

        The first, lowest, highest and last point of each column of pixels are kept, so the plot
        looks the same, including peaks.
        """
        if len(self.times) <= 4 * columns:
            return self
        starts_run = self.starts_segment | _differs(self._columns(first, last, columns))
        starts = np.flatnonzero(starts_run)
        run = np.cumsum(starts_run) - 1
        kept = np.zeros(len(self.times), np.bool_)
        kept[starts] = True
        kept[np.append(starts[1:], len(self.times)) - 1] = True
        for extreme in _extremes(self.values, starts):
            found = np.flatnonzero(self.values == extreme[run])
            kept[found[_differs(run[found])]] = True
        return Line(self.times[kept], self.values[kept], self.starts_segment[kept], self.step)

    def is_block(self, first: int, last: int, width: float) -> bool:
        """Whether the line oscillates so often that it would fill its area."""
        pixels = width * PIXELS_PER_INCH
        if len(self.times) <= 4 * pixels:
            return False
        starts = np.flatnonzero(_differs(self._columns(first, last, int(pixels / WINDOW))))
        lowest, highest = _extremes(self.values, starts)
        travelled = np.add.reduceat(np.abs(np.diff(self.values, prepend=self.values[0])), starts)
        extent = highest - lowest
        inked = np.divide(travelled, extent, out=np.zeros_like(extent), where=extent > 0)
        return bool(np.median(inked) * LINE_WIDTH >= WINDOW)

    def with_gaps(self) -> "Line":
        """Return the line with a missing value in each gap, which interrupts it."""
        gaps = np.flatnonzero(self.starts_segment)[1:]
        return Line(
            np.insert(self.times, gaps, self.times[gaps - 1] + self.step),
            np.insert(self.values, gaps, np.nan),
            np.insert(self.starts_segment, gaps, False),
            self.step,
        )

    def find_isolated(self) -> BoolArray:
        """Find the points between two gaps, which no line shows."""
        isolated: BoolArray = self.starts_segment & np.append(self.starts_segment[1:], True)
        return isolated

    def _columns(self, first: int, last: int, count: int) -> IndexArray:
        """Return the column of each point, of `count` columns from `first` to `last`."""
        return ((self.times - first) * (count / max(last - first, 1))).astype(np.int64)


class Band(NamedTuple):
    """The mean, minimum and maximum of a line per time bin."""

    mean: Line
    lowest: FloatArray
    highest: FloatArray


def find_gaps(times: TimeArray, values: FloatArray, *, holds: bool = False) -> Line:
    """Create a line and find its gaps. A line whose values hold has none."""
    steps = np.diff(times)
    if len(steps) < 2 or holds:
        return Line(times, values, np.arange(len(times)) == 0, 0)
    usual, long = np.quantile(steps, [0.5, 0.9])
    is_regular = long <= GAP_FACTOR_REGULAR * usual
    longest = long * (GAP_FACTOR_REGULAR if is_regular else GAP_FACTOR_IRREGULAR)
    return Line(times, values, np.append(True, steps > longest), int(usual))


def choose_bin(length: int, width: float) -> int:
    """Choose the bin length in nanoseconds for a time span on a width in inches."""
    most = max(width * BINS_PER_INCH, 1)
    fitting = (n * SECOND_NS for n in BIN_SECONDS if length / (n * SECOND_NS) <= most)
    return next(fitting, -(-length // (int(most) * DAY_NS)) * DAY_NS)


def make_band(line: Line, bin_length: int, offset: int = 0) -> Band:
    """Aggregate a line in bins that start at multiples of their length in local time."""
    bins = (line.times + offset) // bin_length
    starts = np.flatnonzero(_differs(bins))
    counts = np.diff(np.append(starts, len(bins)))
    lowest, highest = _extremes(line.values, starts)
    ends = np.append(starts[1:], len(bins)) - 1
    middles = line.times[starts] + (line.times[ends] - line.times[starts]) // 2
    means = np.add.reduceat(line.values, starts) / counts
    is_first = np.diff(bins[starts], prepend=bins[0] - 2) > max(1, -(-line.step // bin_length))
    return Band(Line(middles, means, is_first, 0), lowest, highest)


def _extremes(values: FloatArray, starts: IndexArray) -> Sequence[FloatArray]:
    """Return the minimum and the maximum of each run."""
    return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)


def _differs(numbers: IndexArray) -> BoolArray:
    """Find the numbers that differ from the previous one, including the first."""
    return np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]
