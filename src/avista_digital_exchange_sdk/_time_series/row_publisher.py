"""Publishes rows after comparing them with the stored values, so that others are not changed."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from .._generated.enums import MeasureValueType
from .._utils.caller_warnings import warn
from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError, DigitalExchangeWarning, InvalidRequestError
from .batch_publisher import BatchPublisher, Rejection, parse_rejections
from .database_state import DatabaseState
from .publish_outcomes import PublishOutcomes
from .publish_result import PublishResult, build_report
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
from .stored_records import StoredRecordReader

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client

# The number of attempts at records that the platform rejects because of stored ones.
MAX_ATTEMPTS = 7
# The delay before the third attempt in seconds, which doubles with each further attempt: queries
# return written records only after some time.
FIRST_DELAY_SECONDS = 0.25

NAME_DIMENSION = "name"


class RowSlice(NamedTuple):
    """Rows of one asset, whose dimensions need not contain its name."""

    asset_id: str
    rows: Sequence[Row]


class RowPublisher(BatchPublisher):
    """Publishes rows of values without changing other stored values.

    Args:
        client: Sends the batches.
        backend: Waits for delays.
        database_id: The database.
        state: The previous state of the database.
        options: How to store the rows.
        outcomes: Records the outcomes of the rows.
        progress: Reports the number of published rows.
        keep_responses: Whether to return what the platform says was written; it grows with
            every record.
        dry_run: Whether to determine the outcomes without writing the rows.
    """

    def __init__(
        self,
        client: Client,
        backend: Backend,
        database_id: str,
        state: DatabaseState,
        options: PlanOptions,
        outcomes: PublishOutcomes,
        progress: ProgressReporter,
        *,
        keep_responses: bool = True,
        dry_run: bool = False,
    ) -> None:
        super().__init__(
            client, database_id, outcomes, progress, "row", keep_responses=keep_responses
        )
        self._backend = backend
        self._dry_run = dry_run
        self._state = state
        self._options = options
        self._reader = StoredRecordReader(client, backend, database_id)
        self._can_compare = True
        self._spans: dict[str, tuple[int, int]] = {}
        self._rejection: DigitalExchangeError | None = None

    async def publish_rows(self, slices: AsyncIterable[RowSlice]) -> PublishResult:
        """Publish rows, slice by slice.

        Raises:
            PublishIncompleteError: Only some rows could be published; it says which.
        """
        assets = await self._account_for(lambda report: self._publish_all(slices, report))
        return PublishResult(assets, build_report(self._outcomes))

    def _summary(self) -> str:
        return f"{super()._summary()}; {build_report(self._outcomes)}"

    async def _publish_all(
        self, slices: AsyncIterable[RowSlice], report: ProgressCallback | None
    ) -> DigitalExchangeError | None:
        try:
            async for part in slices:
                await self._publish_slice(part, report)
        except DigitalExchangeError as failure:
            return failure
        return self._rejection

    async def _publish_slice(self, part: RowSlice, report: ProgressCallback | None) -> None:
        """Publish the rows of a slice, and plan rejected ones again."""
        asset_id, rows = part.asset_id, self._add_names(part)
        planner = RecordPlanner(asset_id, self._options)
        account = _SliceAccount(self._outcomes)
        times = self._times_to_compare(asset_id, rows)
        for attempt in range(MAX_ATTEMPTS):
            if attempt > 1:
                await self._backend.sleep(FIRST_DELAY_SECONDS * 2 ** (attempt - 2))
            plan = planner.plan(rows, await self._read_stored(asset_id, times, rows))
            account.begin(rows, plan)
            conflicts = await self._complete(asset_id, plan)
            if report and not plan.records and not conflicts:
                report(self._outcomes.finished, self._outcomes.total)
            for batch in _split_into_batches(plan.records, self._backend.options.max_batch_records):
                refusal = await self._write_planned(asset_id, batch, account)
                for planned, rejection in refusal.rejected:
                    if attempt < MAX_ATTEMPTS - 1 and self._may_retry(planner, planned, rejection):
                        conflicts.append(planned)
                    else:
                        account.reject(planned, rejection.reason)
                        self._rejection = refusal.error
                if report:
                    report(self._outcomes.finished, self._outcomes.total)
            if not conflicts:
                break
            rows = _merge_rows(row for planned in conflicts for row in planned.sources)
            times = {row.time for row in rows}
        self._note_span(asset_id, part.rows)

    def _add_names(self, part: RowSlice) -> Sequence[Row]:
        """Add the known name of the asset to rows without one."""
        names = self._state.names
        rows = []
        for row in part.rows:
            name = dict(row.dimensions).get(NAME_DIMENSION)
            if name is not None:
                names[part.asset_id] = name
            elif (known := names.get(part.asset_id)) is not None:
                dimensions = tuple(sorted([*row.dimensions, (NAME_DIMENSION, known)]))
                row = replace(row, dimensions=dimensions)
            rows.append(row)
        return rows

    def _times_to_compare(self, asset_id: str, rows: Sequence[Row]) -> set[int]:
        """Find the times at which the asset may have records."""
        latest = self._state.latest_time(asset_id)
        first, last = self._spans.get(asset_id, (1, 0))
        return {
            row.time
            for row in rows
            if (latest is not None and row.time <= latest) or first <= row.time <= last
        }

    def _note_span(self, asset_id: str, rows: Sequence[Row]) -> None:
        """Record the time span of the published rows of an asset."""
        times = [row.time for row in rows]
        first, last = self._spans.get(asset_id, (times[0], times[0]))
        self._spans[asset_id] = (min(first, *times), max(last, *times))

    async def _read_stored(
        self, asset_id: str, times: Collection[int], rows: Sequence[Row]
    ) -> list[StoredRecord]:
        """Read the records to compare rows with."""
        if not times or not self._can_compare:
            return []
        names = {value.name for row in rows for value in row.values}
        try:
            return await self._reader.read(asset_id, times, names)
        except InvalidRequestError as error:
            if self._options.replaces:
                raise
            warn(
                f"values stored before could not be compared with those to publish, which may "
                f"now be stored twice: {error}",
                DigitalExchangeWarning,
            )
            self._can_compare = False
            return []

    async def _complete(self, asset_id: str, plan: Plan) -> list[PlannedRecord]:
        """Add the kept measures to corrected records, and remove records that were not found."""
        corrections = [
            planned
            for planned in plan.records
            if planned.is_correction and planned.type == MeasureValueType.MULTI
        ]
        if not corrections:
            return []
        times = {planned.key.time for planned in corrections}
        stored = {record.key: record for record in await self._reader.read(asset_id, times)}
        missing = [planned for planned in corrections if planned.key not in stored]
        for planned in corrections:
            if planned.key in stored:
                planned.values = stored[planned.key].values | planned.values
        plan.records = [planned for planned in plan.records if planned not in missing]
        return missing

    async def _write_planned(
        self, asset_id: str, batch: Sequence[PlannedRecord], account: _SliceAccount
    ) -> _Refusal:
        """Write a batch; return the records that were rejected."""
        rejections: dict[int, Rejection] = {}
        refusal = _Refusal()
        try:
            if not self._dry_run:
                await self._write(asset_id, [build_record(planned) for planned in batch])
        except DigitalExchangeError as error:
            rejections = parse_rejections(error)
            if not rejections:
                if error.mayHaveSucceeded:
                    self._outcomes.mark_unknown(_indexes(batch))
                raise
            refusal.error = error
        except BaseException:
            self._outcomes.mark_unknown(_indexes(batch))
            raise
        for index, planned in enumerate(batch):
            if index in rejections:
                refusal.rejected.append((planned, rejections[index]))
            else:
                account.accept(planned)
        return refusal

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
        if not self._options.any_version or version > MAX_VERSION:
            return False
        planner.require_version(planned.key, version)
        return True


@dataclass
class _Refusal:
    """The rejected records of a batch and the error."""

    error: DigitalExchangeError | None = None
    rejected: list[tuple[PlannedRecord, Rejection]] = field(default_factory=list)


class _SliceAccount:
    """Tracks the rows of a slice, each of which may be in several records."""

    def __init__(self, outcomes: PublishOutcomes) -> None:
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
