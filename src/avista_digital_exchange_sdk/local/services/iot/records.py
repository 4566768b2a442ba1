"""Read published telemetry records and validate them against the model of the endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...database import Row
from ...errors import bad_request, shorten
from ...query_engine.samples import Sample
from ...values import parse_time
from ..value_types import check_value

MAX_RECORDS = 100

Input = Mapping[str, Any]


class RecordReader:
    """Reads one record and collects its errors."""

    def __init__(self, record: Input, telemetry: Mapping[str, Row]) -> None:
        self._record = record
        self._telemetry = telemetry
        self.errors: list[Row] = []
        time = self._read_time()
        values = tuple(self._read_values())
        self.sample: Sample | None = None
        if time is not None and not self.errors:
            self.sample = Sample(time, values)
        self.timestamp: str | None = record.get("timestamp")
        """The time of the record as responses contain it, as far as it could be read."""
        if time is not None and record.get("timeUnit") is not None:
            self.timestamp = to_milliseconds(time)

    def fail(self, error_type: str, message: str) -> None:
        """Add an error."""
        self.errors.append({"errorType": error_type, "errorMessage": message})

    def _read_time(self) -> int | None:
        """Read the time in nanoseconds."""
        timestamp, unit = self._record.get("timestamp"), self._record.get("timeUnit")
        if unit is None:
            self.fail("MISSING_TIME_UNIT", "The record has no timeUnit.")
        if timestamp is None:
            self.fail("INVALID_TIMESTAMP", "The record has no timestamp.")
            return None
        try:
            return parse_time(timestamp, unit or "NANOSECONDS")
        except ValueError as error:
            self.fail("INVALID_TIMESTAMP", f"The timestamp {shorten(timestamp)} {error}.")
            return None

    def _read_values(self) -> list[tuple[str, str]]:
        """Read the names and values of the attributes."""
        attributes = self._record.get("attributes") or []
        if not attributes:
            self.fail("MISSING_DATA", "The record has no attributes.")
        values: dict[str, str] = {}
        for index, attribute in enumerate(attributes):
            if attribute is None:
                self.fail("MISSING_DATA", f"attributes[{index}] is missing.")
            elif attribute["name"] in values:
                name = shorten(attribute["name"])
                self.fail("UNEXPECTED_ATTRIBUTE", f"The attribute {name} is there twice.")
            else:
                values[attribute["name"]] = attribute["value"]
                self._check(attribute["name"], attribute["value"])
        return list(values.items())

    def _check(self, name: str, value: str) -> None:
        known = self._telemetry.get(name)
        if known is None:
            message = f"The model has no telemetry attribute {shorten(name)}."
            return self.fail("UNEXPECTED_ATTRIBUTE", message)
        try:
            check_value(known["schemaType"], value)
        except ValueError as error:
            message = f"The value of {shorten(name)} {error}, got {shorten(value)}."
            self.fail("INCORRECT_VALUE_TYPE", message)


def read_records(inputs: Sequence[Input | None], telemetry: Sequence[Row]) -> list[RecordReader]:
    """Read a batch of records.

    Raises:
        PlatformError: If the request as a whole is rejected.
    """
    if not 1 <= len(inputs) <= MAX_RECORDS:
        raise bad_request(
            f"data must have 1 to {MAX_RECORDS} records, not {len(inputs)}. Nothing was written."
        )
    known = {attribute["name"]: attribute for attribute in telemetry}
    readers = []
    for index, record in enumerate(inputs):
        if record is None:
            raise bad_request(f"data[{index}] must not be null. Nothing was written.")
        readers.append(RecordReader(record, known))
    return readers


def to_milliseconds(nanoseconds: int) -> str:
    """Format a timestamp in milliseconds, as the schema requires."""
    return str(nanoseconds // 1_000_000)
