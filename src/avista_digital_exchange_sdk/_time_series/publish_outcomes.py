"""What became of each row or record of a publish, in one byte each."""

from collections.abc import Iterable, Sequence

PENDING, UNCHANGED, WRITTEN, UNKNOWN, REJECTED = range(1, 6)


class PublishOutcomes:
    """The outcome of every row, by its index. A row in several records has the worst outcome.

    Args:
        indexes: The rows that are to be published.

    Attributes:
        rejected: The reason of each rejected row, by its index.
        values_stored: How many values were stored, the corrected ones among them.
        values_corrected: How many values took the place of another one.
        values_unchanged: How many values were stored already.
    """

    def __init__(self, indexes: Iterable[int] = ()) -> None:
        # A byte per row: lists of integers would take 40 times the memory.
        self._states = bytearray()
        self.rejected: dict[int, str] = {}
        self.values_stored = 0
        self.values_corrected = 0
        self.values_unchanged = 0
        self.expect(indexes)

    def expect(self, indexes: Iterable[int]) -> None:
        """Add rows that are to be published."""
        self._mark(indexes, PENDING)

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

    @property
    def total(self) -> int:
        """How many rows are to be published."""
        return len(self._states) - self._states.count(0)

    @property
    def finished(self) -> int:
        """How many rows were sent."""
        return self.total - self.count(PENDING)

    def count(self, state: int) -> int:
        """How many rows have an outcome."""
        return self._states.count(state)

    def indexes(self, state: int) -> list[int]:
        """The rows that have an outcome, in order."""
        return [index for index, own in enumerate(self._states) if own == state]

    def _mark(self, indexes: Iterable[int], state: int) -> None:
        states = self._states
        for index in indexes:
            if index >= len(states):
                states.extend(bytes(index + 1 - len(states)))
            states[index] = max(states[index], state)


def format_ranges(indexes: Sequence[int]) -> str:
    """Sorted indexes as ranges, such as ` (0-99, 200)`."""
    if not indexes:
        return ""
    ranges: list[list[int]] = []
    for index in indexes:
        if ranges and index == ranges[-1][1] + 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return f" ({', '.join(texts)})"
