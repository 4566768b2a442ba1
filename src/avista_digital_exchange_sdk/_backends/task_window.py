"""Runs jobs concurrently, and finishes them in order."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, Protocol, Self, TypeVar

from .base import Backend, TaskHandle

# How long to wait for cancelled jobs in all.
CANCEL_WAIT_SECONDS = 1.0


class Job(Protocol):
    """A job that keeps its outcome itself."""

    async def run(self) -> None:
        """Do the job."""

    def conflicts_with(self, earlier: Self) -> bool:
        """Whether it must not start before an earlier job has ended."""

    def settle(self) -> None:
        """Process the outcome. Called in the order of the jobs, even if the job failed."""

    def report(self) -> None:
        """Report the progress after the job has succeeded."""


_Job = TypeVar("_Job", bound=Job)


class TaskWindow(Generic[_Job]):
    """Runs jobs concurrently, as many as the client sends requests.

    Jobs end in any order, but are settled in the order in which they started. A single job, or
    each if only one may run, runs in the caller's own task or thread.

    Args:
        backend: Runs the jobs.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._window: deque[tuple[_Job, TaskHandle[None] | None]] = deque()

    async def run(self, jobs: AsyncGenerator[_Job, None]) -> None:
        """Run jobs until one fails; raise its error after the others that run have ended.

        An interruption cancels all of them.
        """
        try:
            try:
                await self._run_all(jobs)
            except Exception:
                await self._settle_running()
                raise
        finally:
            await self._cancel_running()

    async def _run_all(self, jobs: AsyncGenerator[_Job, None]) -> None:
        # One job is held back, as it runs without a task if it is the only one.
        held: _Job | None = None
        async with aclosing(jobs):
            async for job in jobs:
                if held is not None:
                    await self._start(held)
                held = job
        if held is not None:
            await self._start(held, is_last=True)
        while self._window:
            await self._finish_first()

    async def _start(self, job: _Job, *, is_last: bool = False) -> None:
        width = self._backend.max_concurrency
        while len(self._window) >= width or any(
            job.conflicts_with(earlier) for earlier, _ in self._window
        ):
            await self._finish_first()
        if width == 1 or (is_last and not self._window):
            self._window.append((job, None))
            await job.run()
            self._settle_first()
            job.report()
        else:
            self._window.append((job, self._backend.spawn(job.run())))

    async def _finish_first(self) -> None:
        job, task = self._window[0]
        if task is not None:
            await task.wait()
        self._settle_first()
        if task is not None:
            await task.result()
        job.report()

    async def _settle_running(self) -> None:
        while self._window:
            _, task = self._window[0]
            if task is not None:
                await task.wait()
            self._settle_first()

    async def _cancel_running(self) -> None:
        deadline = self._backend.clock() + CANCEL_WAIT_SECONDS
        for _, task in self._window:
            if task is not None:
                await task.cancel()
        while self._window:
            _, task = self._window[0]
            if task is not None:
                await task.wait(max(0.0, deadline - self._backend.clock()))
            self._settle_first()

    def _settle_first(self) -> None:
        self._window[0][0].settle()
        self._window.popleft()
