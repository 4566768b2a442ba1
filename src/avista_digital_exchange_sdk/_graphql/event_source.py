"""The typed events of subscriptions."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from logging import INFO, WARNING
from typing import Any, Generic, NamedTuple, TypeVar

from .._models.stream_gap import StreamGap
from .._utils.caller_warnings import warn
from ..errors import StreamGapWarning, SubscriptionError
from .client import GraphQLClient, Subscription
from .event_buffer import BufferedEvent, BufferedGap
from .live_feed import FeedOptions, LiveFeed
from .subscriptions import parse_event

# Older gaps are only logged.
MAX_GAPS = 1000

Event = TypeVar("Event")
OnGap = Callable[[StreamGap], object]


class Subject(NamedTuple):
    """What a subscription is about.

    Attributes:
        identifier: The ID of the endpoint, capture or asset.
        subscription: The subscription.
    """

    identifier: str
    subscription: Subscription[Any]


class StreamOptions(NamedTuple):
    """The options of a stream that callers choose.

    Attributes:
        feed: How events are received.
        on_gap: Called for each gap.
    """

    feed: FeedOptions
    on_gap: OnGap | None


class SubscriptionSource(Generic[Event]):
    """Converts the events of subscriptions to those of a stream.

    Args:
        client: Knows the backend, the endpoint and the token.
        subjects: The subscriptions.
        convert: Converts the payload of an event to events of the stream.
        options: The options of the stream.
    """

    def __init__(
        self,
        client: GraphQLClient,
        subjects: Sequence[Subject],
        convert: Callable[[Any], Iterable[Event]],
        options: StreamOptions,
    ) -> None:
        self.gaps: deque[StreamGap] = deque(maxlen=MAX_GAPS)
        self._client = client
        self._clock = client.backend.clock
        self._subjects = subjects
        self._convert = convert
        self._on_gap = options.on_gap
        self._feed = LiveFeed(client, [subject.subscription for subject in subjects], options.feed)
        self._pending: deque[Event] = deque()

    async def open(self, timeout: float | None = None) -> None:
        """Subscribe, and wait until the subscriptions are active, at most `timeout` seconds."""
        await self._feed.open(timeout)

    async def next(self, timeout: float | None) -> Event:
        """Wait for an event; raise StopAsyncIteration at the end, TimeoutError after `timeout`."""
        deadline = None if timeout is None else self._clock() + timeout
        while not self._pending:
            remaining = None if deadline is None else max(deadline - self._clock(), 0)
            item = await self._feed.next(remaining)
            if item is None:
                raise StopAsyncIteration
            if isinstance(item, BufferedGap):
                await self._handle_gap(item)
            else:
                self._pending.extend(await self._read(item))
        return self._pending.popleft()

    def stop(self) -> None:
        """Unsubscribe without waiting, from any thread."""
        self._feed.stop()

    async def close(self) -> None:
        """Unsubscribe and wait until that is done."""
        await self._feed.close()

    async def _read(self, item: BufferedEvent) -> Iterable[Event]:
        payload = self._parse(item)
        return () if payload is None else self._convert(payload)

    def _parse(self, item: BufferedEvent) -> Any:
        """Parse an event; return None if the platform could not build it."""
        subject = self._subjects[item.subject]
        try:
            event = parse_event(subject.subscription.result, item.message)
        except SubscriptionError as error:
            self._client.log.warning("an event of %s was skipped: %s", subject.identifier, error)
            return None
        payload = None if event is None else next(value for _, value in event)
        if payload is None:
            self._client.log.warning(
                "an event of %s was skipped: it has errors instead of data", subject.identifier
            )
        return payload

    async def _handle_gap(self, gap: BufferedGap) -> None:
        """Report a gap."""
        self._report(StreamGap(gap.start, gap.end, gap.reason, self._describe(gap)))

    def _describe(self, gap: BufferedGap) -> tuple[str, ...]:
        """Return the IDs that a gap concerns."""
        identifiers = (self._subjects[index].identifier for index in gap.indexes)
        return tuple(dict.fromkeys(identifiers))

    def _report(self, gap: StreamGap) -> None:
        self.gaps.append(gap)
        self._client.log.log(INFO if gap.recoveredFrom else WARNING, "%s", gap)
        if self._on_gap is not None:
            self._on_gap(gap)
        elif gap.recoveredFrom is None:
            warn(str(gap), StreamGapWarning)
