"""Workloads and performance targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .line import Line
from .runner import Usage

MB = 1 << 20

Medians = Mapping[str, Mapping[str, Usage]]
"""Median measurements by workload and implementation."""


@dataclass(frozen=True)
class Target:
    """A figure and its limit.

    Attributes:
        text: The target in words.
        limit: The limit.
        figure: Computes the figure; raises KeyError if something it needs was not measured.
        at_least: Whether the limit is a minimum, not a maximum.
    """

    text: str
    limit: float
    figure: Callable[[Medians], float]
    at_least: bool = False

    def met(self, figure: float) -> bool:
        """Whether a figure meets the target."""
        return figure >= self.limit if self.at_least else figure <= self.limit


@dataclass(frozen=True)
class Workload:
    """A job that each implementation runs.

    Attributes:
        name: Its name on the command line.
        title: A description of the job.
        baseline: A description of the baseline.
        targets: The SDK's performance targets.
        fixtures: Names of the fixtures it needs on the server.
        repetitions: Number of runs per implementation.
        script: Python source by implementation, measured as a whole process instead of a job.
        accumulates_data: Whether runs leave data on the server, so that each needs a new one.
        line: The line to the server, if it is not on this machine.
        tls: Whether connections to the server are encrypted.
        round_trips: The number of sequential round trips the job needs at least. Their time on the
            line is the baseline, which is then not run.
    """

    name: str
    title: str
    baseline: str
    targets: tuple[Target, ...]
    fixtures: tuple[str, ...] = ()
    repetitions: int = 3
    script: Mapping[str, str] | None = None
    accumulates_data: bool = False
    line: Line | None = None
    tls: bool = False
    round_trips: int | None = None

    @property
    def calculated_baseline(self) -> Usage | None:
        """The baseline, if it is the time of round trips."""
        if self.round_trips is None or self.line is None:
            return None
        return Usage(self.round_trips * self.line.round_trip, 0, 0)


def ratio(name: str, kind: Literal["wall", "cpu"], highest: float) -> Target:
    """Limit the SDK's time relative to the baseline's."""

    def figure(medians: Medians) -> float:
        sdk, baseline = medians[name]["sdk"], medians[name]["baseline"]
        return sdk.wall / baseline.wall if kind == "wall" else sdk.cpu / baseline.cpu

    return Target(f"{kind} ≤ {highest:g}x baseline", highest, figure)


def faster(name: str, than: str, lowest: float) -> Target:
    """Require the SDK to be faster than another implementation."""

    def figure(medians: Medians) -> float:
        return medians[name][than].wall / medians[name]["sdk"].wall

    return Target(f"≥ {lowest:g}x faster than {than}", lowest, figure, at_least=True)


def less_cpu(name: str, than: str) -> Target:
    """Require less CPU time than another implementation."""

    def figure(medians: Medians) -> float:
        return medians[name]["sdk"].cpu / medians[name][than].cpu

    return Target(f"CPU ≤ that of {than}", 1, figure)


def peak(name: str, highest: int) -> Target:
    """Limit the SDK's peak memory in MB."""
    text = f"peak RSS ≤ {highest} MB"
    return Target(text, highest, lambda medians: medians[name]["sdk"].peak_rss / MB)


def cpu_milliseconds(name: str, parts: int, what: str, highest: float) -> Target:
    """Limit the SDK's CPU time for each part of a job, in milliseconds."""
    return Target(
        f"CPU ≤ {highest:g} ms per {what}",
        highest,
        lambda medians: 1000 * medians[name]["sdk"].cpu / parts,
    )


def growth(name: str, smaller: str, highest: int) -> Target:
    """Limit the growth of peak memory, compared with a smaller workload, in MB."""

    def figure(medians: Medians) -> float:
        return (medians[name]["sdk"].peak_rss - medians[smaller]["sdk"].peak_rss) / MB

    return Target(f"≤ {highest} MB more than {smaller}", highest, figure)


def seconds(name: str, highest: float) -> Target:
    """Limit the SDK's time in seconds."""
    return Target(f"wall ≤ {highest:g} s", highest, lambda medians: medians[name]["sdk"].wall)


def times_faster(name: str, sequential: float, lowest: float) -> Target:
    """Require the SDK to be faster than sequential requests, which take a number of seconds."""
    return Target(
        f"≥ {lowest:g}x faster than one request after the other ({sequential:g} s)",
        lowest,
        lambda medians: sequential / medians[name]["sdk"].wall,
        at_least=True,
    )
