"""The result of a filter query: one row per asset and timestamp."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .results import ResultTable


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """An asset or an endpoint of a query, and its requested attributes. None means all."""

    asset_id: str
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of one type. Its index in the attributes of the result defines its column."""

    name: str
    type: str


@dataclass(frozen=True)
class FilterResult(ResultTable):
    """The rows of a filter query: `asset_index`, `time`, and the attributes as strings, `c0`, ….

    Rows are ordered by `rowid`: by asset in request order, then by time.
    """

    filters: Sequence[AssetFilter]
    names: Sequence[str | None]
    """The name of each asset."""
    attributes: Sequence[Attribute]

    def columns(self) -> dict[str, int]:
        """Return the column of each attribute."""
        return {attribute.name: i for i, attribute in enumerate(self.attributes)}

    def list_requested_names(self) -> list[str]:
        """List the attributes requested by name."""
        return list_requested_names(self.filters)


def merge_filters(filters: Iterable[AssetFilter]) -> list[AssetFilter]:
    """Merge filters for the same asset. Attributes are in the order of their first request."""
    # Keys of a dictionary are unique and ordered; None means all names.
    merged: dict[str, dict[str, None] | None] = {}
    for asset in filters:
        names = merged.setdefault(asset.asset_id, {})
        if names is None or asset.names is None:
            merged[asset.asset_id] = None
        else:
            names.update(dict.fromkeys(asset.names))
    return [
        AssetFilter(asset_id, None if names is None else tuple(names))
        for asset_id, names in merged.items()
    ]


def list_requested_names(filters: Iterable[AssetFilter]) -> list[str]:
    """List all attributes requested by name, in the order of their first request."""
    return list(dict.fromkeys(name for asset in filters for name in asset.names or ()))
