"""Publishing records of an IoT endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._utils.progress import ProgressReporter
from .iot_records import estimate_bytes, to_milliseconds
from .publisher import Failure, TelemetryPublisher

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotDataRecordWithErrors, PublishIotDataResult
    from .._generated.input_types import IotDataRecordInput

DUPLICATE = "DUPLICATE_ENTRY"


class IotPublisher(TelemetryPublisher["PublishIotDataResult"]):
    """Publishes records of one endpoint.

    Args:
        client: Sends the batches.
        endpoint_id: The endpoint.
        records: The records.
        progress: Reports the number of sent records.
    """

    # The attributes of failed records may be null.
    has_unique_times = True

    def __init__(
        self,
        client: Client,
        endpoint_id: str,
        records: Sequence[IotDataRecordInput],
        progress: ProgressReporter,
    ) -> None:
        from .._generated.fragments import PublishIotDataResult

        times = [to_milliseconds(record) for record in records]
        super().__init__(client, endpoint_id, list(map(estimate_bytes, records)), times, progress)
        self._records = records
        self._result = PublishIotDataResult.model_construct(
            iotEndpointId=endpoint_id, recordsWritten=[], failedRecords=[]
        )

    async def publish(self) -> PublishIotDataResult:
        """Publish all records; rejected ones do not keep the others from being written.

        Raises:
            PublishIncompleteError: The outcome of some records is unknown, or some were not sent.
        """
        await self._run(self._create_jobs())
        return self._result

    async def send(self, indexes: range, client: Client) -> PublishIotDataResult:
        records = list(self._records[indexes.start : indexes.stop])
        response = await client.iot_publish(self._target_id, records)
        return require_found(response, "IoT endpoint", self._target_id)

    def list_failures(self, indexes: range, response: PublishIotDataResult) -> Iterator[Failure]:
        by_time = {self._times[index]: index for index in indexes}
        for failure in response.failedRecords:
            index = by_time.get(failure.record.timestamp or "")
            if index is not None:
                kinds = {error.errorType for error in failure.errors}
                yield Failure(index, describe_failure(failure), kinds == {DUPLICATE})

    def _add(self, indexes: range, response: PublishIotDataResult) -> None:
        self._result.recordsWritten += response.recordsWritten
        self._result.failedRecords += response.failedRecords


def describe_failure(failure: IotDataRecordWithErrors) -> str:
    """Describe why a record was not written."""
    return "; ".join(f"{error.errorType}: {error.errorMessage}" for error in failure.errors)
