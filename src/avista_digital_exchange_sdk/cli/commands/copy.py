"""The commands that download and upload files."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._utils import validation
from ..command import command
from ..completion import complete_local_source, complete_remote_path, complete_source
from ..context import CommandContext
from ..copy_plan import plan_downloads, plan_uploads
from ..entry_format import to_json
from ..failures import exit_on_failures, print_failures_and_exit
from ..output import print_json
from ..remote_paths import HELP, is_remote, to_url, to_url_if_remote
from ..standard_streams import (
    STANDARD_INPUT,
    STANDARD_STREAM,
    parse_source,
    print_files,
    require_file_target,
    spool_standard_input,
)
from ..tables import ByteCount

if TYPE_CHECKING:
    from ...file_system._downloads import Download
    from ...file_system._parallel_copy import Failure, JobReport
    from ...file_system._uploads import Upload, UploadPlan
    from ..aggregate_progress import AggregateCallback

Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Include directories with everything in them.")
]
Force = Annotated[bool, typer.Option("--force", help="Copy unchanged files again.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be copied.")]
NoClobber = Annotated[
    bool, typer.Option("--no-clobber", help="Skip files that exist at the target.")
]
MAX_JOBS = 32
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        max=MAX_JOBS,
        help=f"Copy at most N files at the same time, 1 to {MAX_JOBS} (default: 8 large ones, "
        "32 small ones).",
    ),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")]


@command(
    "avista-dx get dx://<dataStoreId>/loads/may.csv .",
    'avista-dx get "dx://<dataStoreId>/loads/*.csv" loads/',
    "avista-dx get --recursive dx://<dataStoreId>/loads backup",
    "avista-dx get <dataStoreFileId> may.csv",
    "avista-dx get dx://<dataStoreId>/loads/may.csv - | head",
)
def get(
    run: CommandContext,
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", autocompletion=complete_source, help=HELP)
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="A local file or directory, or - for standard output."
        ),
    ],
    recursive: Recursive = False,
    force: Force = False,
    fail_fast: FailFast = False,
    no_clobber: NoClobber = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
) -> None:
    """Download files and directories.

    Files are downloaded concurrently. Each file appears only when it is complete, and replaces an
    existing one. Quote patterns (* ? [...]).

    Sources are copied into TARGET if it ends with a slash or is `.`, or if there are several
    sources or a pattern; a single file also if TARGET is an existing directory. Otherwise TARGET is
    the new name, also for a directory: the contents of `dx://<dataStoreId>/loads` are then in
    TARGET itself, however often the command is run. If TARGET is `-`, files are written to standard
    output one after the other.

    Failed files do not stop the others: all failures are printed at the end, and the exit code is
    1. Local files that have the size and modification time of the remote file are skipped, so
    running the same command again continues an interrupted download. Directories include older
    files of the same name, and files with the same name as a directory, with their IDs appended.
    """
    if is_remote(target):
        raise validation.invalid_argument("TARGET", target, "a local file or directory")
    if target == STANDARD_STREAM:
        with run.open_pager():
            print_files(run.files, sources)
        return
    plan = plan_downloads(run.files, sources, target, recursive=recursive)
    for note in plan.notes:
        run.info(to_url(note))
    if no_clobber:
        plan.files = [task for task in plan.files if not os.path.lexists(task.target)]
    if dry_run:
        _show_plan(run, plan.files, plan.failures)
        return
    with _progress(run, "downloading", plan.files) as callback:
        report = run.files.run_downloads(
            plan, callback, fail_fast=fail_fast, force=force, max_files=jobs
        )
    if run.json:
        done = [task for task, _ in report.done]
        print_json([{"source": to_url(task.source), "target": task.target} for task in done])
    copied = [task for task, is_new in report.done if is_new]
    run.info(f"downloaded {_summary(copied, report)} to {target}")
    exit_on_failures(report, "downloaded", is_single=len(plan.files) == 1 and not recursive)


@command(
    "avista-dx put may.csv dx://<dataStoreId>/loads/",
    "avista-dx put *.csv dx://<dataStoreId>/loads/",
    "avista-dx put may.csv dx://<dataStoreId>/loads/2024-05.csv",
    "avista-dx put --recursive loads <dataStoreDirectoryId>",
    "avista-dx put - dx://<dataStoreId>/may.csv < may.csv",
)
def put(
    run: CommandContext,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            parser=parse_source,
            autocompletion=complete_local_source,
            help="Local files and directories, or - for standard input.",
        ),
    ],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", autocompletion=complete_remote_path, help=HELP)
    ],
    recursive: Recursive = False,
    force: Force = False,
    fail_fast: FailFast = False,
    no_clobber: NoClobber = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
) -> None:
    """Upload files and directories.

    Files are uploaded concurrently. Missing directories are created. A file replaces those of the
    same name when it is complete. Symbolic links are followed, and uploaded under their own names.

    Sources are copied into TARGET if it ends with a slash, is a data store or a directory ID, or if
    there are several sources; a single file also if TARGET is an existing directory. Otherwise
    TARGET is the new path, also for a directory: the contents of `loads` are then in TARGET itself,
    however often the command is run. If SOURCE is `-`, standard input becomes the file TARGET.

    Failed files do not stop the others: all failures are printed at the end, and the exit code is
    1. Files whose size and MD5 match those of the remote file are skipped, so running the same
    command again continues an interrupted upload.
    """
    with ExitStack() as stack:
        if any(source is STANDARD_INPUT for source in sources):
            require_file_target(run.files, sources, target)
            sources = [stack.enter_context(spool_standard_input())]
        plan = plan_uploads(run.files, sources, target, recursive=recursive)
        if no_clobber:
            plan.files = [task for task in plan.files if not _exists(run, plan, task)]
        if dry_run:
            _show_plan(run, plan.files, plan.failures)
            return
        is_single = len(plan.files) + len(plan.failures) == 1 and not recursive
        options = {"force": force, "fail_fast": fail_fast, "max_files": jobs}
        _upload(run, plan, target, is_single=is_single, options=options)


def _exists(run: CommandContext, plan: "UploadPlan", task: "Upload") -> bool:
    from ...file_system._entries import get_name

    if not run.files.exists(task.target):
        return False
    info = run.files.info(task.target)
    # Several Unicode forms of a name are files of their own.
    return task.target not in plan.forms or get_name(info, info["name"]) == task.name


def _upload(
    run: CommandContext,
    plan: "UploadPlan",
    target: str,
    *,
    is_single: bool,
    options: dict[str, Any],
) -> None:
    with _progress(run, "uploading", plan.files) as callback:
        report = run.files.run_uploads(plan, callback, **options)
    if run.json:
        print_json([to_json(uploaded.info) for _, uploaded in report.done])
    copied = [task for task, uploaded in report.done if uploaded.is_new]
    run.info(f"uploaded {_summary(copied, report)} to {target}")
    exit_on_failures(report, "uploaded", is_single=is_single)


def _show_plan(
    run: CommandContext, tasks: "Sequence[Download | Upload]", failures: "Sequence[Failure]"
) -> None:
    """Show the files that would be copied, and fail for those that could not be."""
    columns = {
        "source": lambda task: to_url_if_remote(task.source),
        "target": lambda task: to_url_if_remote(str(task.target)),
        "size": lambda task: None if task.size is None else ByteCount(task.size),
    }
    as_json = [
        {
            "source": to_url_if_remote(task.source),
            "target": to_url_if_remote(str(task.target)),
            "size": task.size,
        }
        for task in tasks
    ]
    run.print_rows(tasks, columns, json=as_json)
    size = sum(task.size or 0 for task in tasks)
    run.info(f"would copy {_count(len(tasks))} ({size:,} bytes)")
    print_failures_and_exit(failures, f"of {len(tasks) + len(failures)} could not be copied")


@contextmanager
def _progress(
    run: CommandContext, what: str, tasks: "Sequence[Download | Upload]"
) -> "Iterator[AggregateCallback]":
    """Show a progress bar for all files."""
    from ..aggregate_progress import AggregateCallback

    with run.progress(what, "bytes") as callback:
        yield AggregateCallback(callback, sum(task.size or 0 for task in tasks))


def _summary(copied: "Sequence[Download | Upload]", report: "JobReport[Any, Any]") -> str:
    """Format the number and size of the copied files, and the number of unchanged files."""
    size = sum(task.size or 0 for task in copied)
    summary = f"{_count(len(copied))} ({size:,} bytes)"
    unchanged = len(report.done) - len(copied)
    return f"{summary}, {_count(unchanged)} unchanged," if unchanged else summary


def _count(files: int) -> str:
    return f"{files} {'file' if files == 1 else 'files'}"
