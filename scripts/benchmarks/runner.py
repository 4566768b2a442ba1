"""Runs one client process at a time and measures time and memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Usage(NamedTuple):
    """The resources one job used.

    Attributes:
        wall: Elapsed time in seconds.
        cpu: CPU time of all threads in seconds.
        peak_rss: Peak resident memory of the process in bytes.
    """

    wall: float
    cpu: float
    peak_rss: int


class JobFailedError(Exception):
    """A client process failed."""


def measure(command: Sequence[str], *, whole: bool) -> Usage:
    """Run a client process and measure it.

    Elapsed and CPU time are those that the process reports for its job, or those of the `whole`
    process. Memory is that of the whole process. On Linux a child process starts with its parent's
    peak, so the measuring process must stay smaller than those it measures.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout is not None
        with process.stdout as output:
            printed = output.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise JobFailedError(_last_line(errors.read(), process.returncode))
    peak = used.ru_maxrss * RSS_UNIT
    if whole:
        return Usage(wall, used.ru_utime + used.ru_stime, peak)
    job = json.loads(printed.splitlines()[-1])
    return Usage(job["wall"], job["cpu"], peak)


def medians(usages: Sequence[Usage]) -> Usage:
    """Return the median of each measurement."""
    walls, cpus, peaks = zip(*usages, strict=True)
    return Usage(median(walls), median(cpus), int(median(peaks)))


def _last_line(errors: bytes, code: int) -> str:
    lines = errors.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {code}")
