"""The commands that list and delete contents of data stores."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..._models.paths import SEPARATOR
from ..._utils import validation
from ..command import command
from ..completion import complete_remote_path
from ..confirmation import Yes, confirm
from ..context import CommandContext
from ..entry_format import Info, display_name, entry_id, file_size, modified, sort_entries, to_json
from ..failures import print_failures_and_exit
from ..names import list_named
from ..output import print_json
from ..remote_paths import (
    HELP,
    SCHEME,
    expand_paths,
    is_directory_id,
    is_file_id,
    is_pattern,
    resolve_path,
    to_url,
)
from ..trees import print_json_tree, print_tree

if TYPE_CHECKING:
    from ...file_system._entries import Contents

Location = Annotated[
    str, typer.Argument(metavar="PATH", autocompletion=complete_remote_path, help=HELP)
]


@command(
    "avista-dx ls",
    'avista-dx ls "dx://Solar site/loads"',
    'avista-dx ls "dx://Solar site/loads/*.csv"',
    "avista-dx ls dx://<dataStoreId>",
    "avista-dx ls <dataStoreDirectoryId> --json",
)
def ls(
    run: CommandContext,
    remote_path: Annotated[
        str, typer.Argument(metavar="PATH", autocompletion=complete_remote_path, help=HELP)
    ] = SCHEME,
) -> None:
    """List a directory of a data store, or all data stores.

    Without PATH, lists the data stores that you own or that are shared with you. Otherwise shows
    names, sizes, times and IDs. Older files of the same name have their ID appended to the
    name. Quote patterns (* ? [...]).
    """
    if not remote_path.removeprefix(SCHEME).strip(SEPARATOR):
        _print_data_stores(run)
        return
    infos = _entries(run, remote_path)
    columns = {
        "name": display_name,
        "size": file_size,
        "modified": modified,
        "id": entry_id,
    }
    run.print_rows(infos, columns, json=[to_json(info) for info in infos])


@command('avista-dx tree "dx://Solar site"', "avista-dx tree dx://<dataStoreId>/loads")
def tree(run: CommandContext, remote_path: Location) -> None:
    """Show a directory as a tree, with the sizes of files."""
    path = resolve_path(run.files, "PATH", remote_path)
    top = run.files.info(path)
    listed = run.files.contents_tree(path)
    failures = [(inner, error) for inner, error in listed.items() if isinstance(error, Exception)]
    if len(failures) == len(listed) == 1:
        raise failures[0][1]
    for contents in listed.values():
        _mention_incomplete(run, contents)
    with run.open_pager():
        if run.json:
            print_json_tree(top, listed)
        else:
            print_tree(top, listed, run.format_size)
    print_failures_and_exit(failures, f"of {len(listed)} directories not listed")


@command(
    "avista-dx rm dx://<dataStoreId>/loads/may.csv",
    'avista-dx rm "dx://<dataStoreId>/loads/*.csv"',
    "avista-dx rm --recursive dx://<dataStoreId>/loads",
    "avista-dx rm <dataStoreFileId>",
)
def rm(
    run: CommandContext,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", autocompletion=complete_remote_path, help=HELP)
    ],
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Include directories with everything in them.")
    ] = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted.")] = False,
) -> None:
    """Delete files and directories permanently.

    A path also deletes older files of the same name; an ID deletes only that file. Failures do not
    stop the other deletions. On a terminal, asks before more than one file is deleted.
    """
    from ...file_system._errors import affects_all

    matching = [match for path in paths for match in _find_matching(run, path, recursive)]
    if dry_run:
        for match in matching:
            run.info(f"would delete {match}")
        if run.json:
            print_json(matching)
        return
    if len(matching) > 1 or recursive:
        confirm(f"Delete {_describe(matching)} permanently?", yes=yes)
    deleted: list[str] = []
    failures: list[tuple[str, Exception]] = []
    for match in matching:
        try:
            _delete(run, match)
        except Exception as error:
            if len(matching) == 1 or affects_all(error):
                raise
            failures.append((match, error))
        else:
            deleted.append(match)
            run.info(f"deleted {match}")
    if run.json:
        print_json(deleted)
    print_failures_and_exit(failures, f"of {len(matching)} not deleted")


def _print_data_stores(run: CommandContext) -> None:
    from ..._services.name_lookup import list_data_stores

    stores = list_named(run, list_data_stores)
    columns = {
        "name": lambda store: f"{store.name}{SEPARATOR}",
        "shared in": lambda store: store.shared_in,
        "description": lambda store: store.description,
        "dataStoreId": lambda store: store.identifier,
    }
    to_json = [
        {
            "path": to_url(store.identifier),
            "id": store.identifier,
            "type": "directory",
            "name": store.name,
            "description": store.description,
            "sharedIn": store.shared_in,
        }
        for store in stores
    ]
    run.print_rows(stores, columns, json=to_json)


def _entries(run: CommandContext, remote_path: str) -> list[Info]:
    """Return the entries of a directory, or those that match a pattern."""
    files = run.files
    path = resolve_path(files, "PATH", remote_path)
    if is_pattern(files, path):
        return [files.info(match) for match in expand_paths(files, "PATH", remote_path)]
    info = files.info(path)
    if info["type"] == "file":
        return [info]
    contents = files.contents(path)
    _mention_incomplete(run, contents)
    return sort_entries(contents)


def _mention_incomplete(run: CommandContext, contents: "Contents | Exception") -> None:
    """Print which files are not listed because their upload is not complete."""
    for info in () if isinstance(contents, Exception) else contents.incomplete:
        run.info(
            f"{to_url(info['name'])}: not listed, its upload is not complete ({entry_id(info)})"
        )


def _find_matching(run: CommandContext, remote_path: str, recursive: bool) -> list[str]:
    """Return the paths or IDs of the files, and with `recursive` directories, to delete."""
    if is_directory_id(remote_path) and recursive:
        return [remote_path]
    paths = expand_paths(run.files, "PATH", remote_path)
    if not recursive and any(map(run.files.isdir, paths)):
        raise validation.invalid_argument(
            "PATH", remote_path, "files", note="use --recursive for directories"
        )
    return [to_url(path) for path in paths]


def _describe(matching: list[str]) -> str:
    return matching[0] if len(matching) == 1 else f"{len(matching)} files and directories"


def _delete(run: CommandContext, remote_path: str) -> None:
    if is_file_id(remote_path):
        run.exchange.deleteDataStoreFile(remote_path)
    elif is_directory_id(remote_path):
        run.exchange.deleteDataStoreDirectory(remote_path)
    else:
        run.files.rm(remote_path, recursive=True)
