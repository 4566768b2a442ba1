"""Publishes rows of values as records of IoT endpoints."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from .._generated.enums import MeasureValueType
from .._graphql.client import require_found
from .._time_series.job_publisher import JobPublisher
from .._time_series.publish_job import Jobs, JobTracker, PublishJob
from .._time_series.publish_outcomes import Outcomes, PublishOutcomes
from .._time_series.publish_result import PublishReport, build_report
from .._time_series.record_planner import Value, same_value
from .._time_series.timestamps import format_timestamp, parse_timestamp_ns
from .._utils.progress import ProgressReporter
from ..errors import DigitalExchangeError, InvalidParameterError
from .iot_publisher import DUPLICATE, describe_failure
from .iot_records import estimate_bytes, format_time
from .publisher import MAX_RESPONSE_BYTES
from .record_index import TelemetryRecord
from .stored_telemetry import StoredTelemetry

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.input_types import IotDataRecordInput

# Records that are compared with stored ones by one query.
MAX_COMPARED_RECORDS = 5000

DUPLICATE_REASON = "the endpoint has a record at this time already"


class _Duplicate(NamedTuple):
    """A record that was rejected because the endpoint has one at its time.

    Attributes:
        record: The record.
        is_retried: Whether an earlier attempt may have written it.
    """

    record: TelemetryRecord
    is_retried: bool


class TelemetryRowPublisher(JobPublisher):
    """Publishes records, and finds out which of the rejected ones are stored already.

    Batches of one endpoint are in flight at the same time, too, as those of `TelemetryPublisher`.

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
        super().__init__(client.backend, outcomes, progress, "row")
        self._client = None if dry_run else client
        self._stored = stored
        # Those that are still to be compared with stored records.
        self._duplicates: deque[_Duplicate] = deque()

    async def publish_records(self, records: Iterable[TelemetryRecord]) -> PublishReport:
        """Publish records, which are ordered by endpoint and time.

        Raises:
            PublishIncompleteError: Only some rows could be published; the error lists them.
        """
        await self._run(self._create_jobs(records))
        return build_report(self._outcomes)

    def settle(self, job: PublishJob) -> None:
        super().settle(job)
        if isinstance(job, _WriteJob):
            self._duplicates += job.duplicates

    def _summary(self) -> str:
        return f"{super()._summary()}; {build_report(self._outcomes)}"

    async def _run_jobs(self, jobs: Jobs) -> DigitalExchangeError | None:
        try:
            failure = await super()._run_jobs(jobs)
            return await super()._run_jobs(self._create_comparisons(0)) or failure
        finally:
            # After an interruption.
            for duplicate in self._duplicates:
                note_uncompared(self._outcomes, duplicate)

    async def _create_jobs(self, records: Iterable[TelemetryRecord]) -> Jobs:
        max_records = self._backend.options.max_batch_records
        for batch in split_into_batches(records, max_records):
            async with aclosing(self._create_comparisons(MAX_COMPARED_RECORDS)) as comparisons:
                async for comparison in comparisons:
                    yield comparison
            yield _WriteJob(self._client, batch, self)

    async def _create_comparisons(self, min_records: int) -> Jobs:
        """Compare duplicates while there are more than a number of them."""
        while len(self._duplicates) > min_records:
            endpoint_id = self._duplicates[0].record.endpoint_id
            own: list[_Duplicate] = []
            while (
                self._duplicates
                and self._duplicates[0].record.endpoint_id == endpoint_id
                and len(own) < MAX_COMPARED_RECORDS
            ):
                own.append(self._duplicates.popleft())
            yield _CompareJob(self._stored, endpoint_id, own, self)


