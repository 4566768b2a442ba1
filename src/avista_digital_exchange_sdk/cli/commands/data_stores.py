"""The commands that look around in data stores, and delete what is in them."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..._utils import validation
from ..command import command
from ..context import CommandContext
from ..entry_format import Info, all_of, display_name, entry_id, modified, to_json
from ..failures import end_with
from ..output import print_json
from ..remote_paths import (
    HELP,
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

Location = Annotated[str, typer.Argument(metavar="PLACE", help=HELP)]


@command("avista-dx stores", "avista-dx stores --json")
def stores(run: CommandContext) -> None:
    """List the data stores you own."""
    columns = {
        "name": lambda store: store.name,
        "dataStoreId": lambda store: store.dataStoreId,
        "description": lambda store: store.description,
    }
    run.print_rows(run.exchange.listDataStores(), columns)


@command(
    "avista-dx ls dx://<dataStoreId>",
    "avista-dx ls dx://<dataStoreId>/loads",
    'avista-dx ls "dx://<dataStoreId>/loads/*.csv"',
    "avista-dx ls <dataStoreDirectoryId> --json",
)
def ls(run: CommandContext, place: Location) -> None:
    """List a directory of a data store.

    Shows names, sizes in bytes, times and ids. What its name alone does not lead to, as older files
    of a name, has its id behind the name. Patterns (* ? [...]) go in quotes.
    """
    infos = _entries(run, place)
    columns = {
        "name": display_name,
        "size": lambda info: info["size"] if info["type"] == "file" else None,
        "modified": modified,
        "id": entry_id,
    }
    run.print_rows(infos, columns, json=[to_json(info) for info in infos])


@command("avista-dx tree dx://<dataStoreId>", "avista-dx tree dx://<dataStoreId>/loads")
def tree(run: CommandContext, place: Location) -> None:
    """Show a directory as a tree."""
    path = resolve_path(run.files, "PLACE", place)
    top = run.files.info(path)
    listed = run.files.contents_tree(path)
    failures = [(inner, one) for inner, one in listed.items() if isinstance(one, Exception)]
    if len(failures) == len(listed) == 1:
        raise failures[0][1]
    for contents in listed.values():
        _mention_incomplete(run, contents)
    if run.json:
        print_json_tree(top, listed)
    else:
        print_tree(top, listed)
    end_with(failures, f"of {len(listed)} directories not listed")


@command(
    "avista-dx rm dx://<dataStoreId>/loads/may.csv",
    'avista-dx rm "dx://<dataStoreId>/loads/*.csv"',
    "avista-dx rm --recursive dx://<dataStoreId>/loads",
    "avista-dx rm <dataStoreFileId>",
)
def rm(
    run: CommandContext,
    places: Annotated[list[str], typer.Argument(metavar="PLACE", help=HELP)],
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Directories too, with all in them.")
    ] = False,
) -> None:
    """Delete files and directories for good.

    By a path, older files of the same name are deleted too; by an id, that file alone. What can't
    be deleted does not keep the rest from it.
    """
    from ...file_system._errors import concerns_all

    matching = [one for place in places for one in _matching(run, place, recursive)]
    deleted: list[str] = []
    failures: list[tuple[str, Exception]] = []
    for one in matching:
        try:
            _delete(run, one)
        except Exception as error:
            if len(matching) == 1 or concerns_all(error):
                raise
            failures.append((one, error))
        else:
            deleted.append(one)
            run.info(f"deleted {one}")
    if run.json:
        print_json(deleted)
    end_with(failures, f"of {len(matching)} not deleted")


def _entries(run: CommandContext, place: str) -> list[Info]:
    """What a place holds; of a pattern, what it matches."""
    files = run.files
    path = resolve_path(files, "PLACE", place)
    if is_pattern(files, path):
        return [files.info(match) for match in expand_paths(files, "PLACE", place)]
    info = files.info(path)
    if info["type"] == "file":
        return [info]
    contents = files.contents(path)
    _mention_incomplete(run, contents)
    return all_of(contents)


def _mention_incomplete(run: CommandContext, contents: "Contents | Exception") -> None:
    """Say which files have no bytes yet: no path leads to them, so they are not listed."""
    for info in () if isinstance(contents, Exception) else contents.incomplete:
        run.info(
            f"{to_url(info['name'])}: not listed, its bytes have not arrived ({entry_id(info)})"
        )


def _matching(run: CommandContext, place: str, recursive: bool) -> list[str]:
    """What is to be deleted: files and, if asked for, directories; as paths or as ids."""
    if is_directory_id(place) and recursive:
        return [place]
    paths = expand_paths(run.files, "PLACE", place)
    if not recursive and any(map(run.files.isdir, paths)):
        raise validation.invalid_argument(
            "PLACE", place, "files", note="use --recursive for directories"
        )
    return [to_url(path) for path in paths]


def _delete(run: CommandContext, place: str) -> None:
    if is_file_id(place):
        run.exchange.deleteDataStoreFile(place)
    elif is_directory_id(place):
        run.exchange.deleteDataStoreDirectory(place)
    else:
        run.files.rm(place, recursive=True)
