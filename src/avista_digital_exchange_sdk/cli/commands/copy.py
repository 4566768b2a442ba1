"""The commands that move files: several at once, each whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._utils import validation
from ..._utils.local_paths import expand_source
from ..command import command
from ..context import CommandContext
from ..copy_plan import plan_downloads, plan_uploads
from ..entry_format import to_json
from ..failures import end
from ..output import print_json
from ..remote_paths import HELP, is_remote, to_url

if TYPE_CHECKING:
    from ...file_system._downloads import Download
    from ...file_system._parallel_copy import JobReport
    from ...file_system._uploads import Upload
    from ..aggregate_progress import AggregateCallback

Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Folders too, with everything in them.")
]
Force = Annotated[bool, typer.Option("--force", help="Copy files again that are there.")]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="End at the first failure.")]


@command(
    "avista-dx get dx://<dataStoreId>/loads/may.csv .",
    'avista-dx get "dx://<dataStoreId>/loads/*.csv" loads/',
    "avista-dx get --recursive dx://<dataStoreId>/loads backup",
    "avista-dx get <dataStoreFileId> may.csv",
)
def get(
    run: CommandContext,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE", help=HELP)],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A file or folder of this machine.")
    ],
    recursive: Recursive = False,
    force: Force = False,
    fail_fast: FailFast = False,
) -> None:
    """Download files and directories.

    Several files at once. Each file appears whole or not at all, and replaces one that is there.
    Patterns (* ? [...]) go in quotes.

    They go into TARGET if that ends with a slash or is `.`, or there are several of them or a
    pattern; a file also if TARGET is a folder. Otherwise TARGET is the new name, that of a
    directory too: what is in `dx://<dataStoreId>/loads` is then in TARGET itself, however often
    the command is run.

    What can't be downloaded does not keep the rest from it: all failures come at the end, and the
    exit code is 1. A file that is there with the size and the time of the platform's is not fetched
    again, so that the same command goes on where it was broken off. Of a directory, older files of
    a name and files behind a directory of their name come too, their ids behind the name.
    """
    if is_remote(target):
        raise validation.invalid_argument("TARGET", target, "a file or folder of this machine")
    plan = plan_downloads(run.files, sources, target, recursive=recursive)
    for note in plan.notes:
        run.info(to_url(note))
    with _progress(run, "downloading", plan.files) as tally:
        report = run.files.run_downloads(plan, tally, fail_fast=fail_fast, force=force)
    if run.json:
        done = [task for task, _ in report.done]
        print_json([{"source": to_url(one.source), "target": one.target} for one in done])
    copied = [task for task, is_new in report.done if is_new]
    run.info(f"downloaded {_summary(copied, report)} to {target}")
    end(report, "downloaded", is_single=len(plan.files) == 1 and not recursive)


@command(
    "avista-dx put may.csv dx://<dataStoreId>/loads/",
    "avista-dx put *.csv dx://<dataStoreId>/loads/",
    "avista-dx put may.csv dx://<dataStoreId>/loads/2024-05.csv",
    "avista-dx put --recursive loads <dataStoreDirectoryId>",
)
def put(
    run: CommandContext,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE", parser=expand_source, help="Files and folders of this machine."
        ),
    ],
    target: Annotated[str, typer.Argument(metavar="TARGET", help=HELP)],
    recursive: Recursive = False,
    force: Force = False,
    fail_fast: FailFast = False,
) -> None:
    """Upload files and folders.

    Several files at once. Directories are made if need be. A file replaces those of its name when
    it is complete. Links are followed, and arrive under their own names.

    They go into TARGET if that ends with a slash, is a data store or a directory's id, or there are
    several; a file also if TARGET is a directory. Otherwise TARGET is the new path, that of a
    folder too: what is in `loads` is then in TARGET itself, however often the command is run.

    What can't be uploaded does not keep the rest from it: all failures come at the end, and the
    exit code is 1. A file whose size and MD5 are those of the one that is there is not sent again,
    so that the same command goes on where it was broken off.
    """
    plan = plan_uploads(run.files, sources, target, recursive=recursive)
    with _progress(run, "uploading", plan.files) as tally:
        report = run.files.run_uploads(plan, tally, fail_fast=fail_fast, force=force)
    if run.json:
        print_json([to_json(uploaded.info) for _, uploaded in report.done])
    copied = [task for task, uploaded in report.done if uploaded.is_new]
    run.info(f"uploaded {_summary(copied, report)} to {target}")
    end(report, "uploaded", is_single=len(plan.files) + len(plan.failures) == 1 and not recursive)


@contextmanager
def _progress(
    run: CommandContext, what: str, tasks: "Sequence[Download | Upload]"
) -> "Iterator[AggregateCallback]":
    """Show a bar of all files."""
    from ..aggregate_progress import AggregateCallback

    with run.progress(what, "bytes") as callback:
        yield AggregateCallback(callback, sum(task.size or 0 for task in tasks))


def _summary(copied: "Sequence[Download | Upload]", report: "JobReport[Any, Any]") -> str:
    """Say how many files were copied, how large they are, and how many there were already."""
    size = sum(task.size or 0 for task in copied)
    summary = f"{_count(len(copied))} ({size:,} bytes)"
    unchanged = len(report.done) - len(copied)
    return f"{summary}, {_count(unchanged)} unchanged," if unchanged else summary


def _count(files: int) -> str:
    return f"{files} {'file' if files == 1 else 'files'}"
