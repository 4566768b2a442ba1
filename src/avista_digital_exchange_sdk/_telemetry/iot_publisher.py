"""Publishing any number of records of an IoT endpoint, batch by batch."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._time_series.publish_outcomes import (
    UNKNOWN,
    PublishOutcomes,
    build_publish_error,
    summarize_outcomes,
)
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError
from .iot_records import RecordBatch, split_into_batches, to_milliseconds

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotDataRecordWithErrors, PublishIotDataResult
    from .._generated.input_types import IotDataRecordInput

DUPLICATE = "DUPLICATE_ENTRY"


class IotPublisher:
    """Publishes records of one endpoint and accounts for each of them.

    Args:
        client: Sends the batches.
        endpoint_id: The endpoint.
        records: The records.
    """

    def __init__(
        self, client: Client, endpoint_id: str, records: Sequence[IotDataRecordInput]
    ) -> None:
        self._client = client
        self._endpoint_id = endpoint_id
        self._records = records
        self._outcomes = PublishOutcomes(range(len(records)))

    async def publish(self, reporter: ProgressReporter) -> PublishIotDataResult:
        """Publish all records; rejected ones do not keep the others from being written.

        Raises:
            PublishIncompleteError: The outcome of some records is unknown, or some were not sent.
        """
        from .._generated.fragments import PublishIotDataResult

        result = PublishIotDataResult.model_construct(
            iotEndpointId=self._endpoint_id, recordsWritten=[], failedRecords=[]
        )
        try:
            with reporter.track("publish", "records") as report:
                failure = await self._publish_batches(result, report)
        except BaseException as interruption:
            interruption.add_note(self._summary())
            raise
        if failure is not None or self._outcomes.count(UNKNOWN):
            error = build_publish_error(self._outcomes, self._summary(), failure)
            if error is failure:
                raise error
            raise error from failure
        return result

    async def _publish_batches(
        self, result: PublishIotDataResult, report: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        """Publish batch by batch; return the error that ended the publish, if any."""
        max_records = self._client.backend.options.max_batch_records
        for batch in split_into_batches(self._records, max_records):
            try:
                await self._publish_batch(batch, result)
            except DigitalExchangeError as error:
                if error.mayHaveSucceeded:
                    self._outcomes.mark_unknown(batch.indexes)
                return error
            except BaseException:
                self._outcomes.mark_unknown(batch.indexes)
                raise
            if report:
                report(self._outcomes.finished, self._outcomes.total)
        return None

    async def _publish_batch(self, batch: RecordBatch, result: PublishIotDataResult) -> None:
        unknown_outcomes: list[None] = []
        # A record that is stored already is rejected, so a batch can be sent again.
        client = self._client.with_options(
            idempotent=True, on_unknown_outcome=lambda: unknown_outcomes.append(None)
        )
        response = await client.iot_publish(self._endpoint_id, list(batch.records))
        response = require_found(response, "IoT endpoint", self._endpoint_id)
        result.recordsWritten += response.recordsWritten
        result.failedRecords += response.failedRecords
        self._mark(batch, response.failedRecords, is_retried=bool(unknown_outcomes))

    def _mark(
        self, batch: RecordBatch, failed: Sequence[IotDataRecordWithErrors], *, is_retried: bool
    ) -> None:
        # Failed records are identified by their time alone, as their attributes may be null.
        indexes = defaultdict[str, deque[int]](deque)
        for index, record in zip(batch.indexes, batch.records, strict=True):
            indexes[to_milliseconds(record)].append(index)
        for failure in failed:
            candidates = indexes[failure.record.timestamp or ""]
            if not candidates:
                continue
            index = candidates.popleft()
            if is_retried and {error.errorType for error in failure.errors} == {DUPLICATE}:
                # An earlier attempt without a response may have written it.
                self._outcomes.mark_unknown([index])
            else:
                self._outcomes.mark_rejected(index, _describe(failure))
        self._outcomes.mark_written(batch.indexes)

    def _summary(self) -> str:
        return summarize_outcomes(self._outcomes, "record")


def _describe(failure: IotDataRecordWithErrors) -> str:
    return "; ".join(f"{error.errorType}: {error.errorMessage}" for error in failure.errors)
