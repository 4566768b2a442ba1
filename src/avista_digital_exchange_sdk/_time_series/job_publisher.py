"""Publishes with jobs that run concurrently, and tracks the outcome of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import TaskWindow
from .._utils.gc import gc_relaxed
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError
from .publish_job import Jobs, PublishJob
from .publish_outcomes import PublishOutcomes, run_publish, summarize_outcomes

if TYPE_CHECKING:
    from .._backends import Backend


class JobPublisher:
    """The base class of publishers, whose jobs run concurrently.

    Args:
        backend: Runs the jobs.
        outcomes: Records the outcomes.
        progress: Reports the number of sent rows.
        what: The name of a row for messages.
        rejections_fail: Whether rejected rows are an error.
    """

    def __init__(
        self,
        backend: Backend,
        outcomes: PublishOutcomes,
        progress: ProgressReporter,
        what: str,
        *,
        rejections_fail: bool = True,
    ) -> None:
        self._backend = backend
        self._outcomes = outcomes
        self._progress = progress
        self._what = what
        self._rejections_fail = rejections_fail
        self._rejection: DigitalExchangeError | None = None
        self._callback: ProgressCallback | None = None
        self._callback_error: BaseException | None = None

    async def _run(self, jobs: Jobs) -> None:
        """Run all jobs; raise PublishIncompleteError if only some rows could be written."""

        async def run(callback: ProgressCallback | None) -> DigitalExchangeError | None:
            self._callback = callback
            return await self._run_jobs(jobs)

        with gc_relaxed():
            await run_publish(
                self._outcomes,
                self._progress,
                run,
                what=self._what,
                summarize=self._summary,
                rejections_fail=self._rejections_fail,
            )

    async def _run_jobs(self, jobs: Jobs) -> DigitalExchangeError | None:
        """Run all jobs; return the last error.

        Rejected records do not keep the following ones from being written; any other failure ends
        the publishing, because it would most likely meet the following batches too.
        """
        try:
            await TaskWindow[PublishJob](self._backend).run(jobs)
        except DigitalExchangeError as failure:
            if failure is self._callback_error:
                raise
            return failure
        return self._rejection

    def settle(self, job: PublishJob) -> None:
        """Add the outcome of a job."""
        self._rejection = job.rejection or self._rejection
        self._outcomes.add(job.outcomes)

    def report(self) -> None:
        """Report the number of sent rows."""
        if self._callback is None:
            return
        try:
            self._callback(self._outcomes.finished, self._outcomes.total)
        except BaseException as error:
            self._callback_error = error
            raise

    def _summary(self) -> str:
        return summarize_outcomes(self._outcomes, self._what)
