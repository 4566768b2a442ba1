"""What was measured, as a table to read and as JSON to keep."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .runner import Usage, medians
from .workloads import MB, Medians, Target, Workload

HEAD = f"{'side':<17}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}{'wall x':>9}{'CPU x':>9}"


@dataclass
class Outcome:
    """What each side took of one workload, repetition by repetition, or why it could not."""

    workload: Workload
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def medians(self) -> dict[str, Usage]:
        """The medians of the sides that did the job."""
        return {side: medians(usages) for side, usages in self.usages.items() if usages}


class Report:
    """All outcomes, as they come."""

    def __init__(self, machine: dict[str, Any]) -> None:
        self._machine = machine
        self._outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Take in one more."""
        self._outcomes.append(outcome)

    @property
    def _medians(self) -> Medians:
        return {outcome.workload.name: outcome.medians for outcome in self._outcomes}

    def table(self, outcome: Outcome) -> str:
        """One workload's part of the table."""
        workload = outcome.workload
        lines = [f"{workload.name}: {workload.title}; baseline: {workload.baseline}", f"  {HEAD}"]
        baseline = outcome.medians.get("baseline")
        lines += [f"  {_row(side, used, baseline)}" for side, used in outcome.medians.items()]
        lines += [f"  {side:<17}failed: {reason:.90}" for side, reason in outcome.failures.items()]
        for target, figure in self._figures(workload):
            verdict = "met" if target.met(figure) else "MISSED"
            lines.append(f"  {verdict}: {target.text} ({figure:.2f})")
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Everything."""
        return {
            "machine": self._machine,
            "workloads": [self._entry(outcome) for outcome in self._outcomes],
        }

    def _figures(self, workload: Workload) -> Iterator[tuple[Target, float]]:
        for target in workload.targets:
            try:
                yield target, target.figure(self._medians)
            except KeyError:
                # It compares with what was not measured this time.
                continue

    def _entry(self, outcome: Outcome) -> dict[str, Any]:
        workload = outcome.workload
        return {
            "name": workload.name,
            "title": workload.title,
            "baseline": workload.baseline,
            "sides": {
                side: used._asdict()
                | {"repetitions": [usage._asdict() for usage in outcome.usages[side]]}
                for side, used in outcome.medians.items()
            },
            "failures": outcome.failures,
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


def _row(side: str, used: Usage, baseline: Usage | None) -> str:
    row = f"{side:<17}{used.wall:>10.3f}{used.cpu:>10.3f}{used.peakRss / MB:>10.1f}"
    if baseline is None or used is baseline:
        return row
    return f"{row}{used.wall / baseline.wall:>9.2f}{used.cpu / baseline.cpu:>9.2f}"
