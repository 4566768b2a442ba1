"""Publishing records to a data capture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .._generated.input_types import DataCaptureAttributeValueInput, DataCaptureDataRecordInput
from .._graphql.client import require_found
from .._utils import validation
from .._utils.progress import ProgressReporter
from .._utils.validation import invalid_argument
from .capture_types import (
    CaptureDataRecordInput,
    PublishCaptureDataFailedRecord,
    PublishCaptureDataResult,
    PublishCaptureDataSuccessfulRecord,
    TimeUnitEnum,
)
from .publisher import Failure, TelemetryPublisher
from .values import format_value, parse_time_ns

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import (
        CaptureFailedRecord,
        CapturePublishLog,
        CapturePublishResponse,
    )

DUPLICATE = "RecordExists"
RECORD_KEYS = {"timestamp", "timeUnit", "attributeValues"}
VALID_RECORD = (
    'a CaptureDataRecordInput or a dictionary {"timestamp": …, "timeUnit": …, '
    '"attributeValues": {attributeId: value}}'
)
MILLISECONDS = TimeUnitEnum.MILLISECONDS.value
# Approximate size of a value in a response, besides its ID and the value.
VALUE_BYTES = 100


def parse_capture_records(argument: str, data: object) -> list[DataCaptureDataRecordInput]:
    """Parse the records to publish."""
    items = validation.require_items(argument, data, "CaptureDataRecordInput")
    times: dict[int, int] = {}
    records = []
    for index, item in enumerate(items):
        place = f"{argument}[{index}]"
        entry = vars(item) if isinstance(item, CaptureDataRecordInput) else item
        record = validation.require_keys(place, entry, RECORD_KEYS, VALID_RECORD)
        timestamp = record.get("timestamp")
        nanoseconds = parse_time_ns(
            f"{place}.timestamp", f"{place}.timeUnit", timestamp, record.get("timeUnit")
        )
        milliseconds = nanoseconds // 1_000_000
        if times.setdefault(milliseconds, nanoseconds) != nanoseconds:
            valid = "in another millisecond than all other times, as captures store milliseconds"
            raise invalid_argument(f"{place}.timestamp", timestamp, valid)
        values = _parse_values(f"{place}.attributeValues", record.get("attributeValues"))
        records.append(
            DataCaptureDataRecordInput.model_construct(
                timestamp=str(milliseconds), attributeValues=values
            )
        )
    return records


def _parse_values(argument: str, values: object) -> list[DataCaptureAttributeValueInput]:
    if not isinstance(values, Mapping) or not values:
        raise invalid_argument(argument, values, "a non-empty dictionary {attributeId: value}")
    return [
        DataCaptureAttributeValueInput.model_construct(
            userDefinedId=validation.require_id(f"{argument} attributeId", attribute_id),
            value=format_value(f"{argument}[{attribute_id!r}]", value),
        )
        for attribute_id, value in values.items()
    ]


def _estimate_bytes(record: DataCaptureDataRecordInput) -> int:
    return sum(
        VALUE_BYTES + len(value.userDefinedId.encode()) + len(value.value.encode())
        for value in record.attributeValues
    )


def to_event(response: CapturePublishResponse) -> PublishCaptureDataResult:
    """Convert the response to a publish of another program, whose input is not known."""
    failed = [
        PublishCaptureDataFailedRecord(
            timestamp=None,
            timeUnit=MILLISECONDS,
            attributeId=None,
            attributeValue=None,
            message=failure.message,
            errorType=failure.errorType,
            recordIndex=failure.recordIndex,
            attributeIndex=failure.attributeIndex,
        )
        for failure in response.failedRecords
    ]
    error = _join_errors(response.logs)
    written = _to_written(response)
    return PublishCaptureDataResult(True, response.captureId, written, failed, error, response.logs)


def _to_written(response: CapturePublishResponse) -> list[PublishCaptureDataSuccessfulRecord]:
    return [
        PublishCaptureDataSuccessfulRecord(
            value.timestamp, MILLISECONDS, value.userDefinedId, value.value
        )
        for value in response.dataWritten
    ]


def _join_errors(logs: Sequence[CapturePublishLog]) -> str | None:
    return "; ".join(log.message for log in logs if log.error and log.message) or None


class CapturePublisher(TelemetryPublisher["CapturePublishResponse"]):
    """Publishes records to one capture.

    Args:
        client: Sends the batches.
        capture_id: The capture.
        records: The records.
        progress: Reports the number of sent records.
    """

    def __init__(
        self,
        client: Client,
        capture_id: str,
        records: Sequence[DataCaptureDataRecordInput],
        progress: ProgressReporter,
    ) -> None:
        times = [record.timestamp for record in records]
        super().__init__(client, capture_id, list(map(_estimate_bytes, records)), times, progress)
        self._records = records
        self._result = PublishCaptureDataResult(True, capture_id, [], [], None, [])

    async def publish(self) -> PublishCaptureDataResult:
        """Publish all records; rejected values do not keep the others from being written.

        Raises:
            PublishIncompleteError: The outcome of some records is unknown, or some were not sent.
        """
        await self._run(self._create_jobs())
        self._result.error = _join_errors(self._result.logs)
        return self._result

    async def send(self, indexes: range, client: Client) -> CapturePublishResponse:
        records = list(self._records[indexes.start : indexes.stop])
        response = await client.data_capture_publish_data(self._target_id, records)
        return require_found(response, "data capture", self._target_id)

    def list_failures(self, indexes: range, response: CapturePublishResponse) -> Iterator[Failure]:
        for failure in response.failedRecords:
            index = indexes.start + failure.recordIndex
            if index in indexes:
                reason = f"{failure.errorType}: {failure.message}"
                yield Failure(index, reason, failure.errorType == DUPLICATE)

    def _add(self, indexes: range, response: CapturePublishResponse) -> None:
        result = self._result
        result.logs += response.logs
        result.recordsWritten += _to_written(response)
        result.recordsFailed += [
            self._describe(indexes, failure) for failure in response.failedRecords
        ]

    def _describe(
        self, indexes: range, failure: CaptureFailedRecord
    ) -> PublishCaptureDataFailedRecord:
        """Complete the platform's description of a failure with the published values."""
        index, attribute = indexes.start + failure.recordIndex, failure.attributeIndex
        record = self._records[index] if index in indexes else None
        value = None
        if record is not None and attribute is not None:
            is_known = 0 <= attribute < len(record.attributeValues)
            value = record.attributeValues[attribute] if is_known else None
        return PublishCaptureDataFailedRecord(
            timestamp=record.timestamp if record else None,
            timeUnit=MILLISECONDS,
            attributeId=value.userDefinedId if value else None,
            attributeValue=value.value if value else None,
            message=failure.message,
            errorType=failure.errorType,
            recordIndex=index,
            attributeIndex=attribute,
        )
