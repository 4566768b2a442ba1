"""Publishes rows after comparing them with the stored values, so that others are not changed."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from .._utils.caller_warnings import warn
from .._utils.progress import ProgressReporter
from ..errors import DigitalExchangeWarning
from .batch_publisher import Publisher
from .database_state import DatabaseState
from .publish_job import Jobs, PublishJob, RecordWriter
from .publish_outcomes import PublishOutcomes
from .publish_result import PublishResult, build_report
from .record_planner import PlanOptions, Row
from .row_job import RowJob, RowTools
from .stored_records import StoredRecordReader

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client

# The number of rows of a job that compares them: one query reads what is stored at their times.
COMPARED_ROWS = 1000

NAME_DIMENSION = "name"


class RowSlice(NamedTuple):
    """Rows of one asset, whose dimensions need not contain its name."""

    asset_id: str
    rows: Sequence[Row]


class RowPublisher(Publisher):
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
        super().__init__(backend, outcomes, progress, "row", keep_responses=keep_responses)
        self._state = state
        self._tools = RowTools(
            backend,
            RecordWriter(client, database_id, dry_run=dry_run),
            StoredRecordReader(client, backend, database_id),
            options,
        )
        self._spans: dict[str, tuple[int, int]] = {}
        self._has_compared = False

    async def publish_rows(self, slices: AsyncIterable[RowSlice]) -> PublishResult:
        """Publish rows, slice by slice.

        Raises:
            PublishIncompleteError: Only some rows could be published; the error lists them.
        """
        assets = await self._publish_jobs(self._create_jobs(slices))
        return PublishResult(assets, build_report(self._outcomes))

    def settle(self, job: PublishJob) -> None:
        super().settle(job)
        error = job.comparison_error if isinstance(job, RowJob) else None
        if error is not None and self._tools.can_compare:
            self._tools.can_compare = False
            warn(
                f"values stored before could not be compared with those to publish, which may "
                f"now be stored twice: {error}",
                DigitalExchangeWarning,
            )

    def _summary(self) -> str:
        return f"{super()._summary()}; {build_report(self._outcomes)}"

    async def _create_jobs(self, slices: AsyncIterable[RowSlice]) -> Jobs:
        async for part in slices:
            rows = self._add_names(part)
            times = self._find_times_to_compare(part)
            self._note_span(part)
            size = COMPARED_ROWS if times else self._backend.options.max_batch_records
            for group in _group_rows(rows, size):
                yield self._create_job(part.asset_id, group, times)

    def _create_job(self, asset_id: str, rows: Sequence[Row], times: set[int]) -> RowJob:
        own = {row.time for row in rows if row.time in times} if times else set()
        is_first = bool(own) and not self._has_compared
        self._has_compared |= is_first
        return RowJob(asset_id, rows, own, self._tools, self, is_first_comparison=is_first)

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

    def _find_times_to_compare(self, part: RowSlice) -> set[int]:
        """Find the times at which the asset may have records."""
        latest = self._state.latest_time(part.asset_id)
        first, last = self._spans.get(part.asset_id, (1, 0))
        return {
            row.time
            for row in part.rows
            if (latest is not None and row.time <= latest) or first <= row.time <= last
        }

    def _note_span(self, part: RowSlice) -> None:
        """Record the time span of the rows of an asset."""
        times = [row.time for row in part.rows]
        first, last = self._spans.get(part.asset_id, (times[0], times[0]))
        self._spans[part.asset_id] = (min(first, *times), max(last, *times))


def _group_rows(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Split rows into groups of about the same size; those of a time stay together."""
    by_time: dict[int, list[Row]] = {}
    for row in rows:
        by_time.setdefault(row.time, []).append(row)
    if len(by_time) == len(rows):
        for start in range(0, len(rows), size):
            yield rows[start : start + size]
        return
    group: list[Row] = []
    for together in by_time.values():
        if group and len(group) + len(together) > size:
            yield group
            group = []
        group += together
    if group:
        yield group
