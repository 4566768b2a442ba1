"""Attributes of digital twin models, and values of endpoints' properties."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .._generated.enums import ModelSchemaType
from .._generated.input_types import (
    EndpointPropertyInput,
    ModelPropertyInput,
    ModelTelemetryInput,
)
from .._utils import validation
from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError
from .values import InputTimeUnit, format_value, parse_time_ns

TELEMETRY_KEYS = {"name", "schemaType", "description"}
PROPERTY_KEYS = TELEMETRY_KEYS | {"defaultValue", "writable"}
VALUE_KEYS = {"value", "timestamp"}
VALID_TIME = (
    "a datetime or an ISO 8601 string, both with a time zone, or an integer number of milliseconds "
    "since 1970, between the years 1677 and 2262"
)

# A segment of a digital twin model identifier, by version 2 of DTDL.
_SEGMENT = re.compile("[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?")
_INTEGER = re.compile("[+-]?[0-9]+")


def parse_segment(argument: str, name: object) -> str:
    """Parse the name of a model, which is a segment of its identifier."""
    valid = "letters, digits and underscores, the first a letter, the last no underscore"
    if not isinstance(name, str) or not _SEGMENT.fullmatch(name):
        raise invalid_argument(argument, name, valid)
    return name


class ModelInputs(NamedTuple):
    """The attributes of a model as inputs of operations."""

    properties: list[ModelPropertyInput]
    telemetry: list[ModelTelemetryInput]


def parse_attributes(properties: object, telemetry: object) -> ModelInputs:
    """Parse the attributes of a model; no two of them may have the same name."""
    inputs = ModelInputs(
        [
            ModelPropertyInput(
                **_parse_attribute(argument, index, entry),
                defaultValue=_parse_default(f"{argument}.defaultValue", entry.get("defaultValue")),
                writable=validation.parse_bool(
                    f"{argument}.writable", entry.get("writable", False)
                ),
            )
            for argument, index, entry in _enumerate("properties", properties, PROPERTY_KEYS)
        ],
        [
            ModelTelemetryInput(**_parse_attribute(argument, index, entry))
            for argument, index, entry in _enumerate("telemetry", telemetry, TELEMETRY_KEYS)
        ],
    )
    names: set[str] = set()
    for argument, attributes in inputs._asdict().items():
        for index, attribute in enumerate(attributes):
            if attribute.name in names:
                valid = "unique among the properties and telemetry of the model"
                raise invalid_argument(f"{argument}[{index}].name", attribute.name, valid)
            names.add(attribute.name)
    return inputs


def _enumerate(
    argument: str, attributes: object, keys: set[str]
) -> Iterable[tuple[str, int, Mapping[str, Any]]]:
    attributes = () if attributes is None else attributes
    if isinstance(attributes, (str, bytes, Mapping)) or not isinstance(attributes, Iterable):
        raise invalid_argument(argument, attributes, "a list of dictionaries")
    for index, entry in enumerate(attributes):
        place = f"{argument}[{index}]"
        yield place, index, validation.require_keys(place, entry, keys)


def _parse_attribute(argument: str, index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": validation.require_str(f"{argument}.name", entry.get("name")),
        "schemaType": validation.parse_enum(
            f"{argument}.schemaType", entry.get("schemaType"), ModelSchemaType
        ),
        "description": validation.optional_str(f"{argument}.description", entry.get("description")),
        "index": index,
    }


def _parse_default(argument: str, value: object) -> str | None:
    return None if value is None else format_value(argument, value)


def parse_property_values(argument: str, properties: object) -> list[EndpointPropertyInput]:
    """Parse values of properties: `{name: value}` or `{name: {"value": …, "timestamp": …}}`."""
    if not isinstance(properties, Mapping) or not properties:
        valid = 'a non-empty dictionary {name: value} or {name: {"value": …, "timestamp": …}}'
        raise invalid_argument(argument, properties, valid)
    now = datetime.now(UTC)
    return [
        _parse_property_value(
            validation.require_str(f"{argument} name", name),
            f"{argument}[{name!r}]",
            entry if isinstance(entry, Mapping) else {"value": entry},
            now,
        )
        for name, entry in properties.items()
    ]


def _parse_property_value(
    name: str, argument: str, entry: Mapping[str, Any], now: datetime
) -> EndpointPropertyInput:
    if "value" not in entry or set(entry) - VALUE_KEYS:
        raise invalid_argument(argument, entry, 'a value or {"value": …, "timestamp": …}')
    timestamp = entry.get("timestamp")
    place = f"{argument}.timestamp"
    is_text = isinstance(timestamp, str) and not _INTEGER.fullmatch(timestamp)
    unit = InputTimeUnit.ISO8601 if is_text else InputTimeUnit.MILLISECONDS
    try:
        nanoseconds = parse_time_ns(place, place, now if timestamp is None else timestamp, unit)
    except InvalidParameterError:
        raise invalid_argument(place, timestamp, VALID_TIME) from None
    return EndpointPropertyInput(
        name=name,
        value=format_value(argument, entry["value"]),
        timestamp=str(nanoseconds // 1_000_000),
    )
