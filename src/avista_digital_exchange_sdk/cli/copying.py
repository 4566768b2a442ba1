"""The commands that move files: several at once, each whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import _checks
from .._models.paths import SEPARATOR
from .commands import command
from .copies import Copy, downloads, uploads
from .entries import described
from .output import print_json
from .places import HELP, is_file_id, is_place, path_of, paths_of, place_of
from .run import Run

if TYPE_CHECKING:
    from .tally import Tally

Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Folders too, with everything in them.")
]


@command(
    "avista-dx get dx://<dataStoreId>/loads/may.csv .",
    'avista-dx get "dx://<dataStoreId>/loads/*.csv" loads/',
    "avista-dx get --recursive dx://<dataStoreId>/loads backup",
    "avista-dx get <dataStoreFileId> may.csv",
)
def get(
    run: Run,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE", help=HELP)],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A file or folder of this machine.")
    ],
    recursive: Recursive = False,
) -> None:
    """Download files and directories.

    Several files at once. They go into TARGET if that is a folder, ends with a slash, or there are
    several; otherwise TARGET is the new name. Each file appears whole or not at all, and replaces
    one that is there. Patterns (* ? [...]) go in quotes.
    """
    if is_place(target):
        raise _checks.invalid("TARGET", target, "a file or folder of this machine")
    local = _checks.path("TARGET", target)
    found = [one for source in sources for one in paths_of(run.files, "SOURCE", source)]
    into = local.is_dir() or target.endswith(("/", os.sep)) or len(found) > 1
    copies = [
        copy
        for one in found
        for copy in downloads(run.files, one, local, into=into, recursive=recursive)
    ]
    _check_targets(copies)
    by_id = [copy for copy in copies if is_file_id(copy.source)]
    by_path = [copy for copy in copies if not is_file_id(copy.source)]
    with _told(run, "downloading", copies) as tally:
        run.files.get(*_ends(by_path), callback=tally)
        for copy in by_id:
            Path(copy.target).parent.mkdir(parents=True, exist_ok=True)
            run.exchange.downloadDataStoreFile(copy.source, copy.target, progress=tally.part())
    if run.json:
        print_json([{"source": place_of(one.source), "target": one.target} for one in copies])
    run.tell(f"downloaded {_account(copies)} to {target}")


@command(
    "avista-dx put may.csv dx://<dataStoreId>/loads/",
    "avista-dx put *.csv dx://<dataStoreId>/loads/",
    "avista-dx put may.csv dx://<dataStoreId>/loads/2024-05.csv",
    "avista-dx put --recursive loads <dataStoreDirectoryId>",
)
def put(
    run: Run,
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE", help="Files and folders of this machine.")
    ],
    target: Annotated[str, typer.Argument(metavar="TARGET", help=HELP)],
    recursive: Recursive = False,
) -> None:
    """Upload files and folders.

    Several files at once. They go into TARGET if that is a directory, ends with a slash, or there
    are several; otherwise TARGET is the new path. Directories are made if need be. A file replaces
    those of its name when it is complete.
    """
    path = path_of(run.files, "TARGET", target)
    into = target.endswith(SEPARATOR) or len(sources) > 1 or run.files.isdir(path)
    copies = [
        copy for source in sources for copy in uploads(source, path, into=into, recursive=recursive)
    ]
    _check_targets(copies)
    with _told(run, "uploading", copies) as tally:
        run.files.put(*_ends(copies), callback=tally)
    if run.json:
        print_json([described(run.files.info(one.target)) for one in copies if not one.is_folder])
    run.tell(f"uploaded {_account(copies)} to {target}")


@contextmanager
def _told(run: Run, what: str, copies: list[Copy]) -> "Iterator[Tally]":
    """A bar of all copies."""
    from .tally import Tally

    with run.bar(what, "bytes") as tell:
        yield Tally(tell, sum(copy.size for copy in copies))


def _check_targets(copies: list[Copy]) -> None:
    """Refuse to write one file over another one that has just been written."""
    written: set[str] = set()
    for copy in copies:
        if copy.target in written and not copy.is_folder:
            raise _checks.invalid("SOURCE", copy.source, f"one file only for {copy.target}")
        written.add(copy.target)


def _ends(copies: list[Copy]) -> tuple[list[str], list[str]]:
    return [copy.source for copy in copies], [copy.target for copy in copies]


def _account(copies: list[Copy]) -> str:
    """How many files there were, and how large they are."""
    files = [copy for copy in copies if not copy.is_folder]
    size = sum(copy.size for copy in files)
    return f"{len(files)} {'file' if len(files) == 1 else 'files'} ({size:,} bytes)"
