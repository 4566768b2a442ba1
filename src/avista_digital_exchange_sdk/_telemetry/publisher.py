"""Publishing any number of records of an endpoint or a capture, in concurrent batches."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from .._time_series.job_publisher import JobPublisher
from .._time_series.publish_job import Jobs, PublishJob
from .._time_series.publish_outcomes import PublishOutcomes
from .._utils.progress import ProgressReporter

if TYPE_CHECKING:
    from .._generated.client import Client

# AWS AppSync delivers no event of more than 240 KB, and the event of a publish is its response.
MAX_RESPONSE_BYTES = 200_000

_Response = TypeVar("_Response")


class TelemetryPublisher(JobPublisher, Generic[_Response]):
    """The base class of publishers, which send one batch.

    Batches of one endpoint or capture are in flight at the same time, too: publishing many records
    would otherwise take a round trip for each batch. Their events may arrive in another order,
    which AWS AppSync does not promise anyway; records have their times. Records of the same time
    are sent one after the other, as the first one is stored.

    Args:
        client: Sends the batches.
        target_id: The endpoint or capture.
        sizes: The approximate size of each record in a response, in bytes.
        times: The time of each record, as responses have it.
        progress: Reports the number of sent records.
    """

    # Whether responses identify records by their times, so that those of a batch must differ.
    has_unique_times = False

    def __init__(
        self,
        client: Client,
        target_id: str,
        sizes: Sequence[int],
        times: Sequence[str],
        progress: ProgressReporter,
    ) -> None:
        # Rejected records do not keep the others from being written.
        outcomes = PublishOutcomes(range(len(sizes)))
        super().__init__(client.backend, outcomes, progress, "record", rejections_fail=False)
        self._client = client
        self._target_id = target_id
        self._sizes = sizes
        self._times = times

    @abstractmethod
    async def send(self, indexes: range, client: Client) -> _Response:
        """Publish one batch."""

    @abstractmethod
    def list_failures(self, indexes: range, response: _Response) -> Iterator[Failure]:
        """List the records of a batch that were rejected."""

    @abstractmethod
    def _add(self, indexes: range, response: _Response) -> None:
        """Add the response to a batch to the result. Called in the order of the batches."""

    def settle(self, job: PublishJob) -> None:
        super().settle(job)
        if isinstance(job, _BatchJob) and job.response is not None:
            self._add(job.indexes, job.response)

    async def _create_jobs(self) -> Jobs:
        max_records = self._backend.options.max_batch_records
        unique = self._times if self.has_unique_times else None
        for indexes in split_by_size(self._sizes, max_records, unique):
            times = self._times[indexes.start : indexes.stop]
            yield _BatchJob(self._target_id, times, self, self._client, indexes)


class Failure(NamedTuple):
    """A record that was not written.

    Attributes:
        record_index: The index of the record.
        reason: Why it was rejected.
        is_duplicate: Whether it was stored before, maybe by an earlier attempt.
    """

    record_index: int
    reason: str
    is_duplicate: bool


class _BatchJob(PublishJob, Generic[_Response]):
    """Publishes one batch."""

    def __init__(
        self,
        target_id: str,
        times: Sequence[str],
        publisher: TelemetryPublisher[_Response],
        client: Client,
        indexes: range,
    ) -> None:
        super().__init__(target_id, times, publisher)
        self.indexes = indexes
        self.response: _Response | None = None
        self._publisher = publisher
        self._client = client
        self._is_retried = False

    async def run(self) -> None:
        # Values that are stored already are rejected, so a batch can be sent again.
        client = self._client.with_options(
            idempotent=True, on_unknown_outcome=self._note_unknown_outcome
        )
        with self._in_flight(self.indexes):
            response = await self._publisher.send(self.indexes, client)
            for failure in self._publisher.list_failures(self.indexes, response):
                if failure.is_duplicate and self._is_retried:
                    self.outcomes.mark_unknown([failure.record_index])
                else:
                    self.outcomes.mark_rejected(failure.record_index, failure.reason)
            self.outcomes.mark_written(self.indexes)
            self.response = response

    def _note_unknown_outcome(self) -> None:
        self._is_retried = True


def split_by_size(
    sizes: Sequence[int], max_records: int, keys: Sequence[str] | None = None
) -> Iterator[range]:
    """Split records into batches whose responses are small enough for subscribers.

    Records with the same key are in different batches.
    """
    start = total = 0
    seen: set[str] = set()
    for index, size in enumerate(sizes):
        is_full = index - start == max_records or total + size > MAX_RESPONSE_BYTES
        if index > start and (is_full or (keys is not None and keys[index] in seen)):
            yield range(start, index)
            start, total = index, 0
            seen.clear()
        total += size
        if keys is not None:
            seen.add(keys[index])
    yield range(start, len(sizes))
