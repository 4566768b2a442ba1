"""The client process: does one job, and tells how long it took.

    python -m scripts.benchmarks.client SIDE WORKLOAD PLACE

The clock runs while the job is done, not while Python starts and modules are imported.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

from .environment import Place


def main(side: str, workload: str, place: str) -> None:
    """Do the job of one side."""
    jobs = importlib.import_module(f"scripts.benchmarks.{side}_jobs").JOBS
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        jobs[workload](Place.read(Path(place))) as work,
    ):
        begun, cpu = time.perf_counter(), _cpu()
        work()
        used = {"wall": time.perf_counter() - begun, "cpu": _cpu() - cpu}
    print(json.dumps(used))


def _cpu() -> float:
    """Processor time of this process, and of those it ran."""
    ran = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ran.ru_utime + ran.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
