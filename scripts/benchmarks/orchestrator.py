"""Gives workloads to all sides, in turn."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import official_jobs
from .report import Outcome
from .runner import ROOT, JobFailedError, measure
from .server import serving
from .workloads import Workload

PLACE = "place.json"


def provide(folder: Path, workloads: list[Workload]) -> dict[str, Any]:
    """Lay down what the workloads need, in a process of its own."""
    needed = dict.fromkeys(name for workload in workloads for name in workload.provisions)
    if not needed:
        return {}
    print("Laying down what the workloads need …", file=sys.stderr)
    module = "scripts.benchmarks.fixtures"
    done = subprocess.run(
        [sys.executable, "-m", module, str(folder), *needed],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    provided: dict[str, Any] = json.loads(done.stdout)
    return provided


class Bench:
    """Gives a workload to every side, in turn."""

    def __init__(self, folder: Path, provided: dict[str, Any], pythons: dict[str, Path]) -> None:
        self._folder = folder
        self._provided = provided
        self._pythons = pythons

    def run(self, workload: Workload) -> Outcome:
        """Measure one workload."""
        sides = [side for side in self._pythons if _takes_part(side, workload)]
        outcome = Outcome(workload, {side: [] for side in sides})
        turns = sides * workload.repetitions
        for served in [[side] for side in turns] if workload.leaves_results else [turns]:
            with serving(self._folder, self._provided, throttled=workload.throttled) as place:
                place.write(self._folder / PLACE)
                for side in served:
                    if side not in outcome.failures:
                        self._measure(outcome, side)
        return outcome

    def _measure(self, outcome: Outcome, side: str) -> None:
        command, whole = self._command(outcome.workload, side)
        try:
            outcome.usages[side].append(measure(command, whole=whole))
        except JobFailedError as error:
            outcome.failures[side] = str(error)

    def _command(self, workload: Workload, side: str) -> tuple[list[str], bool]:
        """What runs in the client process, and whether all of it is measured."""
        python, kind = str(self._pythons[side]), side.partition("-")[0]
        if workload.script is not None:
            return [python, "-c", workload.script[kind]], True
        place = str(self._folder / PLACE)
        return [python, "-m", "scripts.benchmarks.client", kind, workload.name, place], False


def _takes_part(side: str, workload: Workload) -> bool:
    return (
        not side.startswith("official")
        or workload.script is not None
        or workload.name in official_jobs.JOBS
    )
