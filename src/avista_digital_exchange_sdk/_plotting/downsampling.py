"""Lines as a picture needs them: interrupted where data is missing, no finer than its pixels."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TimeArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

COLUMNS = 2000
"""Columns of pixels that a picture is thought to have, well above what one has on a screen."""

GAP_FACTOR_REGULAR = 1.5
"""How much longer than usual a step is that leaves out a value of a series of equal steps."""

GAP_FACTOR_IRREGULAR = 5
"""The same for a series whose steps differ anyway."""


class Line(NamedTuple):
    """A line's points.

    Attributes:
        starts_segment: Whether a point begins a new stretch, after a gap.
        step: The usual time from one point to the next, for which a value holds before a gap.
    """

    times: TimeArray
    values: FloatArray
    starts_segment: BoolArray
    step: int

    def downsampled(self, first: int, last: int) -> "Line":
        """The same line with fewer points, drawn over the time from `first` to `last`.

        Of the points in a column of pixels the first, lowest, highest and last remain: what is
        drawn is the same, peaks included.
        """
        if len(self.times) <= 4 * COLUMNS:
            return self
        columns = (self.times - first) * (COLUMNS / max(last - first, 1))
        starts_segment = self.starts_segment | _changes(columns.astype(np.int64))
        starts = np.flatnonzero(starts_segment)
        run = np.cumsum(starts_segment) - 1
        lowest = np.minimum.reduceat(self.values, starts)
        highest = np.maximum.reduceat(self.values, starts)
        kept = np.zeros(len(self.times), np.bool_)
        kept[starts] = True
        kept[np.append(starts[1:], len(self.times)) - 1] = True
        for extreme in (lowest, highest):
            places = np.flatnonzero(self.values == extreme[run])
            kept[places[_changes(run[places])]] = True
        return Line(self.times[kept], self.values[kept], self.starts_segment[kept], self.step)

    def with_gaps(self) -> "Line":
        """The line with a missing value in every gap, where it is interrupted."""
        places = np.flatnonzero(self.starts_segment)[1:]
        return Line(
            np.insert(self.times, places, self.times[places - 1] + self.step),
            np.insert(self.values, places, np.nan),
            np.insert(self.starts_segment, places, False),
            self.step,
        )

    def isolated(self) -> BoolArray:
        """Which points stand alone between two gaps, where no line shows them."""
        isolated: BoolArray = self.starts_segment & np.append(self.starts_segment[1:], True)
        return isolated


def find_gaps(times: TimeArray, values: FloatArray) -> Line:
    """Points, at times that grow, as a line with its gaps."""
    steps = np.diff(times)
    if len(steps) < 2:
        return Line(times, values, np.arange(len(times)) == 0, 0)
    usual, long = np.quantile(steps, [0.5, 0.9])
    longest = long * (
        GAP_FACTOR_REGULAR if long <= GAP_FACTOR_REGULAR * usual else GAP_FACTOR_IRREGULAR
    )
    return Line(times, values, np.append(True, steps > longest), int(usual))


def _changes(numbers: npt.NDArray[np.int64]) -> BoolArray:
    """Where a number differs from the one before; the first does."""
    return np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]
