"""Runs workloads with each implementation in turn."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import official_jobs
from .report import Result
from .runner import ROOT, JobFailedError, measure
from .server import serving
from .workload import Workload

ENVIRONMENT_FILE = "environment.json"


def create_fixtures(folder: Path, workloads: list[Workload]) -> dict[str, Any]:
    """Create what the workloads need, in a separate process."""
    needed = dict.fromkeys(name for workload in workloads for name in workload.fixtures)
    if not needed:
        return {}
    print("Creating fixtures …", file=sys.stderr)
    module = "scripts.benchmarks.fixtures"
    completed = subprocess.run(
        [sys.executable, "-m", module, str(folder), *needed],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    fixtures: dict[str, Any] = json.loads(completed.stdout)
    return fixtures


class Orchestrator:
    """Runs workloads with each implementation in turn."""

    def __init__(self, folder: Path, fixtures: dict[str, Any], pythons: dict[str, Path]) -> None:
        self._folder = folder
        self._fixtures = fixtures
        self._pythons = pythons

    def run(self, workload: Workload) -> Result:
        """Run and measure one workload."""
        calculated = workload.calculated_baseline
        implementations = [
            implementation
            for implementation in self._pythons
            if _supports(implementation, workload)
            and not (implementation == "baseline" and calculated)
        ]
        result = Result(workload, {implementation: [] for implementation in implementations})
        result.unsupported = {
            implementation: workloads[workload.name]
            for implementation, workloads in official_jobs.UNSUPPORTED_WORKLOADS.items()
            if implementation in self._pythons and workload.name in workloads
        }
        if calculated is not None:
            result.usages["baseline"] = [calculated]
        turns = implementations * workload.repetitions
        for batch in (
            [[implementation] for implementation in turns] if workload.accumulates_data else [turns]
        ):
            with serving(self._folder, self._fixtures, workload) as env:
                env.write(self._folder / ENVIRONMENT_FILE)
                for implementation in batch:
                    if implementation not in result.failures:
                        self._measure(result, implementation)
        return result

    def _measure(self, result: Result, implementation: str) -> None:
        command, whole = self._command(result.workload, implementation)
        try:
            result.usages[implementation].append(measure(command, whole=whole))
        except JobFailedError as error:
            result.failures[implementation] = str(error)

    def _command(self, workload: Workload, implementation: str) -> tuple[list[str], bool]:
        """Return the command of the client process, and whether to measure the whole process."""
        python, kind = str(self._pythons[implementation]), implementation.partition("-")[0]
        if workload.script is not None:
            return [python, "-c", workload.script[kind]], True
        env = str(self._folder / ENVIRONMENT_FILE)
        return [python, "-m", "scripts.benchmarks.client", kind, workload.name, env], False


def _supports(implementation: str, workload: Workload) -> bool:
    if not implementation.startswith("official") or workload.script is not None:
        return True
    is_unsupported = workload.name in official_jobs.UNSUPPORTED_WORKLOADS[implementation]
    return workload.name in official_jobs.JOBS and not is_unsupported
