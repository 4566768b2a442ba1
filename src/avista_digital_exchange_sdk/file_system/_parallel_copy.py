"""Copies many files concurrently, and continues after failures."""

import contextlib
from collections.abc import Sequence
from threading import BoundedSemaphore  # noqa: TID251  # only the core SDK uses backends
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .._utils.progress import ProgressCallback
from ..errors import ConnectionFailedError, TransferIncompleteError
from ._concurrency import MAX_CONCURRENCY, Workers
from ._errors import affects_all

MAX_SHOWN_FAILURES = 3

# Maximum number of threads; only MAX_CONCURRENCY of them copy large files at the same time. On a
# distant line, a small file takes one round trip and hardly any bandwidth.
MAX_SMALL_CONCURRENCY = 4 * MAX_CONCURRENCY

# Maximum size of a small file.
SMALL_BYTES = 1 << 20

# Minimum number of different requests that must fail in a row for a job to stop.
MIN_LOST_REQUESTS = 3

# Seconds to wait for running copies at the end of a job: deleting the record of a file that was not
# uploaded takes up to five seconds, unless the platform is unreachable.
CLEANUP_SECONDS = 15.0


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


class CopySteps(Generic[AnyTask, Result]):
    """The steps of copying the files of a job."""

    def copy(self, index: int, task: AnyTask, progress: ProgressCallback) -> Any:
        """Copy one file, in one of several threads; return what `finish()` needs."""
        raise NotImplementedError

    def finish(self, copied: Sequence[tuple[AnyTask, Any]]) -> Sequence[Result | Exception]:
        """Finish files that were copied; return the result or the error of each."""
        return [result for _, result in copied]

    def clean_up(self) -> Sequence[str]:
        """Release what was prepared and not used; return notes about what could not be."""
        return []


class CopyJob(Generic[AnyTask, Result]):
    """Copies files concurrently.

    Args:
        steps: How files are copied.
        callback: fsspec's progress callback for the job; an exception it raises cancels the job.
        fail_fast: Whether to stop at the first failure, and raise it.
        max_files: Maximum number of files to copy at the same time. Defaults to
            MAX_SMALL_CONCURRENCY, of which MAX_CONCURRENCY may be large.
    """

    def __init__(
        self,
        steps: CopySteps[AnyTask, Result],
        callback: Any,
        *,
        fail_fast: bool = False,
        max_files: int | None = None,
    ) -> None:
        self._steps = steps
        self._callback = callback
        self._fail_fast = fail_fast
        self._stopped = False
        self._cancelled_by: BaseException | None = None
        self._lost: list[BaseException] = []
        self._max_files = max_files or MAX_SMALL_CONCURRENCY
        self._large = BoundedSemaphore(max_files or MAX_CONCURRENCY)
        self._done: dict[int, Result] = {}
        self._failed: dict[int, Exception] = {}

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
        try:
            report.stopped_by = self._copy_all(tasks)
        except BaseException as error:
            _add_notes(error, self._steps.clean_up())
            raise
        notes = self._steps.clean_up()
        report.done = [(tasks[index], result) for index, result in sorted(self._done.items())]
        report.failures += [
            Failure(tasks[index].source, error) for index, error in sorted(self._failed.items())
        ]
        report.not_tried = len(tasks) - len(self._done) - len(self._failed)
        noted = report.stopped_by or next((one.error for one in report.failures), None)
        if noted is not None:
            _add_notes(noted, notes)
        return report

    def _copy_all(self, tasks: Sequence[AnyTask]) -> Exception | None:
        """Copy files; return the error that stopped the job, if any."""

        def copy(index: int) -> Any:
            return self._copy_one(index, tasks[index])

        with Workers(copy, max_threads=self._max_files, cleanup_seconds=CLEANUP_SECONDS) as workers:
            try:
                for index in range(len(tasks)):
                    workers.add(index)
                self._callback.set_size(len(tasks))
                for outcomes in workers.iter_completed():
                    copied = {
                        index: outcome.result()
                        for index, outcome in outcomes
                        if outcome.exception() is None
                    }
                    # Files that were copied are finished even if others have failed.
                    failed = self._finish(tasks, copied)
                    failed += [
                        (index, error)
                        for index, outcome in outcomes
                        if (error := outcome.exception())
                    ]
                    if (stopped_by := self._check_failures(failed)) is not None:
                        return stopped_by
            finally:
                self._stopped = True
        return None

    def _finish(
        self, tasks: Sequence[AnyTask], copied: dict[int, Any]
    ) -> list[tuple[int, BaseException]]:
        """Finish files that were copied; return the errors."""
        if not copied:
            return []
        failed: list[tuple[int, BaseException]] = []
        results = self._steps.finish([(tasks[index], result) for index, result in copied.items()])
        for index, result in zip(copied, results, strict=True):
            if isinstance(result, Exception):
                failed.append((index, result))
                continue
            self._lost.clear()
            self._done[index] = result
            self._callback.relative_update()
        return failed

    def _check_failures(self, failed: Sequence[tuple[int, BaseException]]) -> Exception | None:
        """Record failures; return the one that stops the job, if any.

        Raises:
            BaseException: A failure that cancels the job.
        """
        stopped_by: Exception | None = None
        for index, error in failed:
            if self._cancelled_by or self._fail_fast or not isinstance(error, Exception):
                raise self._cancelled_by or error
            self._failed[index] = error
            if stopped_by is None and self._is_hopeless(error):
                stopped_by = error
        return stopped_by

    def _is_hopeless(self, error: BaseException) -> bool:
        """Whether the remaining files would fail in the same way."""
        if not affects_all(error):
            return False
        if (lost := _find_lost_connection(error)) is not None:
            # A single connection may break by chance, and several files may have depended on its
            # request; several connections in a row indicate an outage.
            self._lost.append(lost)
            requests = {id(one) for one in self._lost}
            return len(self._lost) >= MAX_CONCURRENCY and len(requests) >= MIN_LOST_REQUESTS
        return True

    def _copy_one(self, index: int, task: AnyTask) -> Any:
        with contextlib.nullcontext() if _is_small(task) else self._large:
            if self._stopped:
                raise _Stopped
            with self._callback.branched(task.source, task.target) as child:
                return self._steps.copy(index, task, self._create_progress(child))

    def _create_progress(self, child: Any) -> ProgressCallback:
        report = to_progress_callback(child)

        def progress(done: int, total: int | None) -> None:
            if self._stopped:
                raise _Stopped
            try:
                report(done, total)
            except BaseException as error:
                self._cancelled_by = error
                raise

        return progress


def count_in_flight(task: Task) -> int:
    """Return how many files like this one are copied at the same time."""
    return MAX_SMALL_CONCURRENCY if _is_small(task) else MAX_CONCURRENCY


def _is_small(task: Task) -> bool:
    size = getattr(task, "size", None)
    return size is not None and size <= SMALL_BYTES


def _find_lost_connection(error: BaseException) -> BaseException | None:
    """Return the error of the request that failed, if it is that of a connection."""
    lost: BaseException | None = None
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionFailedError):
            lost = cause
        cause = cause.__cause__
    return lost


def _add_notes(error: BaseException, notes: Sequence[str]) -> None:
    for note in notes:
        error.add_note(note)


def to_progress_callback(callback: Any) -> ProgressCallback:
    """Adapt an fsspec callback to a progress callback."""

    def report(done: int, total: int | None) -> None:
        callback.set_size(total)
        callback.absolute_update(done)

    return report
