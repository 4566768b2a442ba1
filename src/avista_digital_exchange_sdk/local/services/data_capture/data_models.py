"""The data models of captures: assets with attributes, and their validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...database import Row, timestamp
from ...errors import bad_request

MAX_ATTRIBUTES = 1000

EMPTY_MODEL: Row = {
    "state": "ERROR",
    "version": 0,
    "errors": ["The data model has no assets."],
    "items": [],
    "dateCreated": None,
    "dateUpdated": None,
}


def replace_model(current: Row, assets: Sequence[Mapping[str, Any] | None]) -> Row:
    """Create a DataCaptureDataModel from new assets, replacing the current one."""
    items = [_read_asset(f"assets[{index}]", asset) for index, asset in enumerate(assets)]
    errors = list(_find_errors(items))
    now = timestamp()
    return {
        "state": "ERROR" if errors else "GOOD",
        "version": current["version"] + 1,
        "errors": errors,
        "items": items,
        "dateCreated": current["dateCreated"] or now,
        "dateUpdated": now,
    }


def index_attributes(model: Row) -> dict[str, Row]:
    """Return the attributes of a model by ID, in the order of the model."""
    return {
        attribute["userDefinedId"]: attribute
        for asset in model["items"]
        for attribute in asset["attributes"]
    }


def to_input(model: Row) -> Row:
    """Convert a model to the DataCaptureDataModelInput that recreates it."""
    return {"assets": model["items"]}


def _read_asset(where: str, asset: Mapping[str, Any] | None) -> Row:
    if asset is None:
        raise bad_request(f"{where} must not be null.")
    attributes = [
        _read_attribute(f"{where}.attributes[{index}]", attribute)
        for index, attribute in enumerate(asset["attributes"])
    ]
    return _read_names(asset) | {"attributes": attributes}


def _read_attribute(where: str, attribute: Mapping[str, Any] | None) -> Row:
    if attribute is None:
        raise bad_request(f"{where} must not be null.")
    return _read_names(attribute) | {
        "attributeType": attribute["attributeType"],
        "schemaType": attribute["schemaType"],
        "unit": attribute.get("unit"),
    }


def _read_names(entry: Mapping[str, Any]) -> Row:
    """Read the fields that assets and attributes have in common."""
    return {
        "userDefinedId": entry["userDefinedId"],
        "displayName": entry["displayName"],
        "description": entry.get("description"),
    }


def _find_errors(assets: Sequence[Row]) -> Iterator[str]:
    """Yield the errors in assets that prevent a capture."""
    if not assets:
        yield from EMPTY_MODEL["errors"]
    attributes = [attribute for asset in assets for attribute in asset["attributes"]]
    if len(attributes) > MAX_ATTRIBUTES:
        yield f"The data model has more than {MAX_ATTRIBUTES} attributes."
    for asset in assets:
        if not asset["attributes"]:
            yield f"The asset {asset['userDefinedId']!r} has no attributes."
    yield from _find_bad_names("asset", assets)
    yield from _find_bad_names("attribute", attributes)


def _find_bad_names(kind: str, items: Sequence[Row]) -> Iterator[str]:
    """Yield errors for empty IDs and names, and for duplicate IDs."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for item in items:
        item_id = item["userDefinedId"]
        if not item_id:
            yield f"The userDefinedId of an {kind} is empty."
        elif not item["displayName"]:
            yield f"The displayName of the {kind} {item_id!r} is empty."
        if item_id in seen and item_id not in repeated:
            repeated.add(item_id)
            yield f"The {kind} {item_id!r} is in the data model more than once."
        seen.add(item_id)
