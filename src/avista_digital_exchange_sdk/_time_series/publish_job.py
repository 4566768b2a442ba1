"""Jobs of publishing: records that are written concurrently with those of other jobs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from ..errors import DigitalExchangeError
from .publish_outcomes import JobOutcomes
from .rejections import Rejection, parse_rejections

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import TimeSeriesAssetData
    from .._generated.input_types import TimeSeriesInputRecord


class RecordWriter:
    """Writes batches of records.

    Args:
        client: Sends the batches.
        database_id: The database.
        dry_run: Whether to write nothing.
    """

    def __init__(self, client: Client, database_id: str, *, dry_run: bool = False) -> None:
        self._client = client
        self._database_id = database_id
        self._dry_run = dry_run

    async def write(
        self, asset_id: str, records: Sequence[TimeSeriesInputRecord]
    ) -> list[TimeSeriesAssetData]:
        """Write one batch; return what the platform says was written."""
        if self._dry_run:
            return []
        from .._generated.input_types import TimeSeriesDbDataInput

        data = TimeSeriesDbDataInput.model_construct(records=records)
        return await self._client.time_series_db_publish_to_database(
            self._database_id, asset_id, data
        )


class JobTracker(Protocol):
    """Receives the outcomes of jobs, in the order of the jobs."""

    def settle(self, job: PublishJob) -> None:
        """Add the outcome of a job that has ended."""

    def report(self) -> None:
        """Report the progress after a job has succeeded."""


class PublishJob:
    """The base class of jobs.

    Args:
        target_id: The asset, endpoint or capture of the records.
        keys: What identifies the records. Jobs of one target with a common key run one after the
            other.
        tracker: Receives the outcome.

    Attributes:
        outcomes: The outcomes of its rows so far.
        rejection: The last error that names rejected records.
    """

    def __init__(self, target_id: str, keys: Iterable[Hashable], tracker: JobTracker) -> None:
        self.target_id = target_id
        self.outcomes = JobOutcomes()
        self.rejection: DigitalExchangeError | None = None
        self._keys = set(keys)
        self._tracker = tracker
        self._indexes_in_flight: Sequence[int] = ()

    async def run(self) -> None:
        """Publish the records; raise an error that ends the whole publish."""
        raise NotImplementedError

    def conflicts_with(self, earlier: PublishJob) -> bool:
        """Whether it must not start before an earlier job has ended."""
        return self.target_id == earlier.target_id and not self._keys.isdisjoint(earlier._keys)

    def settle(self) -> None:
        """Process the outcome."""
        self.outcomes.mark_unknown(self._indexes_in_flight)
        self._tracker.settle(self)

    def report(self) -> None:
        """Report the progress."""
        self._tracker.report()

    @contextlib.contextmanager
    def _in_flight(self, indexes: Sequence[int]) -> Iterator[None]:
        """Treat rows as possibly written if a `with` block is interrupted.

        The block ends after the outcome was noted.
        """
        self._indexes_in_flight = indexes
        try:
            yield
        except DigitalExchangeError as error:
            if error.mayHaveSucceeded:
                self.outcomes.mark_unknown(indexes)
            self._indexes_in_flight = ()
            raise
        self._indexes_in_flight = ()


class WriteJob(PublishJob):
    """The base class of jobs that write records of an asset to a database.

    Args:
        asset_id: The asset of the records.
        keys: What identifies the records.
        writer: Writes the records.
        tracker: Receives the outcome.

    Attributes:
        responses: What the platform says was written.
    """

    def __init__(
        self,
        asset_id: str,
        keys: Iterable[Hashable],
        writer: RecordWriter,
        tracker: JobTracker,
    ) -> None:
        super().__init__(asset_id, keys, tracker)
        self.responses: list[TimeSeriesAssetData] = []
        self._writer = writer
        self._write_error: DigitalExchangeError | None = None

    async def _write(self, records: Sequence[TimeSeriesInputRecord]) -> dict[int, Rejection]:
        """Write a batch; return the rejected records by index, or raise any other error."""
        try:
            self.responses += await self._writer.write(self.target_id, records)
        except DigitalExchangeError as error:
            rejections = {
                index: rejection
                for index, rejection in parse_rejections(error).items()
                if 0 <= index < len(records)
            }
            if not rejections:
                raise
            self._write_error = error
            return rejections
        return {}


# The jobs of a publisher, created one after the other.
Jobs = AsyncGenerator[PublishJob, None]
