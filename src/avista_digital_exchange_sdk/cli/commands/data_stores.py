"""The commands that look around in data stores, and delete what is in them."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..._models.text import printable
from ..._utils import validation as _checks
from ..command import command
from ..context import Run
from ..entry_format import Info, all_of, described, id_of, modified, name_of
from ..failures import end_with
from ..output import print_json
from ..remote_paths import (
    HELP,
    is_directory_id,
    is_file_id,
    is_pattern,
    path_of,
    paths_of,
    place_of,
)
from ..trees import print_json_tree, print_tree

if TYPE_CHECKING:
    from ...file_system._entries import Contents

Place = Annotated[str, typer.Argument(metavar="PLACE", help=HELP)]


@command("avista-dx stores", "avista-dx stores --json")
def stores(run: Run) -> None:
    """List the data stores you own."""
    columns = {
        "name": lambda store: store.name,
        "dataStoreId": lambda store: store.dataStoreId,
        "description": lambda store: store.description,
    }
    run.show(run.exchange.listDataStores(), columns)


@command(
    "avista-dx ls dx://<dataStoreId>",
    "avista-dx ls dx://<dataStoreId>/loads",
    'avista-dx ls "dx://<dataStoreId>/loads/*.csv"',
    "avista-dx ls <dataStoreDirectoryId> --json",
)
def ls(run: Run, place: Place) -> None:
    """List a directory of a data store.

    Shows names, sizes in bytes, times and ids. What its name alone does not lead to, as older files
    of a name, has its id behind the name. Patterns (* ? [...]) go in quotes.
    """
    infos = _entries(run, place)
    columns = {
        "name": name_of,
        "size": lambda info: info["size"] if info["type"] == "file" else None,
        "modified": modified,
        "id": id_of,
    }
    run.show(infos, columns, json=[described(info) for info in infos])


@command("avista-dx tree dx://<dataStoreId>", "avista-dx tree dx://<dataStoreId>/loads")
def tree(run: Run, place: Place) -> None:
    """Show a directory as a tree."""
    path = path_of(run.files, "PLACE", place)
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
    run: Run,
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
            run.tell(f"deleted {one}")
    if run.json:
        print_json(deleted)
    end_with(failures, f"of {len(matching)} not deleted")


def _entries(run: Run, place: str) -> list[Info]:
    """What a place holds; of a pattern, what it matches."""
    files = run.files
    path = path_of(files, "PLACE", place)
    if is_pattern(files, path):
        return [files.info(match) for match in paths_of(files, "PLACE", place)]
    info = files.info(path)
    if info["type"] == "file":
        return [info]
    contents = files.contents(path)
    _mention_incomplete(run, contents)
    return all_of(contents)


def _mention_incomplete(run: Run, contents: "Contents | Exception") -> None:
    """Say which files have no bytes yet: no path leads to them, so they are not listed."""
    for info in () if isinstance(contents, Exception) else contents.incomplete:
        run.tell(
            f"{printable(place_of(info['name']))}: not listed, its bytes have not arrived "
            f"({id_of(info)})"
        )


def _matching(run: Run, place: str, recursive: bool) -> list[str]:
    """What is to be deleted: files and, if asked for, directories; as paths or as ids."""
    if is_directory_id(place) and recursive:
        return [place]
    paths = paths_of(run.files, "PLACE", place)
    if not recursive and any(map(run.files.isdir, paths)):
        raise _checks.invalid("PLACE", place, "files; directories take --recursive")
    return [place_of(path) for path in paths]


def _delete(run: Run, place: str) -> None:
    if is_file_id(place):
        run.exchange.deleteDataStoreFile(place)
    elif is_directory_id(place):
        run.exchange.deleteDataStoreDirectory(place)
    else:
        run.files.rm(place, recursive=True)
