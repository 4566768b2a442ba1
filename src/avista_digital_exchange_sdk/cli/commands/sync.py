"""The command that makes a directory equal to another one."""

import contextlib
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._models.paths import SEPARATOR
from ..._utils import validation
from ..._utils.local_paths import expand_source
from ..command import command
from ..completion import complete_source
from ..confirmation import Yes, can_ask, confirm
from ..context import CommandContext
from ..failures import exit_on_failures, print_failures_and_exit
from ..output import print_json
from ..remote_paths import is_remote, resolve_path, to_url
from ..sync_plan import (
    Entry,
    Listing,
    PathKeys,
    Selection,
    SyncPlan,
    find_obstacles,
    list_local,
    list_remote,
    plan_sync,
    to_seconds,
)
from .copy import Jobs

if TYPE_CHECKING:
    from ...file_system._downloads import Download, DownloadPlan
    from ...file_system._parallel_copy import Failure, JobReport
    from ...file_system._uploads import Upload, UploadPlan

# File systems round times to two seconds at worst.
MAX_UNCERTAIN_SECONDS = 2.0
# The precision of floating-point timestamps.
ROUNDING_SECONDS = 1e-3

Side = "A local directory, or a path such as dx://Solar site/loads."


@command(
    'avista-dx sync loads "dx://Solar site/loads"',
    'avista-dx sync --delete --dry-run "dx://Solar site/loads" loads',
    "avista-dx sync --exclude '*.tmp' loads dx://<dataStoreId>/loads",
)
def sync(
    run: CommandContext,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", autocompletion=complete_source, help=Side)
    ],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", autocompletion=complete_source, help=Side)
    ],
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete files of TARGET that SOURCE does not have.")
    ] = False,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="PATTERN", help="Only matching files; may be repeated."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help="No matching files; may be repeated."),
    ] = None,
    checksum: Annotated[
        bool, typer.Option("--checksum", help="Compare contents by MD5, not times.")
    ] = False,
    jobs: Jobs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")] = False,
    yes: Yes = False,
) -> None:
    """Copy missing and changed files from one directory to another.

    One of SOURCE and TARGET is a local directory, the other one a directory of a data store. A file
    is unchanged if it has the same size and the target's is not older; with --checksum, if it has
    the same contents. The same command continues an interrupted one. Patterns match the name, or
    the path below the directory. Files that patterns exclude are neither copied nor deleted.
    Nothing is deleted if something could not be copied, except what is in the place of a file to
    copy. If SOURCE has no files, deleting requires a confirmation or --yes. Symbolic links of
    SOURCE are followed.
    """
    if is_remote(source) == is_remote(target):
        raise validation.invalid_argument(
            "TARGET", target, "a local directory if SOURCE is in a data store, and the reverse"
        )
    direction = _Download if is_remote(source) else _Upload
    job = direction(run, source, target, Selection(include or (), exclude or ()))
    is_same = has_same_size if checksum else job.is_current
    plan = plan_sync(job.source, job.target.files, is_same, job.find_same_contents, job.to_key)
    # Nothing is deleted while something is missing: a directory that was not listed seems empty.
    if not delete or job.failures:
        plan = plan._replace(deleted=[])
    _show(run, plan, dry_run=dry_run)
    if dry_run:
        if run.json:
            print_json({"copied": plan.copied, "deleted": plan.deleted})
        total = len(plan.copied) + len(job.failures)
        print_failures_and_exit(job.failures, f"of {total} could not be copied")
        return
    if plan.deleted:
        if not (job.source or yes or can_ask()):
            count = f"{len(plan.deleted)} files of {target}"
            note = f"it may not be mounted; --yes deletes {count}"
            raise validation.invalid_argument("SOURCE", source, "a directory with files", note=note)
        confirm(f"Delete {len(plan.deleted)} files of {target}?", yes=yes)
    deleted = job.clear(plan) if delete else []
    with run.progress("copying", "bytes") as callback:
        from ..aggregate_progress import AggregateCallback

        size = sum(job.source[path].size or 0 for path in plan.copied)
        copied, report = job.copy(plan.copied, AggregateCallback(callback, size), jobs)
    failures: list[Failure] = []
    if not report.failures:
        others, failures = job.delete(set(plan.deleted).difference(deleted))
        deleted += others
    if run.json:
        print_json({"copied": copied, "deleted": sorted(deleted)})
    exit_on_failures(report, "copied", is_single=False)
    print_failures_and_exit(failures, f"of {len(plan.deleted)} not deleted")


