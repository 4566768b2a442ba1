"""Publishing rows: compared with what is stored, so that nothing else is touched."""

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

# Attempts at records which the platform rejects for what it has stored in their place.
MAX_ATTEMPTS = 7
# Seconds before the third attempt, doubled for each that follows: queries show what was written
# only after a while.
FIRST_DELAY_SECONDS = 0.25

NAME_DIMENSION = "name"


class RowSlice(NamedTuple):
    """Some rows of one asset; their dimensions need not hold the asset's name."""

    asset_id: str
    rows: Sequence[Row]


class RowPublisher(BatchPublisher):
    """Publishes rows of values, leaving alone every value that they do not name.

    Args:
        client: What sends the batches.
        backend: What waits for the network.
        database_id: The database.
        state: What the database held before.
        options: How the rows are to be stored.
        outcomes: The rows that are to be published, and what becomes of them.
        progress: What is told of the rows that were published.
        keep_responses: Whether to return what the platform says was written; it grows with
            every record.
        dry_run: Whether to find out what would become of the rows, without writing them.
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
        """Publish the rows of a slice; plan again what the platform refuses."""
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
        """Give the asset's known name to rows that have none."""
        names = self._state.names
        rows = []
        for row in part.rows:
            given = dict(row.dimensions).get(NAME_DIMENSION)
            if given is not None:
                names[part.asset_id] = given
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
        """Note between which times rows of an asset were published."""
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
        """Add to corrected records the measures that they keep; take out those not found."""
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
        """Whether a rejected record may be written in another way, which is noted."""
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
    """What the platform rejected of a batch, and the error that says so."""

    error: DigitalExchangeError | None = None
    rejected: list[tuple[PlannedRecord, Rejection]] = field(default_factory=list)


class _SliceAccount:
    """Keeps account of the rows of a slice, each of which may be in several records."""

    def __init__(self, outcomes: PublishOutcomes) -> None:
        self._outcomes = outcomes
        self._unwritten: dict[int, int] = {}
        self._stored: set[int] = set()

    def begin(self, rows: Iterable[Row], plan: Plan) -> None:
        """Begin an attempt."""
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
        """Note that a record was written."""
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
    """List the rows in records, as often as they are."""
    return (row.index for planned in records for row in planned.sources)


def _merge_rows(rows: Iterable[Row]) -> list[Row]:
    """Merge what is left of the same row."""
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
    """Guess a version that is high enough: not every rejection tells the one there is."""
    seconds = int(datetime.now(UTC).timestamp())
    return seconds if version < seconds else version + 1
