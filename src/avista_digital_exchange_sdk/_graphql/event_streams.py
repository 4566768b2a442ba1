"""The streams of events that calls return."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from .._backends import run_sync
from .._models.stream_gap import StreamGap
from .._secrets import TokenHolder
from .._utils import validation
from ..errors import DigitalExchangeError, StreamGapWarning, SubscriptionError

Event = TypeVar("Event")
_Event = TypeVar("_Event", covariant=True)


class EventSource(Protocol[_Event]):
    """The source of the events of a stream."""

    @property
    def gaps(self) -> Iterable[StreamGap]:
        """The latest gaps."""

    async def open(self) -> None:
        """Subscribe, and wait until the subscriptions are active."""

    async def next(self, timeout: float | None) -> _Event:
        """Wait for an event; raise StopAsyncIteration at the end, TimeoutError after `timeout`."""

    def stop(self) -> None:
        """Unsubscribe without waiting, from any thread."""

    async def close(self) -> None:
        """Unsubscribe and wait until that is done."""


class AsyncEventStream(TokenHolder, AsyncIterator[Event]):
    """The events of a subscription of the async client, in the order in which they were received.

    It is an async iterator and an async context manager. Await it, or use it as a context manager,
    to subscribe before the next statement. With `async for` alone, it subscribes at the first step.
    It ends when it is closed: by `close()`, at the end of `async with`, when the task that loops
    over it is cancelled, and when it is garbage collected, as after a `break`.
    """

    def __init__(self, source: EventSource[Event]) -> None:
        self._source = source
        self._is_open = self._is_closed = False
        self._problem: str | None = None
        self._finalizer = weakref.finalize(self, source.stop)
        self._finalizer.atexit = False

    @property
    def gaps(self) -> list[StreamGap]:
        """The times in which events may have been missed, at most the latest 1000."""
        return list(self._source.gaps)

    async def _open(self) -> Self:
        if not self._is_open:
            self._require_usable()
            self._is_open = True
            try:
                await self._source.open()
            except BaseException:
                self._abandon("it could not be opened")
                raise
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def __aenter__(self) -> Self:
        return await self._open()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        await self._open()
        if self._is_closed:
            self._require_usable()
            raise StopAsyncIteration
        try:
            return await self._source.next(None)
        except (StopAsyncIteration, DigitalExchangeError) as error:
            self._abandon(f"it has failed: {error}" if str(error) else None)
            raise
        except StreamGapWarning:
            # The caller turns warnings into errors. The events that follow can still be read.
            raise
        except BaseException as error:
            self._abandon(
                f"it was interrupted by {type(error).__name__}; to wait for a limited time, use "
                "next(timeout)"
            )
            raise

    async def next(self, timeout: float | None = None) -> Event:
        """Wait for the next event.

        Args:
            timeout: Timeout in seconds; 0 does not wait. Defaults to no timeout.

        Returns:
            The event.

        Raises:
            InvalidParameterError: The timeout is not a number of seconds. The stream stays open.
            TimeoutError: No event was received in time. The stream stays open.
            SubscriptionError: The connection was lost, or the stream is closed.
        """
        if timeout is not None:
            validation.parse_timeout("timeout", timeout)
        await self._open()
        self._require_usable()
        if self._is_closed:
            raise SubscriptionError("the stream is closed")
        try:
            return await self._source.next(timeout)
        except StopAsyncIteration:
            self._abandon(None)
            raise SubscriptionError("the stream is closed") from None
        except DigitalExchangeError as error:
            self._abandon(f"it has failed: {error}")
            raise

    async def close(self) -> None:
        """Unsubscribe and close the connection. Events that were not read are discarded."""
        self._is_closed = self._is_open = True
        self._finalizer.detach()
        # Also if it was closed without waiting.
        await self._source.close()

    aclose = close

    def _abandon(self, problem: str | None) -> None:
        """Close the stream without waiting."""
        self._is_closed, self._problem = True, problem
        self._finalizer()

    def _require_usable(self) -> None:
        if self._problem is not None:
            raise SubscriptionError(f"the stream is closed: {self._problem}")


class EventStream(TokenHolder, Iterator[Event]):
    """The events of a subscription, in the order in which they were received.

    It is an iterator and a context manager. It is subscribed from the beginning, and ends when it
    is closed: by `close()`, at the end of `with`, by Ctrl-C while it waits, and when it is garbage
    collected, as after a `break`.
    """

    def __init__(self, stream: AsyncEventStream[Event]) -> None:
        self._stream = stream
        run_sync(stream._open())

    @property
    def gaps(self) -> list[StreamGap]:
        """The times in which events may have been missed, at most the latest 1000."""
        return self._stream.gaps

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        try:
            return run_sync(self._stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def next(self, timeout: float | None = None) -> Event:
        """Wait for the next event.

        Args:
            timeout: Timeout in seconds; 0 does not wait. Defaults to no timeout.

        Returns:
            The event.

        Raises:
            InvalidParameterError: The timeout is not a number of seconds. The stream stays open.
            TimeoutError: No event was received in time. The stream stays open.
            SubscriptionError: The connection was lost, or the stream is closed.
        """
        return run_sync(self._stream.next(timeout))

    def close(self) -> None:
        """Unsubscribe and close the connection. Events that were not read are discarded."""
        run_sync(self._stream.close())
