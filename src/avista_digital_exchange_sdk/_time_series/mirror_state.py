"""What a mirror of a database contains."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from ..errors import InvalidParameterError

VERSION = 1

MAX_NAME_LENGTH = 100
_SAFE = " ()+,@"
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


@dataclass
class MirroredAsset:
    """What a mirror contains of an asset.

    Attributes:
        directory: The name of its directory.
        attributes: The attributes whose whole history it contains.
        until: Its latest timestamp, in nanoseconds since 1970.
        pending: The attributes of a history that is being fetched.
        pending_until: How far that was fetched.
    """

    directory: str
    attributes: list[str] = field(default_factory=list)
    until: int | None = None
    pending: list[str] = field(default_factory=list)
    pending_until: int | None = None

    def start_from(self, attributes: Collection[str]) -> int | None:
        """Return up to which time attributes are mirrored; begin a new history if they are not."""
        if set(attributes) <= set(self.attributes):
            self.pending, self.pending_until = [], None
            return self.until
        if sorted(attributes) == self.pending:
            return self.pending_until
        self.pending, self.pending_until = sorted(attributes), None
        return None

    def note(self, until: int) -> None:
        """Note up to which time its values were fetched."""
        if self.pending:
            self.pending_until = _get_later(until, self.pending_until)
        else:
            self.until = _get_later(until, self.until)

    def complete(self) -> None:
        """Note that its history was fetched."""
        if self.pending:
            self.attributes = sorted({*self.attributes, *self.pending})
            if self.pending_until is not None:
                self.until = _get_later(self.pending_until, self.until)
            self.pending, self.pending_until = [], None


@dataclass
class MirrorState:
    """What a mirror contains.

    Attributes:
        database_id: The database.
        attributes: The type of each attribute, in the order of the columns.
        assets: The assets, by ID.
    """

    database_id: str
    attributes: dict[str, str] = field(default_factory=dict)
    assets: dict[str, MirroredAsset] = field(default_factory=dict)

    def get_asset(self, asset_id: str) -> MirroredAsset:
        """Get an asset, which is added if it is new."""
        asset = self.assets.get(asset_id)
        if asset is None:
            used = {other.directory.casefold() for other in self.assets.values()}
            asset = self.assets[asset_id] = MirroredAsset(_name_directory(asset_id, used))
        return asset

    def add_attributes(self, types: Mapping[str, str]) -> bool:
        """Add attributes; return whether that changes the columns."""
        before = dict(self.attributes)
        self.attributes |= types
        return self.attributes != before

    def to_json(self) -> bytes:
        """Convert it to JSON."""
        document = {
            "version": VERSION,
            "timeSeriesDbId": self.database_id,
            "attributes": self.attributes,
            "assets": {asset_id: asdict(asset) for asset_id, asset in self.assets.items()},
        }
        return json.dumps(document, ensure_ascii=False).encode()


def parse_state(path: Path, content: bytes | None, database_id: str) -> MirrorState:
    """Parse the state of a mirror of a database.

    Args:
        path: The file it was read from.
        content: The JSON in it; None if there is none.
        database_id: The database that is expected.

    Raises:
        InvalidParameterError: The directory mirrors another database, or the file is damaged.
    """
    try:
        document = json.loads(content or b"")
        if document["version"] != VERSION:
            raise InvalidParameterError(
                f"folder must be a mirror of version {VERSION}, got version {document['version']} "
                f"in {path}"
            )
        state = MirrorState(
            document["timeSeriesDbId"],
            document["attributes"],
            {key: MirroredAsset(**asset) for key, asset in document["assets"].items()},
        )
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InvalidParameterError):
            raise
        raise InvalidParameterError(
            f"folder must be a mirror, got one whose {path.name} is damaged; delete {path} to "
            "fetch everything again"
        ) from None
    if state.database_id != database_id:
        raise InvalidParameterError(
            f"folder must be a mirror of {database_id!r}, got one of {state.database_id!r}"
        )
    return state


def _get_later(time: int, other: int | None) -> int:
    return time if other is None else max(time, other)


def _name_directory(asset_id: str, used: Collection[str]) -> str:
    """Name the directory of an asset, for every file system and without a partition's `=`."""
    name = quote(asset_id, safe=_SAFE)
    if name[0] in "._ ":
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name[-1] in ". ":
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    if len(name) > MAX_NAME_LENGTH or _RESERVED.match(name) or name.casefold() in used:
        digest = hashlib.sha256(asset_id.encode()).hexdigest()[:8]
        name = f"{name[:MAX_NAME_LENGTH].rstrip('. ')}~{digest}"
        if _RESERVED.match(name):
            name = f"%{ord(name[0]):02X}{name[1:]}"
    return name
