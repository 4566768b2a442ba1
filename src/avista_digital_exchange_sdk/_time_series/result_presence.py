"""Which requested series have a value in a result file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

from pydantic_core import from_json

from .._utils.temporary_files import reopen
from .csv_rows import open_rows
from .missing_data import MissingSeries, Series

if TYPE_CHECKING:
    from .result_writers import RequestedSeries

KEY_COLUMNS = 3


class RequestedPresence:
    """Keeps account of which requested series were seen.

    Args:
        request: The requested assets and attributes.
    """

    def __init__(self, request: RequestedSeries) -> None:
        self._unseen: dict[str, set[str | None]] = {
            asset_id: set(names) or {None} for asset_id, names in request.attributes.items()
        }
        self._is_empty = True

    @property
    def is_complete(self) -> bool:
        """Whether every requested series was seen."""
        return not self._unseen

    def is_unseen(self, asset_id: str) -> bool:
        """Return whether a series of an asset was not seen yet."""
        return asset_id in self._unseen

    def add(self, asset_id: str, names: Iterable[str]) -> None:
        """Note that attributes of an asset have values."""
        unseen = self._unseen.get(asset_id)
        for name in names:
            self._is_empty = False
            if unseen is not None:
                unseen -= {name, None}
        if unseen is not None and not unseen:
            del self._unseen[asset_id]

    def find_missing(self) -> MissingSeries:
        """Return what was not seen."""
        series = [
            Series(asset_id, name)
            for asset_id, names in self._unseen.items()
            for name in sorted(names, key=str)
        ]
        return MissingSeries(series, self._is_empty)


def find_missing_in_csv(file: IO[bytes], request: RequestedSeries) -> MissingSeries:
    """Find what an open CSV file lacks; reading stops when nothing is missing."""
    presence = RequestedPresence(request)
    with open_rows(file) as rows:
        attributes = next(rows, [])[KEY_COLUMNS:]
        for row in rows:
            if presence.is_unseen(row[0]):
                cells = zip(attributes, row[KEY_COLUMNS:], strict=False)
                presence.add(row[0], [name for name, cell in cells if cell])
                if presence.is_complete:
                    break
            else:
                presence.add(row[0], attributes)
    return presence.find_missing()


def find_missing_in_json(
    file: IO[bytes], request: RequestedSeries, max_bytes: int
) -> MissingSeries:
    """Find what an open JSON file lacks.

    Args:
        file: The file.
        request: The requested assets and attributes.
        max_bytes: Size up to which the file is read. Of a larger one every series counts as
            missing, so that all names are checked.
    """
    presence = RequestedPresence(request)
    with reopen(file) as copy:
        if os.fstat(copy.fileno()).st_size > max_bytes:
            return presence.find_missing()._replace(is_empty=False)
        for asset_id, names in _parse_assets(from_json(copy.read())):
            presence.add(asset_id, names)
    return presence.find_missing()


def _parse_assets(assets: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for asset in assets:
        attributes = asset.get("attributes") or ()
        yield asset["assetId"], [entry["name"] for entry in attributes if entry.get("data")]
