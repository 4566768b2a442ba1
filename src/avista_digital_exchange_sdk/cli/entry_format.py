"""Formats entries of data stores."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .._models.paths import SEPARATOR
from .remote_paths import DIRECTORY, FILE, SCHEME, to_url
from .tables import ByteCount

if TYPE_CHECKING:
    from ..file_system._entries import Contents

Info = dict[str, Any]
"""An entry as returned by the file system."""

_JSON_FIELDS = ("type", "size", "modified", "contentType", "description")


def basename(info: Info) -> str:
    """Return the name of an entry in its directory."""
    path: str = info["name"]
    return path.rpartition(SEPARATOR)[2]


def display_name(info: Info) -> str:
    """Return the name of an entry, with a trailing slash for directories."""
    path: str = info["name"]
    # Data stores are shown with the names that paths have.
    name = basename(info) if SEPARATOR in path else to_url(path).removeprefix(SCHEME)
    return name + (SEPARATOR if info["type"] == "directory" else "")


def file_size(info: Info) -> ByteCount | None:
    """Return the size of a file, if it is known; None for directories."""
    size = info.get("size")
    return None if size is None or info["type"] == "directory" else ByteCount(size)


def modified(info: Info) -> str | None:
    """Format the upload time of a file."""
    uploaded: datetime | None = info.get("modified")
    return None if uploaded is None else f"{uploaded.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def entry_id(info: Info) -> str | None:
    """Return the ID of an entry."""
    return info.get(FILE) or info.get(DIRECTORY)


def to_json(info: Info) -> Info:
    """Convert an entry to a JSON object."""
    fields = {key: info[key] for key in _JSON_FIELDS if info.get(key) is not None}
    # With the ID of the data store, which stays valid.
    return {"path": f"{SCHEME}{info['name']}", "id": entry_id(info)} | fields


def sort_entries(contents: "Contents") -> list[Info]:
    """Return everything in a directory sorted by name, including older files of the same name."""
    return sorted([*contents, *contents.superseded], key=basename)
