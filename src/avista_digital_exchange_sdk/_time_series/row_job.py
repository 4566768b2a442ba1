"""Publishes some rows of an asset after comparing them with the stored values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from .._generated.enums import MeasureValueType
from ..errors import InvalidRequestError
from .publish_job import JobTracker, PublishJob, RecordWriter, WriteJob
from .publish_outcomes import Outcomes
from .record_planner import (
    Plan,
    PlannedRecord,
    PlanOptions,
    RecordPlanner,
    Row,
    StoredRecord,
    build_record,
)
from .record_validation import MAX_VERSION
from .rejections import Rejection
from .stored_records import StoredRecordReader

if TYPE_CHECKING:
    from .._backends import Backend

# The number of attempts at records that the platform rejects because of stored ones.
MAX_ATTEMPTS = 7
# The delay before the third attempt in seconds, which doubles with each further attempt: queries
# return written records only after some time.
FIRST_DELAY_SECONDS = 0.25


@dataclass
class RowTools:
    """What the jobs of a publisher share.

    Attributes:
        backend: Waits for delays.
        writer: Writes the records.
        reader: Reads stored records.
        options: How to store the rows.
        can_compare: Whether stored records can be read.
    """

    backend: Backend
    writer: RecordWriter
    reader: StoredRecordReader
    options: PlanOptions
    can_compare: bool = True


class RowJob(WriteJob):
    """Publishes rows of one asset without changing other stored values.

    Args:
        asset_id: The asset.
        rows: The rows.
        times: The times at which the asset may have records already.
        tools: What the jobs share.
        tracker: Receives the outcome.
        is_first_comparison: Whether it reads what later comparisons use too, so that they wait.

    Attributes:
        comparison_error: The error if stored values could not be read.
    """

    def __init__(
        self,
        asset_id: str,
        rows: Sequence[Row],
        times: Collection[int],
        tools: RowTools,
        tracker: JobTracker,
        *,
        is_first_comparison: bool = False,
    ) -> None:
        super().__init__(asset_id, (row.time for row in rows), tools.writer, tracker)
        self._rows = rows
        self._times = times
        self._tools = tools
        self._is_first_comparison = is_first_comparison
        self.comparison_error: InvalidRequestError | None = None

    def conflicts_with(self, earlier: PublishJob) -> bool:
        is_first = isinstance(earlier, RowJob) and earlier._is_first_comparison
        return (is_first and bool(self._times)) or super().conflicts_with(earlier)

    async def run(self) -> None:
        """Publish the rows, and plan rejected ones again."""
        rows, times = self._rows, self._times
        planner = RecordPlanner(self.target_id, self._tools.options)
        account = _RowAccount(self.outcomes)
        for attempt in range(MAX_ATTEMPTS):
            if attempt > 1:
                await self._tools.backend.sleep(FIRST_DELAY_SECONDS * 2 ** (attempt - 2))
            plan = planner.plan(rows, await self._read_stored(times, rows))
            account.begin(rows, plan)
            conflicts = await self._complete(plan)
            is_last = attempt == MAX_ATTEMPTS - 1
            if is_last:
                for planned in conflicts:
                    account.reject(planned, "the record to correct could not be read; try again")
            size = self._tools.backend.options.max_batch_records
            for batch in _split_into_batches(plan.records, size):
                for planned, rejection in await self._write_planned(batch, account):
                    if not is_last and self._may_retry(planner, planned, rejection):
                        conflicts.append(planned)
                    else:
                        account.reject(planned, rejection.reason)
                        self.rejection = self._write_error
            if not conflicts:
                break
            rows = _merge_rows(row for planned in conflicts for row in planned.sources)
            times = {row.time for row in rows}

    async def _read_stored(self, times: Collection[int], rows: Sequence[Row]) -> list[StoredRecord]:
        """Read the records to compare rows with."""
        if not times or not self._tools.can_compare:
            return []
        names = {value.name for row in rows for value in row.values}
        try:
            return await self._tools.reader.read(self.target_id, times, names)
        except InvalidRequestError as error:
            if self._tools.options.replaces:
                raise
            self.comparison_error = error
            return []

    async def _complete(self, plan: Plan) -> list[PlannedRecord]:
        """Add the kept measures to corrected records, and remove records that were not found."""
        corrections = [
            planned
            for planned in plan.records
            if planned.is_correction and planned.type == MeasureValueType.MULTI
        ]
        if not corrections:
            return []
        times = {planned.key.time for planned in corrections}
        stored = {
            record.key: record for record in await self._tools.reader.read(self.target_id, times)
        }
        missing = [planned for planned in corrections if planned.key not in stored]
        for planned in corrections:
            if planned.key in stored:
                planned.values = stored[planned.key].values | planned.values
        plan.records = [planned for planned in plan.records if planned not in missing]
        return missing

    async def _write_planned(
        self, batch: Sequence[PlannedRecord], account: _RowAccount
    ) -> list[tuple[PlannedRecord, Rejection]]:
        """Write a batch; return the records that were rejected."""
        with self._in_flight(list(_indexes(batch))):
            rejections = await self._write([build_record(planned) for planned in batch])
            for index, planned in enumerate(batch):
                if index not in rejections:
                    account.accept(planned)
        return [(batch[index], rejection) for index, rejection in sorted(rejections.items())]

    def _may_retry(
        self, planner: RecordPlanner, planned: PlannedRecord, rejection: Rejection
    ) -> bool:
        """Whether a rejected record can be written in another way; if so, prepare the planner."""
        existing = rejection.existing_version
        if existing is None and "version" not in rejection.reason.lower():
            return False
        if not planned.is_correction:
            planner.mark_taken(planned.key)
            return True
        version = _next_version(planned.version) if existing is None else existing + 1
        if not self._tools.options.any_version or version > MAX_VERSION:
            return False
        planner.require_version(planned.key, version)
        return True


class _RowAccount:
    """Tracks rows, each of which may be in several records."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes
        self._unwritten: dict[int, int] = {}
        self._stored: set[int] = set()

    def begin(self, rows: Iterable[Row], plan: Plan) -> None:
        """Start an attempt."""
        self._unwritten = dict.fromkeys((row.index for row in rows), 0)
        for index in _indexes(plan.records):
            self._unwritten[index] += 1
        self._outcomes.values_unchanged += sum(plan.unchanged.values())
        for index, reason in plan.rejected.items():
            self._outcomes.mark_rejected(index, reason)
        for index, count in self._unwritten.items():
            if not count:
                self._finish(index)

    def accept(self, planned: PlannedRecord) -> None:
        """Record that a record was written."""
        count = planned.value_count
        self._outcomes.values_stored += count
        self._outcomes.values_corrected += count if planned.is_correction else 0
        self._stored.update(_indexes([planned]))
        self._settle(planned)

    def reject(self, planned: PlannedRecord, reason: str) -> None:
        """Note that a record was rejected."""
        for index in _indexes([planned]):
            self._outcomes.mark_rejected(index, reason)
        self._settle(planned)

    def _settle(self, planned: PlannedRecord) -> None:
        for index in _indexes([planned]):
            self._unwritten[index] -= 1
            if not self._unwritten[index]:
                self._finish(index)

    def _finish(self, index: int) -> None:
        if index in self._stored:
            self._outcomes.mark_written([index])
        else:
            self._outcomes.mark_unchanged([index])


def _indexes(records: Iterable[PlannedRecord]) -> Iterator[int]:
    """List the indexes of the rows in records, with repetitions."""
    return (row.index for planned in records for row in planned.sources)


def _merge_rows(rows: Iterable[Row]) -> list[Row]:
    """Merge the remaining values of each row."""
    merged: dict[int, Row] = {}
    for row in rows:
        known = merged.get(row.index)
        values = row.values if known is None else [*known.values, *row.values]
        merged[row.index] = replace(row, values=values)
    return list(merged.values())


def _split_into_batches(
    records: Sequence[PlannedRecord], size: int
) -> Iterator[list[PlannedRecord]]:
    """Split records into batches; those of a row stay together."""
    batch: list[PlannedRecord] = []
    for _, own in groupby(records, key=lambda planned: planned.sources[0].index):
        together = list(own)
        if batch and len(batch) + len(together) > size:
            yield batch
            batch = []
        batch += together
        while len(batch) > size:
            yield batch[:size]
            batch = batch[size:]
    if batch:
        yield batch


def _next_version(version: int) -> int:
    """Guess a sufficiently high version, as not every rejection contains the stored one."""
    seconds = int(datetime.now(UTC).timestamp())
    return seconds if version < seconds else version + 1
