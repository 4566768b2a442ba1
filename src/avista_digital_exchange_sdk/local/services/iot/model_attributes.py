"""Read and validate the properties and telemetry of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...database import Row
from ...errors import bad_request, shorten
from ..value_types import check_value

# The limit of a DTDL interface.
MAX_ATTRIBUTES = 300
MAX_NAME_CHARACTERS = 512

Inputs = Sequence[Mapping[str, Any] | None]


def read_properties(inputs: Inputs) -> list[Row]:
    """Read ModelProperties, in the order of their indexes."""
    properties = []
    for index, entry in enumerate(inputs):
        attribute = _read_attribute("properties", index, entry, "Property")
        default = attribute["defaultValue"] = (entry or {}).get("defaultValue")
        attribute["writable"] = bool((entry or {}).get("writable"))
        if default is not None:
            try:
                check_value(attribute["schemaType"], default)
            except ValueError as error:
                raise bad_request(
                    f"properties[{index}].defaultValue {error}, got {shorten(default)}."
                ) from None
        properties.append(attribute)
    return _sort_by_index("properties", properties)


def read_telemetry(inputs: Inputs) -> list[Row]:
    """Read ModelTelemetry, in the order of the indexes."""
    telemetry = [
        _read_attribute("telemetry", index, entry, "Telemetry")
        for index, entry in enumerate(inputs)
    ]
    return _sort_by_index("telemetry", telemetry)


def check_attributes(properties: Sequence[Row], telemetry: Sequence[Row]) -> None:
    """Raise if the attributes together exceed the limits or share a name."""
    names = [attribute["name"] for attribute in (*properties, *telemetry)]
    if len(names) > MAX_ATTRIBUTES:
        raise bad_request(
            f"A model has at most {MAX_ATTRIBUTES} properties and telemetry attributes, "
            f"not {len(names)}."
        )
    for name in names:
        if names.count(name) > 1:
            raise bad_request(f"The attribute {name!r} is in the model more than once.")


def _read_attribute(
    where: str, index: int, entry: Mapping[str, Any] | None, attribute_type: str
) -> Row:
    """Read the fields that properties and telemetry have in common."""
    if entry is None:
        raise bad_request(f"{where}[{index}] is missing.")
    if not 1 <= len(entry["name"]) <= MAX_NAME_CHARACTERS:
        raise bad_request(f"{where}[{index}].name must have 1 to {MAX_NAME_CHARACTERS} characters.")
    position = entry.get("index")
    return {
        "attributeType": attribute_type,
        "name": entry["name"],
        "schemaType": entry["schemaType"],
        "description": entry.get("description"),
        "index": index if position is None else position,
    }


def _sort_by_index(where: str, attributes: list[Row]) -> list[Row]:
    """Sort attributes by their indexes, which must be unique and complete."""
    indexes = [attribute["index"] for attribute in attributes]
    if sorted(indexes) != list(range(len(indexes))):
        raise bad_request(f"The indexes of {where} must be 0 to {len(indexes) - 1}, each once.")
    return sorted(attributes, key=lambda attribute: int(attribute["index"]))
