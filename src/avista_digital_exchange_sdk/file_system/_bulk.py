"""Many files at once: what fsspec would copy one by one, copied several at a time."""

from collections.abc import Callable, Iterable
from concurrent.futures import (  # noqa: TID251  # only the SDK proper waits through Io
    ThreadPoolExecutor,
    as_completed,
)
from threading import Event  # noqa: TID251  # likewise
from typing import Any

from .._progress import Tell

AT_ONCE = 8
"""Files; each has a connection of its own."""

Pair = tuple[str, str]
"""Where a file comes from, and where it goes to."""

Copy = Callable[[str, str, Tell], object]
"""Copies one pair, and tells of its progress."""


class Plan:
    """Stands in for a file system: notes what would be copied, and copies nothing."""

    def __init__(self, fs: Any) -> None:
        self._fs = fs
        self.pairs: list[Pair] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fs, name)

    def _note(self, source: str, target: str, **_: object) -> None:
        self.pairs.append((source, target))

    get_file = put_file = _note


class _Stopped(Exception):  # noqa: N818  # no error: it ends a copy that nobody waits for any more
    """Ends the copies under way when one has failed, or the user has interrupted them."""


class Copies:
    """Copies that are made several at once, and end together when one fails."""

    def __init__(self, copy: Copy, callback: Any) -> None:
        self._copy = copy
        self._callback = callback
        self._begun = Event()
        self._stopped = False

    def make(self, pairs: Iterable[Pair]) -> None:
        """Copy every pair; raise the first error, when those under way have ended too."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="avista-dx") as pool:
            try:
                copies = [pool.submit(self._one, *pair) for pair in pairs]
                self._callback.set_size(len(copies))
                # Only now: a pool that is interrupted while it starts a thread forgets that thread.
                self._begun.set()
                for ended in as_completed(copies):
                    ended.result()
                    self._callback.relative_update()
            finally:
                self._stopped = True
                self._begun.set()
                pool.shutdown(cancel_futures=True)

    def _one(self, source: str, target: str) -> None:
        self._begun.wait()
        if self._stopped:
            raise _Stopped
        with self._callback.branched(source, target) as child:
            report = reporting(child)

            def progress(done: int, total: int | None) -> None:
                if self._stopped:
                    raise _Stopped
                report(done, total)

            self._copy(source, target, progress)


def reporting(callback: Any) -> Tell:
    """Tell one of fsspec's callbacks of a file's progress."""

    def report(done: int, total: int | None) -> None:
        callback.set_size(total)
        callback.absolute_update(done)

    return report
