"""Threads for work on the time series: some of each user's own, and one that writes.

So no user's queries keep another user waiting, nor anyone from publishing, nor their own results
from being read.
"""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from enum import Enum

MAX_USERS = 8
"""Beyond them, users share threads."""


class Workload(Enum):
    """A kind of work, with how many of its jobs are done at a time for one user."""

    QUERY = ("query", 3)
    READ = ("read", 3)
    EXPORT = ("export", 2)


class WorkerPools:
    """The threads of all users."""

    def __init__(self) -> None:
        self.writer: Executor = ThreadPoolExecutor(1, "time-series-writer")
        self._numbers: dict[str, int] = {}
        self._executors: dict[tuple[Workload, int], Executor] = {}

    def get(self, user_id: str, workload: Workload) -> Executor:
        """Return a user's threads for a kind of work."""
        number = self._numbers.setdefault(user_id, len(self._numbers) % MAX_USERS)
        if (workload, number) not in self._executors:
            kind, threads = workload.value
            self._executors[workload, number] = ThreadPoolExecutor(threads, f"time-series-{kind}")
        return self._executors[workload, number]

    def close(self) -> None:
        """Wait until all threads are done."""
        for executor in (self.writer, *self._executors.values()):
            executor.shutdown()
