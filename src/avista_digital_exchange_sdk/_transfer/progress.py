"""Progress of one transfer."""

from .._utils.progress import ProgressCallback


class TransferProgress:
    """Reports how many bytes of a file have moved; it never goes back when some move again."""

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._done = 0

    def report(self, done: int, total: int | None) -> None:
        """Report that `done` of `total` bytes have moved."""
        if self._callback is None:
            return
        # Threads that fetch parts of a file report at the same time.
        self._done = max(self._done, done)
        self._callback(self._done, total)
