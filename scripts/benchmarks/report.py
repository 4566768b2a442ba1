"""Formats results as a table and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .runner import Usage, medians
from .workload import MB, Medians, Target, Workload

HEAD = f"{'':<17}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}{'wall x':>9}{'CPU x':>9}"


@dataclass
class Result:
    """The measurements of one workload by implementation.

    Attributes:
        workload: The workload.
        usages: The measurements.
        failures: Why jobs failed.
        unsupported: Why implementations can't do it.
    """

    workload: Workload
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)

    @property
    def medians(self) -> dict[str, Usage]:
        """The medians of the implementations whose jobs succeeded."""
        return {
            implementation: medians(usages)
            for implementation, usages in self.usages.items()
            if usages and implementation not in self.failures
        }


class Report:
    """Collects results."""

    def __init__(self, machine: dict[str, Any]) -> None:
        self._machine = machine
        self._results: list[Result] = []

    def add(self, result: Result) -> None:
        """Add the result of a workload."""
        self._results.append(result)

    @property
    def _medians(self) -> Medians:
        return {result.workload.name: result.medians for result in self._results}

    def table(self, result: Result) -> str:
        """Format the result of one workload."""
        workload = result.workload
        lines = [f"{workload.name}: {workload.title}; baseline: {workload.baseline}", f"  {HEAD}"]
        baseline = result.medians.get("baseline")
        lines += [
            f"  {_row(implementation, used, baseline)}"
            for implementation, used in result.medians.items()
        ]
        lines += [
            f"  {implementation:<17}FAILED: {reason:.90}"
            for implementation, reason in result.failures.items()
        ]
        lines += [
            f"  {implementation:<17}unsupported: {reason}"
            for implementation, reason in result.unsupported.items()
        ]
        for target, figure in self._figures(workload):
            verdict = "met" if target.met(figure) else "MISSED"
            lines.append(f"  {verdict}: {target.text} ({figure:.2f})")
        return "\n".join(lines)

    @property
    def failures(self) -> list[str]:
        """One line per job that failed, with the reason."""
        return [
            f"FAILED: {result.workload.name} by {implementation}: {reason}"
            for result in self._results
            for implementation, reason in result.failures.items()
        ]

    def summary(self) -> str:
        """Count the targets that were met, and list what missed a target or failed."""
        met, missed = 0, []
        for workload in (result.workload for result in self._results):
            for target, figure in self._figures(workload):
                if target.met(figure):
                    met += 1
                else:
                    missed.append(f"MISSED: {workload.name}: {target.text} ({figure:.2f})")
        counts = f"{met} targets met, {len(missed)} missed, {len(self.failures)} jobs failed"
        return "\n".join([counts, *missed, *self.failures])

    def json(self) -> dict[str, Any]:
        """Return all results as a JSON object."""
        return {
            "machine": self._machine,
            "workloads": [self._entry(result) for result in self._results],
        }

    def _figures(self, workload: Workload) -> Iterator[tuple[Target, float]]:
        for target in workload.targets:
            try:
                yield target, target.figure(self._medians)
            except KeyError:
                # One of the implementations or workloads was not measured.
                continue

    def _entry(self, result: Result) -> dict[str, Any]:
        workload = result.workload
        return {
            "name": workload.name,
            "title": workload.title,
            "baseline": workload.baseline,
            "implementations": {
                implementation: used._asdict()
                | {"repetitions": [usage._asdict() for usage in result.usages[implementation]]}
                for implementation, used in result.medians.items()
            },
            "failures": result.failures,
            "unsupported": result.unsupported,
            "targets": [
                {
                    "text": target.text,
                    "limit": target.limit,
                    "figure": figure,
                    "met": target.met(figure),
                }
                for target, figure in self._figures(workload)
            ],
        }


def _row(implementation: str, used: Usage, baseline: Usage | None) -> str:
    row = f"{implementation:<17}{used.wall:>10.3f}{used.cpu:>10.3f}{used.peak_rss / MB:>10.1f}"
    if baseline is None or used is baseline:
        return row
    row += f"{used.wall / baseline.wall:>9.2f}"
    # A baseline that consists of round trips takes no CPU time.
    return f"{row}{used.cpu / baseline.cpu:>9.2f}" if baseline.cpu else row
