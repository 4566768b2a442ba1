"""Publishing any number of records of an IoT endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._utils.progress import ProgressReporter
from .iot_records import estimate_bytes, to_milliseconds
from .publisher import TelemetryPublisher

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotDataRecordWithErrors, PublishIotDataResult
    from .._generated.input_types import IotDataRecordInput

DUPLICATE = "DUPLICATE_ENTRY"


class IotPublisher(TelemetryPublisher):
    """Publishes records of one endpoint.

    Args:
        client: Sends the batches.
        endpoint_id: The endpoint.
        records: The records.
    """

    def __init__(
        self, client: Client, endpoint_id: str, records: Sequence[IotDataRecordInput]
    ) -> None:
        from .._generated.fragments import PublishIotDataResult

        # Failed records are identified by their time alone, as their attributes may be null.
        keys = [to_milliseconds(record) for record in records]
        super().__init__(client, [estimate_bytes(record) for record in records], keys)
        self._times = keys
        self._endpoint_id = endpoint_id
        self._records = records
        self._result = PublishIotDataResult.model_construct(
            iotEndpointId=endpoint_id, recordsWritten=[], failedRecords=[]
        )

    async def publish(self, reporter: ProgressReporter) -> PublishIotDataResult:
        """Publish all records; rejected ones do not keep the others from being written.

        Raises:
            PublishIncompleteError: The outcome of some records is unknown, or some were not sent.
        """
        await self._publish_all(reporter)
        return self._result

    async def _publish_batch(self, indexes: range, client: Client) -> None:
        records = list(self._records[indexes.start : indexes.stop])
        response = await client.iot_publish(self._endpoint_id, records)
        response = require_found(response, "IoT endpoint", self._endpoint_id)
        self._result.recordsWritten += response.recordsWritten
        self._result.failedRecords += response.failedRecords
        self._note_failures(indexes, response.failedRecords)

    def _note_failures(self, indexes: range, failures: Sequence[IotDataRecordWithErrors]) -> None:
        by_time = {self._times[index]: index for index in indexes}
        for failure in failures:
            index = by_time.get(failure.record.timestamp or "")
            if index is not None:
                kinds = {error.errorType for error in failure.errors}
                self._note_failure(
                    index, describe_failure(failure), is_unknown=kinds == {DUPLICATE}
                )


def describe_failure(failure: IotDataRecordWithErrors) -> str:
    """Describe why a record was not written."""
    return "; ".join(f"{error.errorType}: {error.errorMessage}" for error in failure.errors)
