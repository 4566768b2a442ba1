"""`scripts/bench`: measure the workloads, print a table, write JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from . import competitors, machine
from .orchestrator import Bench, provide
from .report import Report
from .workloads import WORKLOADS


def main() -> None:
    """Measure what is asked for. Whether targets are met does not matter to the exit code."""
    arguments = _parser().parse_args()
    names = arguments.names or [workload.name for workload in WORKLOADS]
    chosen = [workload for workload in WORKLOADS if workload.name in names]
    pythons = {"sdk": Path(sys.executable), "baseline": Path(sys.executable)}
    if arguments.peers:
        pythons |= competitors.installed()
    report = Report(machine.describe())
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        provided = provide(Path(folder), chosen)
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


if __name__ == "__main__":
    main()
