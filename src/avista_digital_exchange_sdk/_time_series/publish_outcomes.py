"""The outcomes of published rows or records, in one byte each."""

from array import array
from collections.abc import Awaitable, Callable, Iterable, Sequence

from .._utils.progress import ProgressCallback, ProgressReporter
from ..errors import DigitalExchangeError, PublishIncompleteError

PENDING, UNCHANGED, WRITTEN, UNKNOWN, REJECTED = range(1, 6)


class Outcomes:
    """The base class of outcomes of rows. A row in several records has the worst outcome.

    Attributes:
        rejected: The reasons of the rejected rows, by index.
        values_stored: The number of stored values, including corrected ones.
        values_corrected: The number of values that replaced another one.
        values_unchanged: The number of values that were stored already.
    """

    def __init__(self) -> None:
        self.rejected: dict[int, str] = {}
        self.values_stored = 0
        self.values_corrected = 0
        self.values_unchanged = 0

    def mark_written(self, indexes: Iterable[int]) -> None:
        """Note that all records of a batch were written."""
        self._mark(indexes, WRITTEN)

    def mark_unchanged(self, indexes: Iterable[int]) -> None:
        """Note that all values of rows are stored already."""
        self._mark(indexes, UNCHANGED)

    def mark_unknown(self, indexes: Iterable[int]) -> None:
        """Note that a batch was sent without a response."""
        self._mark(indexes, UNKNOWN)

    def mark_rejected(self, index: int, reason: str) -> None:
        """Note that a record of a row was rejected. The first reason is kept."""
        self.rejected.setdefault(index, reason)
        self._mark([index], REJECTED)

    def _mark(self, indexes: Iterable[int], state: int) -> None:
        raise NotImplementedError


class JobOutcomes(Outcomes):
    """The known outcomes of the rows of one job.

    Attributes:
        states: The outcome of each row, by index.
    """

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[int, int] = {}

    def _mark(self, indexes: Iterable[int], state: int) -> None:
        if not self.states:
            self.states = dict.fromkeys(indexes, state)
            return
        for index in indexes:
            self.states[index] = max(self.states.get(index, PENDING), state)


class PublishOutcomes(Outcomes):
    """The outcome of every row to publish, by its index.

    Args:
        indexes: The rows to publish.

    Attributes:
        unknown_jobs: The number of jobs with rows that may have been written, or of times that
            such rows were marked without a job.
    """

    def __init__(self, indexes: Iterable[int] = ()) -> None:
        super().__init__()
        # A byte per row: lists of integers would need 40 times the memory.
        self._states = bytearray()
        # The number of rows by state. Counting them for each report would take longer the more
        # rows there are.
        self._counts = [0] * (REJECTED + 1)
        # The next row of the same record, by row; empty unless rows are joined. Row 0 is none.
        self._next = array("L")
        self.unknown_jobs = 0
        self.expect(indexes)

    def expect(self, indexes: Iterable[int]) -> None:
        """Add rows to publish."""
        self._mark(indexes, PENDING)

    def discard(self, indexes: Iterable[int]) -> None:
        """Remove rows that are not to be published after all."""
        for index in indexes:
            self._set(index, 0)

    def join(self, first: int, other: int) -> None:
        """Give a row the outcome of an earlier one, in whose record its values are.

        None of them may be row 0.
        """
        if not self._next:
            self._next = array("L", bytes(array("L").itemsize * len(self._states)))
        while self._next[first]:
            first = self._next[first]
        self._next[first] = other

    def mark_unknown(self, indexes: Iterable[int]) -> None:
        """Note that a batch was sent without a response."""
        super().mark_unknown(indexes)
        self.unknown_jobs += 1

    def mark_rejected(self, index: int, reason: str) -> None:
        """Note that a record of a row was rejected. The first reason is kept."""
        for row in self._joined_rows(index):
            self.rejected.setdefault(row, reason)
        self._mark([index], REJECTED)

    def add(self, job: JobOutcomes) -> None:
        """Add the outcomes of a job."""
        # Copies, as a cancelled job may still be running in its thread.
        for index, reason in job.rejected.copy().items():
            self.mark_rejected(index, reason)
        states = job.states.copy()
        for state in set(states.values()):
            self._mark([index for index, own in states.items() if own == state], state)
        self.unknown_jobs += UNKNOWN in states.values()
        self.values_stored += job.values_stored
        self.values_corrected += job.values_corrected
        self.values_unchanged += job.values_unchanged

    @property
    def total(self) -> int:
        """The number of rows to publish."""
        return sum(self._counts[PENDING:])

    @property
    def finished(self) -> int:
        """The number of sent rows."""
        return self.total - self.count(PENDING)

    def count(self, state: int) -> int:
        """The number of rows with an outcome."""
        return self._counts[state]

    def indexes(self, state: int) -> list[int]:
        """The rows with an outcome, in order."""
        return [index for index, own in enumerate(self._states) if own == state]

    def _mark(self, indexes: Iterable[int], state: int) -> None:
        states = self._states
        if isinstance(indexes, range) and indexes.step == 1 and indexes.start == len(states):
            # New rows, which are not joined yet.
            states.extend(bytes([state]) * len(indexes))
            self._counts[state] += len(indexes)
            return
        for first in indexes:
            if first >= len(states):
                missing = first + 1 - len(states)
                states.extend(bytes(missing))
                self._counts[0] += missing
            for index in self._joined_rows(first):
                if states[index] < state:
                    self._set(index, state)

    def _set(self, index: int, state: int) -> None:
        self._counts[self._states[index]] -= 1
        self._counts[state] += 1
        self._states[index] = state

    def _joined_rows(self, first: int) -> Iterable[int]:
        """A row and the rows that are joined with it."""
        if not self._next:
            return (first,)
        rows = [first]
        while following := self._next[rows[-1]]:
            rows.append(following)
        return rows