class _WriteJob(PublishJob):
    """Publishes records of one endpoint.

    Args:
        client: Sends them, unless it is None.
        batch: The records by their times, as responses have them.
        tracker: Receives the outcome.

    Attributes:
        duplicates: Records that were rejected because there is one at their time.
    """

    def __init__(
        self, client: Client | None, batch: Mapping[str, TelemetryRecord], tracker: JobTracker
    ) -> None:
        self._batch = batch
        self._records = list(batch.values())
        super().__init__(self._records[0].endpoint_id, batch, tracker)
        self.duplicates: list[_Duplicate] = []
        self._client = client
        self._is_retried = False

    async def run(self) -> None:
        with self._in_flight([row for record in self._records for row in record.rows]):
            settled = set() if self._client is None else await self._send(self._client)
            for key, record in self._batch.items():
                if key not in settled:
                    self.outcomes.mark_written(record.rows)
                    self.outcomes.values_stored += len(record.values)

    async def _send(self, client: Client) -> set[str]:
        """Send the records; return the times of those that were not written for sure."""
        # Stored records are rejected, so a batch can be sent again.
        client = client.with_options(idempotent=True, on_unknown_outcome=self._note_unknown_outcome)
        response = await client.iot_publish(self.target_id, list(map(build_input, self._records)))
        response = require_found(response, "IoT endpoint", self.target_id)
        noted = set()
        is_complete = True
        for failure in response.failedRecords:
            key = failure.record.timestamp or ""
            record = self._batch.get(key)
            if record is None:
                is_complete = False
                continue
            noted.add(key)
            if {error.errorType for error in failure.errors} == {DUPLICATE}:
                self.duplicates.append(_Duplicate(record, self._is_retried))
            else:
                reject(self.outcomes, record, describe_failure(failure))
        if not is_complete:
            written = {record.timestamp for record in response.recordsWritten}
            for key in self._batch.keys() - noted - written:
                self.outcomes.mark_unknown(self._batch[key].rows)
                noted.add(key)
        return noted

    def _note_unknown_outcome(self) -> None:
        self._is_retried = True


class _CompareJob(PublishJob):
    """Compares records of one endpoint that were rejected as duplicates with stored ones."""

    def __init__(
        self,
        stored: StoredTelemetry,
        endpoint_id: str,
        duplicates: Sequence[_Duplicate],
        tracker: JobTracker,
    ) -> None:
        super().__init__(endpoint_id, (), tracker)
        self._stored = stored
        # Those that are not compared yet.
        self._duplicates = deque(duplicates)

    async def run(self) -> None:
        records = [duplicate.record for duplicate in self._duplicates]
        names = list(dict.fromkeys(name for record in records for name in record.values))
        times = (records[0].time, records[-1].time)
        try:
            stored = await self._stored.read(self.target_id, names, times)
        except DigitalExchangeError:
            return
        while self._duplicates:
            self._compare(self._duplicates[0], stored)
            self._duplicates.popleft()

    def _compare(self, duplicate: _Duplicate, stored: Mapping[int, Mapping[str, str]]) -> None:
        record = duplicate.record
        # Merged on the client, stored times have milliseconds.
        values = stored.get(record.time) or stored.get(record.time // 10**6 * 10**6, {})
        difference = find_difference(record, values)
        if difference is not None:
            reject(self.outcomes, record, f"{DUPLICATE_REASON}, {difference}")
        elif duplicate.is_retried:
            self.outcomes.mark_written(record.rows)
            self.outcomes.values_stored += len(record.values)
        else:
            self.outcomes.mark_unchanged(record.rows)
            self.outcomes.values_unchanged += len(record.values)

    def settle(self) -> None:
        for duplicate in self._duplicates:
            note_uncompared(self.outcomes, duplicate)
        super().settle()


def note_uncompared(outcomes: Outcomes, duplicate: _Duplicate) -> None:
    """Note a duplicate that could not be compared."""
    if duplicate.is_retried:
        outcomes.mark_unknown(duplicate.record.rows)
    else:
        reject(outcomes, duplicate.record, DUPLICATE_REASON)


def reject(outcomes: Outcomes, record: TelemetryRecord, reason: str) -> None:
    """Note that a record was rejected."""
    for row in record.rows:
        outcomes.mark_rejected(row, reason)


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
