"""The client process: runs one job and reports how long it took.

    python -m scripts.benchmarks.client IMPLEMENTATION WORKLOAD ENVIRONMENT

Only the job is measured, not the start of Python and imports.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

from .environment import Environment


def main(implementation: str, workload: str, env: str) -> None:
    """Run the job of one implementation."""
    jobs = importlib.import_module(f"scripts.benchmarks.{implementation}_jobs").JOBS
    with (
        open(os.devnull, "w") as null_device,
        contextlib.redirect_stdout(null_device),
        jobs[workload](Environment.read(Path(env))) as work,
    ):
        start, cpu = time.perf_counter(), _cpu_seconds()
        work()
        used = {"wall": time.perf_counter() - start, "cpu": _cpu_seconds() - cpu}
    print(json.dumps(used))


def _cpu_seconds() -> float:
    """CPU time of this process and its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
