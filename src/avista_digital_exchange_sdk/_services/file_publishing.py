"""Publishes files: understood and checked as a whole, then sent to a database or to endpoints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from .._backends import Backend
from .._time_series.publish_outcomes import PENDING, UNKNOWN
from .._utils import validation
from .._utils.logging import logger
from .._utils.progress import ProgressReporter
from ..errors import DigitalExchangeError, InvalidParameterError, PublishIncompleteError

if TYPE_CHECKING:
    from .._file_input.file_report import FilePublishReport
    from .._file_input.file_set import FileSet
    from .._file_input.options import FileOptions
    from .._file_input.publish_plan import PublishPlan
    from .._file_input.rejected_rows import RejectedRows
    from .._time_series.publish_result import PublishReport

_Result = TypeVar("_Result")


class FileTarget(Protocol):
    """What files are published to."""

    async def read_types(self, files: FileSet) -> Mapping[str, str]:
        """Read the types of the attributes that are known."""

    async def prepare(self, files: FileSet) -> None:
        """Check what only the target can check, once the files are found to be right."""

    async def publish(
        self, plan: PublishPlan, progress: ProgressReporter, *, dry_run: bool
    ) -> PublishReport:
        """Publish a file."""

    def translate(self, message: str) -> str:
        """Replace names of arguments in a message by those of the call."""


class FileRequest(NamedTuple):
    """The checked arguments of a publish.

    Attributes:
        paths: The files.
        options: How they are to be read.
        mapping: Where to write the options, if anywhere.
        rejected: Where rejected rows go.
        dry_run: Whether to send nothing.
        inspect: Whether to return what was understood of the files, and send nothing.
        reporter: Reports the progress.
    """

    paths: Sequence[Path | str]
    options: FileOptions
    mapping: Path | None
    rejected: RejectedRows
    dry_run: bool
    inspect: bool
    reporter: ProgressReporter


def parse_request(
    path: object,
    arguments: Mapping[str, Any],
    *,
    mapping: str | PathLike[str] | None,
    save_mapping: str | PathLike[str] | None,
    save_rejected: bool | str | PathLike[str],
    dry_run: object,
    inspect: object,
    progress: object,
) -> FileRequest:
    """Check the arguments.

    Args:
        path: The files.
        arguments: The arguments that say how they are to be read, by name.
        mapping: The argument `mapping`.
        save_mapping: The argument `saveMapping`.
        save_rejected: The argument `saveRejected`.
        dry_run: The argument `dryRun`.
        inspect: The argument `inspect`.
        progress: The argument `progress`.
    """
    from .._file_input.mapping_file import read_mapping
    from .._file_input.options import parse_options
    from .._file_input.rejected_rows import RejectedRows
    from .._file_input.sources import expand_paths

    reporter = ProgressReporter(progress)
    is_dry_run = validation.parse_bool("dryRun", dry_run)
    is_inspection = validation.parse_bool("inspect", inspect)
    given = {name: value for name, value in arguments.items() if value is not None}
    options = parse_options({**(read_mapping("mapping", mapping) if mapping else {}), **given})
    paths = expand_paths("path", path)
    target = None
    if save_mapping is not None:
        target = validation.resolve_output_path("saveMapping", save_mapping, "mapping.toml")
    rejected = RejectedRows("saveRejected", save_rejected, paths)
    return FileRequest(paths, options, target, rejected, is_dry_run, is_inspection, reporter)


async def publish_files(
    backend: Backend, request: FileRequest, target: FileTarget
) -> FilePublishReport:
    """Publish files one after the other.

    Raises:
        InvalidParameterError: A file can't be published as it is. Nothing was sent.
        PublishIncompleteError: Only some rows were published.
    """
    with translate_errors(target.translate):
        return await _publish_files(backend, request, target)


@contextmanager
def translate_errors(translate: Callable[[str], str]) -> Iterator[None]:
    """Raise errors about arguments and files with their messages translated."""
    try:
        yield
    except InvalidParameterError as error:
        message = translate(str(error))
        if message == str(error):
            raise
        translated = InvalidParameterError(message)
        for note in getattr(error, "__notes__", ()):
            translated.add_note(translate(note))
        raise translated from None


async def _publish_files(
    backend: Backend, request: FileRequest, target: FileTarget
) -> FilePublishReport:
    from .._file_input.file_set import FileSet
    from .._file_input.mapping_file import write_mapping

    with FileSet(request.paths, request.options) as files:
        types = await target.read_types(files)
        await _in_thread(backend, lambda: files.check(types))
        if request.inspect:
            return _build_report(files, target, [])
        files.raise_problems()
        await target.prepare(files)
        if request.mapping is not None:
            write_mapping(request.mapping, request.options)
        for notice in _build_report(files, target, []).notices:
            logger.warning("%s", notice)
        stored = await _publish_all(files, request, target)
        return _build_report(files, target, stored, is_published=not request.dry_run)


async def _publish_all(
    files: FileSet, request: FileRequest, target: FileTarget
) -> list[PublishReport]:
    stored: list[PublishReport] = []
    failures: dict[int, PublishIncompleteError] = {}
    rejected = None if request.dry_run else request.rejected
    with request.reporter.track("publish", "rows") as callback:
        for plan in files.plans:
            progress = ProgressReporter(files.shift_progress(callback, plan.number))
            source = plan.problems.source
            request.reporter.start_file(source, plan.number, len(files.plans))
            try:
                stored.append(await target.publish(plan, progress, dry_run=request.dry_run))
            except PublishIncompleteError as error:
                _add_notes(error, plan, rejected)
                failures[plan.number] = error
                if error.unknown or error.notSent:
                    break
            except DigitalExchangeError as error:
                if not plan.number:
                    raise
                failures[plan.number] = _wrap_failure(error, plan)
                break
            except BaseException as interruption:
                for note in _list_files(request.paths, plan.number):
                    interruption.add_note(note)
                raise
    if failures:
        raise _join_failures(files, request.paths, failures)
    return stored


async def _in_thread(backend: Backend, work: Callable[[], _Result]) -> _Result:
    return await backend.run_in_thread(work).result()


def _add_notes(
    error: PublishIncompleteError, plan: PublishPlan, rejected: RejectedRows | None
) -> None:
    """Say which file an error is about; keep the rows that were rejected."""
    error.add_note(f"the numbers are those of the {plan.line_word}s of {plan.problems.source}")
    if rejected is not None and error.rejected and (path := rejected.write(plan, error.rejected)):
        error.add_note(f"the rejected rows are in {path}, each with its reason")


def _wrap_failure(error: DigitalExchangeError, plan: PublishPlan) -> PublishIncompleteError:
    """Wrap the error of a file of which nothing was written, unlike of files before it."""
    unknown, not_sent = plan.outcomes.indexes(UNKNOWN), plan.outcomes.indexes(PENDING)
    wrapped = PublishIncompleteError(
        f"{plan.problems.source} was not published: {error}", unknown=unknown, notSent=not_sent
    )
    wrapped.__cause__ = error
    return wrapped


def _join_failures(
    files: FileSet, paths: Sequence[Path | str], failures: Mapping[int, PublishIncompleteError]
) -> PublishIncompleteError:
    """Build the error of all files: that of the first one, with the others listed."""
    last = max(failures)
    by_file = {str(paths[number]): error for number, error in failures.items()}
    for plan in files.plans[last + 1 :]:
        not_sent = plan.outcomes.indexes(PENDING)
        if not_sent:
            message = f"{plan.problems.source} was not published"
            by_file[str(paths[plan.number])] = PublishIncompleteError(message, notSent=not_sent)
    first, *others = failures.values()
    first.files = by_file
    for error in others:
        first.add_note("; ".join([str(error), *getattr(error, "__notes__", ())]))
    for note in _list_files(paths, last, failures):
        first.add_note(note)
    return first


def _list_files(
    paths: Sequence[Path | str], last: int, failed: Collection[int] = ()
) -> Iterator[str]:
    """Describe which of several files were published and which were not started."""
    published = [number for number in range(last) if number not in failed]
    if published:
        yield f"published completely: {', '.join(str(paths[number]) for number in published)}"
    if not_started := paths[last + 1 :]:
        yield f"not published: {', '.join(map(str, not_started))}"


def _build_report(
    files: FileSet,
    target: FileTarget,
    stored: Sequence[PublishReport],
    *,
    is_published: bool = False,
) -> FilePublishReport:
    from .._file_input.file_report import FilePublishReport

    reports = [
        replace(
            report,
            problems=[*map(target.translate, report.problems)],
            notices=[*map(target.translate, report.notices)],
        )
        for report in (plan.report() for plan in files.plans)
    ]
    return FilePublishReport(
        reports,
        is_published,
        sum(report.rows for report in reports),
        sum(report.valuesStored for report in stored),
        sum(report.valuesCorrected for report in stored),
        sum(report.valuesUnchanged for report in stored),
    )