def _show(run: CommandContext, plan: SyncPlan, *, dry_run: bool) -> None:
    would = "would " if dry_run else ""
    for verb, paths in ((f"{would}copy", plan.copied), (f"{would}delete", plan.deleted)):
        for path in paths:
            run.info(f"{verb} {path}")
    counts = f"copy: {len(plan.copied)}, delete: {len(plan.deleted)}, same: {plan.unchanged}"
    run.info(f"files to {counts}")


def has_same_size(source: Entry, target: Entry) -> bool | None:
    """Return False if the sizes differ, else None, as the contents must be compared."""
    return None if source.size == target.size else False


class _Sync:
    """One direction: the files of both sides, and how they are copied.

    Attributes:
        source: The files of the source, by their paths on the side of the target.
        target: The files and directories of the target.
        to_key: Converts paths to what those of the same file share.
        failures: The paths of the source that cannot be copied.
    """

    source: dict[str, Entry]
    target: Listing
    to_key: PathKeys

    # The least age of an unchanged file in seconds, compared with that of the source.
    margin_seconds = 0.0

    def __init__(
        self,
        files: Any,
        plan: "DownloadPlan | UploadPlan",
        tasks: "Mapping[str, Download] | Mapping[str, Upload]",
        selection: Selection,
    ) -> None:
        self._files = files
        self._plan = plan
        self._tasks: dict[str, Any] = {
            path: task for path, task in tasks.items() if path in selection
        }
        # Patterns select files. What is in a directory that was not listed is unknown.
        self.failures = plan.failures = [
            failure
            for failure in plan.failures
            if self._is_directory(failure.path) or self._below_source(failure.path) in selection
        ]

    def is_current(self, source: Entry, target: Entry) -> bool | None:
        """Whether the target's file has the same size and is not older; None if uncertain."""
        age = source.modified - target.modified
        if source.size != target.size or age > MAX_UNCERTAIN_SECONDS:
            return False
        # A file that changed right after it was copied may have the same size.
        return True if age <= ROUNDING_SECONDS - self.margin_seconds else None

    def find_same_contents(self, paths: Sequence[str]) -> list[str]:
        """Return those of some files whose contents are the same on both sides."""
        pairs = [self._get_pair(path) for path in paths]
        found = self._files.find_same_contents(
            [(self._files.info(remote), Path(local)) for remote, local in pairs]
        )
        return [path for path, is_same in zip(paths, found, strict=True) if is_same]

    def _get_pair(self, path: str) -> tuple[str, str]:
        """Return the remote and the local path of a file."""
        raise NotImplementedError

    def clear(self, plan: SyncPlan) -> list[str]:
        """Delete what is in the place of files to copy; return the paths of the files."""
        files, directories = find_obstacles(plan, self.target.directories, self.to_key)
        deleted, _ = self.delete(files)
        for path in directories:
            # With files that do not take part, it remains, and copying fails.
            with contextlib.suppress(OSError):
                self._remove_directory(path)
        return deleted

    def _remove_directory(self, path: str) -> None:
        """Remove an empty directory of the target."""
        raise NotImplementedError

    def _is_directory(self, failed: str) -> bool:
        """Whether a path of the source that cannot be copied is a directory."""
        raise NotImplementedError

    def _below_source(self, failed: str) -> str:
        """Convert a path of the source to one below its directory."""
        raise NotImplementedError

    def copy(
        self, paths: Sequence[str], callback: Any, jobs: int | None
    ) -> "tuple[list[str], JobReport[Any, Any]]":
        """Copy files; return the paths of those that were copied, and the report."""
        self._plan.files = [self._tasks[path] for path in paths]
        report = self._run(callback, jobs)
        done = {task for task, _ in report.done}
        return [path for path in paths if self._tasks[path] in done], report

    def _run(self, callback: Any, jobs: int | None) -> "JobReport[Any, Any]":
        """Run the plan."""
        raise NotImplementedError

    def delete(self, paths: Iterable[str]) -> "tuple[list[str], list[Failure]]":
        """Delete files of the target; return those that are deleted, and the failures."""
        from ...file_system._concurrency import map_concurrently
        from ...file_system._errors import affects_all
        from ...file_system._parallel_copy import Failure

        deleted: list[str] = []
        failures: list[Failure] = []
        for path, outcome in map_concurrently(self._delete, paths):
            error = outcome.exception()
            if error is None:
                deleted.append(path)
            elif isinstance(error, Exception) and not affects_all(error):
                failures.append(Failure(path, error))
            else:
                raise error
        return deleted, sorted(failures, key=lambda failure: failure.path)

    def _delete(self, path: str) -> None:
        """Delete a file of the target, unless it no longer exists."""
        raise NotImplementedError


