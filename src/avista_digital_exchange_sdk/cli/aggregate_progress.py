"""Progress of several concurrent file transfers."""

import threading  # noqa: TID251  # the file system's copies run in threads of its own

from fsspec import Callback  # type: ignore[import-untyped]  # untyped

from .._utils.progress import ProgressCallback
from ..file_system._parallel_copy import to_progress_callback
from .progress_bar import ProgressDisplay


class AggregateCallback(Callback):  # type: ignore[misc]  # fsspec has no annotations
    """Shows the sum of the progress of several files.

    Args:
        display: Shows the transferred and the total number of bytes, and of files; None if it is
            not shown.
        total: The total number of bytes.
    """

    def __init__(self, display: ProgressDisplay | None, total: int) -> None:
        super().__init__()
        self._display = display
        self._total = total
        self._transferred = 0
        self._lock = threading.Lock()

    def branched(self, source: str = "", *_: object, **__: object) -> "_FileCallback":
        """Create the fsspec callback of one file."""
        if self._display is not None and source:
            self._display.start_file(source)
        return _FileCallback(self)

    def call(self, *_: object, **__: object) -> None:
        """Show how many files are done."""
        if self._display is not None and self.size:
            self._display.count_files(self.value, self.size)

    def child(self) -> ProgressCallback:
        """Create the progress callback of one file."""
        return to_progress_callback(self.branched())

    def add(self, count: int) -> None:
        """Count transferred bytes."""
        with self._lock:
            self._transferred += count
            if self._display is not None:
                self._display(self._transferred, self._total)


class _FileCallback(Callback):  # type: ignore[misc]  # fsspec has no annotations
    def __init__(self, parent: AggregateCallback) -> None:
        super().__init__()
        self._parent = parent
        self._transferred = 0

    def absolute_update(self, value: int) -> None:
        self._parent.add(value - self._transferred)
        self._transferred = value
