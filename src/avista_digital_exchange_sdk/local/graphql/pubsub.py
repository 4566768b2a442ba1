"""The bus between mutations that send events and subscriptions that receive them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

from pydantic_core import to_json

# Events that are replayed to late subscribers.
EXPORT_COMPLETE = {"onNotifyTimeSeriesQueryExportComplete", "onNotifyIotQueryExportComplete"}

Topic = tuple[str, frozenset[tuple[str, str]]]

# An export may complete shortly before its user subscribes.
MAX_REPLAYED_EVENTS = 1_000
# Slow subscribers lose events, as on the platform.
MAX_QUEUED_EVENTS = 1_000
MAX_QUEUED_BYTES = 8 * 1024**2


class Event(NamedTuple):
    """An event and its size in bytes."""

    payload: Any
    size: int

    @classmethod
    def create(cls, payload: Any) -> Event:
        """Create an event, computing its size."""
        return cls(payload, len(to_json(payload)))


class EventBus:
    """Delivers events to the subscribers of their field and arguments. Not thread-safe."""

    def __init__(self) -> None:
        self._subscribers: dict[Topic, set[Subscription]] = {}
        self._replay_buffer: OrderedDict[Topic, Any] = OrderedDict()

    def subscribe(
        self, subscription_field: str, arguments: Mapping[str, str], check: Callable[[], None]
    ) -> Subscription:
        """Add a subscriber, which receives events as long as the check passes."""
        check()
        topic = _topic(subscription_field, arguments)
        subscription = Subscription(self, topic, check)
        self._subscribers.setdefault(topic, set()).add(subscription)
        if topic in self._replay_buffer:
            subscription.deliver(Event.create(self._replay_buffer[topic]))
        return subscription

    async def publish(
        self, subscription_field: str, arguments: Mapping[str, str], payload: Any
    ) -> None:
        """Deliver an event to its current subscribers."""
        topic = _topic(subscription_field, arguments)
        if subscription_field in EXPORT_COMPLETE:
            self._keep(topic, payload)
        if subscribers := self._subscribers.get(topic):
            event = Event.create(payload)
            for subscription in subscribers:
                subscription.deliver(event)

    def _keep(self, topic: Topic, payload: Any) -> None:
        """Keep an event for late subscribers, and evict the oldest one."""
        self._replay_buffer[topic] = payload
        self._replay_buffer.move_to_end(topic)
        if len(self._replay_buffer) > MAX_REPLAYED_EVENTS:
            self._replay_buffer.popitem(last=False)

    def unsubscribe(self, topic: Topic, subscription: Subscription) -> None:
        """Remove a subscriber."""
        subscribers = self._subscribers.get(topic, set())
        subscribers.discard(subscription)
        if not subscribers:
            self._subscribers.pop(topic, None)


class Subscription(AsyncIterator[Any]):
    """The queue of events of one subscriber."""

    def __init__(self, events: EventBus, topic: Topic, check: Callable[[], None]) -> None:
        self._events = events
        self._topic = topic
        self._check = check
        self._queue: asyncio.Queue[Event] = asyncio.Queue(MAX_QUEUED_EVENTS)
        self._queued_bytes = 0

    def deliver(self, event: Event) -> None:
        """Queue an event, or drop it if the queue is full."""
        if not self._queue.full() and self._queued_bytes + event.size <= MAX_QUEUED_BYTES:
            self._queued_bytes += event.size
            self._queue.put_nowait(event)

    async def __anext__(self) -> Any:
        event = await self._queue.get()
        self._queued_bytes -= event.size
        # Access may have changed since the subscription started.
        self._check()
        return event.payload

    async def aclose(self) -> None:
        """Stop listening."""
        self._events.unsubscribe(self._topic, self)


def _topic(subscription_field: str, arguments: Mapping[str, str]) -> Topic:
    return subscription_field, frozenset(arguments.items())
