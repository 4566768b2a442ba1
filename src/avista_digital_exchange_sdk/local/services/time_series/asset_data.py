"""Build TimeSeriesDbAssetData, which publishing and latest values return."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...values import format_iso
from .records import Measure, Record


def to_asset_data(
    asset_id: str, name: str | None, attributes: list[dict[str, Any]]
) -> dict[str, Any]:
    """Build an asset."""
    return {"assetId": asset_id, "name": name, "attributes": attributes}


def to_attribute_data(
    name: str,
    attribute_type: str,
    last: tuple[str, str],
    data: list[dict[str, str]],
) -> dict[str, Any]:
    """Build an attribute. `last` is its last value and the time of that value."""
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
    """Return an empty list, or the asset with the data written to its attributes."""
    points: dict[str, list[tuple[str, Measure]]] = {}
    for record in sorted(records, key=lambda record: record.time):
        timestamp = format_iso(record.time)
        for measure in record.measures:
            points.setdefault(measure.name, []).append((timestamp, measure))
    attributes = [_to_written_attribute(name, points[name]) for name in sorted(points)]
    return [to_asset_data(asset_id, name, attributes)] if attributes else []


def _to_written_attribute(name: str, points: list[tuple[str, Measure]]) -> dict[str, Any]:
    """Build an attribute with the data written to it."""
    data = [{"timestamp": timestamp, "value": measure.text} for timestamp, measure in points]
    last = data[-1]
    return to_attribute_data(name, points[-1][1].type, (last["value"], last["timestamp"]), data)
