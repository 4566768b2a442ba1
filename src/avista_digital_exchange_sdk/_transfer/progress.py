"""Progress of one transfer."""

from .._utils.progress import ProgressCallback


class TransferProgress:
    """Reports the transferred bytes of a file, which never decrease when parts are retried."""

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._done = 0

    @property
    def is_observed(self) -> bool:
        """Whether there is a callback."""
        return self._callback is not None

    def report(self, done: int, total: int | None) -> None:
        """Report that `done` of `total` bytes were transferred."""
        if self._callback is None:
            return
        # Parallel downloads report from several threads.
        self._done = max(self._done, done)
        self._callback(self._done, total)
