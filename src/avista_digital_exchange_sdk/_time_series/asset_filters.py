"""Filters of assets and attributes, as users write them and as they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypeAlias, TypedDict

from .._utils import validation
from ..errors import InvalidParameterError

if TYPE_CHECKING:
    from .._generated.input_types import TimeSeriesQueryAssetInput


class AssetFilter(TypedDict):
    """An asset to query, and its attributes.

    Attributes:
        assetId: The ID of the asset, or a pattern such as `feeder-*`.
        attributeNamesFilter: The names of the attributes, or patterns. Defaults to all.
    """

    assetId: str
    attributeNamesFilter: NotRequired[Sequence[str] | None]


# mypy infers `list[object]` for a list of dictionaries whose values have different types.
AssetFilters: TypeAlias = Sequence[AssetFilter | Mapping[str, object]] | list[object]


def parse_asset_filters(filters: object) -> list[TimeSeriesQueryAssetInput]:
    """Check the filters, and merge those of the same asset."""
    argument = "assetAndAttributesFilter"
    if isinstance(filters, (str, datetime)):
        raise InvalidParameterError(
            f"{argument} must be a list of filters, got {validation.format_value(filters)}; the "
            f"order is timeSeriesDbId, {argument}, startTime, endTime, resultFileWriteLocation"
        )
    return merge_filters(
        _parse_asset_filter(f"{argument}[{index}]", entry)
        for index, entry in enumerate(validation.require_items(argument, filters, "filters"))
    )


def merge_filters(
    filters: Iterable[tuple[str, list[str] | None]],
) -> list[TimeSeriesQueryAssetInput]:
    """Merge the filters of the same asset, each an ID and names that are None for all."""
    from .._generated.input_types import TimeSeriesQueryAssetInput

    merged: dict[str, list[str] | None] = {}
    for asset_id, names in filters:
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
    checked = validation.require_keys(argument, entry, {"assetId", "attributeNamesFilter"}, valid)
    asset_id = validation.require_id(f"{argument}.assetId", checked.get("assetId"))
    names = checked.get("attributeNamesFilter")
    if names is None or (isinstance(names, (list, tuple)) and not names):
        return asset_id, None
    return asset_id, parse_names(f"{argument}.attributeNamesFilter", names)


def parse_names(argument: str, names: object) -> list[str]:
    """Check names of attributes, at least one, and drop duplicates."""
    checked = [
        validation.require_str(f"{argument}[{index}]", name)
        for index, name in enumerate(validation.require_items(argument, names, "attribute names"))
    ]
    return list(dict.fromkeys(checked))
