"""Records of IoT endpoints, validated and split into batches."""

from collections.abc import Mapping
from datetime import UTC, datetime

from .._generated.enums import TimeUnit
from .._generated.input_types import IotAttributeValueInput, IotDataRecordInput
from .._time_series.record_validation import UNIT_NANOSECONDS
from .._time_series.timestamps import parse_timestamp_ns
from .._utils import validation
from .._utils.validation import invalid_argument
from .values import format_value, parse_time_ns

RECORD_KEYS = {"timestamp", "timeUnit", "attributes"}
VALID_RECORD = 'a dictionary {"timestamp": …, "timeUnit": …, "attributes": {name: value}}'
# Approximate size of a record and of an attribute in a response, besides the names and values.
RECORD_BYTES = 200
ATTRIBUTE_BYTES = 80


def parse_records(argument: str, data: object) -> list[IotDataRecordInput]:
    """Parse the records to publish."""
    now = parse_timestamp_ns("now", datetime.now(UTC)) // 1_000_000 * 1_000_000
    return [
        _parse_record(f"{argument}[{index}]", record, now)
        for index, record in enumerate(validation.require_items(argument, data, "records"))
    ]


def _parse_record(argument: str, value: object, now: int) -> IotDataRecordInput:
    record = validation.require_keys(argument, value, RECORD_KEYS, VALID_RECORD)
    unit_argument = f"{argument}.timeUnit"
    # Without a timestamp its unit does not matter, but it must be valid.
    timestamp, unit = record.get("timestamp"), record.get("timeUnit")
    nanoseconds = parse_time_ns(
        f"{argument}.timestamp",
        unit_argument,
        timestamp if timestamp is not None else datetime.fromtimestamp(0, UTC),
        unit,
    )
    text, wire_unit = format_time(nanoseconds if timestamp is not None else now)
    return IotDataRecordInput.model_construct(
        timestamp=text,
        timeUnit=wire_unit,
        attributes=_parse_attributes(f"{argument}.attributes", record.get("attributes")),
    )


def _parse_attributes(argument: str, attributes: object) -> list[IotAttributeValueInput]:
    if not isinstance(attributes, Mapping) or not attributes:
        raise invalid_argument(argument, attributes, "a non-empty dictionary {name: value}")
    return [
        IotAttributeValueInput.model_construct(
            name=validation.require_str(f"{argument} name", name),
            value=format_value(f"{argument}[{name!r}]", value),
        )
        for name, value in attributes.items()
    ]


def format_time(nanoseconds: int) -> tuple[str, TimeUnit]:
    """Format a time in the coarsest unit, from milliseconds on, that loses no digit."""
    for unit in (TimeUnit.MILLISECONDS, TimeUnit.MICROSECONDS, TimeUnit.NANOSECONDS):
        count, rest = divmod(nanoseconds, UNIT_NANOSECONDS[unit])
        if not rest:
            break
    return str(count), unit


def to_milliseconds(record: IotDataRecordInput) -> str:
    """Format the time of a record as responses have it."""
    unit = UNIT_NANOSECONDS[record.timeUnit or TimeUnit.MILLISECONDS]
    return str(int(record.timestamp or 0) * unit // 1_000_000)


def estimate_bytes(record: IotDataRecordInput) -> int:
    """Estimate the size of a record in a response."""
    attributes = record.attributes or []
    texts = sum(
        len(one.name.encode()) + len(one.value.encode()) for one in attributes if one is not None
    )
    return RECORD_BYTES + ATTRIBUTE_BYTES * len(attributes) + texts
