"""Publishing to captures. Each value is written or rejected individually."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...database import Row
from ...errors import bad_request, shorten
from ...query_engine.samples import Sample, Samples
from ...values import parse_time
from ..value_types import check_value
from .data_models import index_attributes

MAX_RECORDS = 100

Input = Mapping[str, Any]


class _Value(NamedTuple):
    """A valid value and its position in the request."""

    record_index: int
    attribute_index: int
    sample: Sample


async def publish(samples: Samples, capture: Row, inputs: Sequence[Input | None]) -> Row:
    """Write values to a capture that is CAPTURING; return a DataCapturePublishDataResponse."""
    if capture["state"] != "CAPTURING":
        raise bad_request(
            f"{capture['captureId']} is {capture['state']}; data can be published while it is "
            "CAPTURING."
        )
    if not 1 <= len(inputs) <= MAX_RECORDS:
        raise bad_request(
            f"data must have 1 to {MAX_RECORDS} records, not {len(inputs)}. Nothing was written."
        )
    batch = _Batch(index_attributes(json.loads(capture["dataModel"])))
    for index, record in enumerate(inputs):
        if record is None:
            raise bad_request(f"data[{index}] must not be null. Nothing was written.")
        batch.read(index, record)
    outcomes = [False]
    if batch.values:
        valid = [value.sample for value in batch.values]
        outcomes = await samples.write(capture["captureId"], valid)
    return {"captureId": capture["captureId"]} | batch.to_response(outcomes)


class _Batch:
    """The valid values of a request, and the failures."""

    def __init__(self, attributes: Mapping[str, Row]) -> None:
        self._attributes = attributes
        self._failures: list[Row] = []
        self.values: list[_Value] = []

    def read(self, index: int, record: Input) -> None:
        """Read a record."""
        try:
            time = parse_time(record["timestamp"], "MILLISECONDS")
        except ValueError as error:
            message = f"The timestamp {shorten(record['timestamp'])} {error}."
            return self._fail(index, None, "InvalidTimestamp", message)
        if not record["attributeValues"]:
            self._fail(index, None, "Unknown", "The record has no attributeValues.")
        for attribute_index, entry in enumerate(record["attributeValues"]):
            self._read_value(index, attribute_index, time, entry)

    def to_response(self, outcomes: Sequence[bool]) -> Row:
        """Build the response from the written values and the failures."""
        written = []
        for value, new in zip(self.values, outcomes, strict=False):
            ((attribute_id, text),) = value.sample.values
            if new:
                timestamp = str(value.sample.time // 1_000_000)
                written.append(
                    {"timestamp": timestamp, "userDefinedId": attribute_id, "value": text}
                )
            else:
                message = f"{shorten(attribute_id)} has a value at this time already."
                self._fail(value.record_index, value.attribute_index, "RecordExists", message)
        self._failures.sort(key=_sort_key)
        summary = f"{len(written)} values written, {len(self._failures)} failures."
        return {
            "dataWritten": written,
            "failedRecords": self._failures,
            "logs": [{"error": bool(self._failures), "message": summary}],
        }

    def _read_value(self, index: int, attribute_index: int, time: int, entry: Input | None) -> None:
        if entry is None:
            return self._fail(index, attribute_index, "Unknown", "The value is missing.")
        attribute_id, text = entry["userDefinedId"], entry["value"]
        known = self._attributes.get(attribute_id)
        if known is None:
            message = f"The data model has no attribute {shorten(attribute_id)}."
            return self._fail(index, attribute_index, "InvalidAttributeId", message)
        try:
            check_value(known["schemaType"], text)
        except ValueError as error:
            message = f"The value of {shorten(attribute_id)} {error}, got {shorten(text)}."
            return self._fail(index, attribute_index, "ValueTypeError", message)
        sample = Sample(time, ((attribute_id, text),))
        self.values.append(_Value(index, attribute_index, sample))

    def _fail(self, index: int, attribute_index: int | None, error_type: str, message: str) -> None:
        self._failures.append(
            {
                "recordIndex": index,
                "attributeIndex": attribute_index,
                "errorType": error_type,
                "message": message,
            }
        )


def _sort_key(failure: Row) -> tuple[int, int]:
    """Return the sort key of a failure: the order of the request."""
    index = failure["attributeIndex"]
    return failure["recordIndex"], -1 if index is None else index
