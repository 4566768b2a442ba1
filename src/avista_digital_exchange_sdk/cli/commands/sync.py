"""The command that makes a directory equal to another one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._models.paths import SEPARATOR
from ..._utils import validation
from ..._utils.local_paths import expand_source
from ..command import command
from ..completion import complete_source
from ..confirmation import Yes, confirm
from ..context import CommandContext
from ..failures import exit_on_failures
from ..output import print_json
from ..remote_paths import is_remote, resolve_path, to_url
from ..sync_plan import Entry, Selection, SyncPlan, list_local, list_remote, plan_sync

if TYPE_CHECKING:
    from ...file_system._parallel_copy import JobReport

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
        typer.Option("--include", metavar="PATTERN", help="Only matching files; repeatable."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATTERN", help="No matching files; repeatable."),
    ] = None,
    checksum: Annotated[
        bool, typer.Option("--checksum", help="Compare contents by MD5, not times.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")] = False,
    yes: Yes = False,
) -> None:
    """Copy the files of a directory that another one lacks or has in another version.

    One of SOURCE and TARGET is a local directory, the other one a directory of a data store. A file
    is unchanged if it has the same size and the target's is not older; with --checksum, if it has
    the same contents. The same command continues an interrupted one. Patterns match the name, or
    the path below the directory. Files that patterns leave out are neither copied nor deleted.
    """
    if is_remote(source) == is_remote(target):
        raise validation.invalid_argument(
            "TARGET", target, "a local directory if SOURCE is in a data store, and the reverse"
        )
    direction = _Download if is_remote(source) else _Upload
    job = direction(run, source, target, Selection(include or (), exclude or ()))
    plan = plan_sync(job.source, job.target, job.has_same_content if checksum else job.is_current)
    deleted = plan.deleted if delete else []
    _show(run, plan, deleted, dry_run=dry_run)
    if dry_run:
        return
    if deleted:
        confirm(f"Delete {len(deleted)} files of {target}?", yes=yes)
    with run.progress("copying", "bytes") as callback:
        from ..aggregate_progress import AggregateCallback

        size = sum(job.source[path].size for path in plan.copied)
        report = job.copy(plan.copied, AggregateCallback(callback, size))
    if not report.failures:
        # Nothing is deleted while something is missing.
        for path in deleted:
            job.delete(path)
    if run.json:
        print_json({"copied": plan.copied, "deleted": [] if report.failures else deleted})
    exit_on_failures(report, "copied", is_single=False)


def _show(run: CommandContext, plan: SyncPlan, deleted: Sequence[str], *, dry_run: bool) -> None:
    would = "would " if dry_run else ""
    for verb, paths in ((f"{would}copy", plan.copied), (f"{would}delete", deleted)):
        for path in paths:
            run.info(f"{verb} {path}")
    run.info(f"files to copy: {len(plan.copied)}, delete: {len(deleted)}, same: {plan.unchanged}")


class _Sync:
    """One direction: the files of both sides, and how they are copied.

    Attributes:
        source: The files of the source.
        target: The files of the target.
    """

    source: dict[str, Entry]
    target: dict[str, Entry]

    def __init__(self, run: CommandContext, local: Path, remote: str) -> None:
        self._files: Any = run.files
        self._local, self._remote = local, remote

    def is_current(self, path: str, source: Entry, target: Entry) -> bool:
        """Whether the target's file has the same size and is not older."""
        # Local file systems round times to two seconds at worst.
        return source.size == target.size and source.modified <= target.modified + 2

    def has_same_content(self, path: str, source: Entry, target: Entry) -> bool:
        """Whether both files have the same contents."""
        info = self._files.info(self._remote_path(path))
        same: bool = self._files.has_same_content(info, self._local / path)
        return same

    def _remote_path(self, path: str) -> str:
        return f"{self._remote}{SEPARATOR}{path}"

    def copy(self, paths: Sequence[str], callback: Any) -> "JobReport[Any, Any]":
        """Copy files."""
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Delete a file of the target."""
        raise NotImplementedError


class _Upload(_Sync):
    def __init__(self, run: CommandContext, source: str, target: str, selection: Selection) -> None:
        local = expand_source(source)
        if not local.is_dir():
            raise validation.invalid_argument("SOURCE", source, "an existing directory")
        super().__init__(run, local, resolve_path(run.files, "TARGET", target))
        self.source = list_local(local, selection)
        self.target = list_remote(run.files, self._remote, selection)

    def copy(self, paths: Sequence[str], callback: Any) -> "JobReport[Any, Any]":
        from ...file_system._uploads import UploadPlan

        plan = UploadPlan()
        for path in paths:
            plan.add(str(self._local / path), self._remote_path(path))
        report: JobReport[Any, Any] = self._files.run_uploads(plan, callback, force=True)
        return report

    def delete(self, path: str) -> None:
        self._files.rm(self._remote_path(path))


class _Download(_Sync):
    def __init__(self, run: CommandContext, source: str, target: str, selection: Selection) -> None:
        remote = resolve_path(run.files, "SOURCE", source)
        if not run.files.isdir(remote):
            raise FileNotFoundError(2, "No such directory", to_url(remote))
        super().__init__(run, validation.parse_path("TARGET", target), remote)
        self.source = list_remote(run.files, remote, selection)
        self.target = list_local(self._local, selection) if self._local.exists() else {}

    def copy(self, paths: Sequence[str], callback: Any) -> "JobReport[Any, Any]":
        self._local.mkdir(parents=True, exist_ok=True)
        plan = self._files.plan_downloads()
        for path in paths:
            info = self._files.info(self._remote_path(path))
            plan.add_file(info, str(self._local / path), str(self._local))
        report: JobReport[Any, Any] = self._files.run_downloads(plan, callback, force=True)
        return report

    def delete(self, path: str) -> None:
        (self._local / path).unlink()
