"""`scripts/bench`: measure the workloads, print a table, write JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from . import competitors, machine, soak
from .orchestrator import Orchestrator, create_fixtures
from .report import Report
from .workloads import WORKLOADS

SOAK = "soak"


def main() -> int:
    """Run the selected workloads.

    The exit code is 1 if a job failed. Missed targets do not change it.
    """
    arguments = _parser().parse_args()
    if SOAK in arguments.names:
        return soak.main(arguments.seconds)
    names = arguments.names or [workload.name for workload in WORKLOADS]
    chosen = [workload for workload in WORKLOADS if workload.name in names]
    pythons = {"sdk": Path(sys.executable), "baseline": Path(sys.executable)}
    if arguments.competitors:
        pythons |= competitors.install()
    report = Report(machine.describe())
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        fixtures = create_fixtures(Path(folder), chosen)
        for workload in chosen:
            result = Orchestrator(Path(folder), fixtures, pythons).run(workload)
            report.add(result)
            print(report.table(result), end="\n\n", flush=True)
    print(report.summary())
    if arguments.json is not None:
        text = json.dumps(report.json(), indent=2, ensure_ascii=False)
        arguments.json.write_text(text + "\n", "utf-8")
    return 1 if report.failures else 0


def _parser() -> argparse.ArgumentParser:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Compare the SDK with a minimal implementation of each job.",
        epilog=f"Workloads: {', '.join(names)}. `{SOAK}` is no workload: it checks streams of "
        "records over a faulty connection.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        choices=[*names, SOAK, []],
        help="a workload (default: all)",
    )
    parser.add_argument(
        "--seconds", type=float, default=60, help=f"duration of `{SOAK}` (default: a minute)"
    )
    parser.add_argument(
        "--competitors",
        action="store_true",
        help="also install and measure releases of the official SDK",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write results as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
