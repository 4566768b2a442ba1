"""One client process at a time: how long its job took, and what of the machine it used."""

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
    """What one job took.

    Attributes:
        wall: Seconds from its begin to its end.
        cpu: Seconds of processor time, in all threads.
        peakRss: Bytes of memory that the process held at most.
    """

    wall: float
    cpu: float
    peakRss: int


class JobFailedError(Exception):
    """A client process could not do its job."""


def measure(command: Sequence[str], *, whole: bool) -> Usage:
    """Run a client process.

    Wall and processor time are those that it tells of its job, or those of the `whole` process.
    Memory is the whole process's. A child starts with its parent's peak on Linux, so the process
    that measures must stay smaller than those it measures.
    """
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout is not None
        with process.stdout as output:
            told = output.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise JobFailedError(_last_line(errors.read(), process.returncode))
    peak = used.ru_maxrss * RSS_UNIT
    if whole:
        return Usage(wall, used.ru_utime + used.ru_stime, peak)
    job = json.loads(told.splitlines()[-1])
    return Usage(job["wall"], job["cpu"], peak)


def medians(usages: Sequence[Usage]) -> Usage:
    """The median of each figure."""
    walls, cpus, peaks = zip(*usages, strict=True)
    return Usage(median(walls), median(cpus), int(median(peaks)))


def _last_line(errors: bytes, code: int) -> str:
    lines = errors.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {code}")
