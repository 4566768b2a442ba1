"""Publishes records in concurrent batches and tracks the outcome of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._utils.progress import ProgressReporter
from .asset_data import merge_asset_data, share_equal_parts
from .job_publisher import JobPublisher
from .publish_job import Jobs, JobTracker, PublishJob, RecordWriter, WriteJob
from .publish_outcomes import PublishOutcomes

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client
    from .._generated.fragments import TimeSeriesAssetData
    from .._generated.input_types import TimeSeriesInputRecord


class Publisher(JobPublisher):
    """The base class of publishers of time series records.

    Args:
        backend: Runs the jobs.
        outcomes: Records the outcomes.
        progress: Reports the number of sent rows.
        what: The name of a row for messages.
        keep_responses: Whether to return what the platform says was written; it grows with
            every record.
    """

    def __init__(
        self,
        backend: Backend,
        outcomes: PublishOutcomes,
        progress: ProgressReporter,
        what: str,
        *,
        keep_responses: bool = True,
    ) -> None:
        super().__init__(backend, outcomes, progress, what)
        self._keep_responses = keep_responses
        self._responses: list[TimeSeriesAssetData] = []

    async def _publish_jobs(self, jobs: Jobs) -> list[TimeSeriesAssetData]:
        """Run all jobs; raise PublishIncompleteError if only some rows could be written."""
        await self._run(jobs)
        return merge_asset_data(self._responses)

    def settle(self, job: PublishJob) -> None:
        if self._keep_responses and isinstance(job, WriteJob):
            share_equal_parts(job.responses)
            self._responses += job.responses
        super().settle(job)


class BatchPublisher(Publisher):
    """Publishes records of one asset.

    Args:
        client: Sends the batches.
        backend: Runs the requests.
        database_id: The database.
        progress: Reports the number of sent records.
    """

    def __init__(
        self, client: Client, backend: Backend, database_id: str, progress: ProgressReporter
    ) -> None:
        super().__init__(backend, PublishOutcomes(), progress, "record")
        self._writer = RecordWriter(client, database_id)

    async def publish(
        self, asset_id: str, records: Sequence[TimeSeriesInputRecord]
    ) -> list[TimeSeriesAssetData]:
        """Write all records; raise PublishIncompleteError if only some could be written.

        Records with the same dimensions, measure name and time are written in their order.
        """
        self._outcomes.expect(range(len(records)))
        return await self._publish_jobs(self._create_jobs(asset_id, records))

    async def _create_jobs(self, asset_id: str, records: Sequence[TimeSeriesInputRecord]) -> Jobs:
        size = self._backend.options.max_batch_records
        for start in range(0, len(records), size):
            batch = records[start : start + size]
            yield _BatchJob(
                asset_id,
                self._writer,
                self,
                range(start, start + len(batch)),
                batch,
            )


class _BatchJob(WriteJob):
    """Writes one batch of records."""

    def __init__(
        self,
        asset_id: str,
        writer: RecordWriter,
        tracker: JobTracker,
        indexes: range,
        records: Sequence[TimeSeriesInputRecord],
    ) -> None:
        from .record_validation import build_record_key

        super().__init__(asset_id, map(build_record_key, records), writer, tracker)
        self._indexes = indexes
        self._records = records

    async def run(self) -> None:
        with self._in_flight(self._indexes):
            rejections = await self._write(self._records)
            for index, rejection in rejections.items():
                self.outcomes.mark_rejected(self._indexes[index], rejection.reason)
                self.rejection = self._write_error
            self.outcomes.mark_written(self._indexes)
