"""The types, names and latest times in a database before publishing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import InvalidParameterError
from .timestamps import parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData


class DatabaseState:
    """The assets and attributes of a database, derived from its latest values.

    Args:
        assets: The assets, with the latest value of each attribute.

    Attributes:
        types: The types of attributes that are the same for all assets, by attribute name.
        names: The names of assets, by ID.
    """

    def __init__(self, assets: Iterable[TimeSeriesAssetData]) -> None:
        self._assets = {asset.assetId: asset for asset in assets}
        self.names: dict[str, str] = {
            asset.assetId: asset.name for asset in self._assets.values() if asset.name
        }
        self.types: dict[str, str] = _common_types(self._assets.values())
        self._latest: dict[str, int | None] = {}

    def latest_time(self, asset_id: str) -> int | None:
        """Get the time of an asset's latest value in nanoseconds; None if it has no value."""
        if asset_id not in self._latest:
            asset = self._assets.get(asset_id)
            times = [
                parse_timestamp_ns("lastValueTime", attribute.lastValueTime)
                for attribute in (asset.attributes if asset else ())
            ]
            self._latest[asset_id] = max(times, default=None)
        return self._latest[asset_id]

    def take_name(self, source: str, asset_id: str, name: str, *, rename_assets: bool) -> None:
        """Set the name of an asset.

        Args:
            source: The source of the name, for messages.
            asset_id: The asset.
            name: The name.
            rename_assets: Whether the name of the asset may change.

        Raises:
            InvalidParameterError: The asset has another name, and must not be renamed.
        """
        known = self.names.get(asset_id, name)
        if known != name and not rename_assets:
            raise InvalidParameterError(
                f"{source}: asset {asset_id!r} has the name {known!r}, got {name!r}; omit the name "
                "to keep it, or pass renameAssets=True to change it"
            )
        self.names[asset_id] = name


def _common_types(assets: Iterable[TimeSeriesAssetData]) -> dict[str, str]:
    types: dict[str, str | None] = {}
    for asset in assets:
        for attribute in asset.attributes:
            kind = str(attribute.attributeType)
            if types.setdefault(attribute.name, kind) != kind:
                types[attribute.name] = None
    return {name: kind for name, kind in types.items() if kind is not None}
