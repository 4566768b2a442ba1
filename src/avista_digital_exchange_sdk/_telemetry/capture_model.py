"""The data model of a capture, validated."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from .._generated.enums import (
    DataCaptureAssetAttributeSchemaType,
    DataCaptureAssetAttributeType,
)
from .._generated.input_types import (
    DataCaptureAssetAttributeInput,
    DataCaptureAssetInput,
    DataCaptureDataModelInput,
)
from .._utils import validation
from .._utils.validation import invalid_argument

COMMON_KEYS = {"userDefinedId", "displayName", "description"}
ASSET_KEYS = COMMON_KEYS | {"attributes"}
ATTRIBUTE_KEYS = COMMON_KEYS | {"attributeType", "schemaType", "unit"}


def parse_data_model(argument: str, assets: object) -> DataCaptureDataModelInput:
    """Parse the assets of a data model. The IDs of all attributes must differ.

    Args:
        argument: The name of the argument, for errors.
        assets: Dictionaries or `DataCaptureAsset`; also a data model, or the content of its file.
    """
    if isinstance(assets, Mapping) and "assets" in assets:
        assets = assets["assets"]
    elif isinstance(assets, BaseModel):
        assets = dict(assets).get("items")
    asset_ids: set[str] = set()
    attribute_ids: set[str] = set()
    return DataCaptureDataModelInput(
        assets=[
            DataCaptureAssetInput(
                **_parse_common(place, asset, asset_ids),
                attributes=[
                    _parse_attribute(attribute_place, attribute, attribute_ids)
                    for attribute_place, attribute in _enumerate(
                        f"{place}.attributes", asset.get("attributes"), ATTRIBUTE_KEYS
                    )
                ],
            )
            for place, asset in _enumerate(argument, assets, ASSET_KEYS)
        ]
    )


def _parse_attribute(
    argument: str, attribute: Mapping[str, Any], known: set[str]
) -> DataCaptureAssetAttributeInput:
    return DataCaptureAssetAttributeInput(
        **_parse_common(argument, attribute, known),
        attributeType=validation.parse_enum(
            f"{argument}.attributeType",
            attribute.get("attributeType", "TELEMETRY"),
            DataCaptureAssetAttributeType,
        ),
        schemaType=validation.parse_enum(
            f"{argument}.schemaType",
            attribute.get("schemaType"),
            DataCaptureAssetAttributeSchemaType,
        ),
        unit=validation.optional_str(f"{argument}.unit", attribute.get("unit")),
    )


def _parse_common(argument: str, entry: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """Parse what assets and attributes have in common; `known` gets the ID."""
    identifier = validation.require_id(f"{argument}.userDefinedId", entry.get("userDefinedId"))
    if identifier in known:
        raise invalid_argument(f"{argument}.userDefinedId", identifier, "unique in the data model")
    known.add(identifier)
    name = entry.get("displayName")
    return {
        "userDefinedId": identifier,
        "displayName": validation.require_str(
            f"{argument}.displayName", identifier if name is None else name
        ),
        "description": validation.optional_str(f"{argument}.description", entry.get("description")),
    }


def _enumerate(
    argument: str, entries: object, keys: set[str]
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for index, entry in enumerate(validation.require_items(argument, entries, "dictionaries")):
        place = f"{argument}[{index}]"
        keyed = dict(entry) if isinstance(entry, BaseModel) else entry
        yield place, validation.require_keys(place, keyed, keys)