class _Upload(_Sync):
    _plan: "UploadPlan"

    # The clock of this machine, which sets the times of local files, may be slow.
    margin_seconds = MAX_UNCERTAIN_SECONDS

    def __init__(self, run: CommandContext, source: str, target: str, selection: Selection) -> None:
        from ...file_system._uploads import UploadPlan

        self._local = expand_source(source)
        if not self._local.is_dir():
            raise validation.invalid_argument("SOURCE", source, "an existing directory")
        self._remote = resolve_path(run.files, "TARGET", target)
        if not self._remote or run.files.isfile(self._remote):
            raise validation.invalid_argument("TARGET", target, "a directory of a data store")
        plan = UploadPlan()
        plan.forms.keep(self._remote)
        plan.add(str(self._local), self._remote)
        # Directories are created for files only.
        plan.directories = []
        tasks = {
            self._below_target(_with_name(task.target, task.name)): task for task in plan.files
        }
        super().__init__(run.files, plan, tasks, selection)
        self.source = {
            path: Entry(task.size, _modified(task.source)) for path, task in self._tasks.items()
        }
        self.target = list_remote(run.files, self._remote, selection)
        self.to_key = PathKeys(self.source, [*self.target.files, *self.target.directories])

    def _below_target(self, path: str) -> str:
        return path.removeprefix(f"{self._remote}{SEPARATOR}")

    def _is_directory(self, failed: str) -> bool:
        return os.path.isdir(failed)

    def _below_source(self, failed: str) -> str:
        return _relative(failed, self._local)

    def _get_pair(self, path: str) -> tuple[str, str]:
        return f"{self._remote}{SEPARATOR}{path}", self._tasks[path].source

    def _run(self, callback: Any, jobs: int | None) -> "JobReport[Any, Any]":
        report: JobReport[Any, Any] = self._files.run_uploads(
            self._plan, callback, force=True, max_files=jobs
        )
        return report

    def _remove_directory(self, path: str) -> None:
        self._files.rmdir(f"{self._remote}{SEPARATOR}{path}")

    def _delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(f"{self._remote}{SEPARATOR}{path}")


class _Download(_Sync):
    _plan: "DownloadPlan"

    def __init__(self, run: CommandContext, source: str, target: str, selection: Selection) -> None:
        from ...file_system._downloads import ignores_case

        self._remote = resolve_path(run.files, "SOURCE", source)
        if not self._remote:
            raise validation.invalid_argument("SOURCE", source, "a directory of a data store")
        if not run.files.isdir(self._remote):
            raise FileNotFoundError(2, "No such directory", to_url(self._remote))
        self._local = validation.parse_path("TARGET", target)
        if self._local.exists() and not self._local.is_dir():
            raise validation.invalid_argument("TARGET", target, "a directory")
        plan = run.files.plan_downloads()
        plan.add_tree(run.files.info(self._remote), str(self._local), with_older=False)
        for note in plan.notes:
            run.info(to_url(note))
        # Directories are created for files only.
        plan.folders = []
        tasks = {_relative(task.target, self._local): task for task in plan.files}
        super().__init__(run.files, plan, tasks, selection)
        self.source = {
            path: Entry(task.size, to_seconds(task.modified)) for path, task in self._tasks.items()
        }
        self.target = list_local(self._local, selection)
        self.to_key = PathKeys(
            self.source,
            [*self.target.files, *self.target.directories],
            ignores_case=ignores_case(str(self._local)),
        )

    def _is_directory(self, failed: str) -> bool:
        return bool(self._files.isdir(failed))

    def _below_source(self, failed: str) -> str:
        return failed.removeprefix(f"{self._remote}{SEPARATOR}")

    def _get_pair(self, path: str) -> tuple[str, str]:
        return self._tasks[path].source, self._tasks[path].target

    def _run(self, callback: Any, jobs: int | None) -> "JobReport[Any, Any]":
        self._local.mkdir(parents=True, exist_ok=True)
        report: JobReport[Any, Any] = self._files.run_downloads(
            self._plan, callback, force=True, max_files=jobs
        )
        return report

    def _remove_directory(self, path: str) -> None:
        (self._local / path).rmdir()

    def _delete(self, path: str) -> None:
        (self._local / path).unlink(missing_ok=True)


def _relative(path: str, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _with_name(path: str, name: str) -> str:
    return f"{path.rpartition(SEPARATOR)[0]}{SEPARATOR}{name}"


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        # It was just deleted; copying it reports that.
        return math.inf
