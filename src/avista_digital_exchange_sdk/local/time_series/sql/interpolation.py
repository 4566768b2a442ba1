"""Values of a time series at times it has none for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import partial

import duckdb

LONGEST = 100_000
"""The most points a series, and the most times a call, may have."""


def interpolate(
    method: str,
    times: Sequence[int],
    values: Sequence[float],
    wanted: Sequence[int | None],
    filler: float,
) -> list[float | None]:
    """Estimate the values of a series, whose times rise, at the wanted times.

    A time the series has a point for gets that point's value. Outside the series there is
    nothing to estimate from: linear and cubic interpolation give NULL there, carrying the last
    observation forward does before the first point.
    """
    if len(times) > LONGEST or len(wanted) > LONGEST:
        raise ValueError(f"Interpolation takes at most {LONGEST} points and {LONGEST} times")
    estimate = _estimator(method, times, values, filler)
    return [None if time is None else estimate(time) for time in wanted]


def _estimator(
    method: str, times: Sequence[int], values: Sequence[float], filler: float
) -> Callable[[int], float | None]:
    """Make the function that estimates the value at one time."""
    if method == "locf":
        return partial(_last_before, times, values)
    if method == "fill":
        return partial(_exact, times, values, filler)
    curvatures = _curvatures(times, values) if method == "spline_cubic" else [0.0] * len(times)
    return partial(_between, times, values, curvatures)


def _last_before(times: Sequence[int], values: Sequence[float], time: int) -> float | None:
    """Take the value of the last point up to a time."""
    index = bisect_right(times, time)
    return values[index - 1] if index else None


def _exact(times: Sequence[int], values: Sequence[float], otherwise: float, time: int) -> float:
    """Take the value of the point at a time, if there is one."""
    index = bisect_left(times, time)
    return values[index] if index < len(times) and times[index] == time else otherwise


def _between(
    times: Sequence[int], values: Sequence[float], curvatures: Sequence[float], time: int
) -> float | None:
    """Evaluate the cubic between two points, a straight line where the curvatures are zero."""
    right = bisect_left(times, time)
    if right == len(times):
        return None
    if times[right] == time:
        return values[right]
    if right == 0:
        return None
    left = right - 1
    width = times[right] - times[left]
    a, b = (times[right] - time) / width, (time - times[left]) / width
    bend = (a**3 - a) * curvatures[left] + (b**3 - b) * curvatures[right]
    return a * values[left] + b * values[right] + bend * width**2 / 6


def _curvatures(times: Sequence[int], values: Sequence[float]) -> list[float]:
    """Find the second derivatives of the natural cubic spline through the points."""
    count = len(times)
    curvatures, rest = [0.0] * count, [0.0] * count
    for i in range(1, count - 1):
        before, after = times[i] - times[i - 1], times[i + 1] - times[i]
        share = before / (before + after)
        pivot = share * curvatures[i - 1] + 2
        slope = (values[i + 1] - values[i]) / after - (values[i] - values[i - 1]) / before
        curvatures[i] = (share - 1) / pivot
        rest[i] = (6 * slope / (before + after) - share * rest[i - 1]) / pivot
    for i in range(count - 2, 0, -1):
        curvatures[i] = curvatures[i] * curvatures[i + 1] + rest[i]
    return [0.0, *curvatures[1:-1], 0.0] if count > 1 else curvatures


def register_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB call `interpolate`."""
    connection.create_function(
        "interpolate",
        interpolate,
        ["VARCHAR", "BIGINT[]", "DOUBLE[]", "BIGINT[]", "DOUBLE"],
        "DOUBLE[]",
    )
