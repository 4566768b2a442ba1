"""What users name: places in data stores by paths or by ids, and local files."""

from typing import TYPE_CHECKING, Any

from .._models.paths import SEPARATOR
from .._utils import validation

if TYPE_CHECKING:
    from ..client import AvistaDigitalExchange
    from ..file_system import DataStoreFileSystem

SCHEME = "dx://"
STORE, DIRECTORY, FILE = "dataStoreId", "dataStoreDirectoryId", "dataStoreFileId"
"""What an id begins with tells what it is of."""

HELP = "A path such as dx://<dataStoreId>/folder/file.csv, or an id."


def is_remote(text: str) -> bool:
    """Whether a text names a place in a data store."""
    return text.startswith((SCHEME, STORE, DIRECTORY, FILE))


def is_file_id(place: str) -> bool:
    """Whether a place is a file's id, which tells the file even from others of its name."""
    return place.startswith(FILE)


def is_directory_id(place: str) -> bool:
    """Whether a place is a directory's id."""
    return place.startswith(DIRECTORY)


def is_root(path: str) -> bool:
    """Whether a path is that of a data store as a whole."""
    return SEPARATOR not in path


def is_pattern(files: "DataStoreFileSystem", place: str) -> bool:
    """Whether a place is a pattern, which nothing has for its very name."""
    return not is_file_id(place) and bool(set("*?[") & set(place)) and not files.exists(place)


def to_url(path: str) -> str:
    """How users name what the file system has a path of; a file's id stays as it is."""
    return path if is_file_id(path) else f"{SCHEME}{path}"


def resolve_path(files: "DataStoreFileSystem", argument: str, place: str) -> str:
    """The path of a place, as the file system has it."""
    if not is_remote(place):
        raise validation.invalid_argument(argument, place, HELP[0].lower() + HELP[1:].rstrip("."))
    if not (is_file_id(place) or is_directory_id(place)):
        path: str = files._strip_protocol(place)
        return path
    path, *ids = _path_components(files.exchange, place)
    for inner_id in ids:
        # Of several of one name, each has a path of its own.
        contents = files.contents(path)
        found = (info for info in (*contents, *contents.superseded) if inner_id in ids_of(info))
        info = next(found, None)
        if info is None:
            raise FileNotFoundError(2, "No such file or directory", place)
        path = info["name"]
    return path


def ids_of(info: dict[str, Any]) -> tuple[str | None, str | None]:
    """The ids by which an entry is known, as a file and as a directory."""
    return info.get(FILE), info.get(DIRECTORY)


def expand_paths(files: "DataStoreFileSystem", argument: str, place: str) -> list[str]:
    """The paths of all that a place is a pattern of, unless something has that very name.

    A file's id stays as it is.
    """
    if is_file_id(place):
        return [place]
    path = resolve_path(files, argument, place)
    if not is_pattern(files, path):
        return [path]
    found: list[str] = files.glob(path)
    if not found:
        raise FileNotFoundError(2, "No such file or directory", place)
    return found


def _path_components(exchange: "AvistaDigitalExchange", place: str) -> list[str]:
    """The ids on the way to what an id is of, from its data store on."""
    ids: list[str] = []
    directory_id: str | None = place
    if is_file_id(place):
        ids.append(place)
        directory_id = exchange.getDataStoreFileMeta(place).dataStoreDirectoryId
    directory = exchange.getDataStoreDirectory(directory_id or "")
    while directory.parentDirectoryId and not directory.homeDirectory:
        ids.append(directory.dataStoreDirectoryId)
        directory = exchange.getDataStoreDirectory(directory.parentDirectoryId)
    return [directory.dataStoreId or "", *reversed(ids)]
