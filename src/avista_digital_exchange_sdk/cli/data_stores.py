"""The commands that look around in data stores, and delete what is in them."""

from typing import TYPE_CHECKING, Annotated

import typer

from .. import _checks
from .._models.text import printable
from .commands import command
from .entries import Info, contents, described, id_of, modified, name_of, nested
from .output import print_json
from .places import HELP, is_directory_id, is_file_id, path_of, paths_of, place_of
from .run import Run

if TYPE_CHECKING:
    from rich.tree import Tree

    from ..file_system import DataStoreFileSystem

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

    Shows names, sizes in bytes, times and ids. Of several files of one name it is the newest, which
    paths lead to. Patterns (* ? [...]) go in quotes.
    """
    infos = _entries(run.files, place)
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
    if run.json:
        print_json(nested(run.files, run.files.info(path)))
        return
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    top = Tree(Text(printable(place_of(path))))
    _grow(top, run.files, path)
    Console(soft_wrap=True).print(top)


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

    By a path, older files of the same name are deleted too; by an id, that file alone.
    """
    deleted = []
    for place in places:
        for one in _matching(run, place, recursive):
            _delete(run, one)
            deleted.append(one)
            run.tell(f"deleted {one}")
    if run.json:
        print_json(deleted)


def _entries(files: "DataStoreFileSystem", place: str) -> list[Info]:
    """What a place holds; of a pattern, what it matches."""
    path = path_of(files, "PLACE", place)
    if files.exists(path):
        return contents(files, path)
    return [files.info(match) for match in paths_of(files, "PLACE", place)]


def _grow(branch: "Tree", files: "DataStoreFileSystem", path: str) -> None:
    """Add what is in a directory to its place in the tree."""
    from rich.text import Text

    for info in contents(files, path):
        inner = branch.add(Text(printable(name_of(info))))
        if info["type"] == "directory":
            _grow(inner, files, info["name"])


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