def format_ranges(indexes: Sequence[int]) -> str:
    """Format sorted indexes as ranges, such as ` (0-99, 200)`."""
    if not indexes:
        return ""
    ranges: list[list[int]] = []
    for index in indexes:
        if ranges and index == ranges[-1][1] + 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return f" ({', '.join(parts)})"


async def run_publish(
    outcomes: PublishOutcomes,
    progress: ProgressReporter,
    publish: Callable[[ProgressCallback | None], Awaitable[DigitalExchangeError | None]],
    *,
    what: str,
    summarize: Callable[[], str],
    rejections_fail: bool,
) -> None:
    """Run a publish; raise an error if it failed, or failed in part.

    Args:
        outcomes: The outcome of each record.
        progress: Reports the number of sent records.
        publish: Publishes the records and returns the last error, or None.
        what: What messages call a record.
        summarize: Describes the outcomes.
        rejections_fail: Whether rejected records are an error even if `publish` returns None, as
            records of unknown outcome are.
    """
    try:
        with progress.track("publish", f"{what}s") as report:
            failure = await publish(report)
    except BaseException as interruption:
        interruption.add_note(summarize())
        raise
    is_incomplete = outcomes.count(UNKNOWN) or (rejections_fail and outcomes.count(REJECTED))
    if failure is not None or is_incomplete:
        error = _build_publish_error(outcomes, summarize(), failure)
        if error is failure:
            raise error
        raise error from failure


def _build_publish_error(
    outcomes: PublishOutcomes, summary: str, failure: DigitalExchangeError | None
) -> DigitalExchangeError:
    """Build the error of a publish that failed in part; return `failure` if all of it failed.

    Args:
        outcomes: The outcome of each record.
        summary: The outcomes as text.
        failure: The error that ended the publish, or None.
    """
    if failure is not None and not (
        outcomes.count(WRITTEN)
        or outcomes.count(UNCHANGED)
        or outcomes.rejected
        # The failure's mayHaveSucceeded is only about its own records.
        or outcomes.unknown_jobs > failure.mayHaveSucceeded
    ):
        if outcomes.count(UNKNOWN):
            failure.add_note(summary)
        return failure
    return PublishIncompleteError(
        summary if failure is None else f"{summary}. Cause: {failure}",
        written=outcomes.indexes(WRITTEN),
        unchanged=outcomes.indexes(UNCHANGED),
        rejected=outcomes.rejected,
        unknown=outcomes.indexes(UNKNOWN),
        notSent=outcomes.indexes(PENDING),
    )


def summarize_outcomes(outcomes: PublishOutcomes, what: str) -> str:
    """Describe the outcomes of records, which messages call `what`."""
    written, unchanged = outcomes.indexes(WRITTEN), outcomes.indexes(UNCHANGED)
    rejected = outcomes.indexes(REJECTED)
    unknown, not_sent = outcomes.indexes(UNKNOWN), outcomes.indexes(PENDING)
    total = f"{outcomes.total} {what}s"
    parts = [f"{len(written)} of {total} were written{format_ranges(written)}"]
    if unchanged:
        parts.append(f"{len(unchanged)} were stored before{format_ranges(unchanged)}")
    if rejected:
        first, reason = next(iter(outcomes.rejected.items()))
        parts.append(f"{len(rejected)} were rejected{format_ranges(rejected)}")
        parts.append(f"{what} {first}: {reason.rstrip('.')}")
    if unknown:
        parts.append(f"{len(unknown)} may have been written{format_ranges(unknown)}")
    if not_sent:
        parts.append(f"{len(not_sent)} were not sent{format_ranges(not_sent)}")
    return "; ".join(parts)
