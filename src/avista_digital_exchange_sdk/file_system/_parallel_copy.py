"""Copies many files concurrently, and continues after failures."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .._utils.progress import ProgressCallback
from ..errors import ConnectionFailedError, TransferIncompleteError
from ._concurrency import MAX_CONCURRENCY, Workers
from ._errors import affects_all

MAX_SHOWN_FAILURES = 3

CLEANUP_SECONDS = 15.0
"""Seconds to wait for running copies at the end of a job: deleting the record of a file that was
not uploaded takes up to five seconds, unless the platform is unreachable."""


class Task(Protocol):
    """A file to copy."""

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> Any: ...


AnyTask = TypeVar("AnyTask", bound=Task)
Result = TypeVar("Result")


class Failure(NamedTuple):
    """A path that could not be copied, and the error."""

    path: str
    error: Exception


class JobReport(Generic[AnyTask, Result]):
    """The outcome of a job.

    Attributes:
        done: The completed files, each with its result.
        failures: The files that could not be copied.
        not_tried: The number of files that were not tried, or cancelled.
        stopped_by: The failure that stopped the job, if any.
    """

    def __init__(self, failures: Sequence[Failure] = ()) -> None:
        self.done: list[tuple[AnyTask, Result]] = []
        self.failures: list[Failure] = list(failures)
        self.not_tried = 0
        self.stopped_by: Exception | None = None

    def raise_failures(self, done: str, *, is_single: bool) -> None:
        """Raise the failures, if any.

        Args:
            done: The past participle of what was done, such as "downloaded".
            is_single: Whether a single file was requested, whose error is raised unchanged.
        """
        if not self.failures:
            return
        if is_single:
            raise self.failures[0].error
        shown = "; ".join(f"{path}: {error}" for path, error in self.failures[:MAX_SHOWN_FAILURES])
        more = len(self.failures) - MAX_SHOWN_FAILURES
        parts = [shown, f"and {more} more" if more > 0 else ""]
        if self.not_tried:
            parts.append(f"{self.not_tried} files were not tried")
        total = len(self.done) + len(self.failures) + self.not_tried
        raise TransferIncompleteError(
            f"{len(self.failures)} of {total} could not be {done}: "
            + "; ".join(filter(None, parts)),
            failures=dict(self.failures),
            notTried=self.not_tried,
        ) from self.failures[0].error


class _Stopped(BaseException):
    """Cancels running copies after the job has ended, like an interruption."""


class CopyJob(Generic[AnyTask, Result]):
    """Copies files concurrently.

    Args:
        copy: Copies one file, with a progress callback.
        callback: fsspec's progress callback for the job; an exception it raises cancels the job.
        fail_fast: Whether to stop at the first failure, and raise it.
    """

    def __init__(
        self,
        copy: Callable[[AnyTask, ProgressCallback], Result],
        callback: Any,
        *,
        fail_fast: bool = False,
    ) -> None:
        self._copy = copy
        self._callback = callback
        self._fail_fast = fail_fast
        self._stopped = False
        self._cancelled_by: BaseException | None = None
        self._lost = 0

    def run(
        self, tasks: Sequence[AnyTask], failures: Sequence[Failure] = ()
    ) -> JobReport[AnyTask, Result]:
        """Copy all files.

        Args:
            tasks: The files.
            failures: Paths for which no task could be created.
        """
        report: JobReport[AnyTask, Result] = JobReport(failures)
        if failures and self._fail_fast:
            raise failures[0].error
        done: dict[int, Result] = {}
        failed: dict[int, Exception] = {}

        def copy(index: int) -> Result:
            return self._copy_one(tasks[index])

        with Workers(copy, cleanup_seconds=CLEANUP_SECONDS) as workers:
            try:
                for index in range(len(tasks)):
                    workers.add(index)
                self._callback.set_size(len(tasks))
                for index, outcome in workers:
                    error = outcome.exception()
                    if error is None:
                        self._lost = 0
                        done[index] = outcome.result()
                        self._callback.relative_update()
                    elif self._cancelled_by or self._fail_fast or not isinstance(error, Exception):
                        raise self._cancelled_by or error
                    else:
                        failed[index] = error
                        if self._is_hopeless(error):
                            report.stopped_by = error
                            break
            finally:
                self._stopped = True
        report.done = [(tasks[index], result) for index, result in sorted(done.items())]
        report.failures += [
            Failure(tasks[index].source, error) for index, error in sorted(failed.items())
        ]
        report.not_tried = len(tasks) - len(done) - len(failed)
        return report

    def _is_hopeless(self, error: BaseException) -> bool:
        """Whether the remaining files would fail in the same way."""
        if not affects_all(error):
            return False
        if any(isinstance(one, ConnectionFailedError) for one in (error, error.__cause__)):
            # A single connection may break by chance; several in a row indicate an outage.
            self._lost += 1
            return self._lost >= MAX_CONCURRENCY
        return True

    def _copy_one(self, task: AnyTask) -> Result:
        if self._stopped:
            raise _Stopped
        with self._callback.branched(task.source, task.target) as child:
            report = to_progress_callback(child)

            def progress(done: int, total: int | None) -> None:
                if self._stopped:
                    raise _Stopped
                try:
                    report(done, total)
                except BaseException as error:
                    self._cancelled_by = error
                    raise

            return self._copy(task, progress)


def to_progress_callback(callback: Any) -> ProgressCallback:
    """Adapt an fsspec callback to a progress callback."""

    def report(done: int, total: int | None) -> None:
        callback.set_size(total)
        callback.absolute_update(done)

    return report
