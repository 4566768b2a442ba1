"""Entries of data stores, as commands tell of them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .._models.paths import SEPARATOR
from .remote_paths import DIRECTORY, FILE, to_url

if TYPE_CHECKING:
    from ..file_system._entries import Contents

Info = dict[str, Any]
"""An entry, as the file system describes it."""

_TOLD = ("type", "size", "modified", "contentType", "description")


def basename(info: Info) -> str:
    """The name of an entry in its directory."""
    path: str = info["name"]
    return path.rpartition(SEPARATOR)[2]


def display_name(info: Info) -> str:
    """The name of an entry, a directory's with a slash."""
    return basename(info) + (SEPARATOR if info["type"] == "directory" else "")


def modified(info: Info) -> str | None:
    """When a file's bytes came."""
    moment: datetime | None = info.get("modified")
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def entry_id(info: Info) -> str | None:
    """The id of an entry."""
    return info.get(FILE) or info.get(DIRECTORY)


def to_json(info: Info) -> Info:
    """An entry as JSON has it."""
    told = {key: info[key] for key in _TOLD if info.get(key) is not None}
    return {"path": to_url(info["name"]), "id": entry_id(info)} | told


def all_of(contents: "Contents") -> list[Info]:
    """Everything in a directory in the order of names, older files of a name too."""
    return sorted([*contents, *contents.superseded], key=basename)
