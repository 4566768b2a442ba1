"""How much has moved of many files at once."""

import threading  # noqa: TID251  # the file system's copies run in threads of its own

from fsspec import Callback  # type: ignore[import-untyped]  # fsspec's own lack

from .._utils.progress import ProgressCallback
from ..file_system._parallel_copy import to_progress_callback


class AggregateCallback(Callback):  # type: ignore[misc]  # fsspec has no annotations
    """Adds up what is told of each file, and tells that.

    Args:
        report: Told the bytes that have moved, and the bytes in all; None if nobody wants to know.
        total: The bytes in all.
    """

    def __init__(self, report: ProgressCallback | None, total: int) -> None:
        super().__init__()
        self._report = report
        self._total = total
        self._moved = 0
        self._lock = threading.Lock()

    def branched(self, *_: object, **__: object) -> "_Part":
        """What the file system tells of one file."""
        return _Part(self)

    def child(self) -> ProgressCallback:
        """What the exchange tells of one file."""
        return to_progress_callback(self.branched())

    def add(self, count: int) -> None:
        """Count bytes that have moved."""
        with self._lock:
            self._moved += count
            if self._report is not None:
                self._report(self._moved, self._total)


class _Part(Callback):  # type: ignore[misc]  # fsspec has no annotations
    def __init__(self, tally: AggregateCallback) -> None:
        super().__init__()
        self._tally = tally
        self._moved = 0

    def absolute_update(self, value: int) -> None:
        self._tally.add(value - self._moved)
        self._moved = value
