"""Processes items concurrently in threads."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future  # noqa: TID251  # only the core SDK uses backends
from queue import Empty, SimpleQueue
from threading import Event, Thread  # noqa: TID251  # likewise
from time import monotonic  # noqa: TID251  # likewise
from types import TracebackType
from typing import Generic, Self, TypeVar

# Default maximum number of threads; each uses its own connection.
MAX_CONCURRENCY = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers(Generic[Item, Result]):
    """A thread pool that processes items and yields their outcomes.

    Items may be added while iterating over outcomes. The threads are daemons, so that an
    interrupted program does not wait for an unresponsive server.

    Args:
        act: Processes one item.
        max_threads: Maximum number of threads.
        cleanup_seconds: Maximum time to wait for running work at the end of the `with` block, so
            that it can clean up.
    """

    def __init__(
        self,
        act: Callable[[Item], Result],
        *,
        max_threads: int = MAX_CONCURRENCY,
        cleanup_seconds: float = 0,
    ) -> None:
        self._act = act
        self._max_threads = max_threads
        self._cleanup_seconds = cleanup_seconds
        self._items: SimpleQueue[tuple[Item] | None] = SimpleQueue()
        self._outcomes: SimpleQueue[tuple[Item, Future[Result]]] = SimpleQueue()
        self._threads: list[Thread] = []
        self._open = 0
        self._begun = Event()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        deadline = monotonic() + self._cleanup_seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0, deadline - monotonic()))

    def add(self, item: Item) -> None:
        """Add an item to process."""
        self._open += 1
        self._items.put((item,))

    def stop(self) -> None:
        """Stop processing further items."""
        self._stopped = True
        self._begun.set()
        for _ in self._threads:
            self._items.put(None)

    def __iter__(self) -> Iterator[tuple[Item, Future[Result]]]:
        """Yield items with their outcomes as they complete."""
        for done in self.iter_completed():
            yield from done

    def iter_completed(self) -> Iterator[list[tuple[Item, Future[Result]]]]:
        """Yield all items that have completed since the last ones, with their outcomes."""
        while self._open:
            self._start_threads()
            done = [self._outcomes.get()]
            with contextlib.suppress(Empty):
                while True:
                    done.append(self._outcomes.get_nowait())
            self._open -= len(done)
            yield done

    def _start_threads(self) -> None:
        while len(self._threads) < min(self._max_threads, self._open):
            thread = Thread(target=self._work, name="avista-dx", daemon=True)
            # Register the thread before starting it, because Ctrl-C may interrupt the start.
            self._threads.append(thread)
            thread.start()
        self._begun.set()

    def _work(self) -> None:
        self._begun.wait()
        while not self._stopped:
            wrapped = self._items.get()
            if wrapped is None or self._stopped:
                return
            (item,) = wrapped
            outcome: Future[Result] = Future()
            try:
                outcome.set_result(self._act(item))
            except BaseException as error:
                outcome.set_exception(error)
            self._outcomes.put((item, outcome))


def map_concurrently(
    act: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Future[Result]]]:
    """Process items concurrently; yield them with their outcomes in order of completion."""
    with Workers(act) as workers:
        for item in items:
            workers.add(item)
        yield from workers
