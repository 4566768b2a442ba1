"""Merges the data of several responses about the same assets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._models.html_list import HtmlList
from .timestamps import parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetAttribute, TimeSeriesAssetData


def share_equal_parts(assets: Iterable[TimeSeriesAssetData]) -> None:
    """Let the values of a response share what is equal, which halves the memory that they take."""
    for asset in assets:
        timestamps: dict[str, str] = {}
        for attribute in asset.attributes:
            if not attribute.data:
                continue
            names = attribute.data[0].model_fields_set
            for value in attribute.data:
                value.__dict__["timestamp"] = timestamps.setdefault(
                    value.timestamp, value.timestamp
                )
                # Pydantic keeps the names of the fields for each object.
                if value.model_fields_set == names:
                    object.__setattr__(value, "__pydantic_fields_set__", names)


def merge_asset_data(assets: Iterable[TimeSeriesAssetData]) -> list[TimeSeriesAssetData]:
    """Merge the assets and attributes of several responses, in order."""
    merged: dict[str, TimeSeriesAssetData] = {}
    attributes: dict[str, dict[str, TimeSeriesAssetAttribute]] = {}
    for asset in assets:
        known = merged.setdefault(asset.assetId, asset)
        if known is not asset:
            if asset.assetId not in attributes:
                attributes[asset.assetId] = {entry.name: entry for entry in known.attributes}
            _merge(known, attributes[asset.assetId], asset)
    return HtmlList(merged.values())


def _merge(
    known: TimeSeriesAssetData,
    attributes: dict[str, TimeSeriesAssetAttribute],
    asset: TimeSeriesAssetData,
) -> None:
    known.name = known.name if asset.name is None else asset.name
    for attribute in asset.attributes:
        earlier = attributes.setdefault(attribute.name, attribute)
        if earlier is attribute:
            known.attributes.append(attribute)
            continue
        earlier.data.extend(attribute.data)
        if _record_timestamp(attribute) >= _record_timestamp(earlier):
            earlier.lastValue = attribute.lastValue
            earlier.lastValueTime = attribute.lastValueTime


def _record_timestamp(attribute: TimeSeriesAssetAttribute) -> int:
    return parse_timestamp_ns("lastValueTime", attribute.lastValueTime)
