"""The contract's TimeSeriesDbAssetData, as returned by publishing and latest values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...values import format_iso
from .records import Measure, Record


def to_asset_data(
    asset_id: str, name: str | None, attributes: list[dict[str, Any]]
) -> dict[str, Any]:
    """Shape an asset."""
    return {"assetId": asset_id, "name": name, "attributes": attributes}


def to_attribute_data(
    name: str,
    attribute_type: str,
    last: tuple[str, str],
    data: list[dict[str, str]],
) -> dict[str, Any]:
    """Shape an attribute; `last` is its last value and that value's time."""
    return {
        "attributeType": attribute_type,
        "lastValue": last[0],
        "lastValueTime": last[1],
        "name": name,
        "data": data,
    }


def to_written_data(
    asset_id: str, name: str | None, records: Iterable[Record]
) -> list[dict[str, Any]]:
    """Return what was written for an asset: nothing, or the asset with its attributes' new data."""
    points: dict[str, list[tuple[int, Measure]]] = {}
    for record in sorted(records, key=lambda record: record.time):
        for measure in record.measures:
            points.setdefault(measure.name, []).append((record.time, measure))
    attributes = [_to_written_attribute(name, points[name]) for name in sorted(points)]
    return [to_asset_data(asset_id, name, attributes)] if attributes else []


def _to_written_attribute(name: str, points: list[tuple[int, Measure]]) -> dict[str, Any]:
    """Shape an attribute of which data was written."""
    data = [{"timestamp": format_iso(time), "value": measure.text} for time, measure in points]
    last = data[-1]
    return to_attribute_data(name, points[-1][1].type, (last["value"], last["timestamp"]), data)
