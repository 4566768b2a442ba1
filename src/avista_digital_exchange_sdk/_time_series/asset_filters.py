"""Filters of assets and attributes, as users write them and as they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

from .._utils import validation
from ..errors import InvalidParameterError

if TYPE_CHECKING:
    from .._generated.input_types import TimeSeriesQueryAssetInput


class AssetFilter(TypedDict):
    """An asset to query, and its attributes. Defaults to all attributes."""

    assetId: str
    attributeNamesFilter: NotRequired[Sequence[str] | None]


def parse_asset_filters(filters: object) -> list[TimeSeriesQueryAssetInput]:
    """Check the filters, and merge those of the same asset."""
    from .._generated.input_types import TimeSeriesQueryAssetInput

    argument = "assetAndAttributesFilter"
    if isinstance(filters, (str, datetime)):
        raise InvalidParameterError(
            f"{argument} must be a list of filters, got {validation.format_value(filters)}; the "
            f"order is timeSeriesDbId, {argument}, startTime, endTime, resultFileWriteLocation"
        )
    merged: dict[str, list[str] | None] = {}
    for index, entry in enumerate(validation.require_items(argument, filters, "filters")):
        asset_id, names = _parse_asset_filter(f"{argument}[{index}]", entry)
        if asset_id not in merged:
            merged[asset_id] = names
        elif (known := merged[asset_id]) is None or names is None:
            merged[asset_id] = None
        else:
            merged[asset_id] = list(dict.fromkeys(known + names))
    return [
        TimeSeriesQueryAssetInput(assetId=asset_id, attributeNamesFilter=names)
        for asset_id, names in merged.items()
    ]


def _parse_asset_filter(argument: str, entry: object) -> tuple[str, list[str] | None]:
    valid = '{"assetId": "…", "attributeNamesFilter": ["…"]} (the latter is optional)'
    if not isinstance(entry, dict) or not entry.keys() <= {"assetId", "attributeNamesFilter"}:
        raise validation.invalid_argument(argument, entry, valid)
    asset_id = validation.require_id(f"{argument}.assetId", entry.get("assetId"))
    names = entry.get("attributeNamesFilter")
    if names is None or (isinstance(names, (list, tuple)) and not names):
        return asset_id, None
    names_argument = f"{argument}.attributeNamesFilter"
    checked = [
        validation.require_str(f"{names_argument}[{index}]", name)
        for index, name in enumerate(
            validation.require_items(names_argument, names, "attribute names")
        )
    ]
    return asset_id, list(dict.fromkeys(checked))
