"""`scripts/bench`: measure the workloads, print a table, write JSON."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import machine, peers
from .measuring import ROOT, JobFailedError, measure
from .report import Outcome, Report
from .server import serving
from .workloads import WORKLOADS, Workload

PLACE = "place.json"


def main() -> None:
    """Measure what is asked for. Whether targets are met does not matter to the exit code."""
    arguments = _parser().parse_args()
    names = arguments.names or [workload.name for workload in WORKLOADS]
    chosen = [workload for workload in WORKLOADS if workload.name in names]
    pythons = {"sdk": Path(sys.executable), "floor": Path(sys.executable)}
    if arguments.peers:
        pythons |= peers.installed()
    report = Report(machine.describe())
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        provided = _provide(Path(folder), chosen)
        for workload in chosen:
            outcome = Bench(Path(folder), provided, pythons).run(workload)
            report.add(outcome)
            print(report.table(outcome), end="\n\n", flush=True)
    if arguments.json is not None:
        text = json.dumps(report.json(), indent=2, ensure_ascii=False)
        arguments.json.write_text(text + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure the SDK beside the least that could do each job.",
        epilog=f"Workloads: {', '.join(names)}.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*names, []], help="a workload (default: all)"
    )
    parser.add_argument(
        "--peers", action="store_true", help="install and measure the official SDK's releases too"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    return parser


def _provide(folder: Path, workloads: list[Workload]) -> dict[str, Any]:
    """Lay down what the workloads need, in a process of its own."""
    needed = dict.fromkeys(name for workload in workloads for name in workload.provisions)
    if not needed:
        return {}
    print("Laying down what the workloads need …", file=sys.stderr)
    module = "scripts.benchmarks.provisions"
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
        outcome = Outcome(workload, {side: [] for side in self._pythons})
        turns = list(self._pythons) * workload.repetitions
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


if __name__ == "__main__":
    main()
