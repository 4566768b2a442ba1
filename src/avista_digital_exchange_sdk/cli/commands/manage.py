"""The commands that create, move, copy, measure and find what is in data stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..._models.paths import SEPARATOR, compose
from ..._utils import validation
from ..command import command
from ..completion import complete_remote_path
from ..context import CommandContext
from ..entry_format import basename, entry_id, to_json
from ..output import print_json
from ..remote_paths import HELP, expand_paths, is_file_id, is_root, resolve_path, to_url
from ..standard_streams import STANDARD_OUTPUT, open_output_path, parse_output
from ..tables import ByteCount
from .copy import Jobs
from .data_stores import Location

if TYPE_CHECKING:
    from ..aggregate_progress import AggregateCallback

Target = Annotated[
    str, typer.Argument(metavar="TARGET", autocompletion=complete_remote_path, help=HELP)
]
Source = Annotated[
    str, typer.Argument(metavar="SOURCE", autocompletion=complete_remote_path, help=HELP)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")]
NoClobber = Annotated[
    bool, typer.Option("--no-clobber", help="Fail if the target exists; replace nothing.")
]


@command('avista-dx mkdir "dx://Solar site/loads/2024"', "avista-dx mkdir dx://<dataStoreId>/loads")
def mkdir(
    run: CommandContext,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", autocompletion=complete_remote_path, help=HELP)
    ],
) -> None:
    """Create directories, with missing parents. Existing ones are left alone."""
    created = []
    for remote_path in paths:
        path = resolve_path(run.files, "PATH", remote_path)
        is_new = not run.files.isdir(path)
        run.files.makedirs(path, exist_ok=True)
        created.append(to_json(run.files.info(path)))
        run.info(f"{'created' if is_new else 'exists'}: {to_url(path)}")
    if run.json:
        print_json(created)


@command(
    "avista-dx mv dx://<dataStoreId>/may.csv dx://<dataStoreId>/loads/",
    'avista-dx mv "dx://Solar site/may.csv" "dx://Solar site/2024-05.csv"',
)
def mv(
    run: CommandContext,
    source: Source,
    target: Target,
    no_clobber: NoClobber = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
) -> None:
    """Move or rename a file or a directory.

    The source is moved into TARGET if that is a directory or ends with a slash. To another data
    store, or another file extension, the source is copied and then deleted.
    """
    path, goal = _source_and_target(run, source, target, no_clobber=no_clobber)
    if dry_run:
        _show_plan(run, "move", path, goal)
        return
    copied = path if run.files.isfile(path) or _get_store(path) != _get_store(goal) else None
    with _progress(run, "moving", copied) as callback:
        run.files.mv(path, goal, recursive=True, callback=callback, max_files=jobs)
    _report_target(run, "moved", path, goal)


@command(
    "avista-dx cp dx://<dataStoreId>/may.csv dx://<otherStoreId>/loads/",
    'avista-dx cp --recursive "dx://Solar site/loads" "dx://Archive/loads"',
)
def cp(
    run: CommandContext,
    source: Source,
    target: Target,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Include directories with everything in them.")
    ] = False,
    no_clobber: NoClobber = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
) -> None:
    """Copy a file or a directory within the platform.

    The source is copied into TARGET if that is a directory or ends with a slash. The contents pass
    through this machine. `get` and `put` copy from and to local files.
    """
    path, goal = _source_and_target(run, source, target, no_clobber=no_clobber)
    if not recursive and run.files.isdir(path):
        raise validation.invalid_argument(
            "SOURCE", source, "a file", note="use --recursive for directories"
        )
    if dry_run:
        _show_plan(run, "copy", path, goal)
        return
    with _progress(run, "copying", path) as callback:
        run.files.copy(path, goal, recursive=recursive, callback=callback, max_files=jobs)
    _report_target(run, "copied", path, goal)


@command('avista-dx du "dx://Solar site"', "avista-dx du dx://<dataStoreId>/loads --total")
def du(
    run: CommandContext,
    remote_path: Location,
    total: Annotated[bool, typer.Option("--total", help="Show the sum only.")] = False,
) -> None:
    """Show the sizes of files and directories, without older files of the same name."""
    path = resolve_path(run.files, "PATH", remote_path)
    run.files.info(path)
    sizes: dict[str, int] = run.files.du(path, total=False)
    rows = {path: sum(sizes.values())}
    if not total:
        for name, size in sizes.items():
            inner = name.removeprefix(path).lstrip(SEPARATOR)
            if inner:
                first = f"{path}{SEPARATOR}{inner.partition(SEPARATOR)[0]}".lstrip(SEPARATOR)
                rows[first] = rows.get(first, 0) + size
    ordered = sorted(rows.items(), key=lambda row: row[0])
    columns = {"size": lambda row: ByteCount(row[1]), "path": lambda row: to_url(row[0])}
    as_json = [{"path": to_url(name), "size": size} for name, size in ordered]
    run.print_rows(ordered, columns, json=as_json)


@command(
    "avista-dx find \"dx://Solar site\" --name '*.csv'",
    "avista-dx find dx://<dataStoreId>/loads --type directory",
)
def find(
    run: CommandContext,
    remote_path: Location,
    name: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Only names that match, such as '*.csv'."),
    ] = None,
    kind: Annotated[
        Literal["file", "directory"] | None,
        typer.Option("--type", help="Only files, or only directories."),
    ] = None,
) -> None:
    """List everything below a directory, or a file, one path per line.

    Quote patterns (* ? [...]).
    """
    path = resolve_path(run.files, "PATH", remote_path)
    run.files.info(path)
    found = run.files.find(path, withdirs=True, detail=True, sizes=run.json)
    matching = [
        info
        for info in found.values()
        if (info["name"] != path or info["type"] == "file")
        and (kind is None or info["type"] == kind)
        and (name is None or fnmatchcase(compose(basename(info)), compose(name)))
    ]
    columns = {"": lambda info: to_url(info["name"])}
    run.print_rows(matching, columns, json=[to_json(info) for info in matching])


@command(
    "avista-dx zip dx://<dataStoreId>/loads/may.csv dx://<dataStoreId>/loads/june.csv -o loads.zip",
    'avista-dx zip "dx://Solar site/loads/*.csv" --output loads.zip',
)
def zip_(
    run: CommandContext,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", autocompletion=complete_remote_path, help=HELP)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            parser=parse_output,
            help="The local file to write, or - for standard output.",
        ),
    ],
) -> None:
    """Download files and directories as one zip file, which the platform creates."""
    ids = []
    for remote_path in paths:
        for path in expand_paths(run.files, "PATH", remote_path):
            identifier = path if is_file_id(path) else entry_id(run.files.info(path))
            if identifier is None:
                raise validation.invalid_argument("PATH", remote_path, "a path in a data store")
            ids.append(identifier)
    if output is not STANDARD_OUTPUT:
        output = validation.resolve_output_path("--output", output, "")
    with (
        open_output_path(output) as target,
        run.progress("downloading", "bytes", file=output) as callback,
    ):
        written = run.exchange.downloadDataStoreZip(ids, target, progress=callback)
    if output is STANDARD_OUTPUT:
        return
    if run.json:
        print_json({"target": str(written), "files": ids})
    run.info(f"downloaded {written}")


def _source_and_target(
    run: CommandContext, source: str, target: str, *, no_clobber: bool
) -> tuple[str, str]:
    """Return the path of an existing source and the path that it gets."""
    path = resolve_path(run.files, "SOURCE", source)
    if is_root(path):
        raise validation.invalid_argument("SOURCE", source, "a file or directory in a data store")
    info = run.files.info(path)
    goal = resolve_path(run.files, "TARGET", target)
    if not goal:
        raise validation.invalid_argument("TARGET", target, "a path in a data store")
    if is_root(goal):
        # Raises an error if there is no such data store.
        run.files.info(goal)
    if target.endswith(SEPARATOR) or run.files.isdir(goal):
        goal = f"{goal}{SEPARATOR}{basename(info)}"
    if f"{goal}{SEPARATOR}".startswith(f"{path}{SEPARATOR}"):
        raise validation.invalid_argument("TARGET", target, "a path outside of SOURCE")
    if run.files.isdir(goal):
        # It would be copied into that one, under the same name again.
        raise FileExistsError(17, "Directory exists", to_url(goal))
    if no_clobber and run.files.exists(goal):
        raise FileExistsError(17, "File exists", to_url(goal))
    return path, goal


@contextmanager
def _progress(run: CommandContext, what: str, path: str | None) -> "Iterator[AggregateCallback]":
    """Show a progress bar for the files at a path; None if no files are copied."""
    from ..aggregate_progress import AggregateCallback

    found = {}
    if path is not None and not run.quiet:
        found = run.files.find(path, detail=True, sizes=False)
    size = sum(info["size"] or 0 for info in found.values())
    with run.progress(what, "bytes") as callback:
        yield AggregateCallback(callback, size)


def _get_store(path: str) -> str:
    return path.partition(SEPARATOR)[0]


def _show_plan(run: CommandContext, verb: str, path: str, goal: str) -> None:
    if run.json:
        print_json({"source": to_url(path), "target": to_url(goal)})
    run.info(f"would {verb} {to_url(path)} to {to_url(goal)}")


def _report_target(run: CommandContext, done: str, path: str, goal: str) -> None:
    if run.json:
        print_json(to_json(run.files.info(goal)))
    run.info(f"{done} {to_url(path)} to {to_url(goal)}")
