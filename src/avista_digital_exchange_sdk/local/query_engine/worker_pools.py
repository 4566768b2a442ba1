"""Thread pools for database jobs: several for each user, and one thread that writes.

Queries of one user therefore delay neither other users, nor publishing, nor the reading of their
own results.
"""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from enum import Enum

MAX_USERS = 8
"""Beyond them, users share threads."""


class Workload(Enum):
    """A kind of job, with the maximum number that run concurrently for one user."""

    QUERY = ("query", 8)
    READ = ("read", 8)
    EXPORT = ("export", 8)


class WorkerPools:
    """The thread pools of all users."""

    def __init__(self) -> None:
        self.writer: Executor = ThreadPoolExecutor(1, "time-series-writer")
        self._numbers: dict[str, int] = {}
        self._executors: dict[tuple[Workload, int], Executor] = {}

    def get(self, user_id: str, workload: Workload) -> Executor:
        """Return the thread pool of a user for a kind of job."""
        number = self._numbers.setdefault(user_id, len(self._numbers) % MAX_USERS)
        if (workload, number) not in self._executors:
            kind, threads = workload.value
            self._executors[workload, number] = ThreadPoolExecutor(threads, f"time-series-{kind}")
        return self._executors[workload, number]

    def close(self) -> None:
        """Wait until all threads have finished."""
        for executor in (self.writer, *self._executors.values()):
            executor.shutdown()
