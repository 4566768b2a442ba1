"""Publishes rows of values as records of IoT endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .._generated.enums import MeasureValueType
from .._graphql.client import require_found
from .._time_series.publish_outcomes import (
    PublishOutcomes,
    run_publish,
    summarize_outcomes,
)
from .._time_series.publish_result import PublishReport, build_report
from .._time_series.record_planner import Value, same_value
from .._time_series.timestamps import format_timestamp, parse_timestamp_ns
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError, InvalidParameterError
from .iot_publisher import DUPLICATE, describe_failure
from .iot_records import estimate_bytes, format_time
from .publisher import MAX_RESPONSE_BYTES
from .record_index import TelemetryRecord
from .stored_telemetry import StoredTelemetry

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import PublishIotDataResult
    from .._generated.input_types import IotDataRecordInput

# Records that are compared with stored ones by one query.
MAX_COMPARED_RECORDS = 5000

DUPLICATE_REASON = "the endpoint has a record at this time already"


class TelemetryRowPublisher:
    """Publishes records, and finds out which of the rejected ones are stored already.

    Args:
        client: Sends the batches.
        stored: Reads stored records.
        outcomes: Records the outcomes of the rows.
        progress: Reports the number of published rows.
        dry_run: Whether to send nothing.
    """

    def __init__(
        self,
        client: Client,
        stored: StoredTelemetry,
        outcomes: PublishOutcomes,
        progress: ProgressReporter,
        *,
        dry_run: bool = False,
    ) -> None:
        # Stored records are rejected, so a batch can be sent again.
        self._client = client.with_options(
            idempotent=True, on_unknown_outcome=self._note_unknown_outcome
        )
        self._stored = stored
        self._outcomes = outcomes
        self._progress = progress
        self._dry_run = dry_run
        self._is_retried = False
        # The duplicates that are still to be compared, and whether a retry may have caused them.
        self._duplicates: list[tuple[TelemetryRecord, bool]] = []

    async def publish_records(self, records: Iterable[TelemetryRecord]) -> PublishReport:
        """Publish records, which are ordered by endpoint and time.

        Raises:
            PublishIncompleteError: Only some rows could be published; it says which.
        """
        await run_publish(
            self._outcomes,
            self._progress,
            lambda report: self._publish_all(records, report),
            what="row",
            summarize=self._summarize,
            rejections_fail=True,
        )
        return build_report(self._outcomes)

    def _summarize(self) -> str:
        return f"{summarize_outcomes(self._outcomes, 'row')}; {build_report(self._outcomes)}"

    async def _publish_all(
        self, records: Iterable[TelemetryRecord], report: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        """Publish batch by batch; return the error that ended the publish, if any."""
        failure: DigitalExchangeError | None = None
        max_records = self._client.backend.options.max_batch_records
        for batch in split_into_batches(records, max_records):
            try:
                await self._publish_batch(batch)
            except DigitalExchangeError as error:
                failure = error
                break
            if report:
                report(self._outcomes.finished, self._outcomes.total)
        await self._compare_duplicates()
        return failure

    async def _publish_batch(self, batch: Mapping[str, TelemetryRecord]) -> None:
        """Publish records of one endpoint, by their times as responses have them."""
        records = list(batch.values())
        endpoint_id = records[0].endpoint_id
        if self._duplicates and self._duplicates[0][0].endpoint_id != endpoint_id:
            await self._compare_duplicates()
        self._is_retried = False
        try:
            response = None
            if not self._dry_run:
                inputs = [build_input(record) for record in records]
                response = await self._client.iot_publish(endpoint_id, inputs)
                response = require_found(response, "IoT endpoint", endpoint_id)
        except BaseException as error:
            if not isinstance(error, DigitalExchangeError) or error.mayHaveSucceeded:
                self._outcomes.mark_unknown(row for record in records for row in record.rows)
            raise
        settled = set() if response is None else self._note_failures(batch, response)
        for key, record in batch.items():
            if key not in settled:
                self._outcomes.mark_written(record.rows)
                self._outcomes.values_stored += len(record.values)
        if len(self._duplicates) >= MAX_COMPARED_RECORDS:
            await self._compare_duplicates()

    def _note_failures(
        self, batch: Mapping[str, TelemetryRecord], response: PublishIotDataResult
    ) -> set[str]:
        """Note which records were rejected, or may have been; return their times."""
        noted = set()
        is_complete = True
        for failure in response.failedRecords:
            key = failure.record.timestamp or ""
            record = batch.get(key)
            if record is None:
                is_complete = False
                continue
            noted.add(key)
            if {error.errorType for error in failure.errors} == {DUPLICATE}:
                self._duplicates.append((record, self._is_retried))
            else:
                self._reject(record, describe_failure(failure))
        if not is_complete:
            written = {record.timestamp for record in response.recordsWritten}
            for key in batch.keys() - noted - written:
                self._outcomes.mark_unknown(batch[key].rows)
                noted.add(key)
        return noted

    async def _compare_duplicates(self) -> None:
        """Compare the records of an endpoint that were rejected as duplicates with stored ones."""
        duplicates, self._duplicates = self._duplicates, []
        if not duplicates:
            return
        records = [record for record, _ in duplicates]
        names = list(dict.fromkeys(name for record in records for name in record.values))
        times = (records[0].time, records[-1].time)
        try:
            stored = await self._stored.read(records[0].endpoint_id, names, times)
        except BaseException as error:
            for record, is_retried in duplicates:
                self._note_duplicate(record, is_retried=is_retried)
            if not isinstance(error, DigitalExchangeError):
                raise
            return
        for record, is_retried in duplicates:
            # Merged on the client, stored times have milliseconds.
            values = stored.get(record.time) or stored.get(record.time // 10**6 * 10**6, {})
            difference = find_difference(record, values)
            if difference is not None:
                self._reject(record, f"{DUPLICATE_REASON}, {difference}")
            elif is_retried:
                self._outcomes.mark_written(record.rows)
                self._outcomes.values_stored += len(record.values)
            else:
                self._outcomes.mark_unchanged(record.rows)
                self._outcomes.values_unchanged += len(record.values)

    def _note_duplicate(self, record: TelemetryRecord, *, is_retried: bool) -> None:
        """Note a duplicate that could not be compared."""
        if is_retried:
            self._outcomes.mark_unknown(record.rows)
        else:
            self._reject(record, DUPLICATE_REASON)

    def _reject(self, record: TelemetryRecord, reason: str) -> None:
        for row in record.rows:
            self._outcomes.mark_rejected(row, reason)

    def _note_unknown_outcome(self) -> None:
        self._is_retried = True


def split_into_batches(
    records: Iterable[TelemetryRecord], max_records: int
) -> Iterator[dict[str, TelemetryRecord]]:
    """Split records into batches of one endpoint, by their times in milliseconds.

    Responses have no further digits, so there is one record per millisecond in a batch.
    """
    batch: dict[str, TelemetryRecord] = {}
    endpoint_id, size = "", 0
    for record in records:
        key, own = str(record.time // 1_000_000), estimate_bytes(build_input(record))
        is_full = len(batch) == max_records or size + own > MAX_RESPONSE_BYTES or key in batch
        if batch and (is_full or record.endpoint_id != endpoint_id):
            yield batch
            batch, size = {}, 0
        endpoint_id = record.endpoint_id
        batch[key] = record
        size += own
    if batch:
        yield batch


def build_input(record: TelemetryRecord) -> IotDataRecordInput:
    """Build the record that is sent."""
    from .._generated.input_types import IotAttributeValueInput, IotDataRecordInput

    timestamp, unit = format_time(record.time)
    return IotDataRecordInput.model_construct(
        timestamp=timestamp,
        timeUnit=unit,
        attributes=[
            IotAttributeValueInput.model_construct(name=value.name, value=_format_value(value))
            for value in record.values.values()
        ],
    )


def _format_value(value: Value) -> str:
    if value.type is MeasureValueType.TIMESTAMP:
        return format_timestamp(int(value.text))
    return value.text


def find_difference(record: TelemetryRecord, stored: Mapping[str, str]) -> str | None:
    """Describe the first value that a stored record does not have; None if it has all."""
    for name, value in record.values.items():
        if name not in stored:
            return f"without a value of {name!r}"
        if not is_stored(value, stored[name]):
            return f"with another value of {name!r}"
    return None


def is_stored(value: Value, text: str) -> bool:
    """Whether a stored value, as the platform returns it, equals a value."""
    try:
        if value.type is MeasureValueType.TIMESTAMP:
            text = str(parse_timestamp_ns("value", text))
        return same_value(value, Value(value.name, value.type, text))
    except (ValueError, InvalidParameterError):
        return False
