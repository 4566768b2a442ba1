"""The bus between mutations that tell of something and the subscriptions waiting for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

EXPORT_COMPLETE = "onNotifyTimeSeriesQueryExportComplete"

Topic = tuple[str, frozenset[tuple[str, str]]]

# An export may be complete a moment before its user's subscription has arrived.
KEPT_EXPORT_EVENTS = 1_000
# A subscriber that reads too slowly loses events, as on the platform.
LONGEST_QUEUE = 1_000


class Events:
    """Hands every event to the subscribers of its field and arguments. Lives on one event loop."""

    def __init__(self) -> None:
        self._subscribers: dict[Topic, set[Subscription]] = {}
        self._kept: OrderedDict[Topic, Any] = OrderedDict()

    def subscribe(
        self, subscription_field: str, arguments: Mapping[str, str], check: Callable[[], None]
    ) -> Subscription:
        """Register a subscriber; events sent from now on reach it while the check passes."""
        check()
        topic = _topic(subscription_field, arguments)
        subscription = Subscription(self, topic, check)
        self._subscribers.setdefault(topic, set()).add(subscription)
        if topic in self._kept:
            subscription.deliver(self._kept[topic])
        return subscription

    async def send(
        self, subscription_field: str, arguments: Mapping[str, str], payload: Any
    ) -> None:
        """Hand an event to everyone who waits for it now."""
        topic = _topic(subscription_field, arguments)
        if subscription_field == EXPORT_COMPLETE:
            self._keep(topic, payload)
        for subscription in self._subscribers.get(topic, ()):
            subscription.deliver(payload)

    def _keep(self, topic: Topic, payload: Any) -> None:
        """Remember an event for subscribers that come late, and forget the oldest."""
        self._kept[topic] = payload
        self._kept.move_to_end(topic)
        if len(self._kept) > KEPT_EXPORT_EVENTS:
            self._kept.popitem(last=False)

    def drop(self, topic: Topic, subscription: Subscription) -> None:
        """Forget a subscriber."""
        subscribers = self._subscribers.get(topic, set())
        subscribers.discard(subscription)
        if not subscribers:
            self._subscribers.pop(topic, None)


class Subscription(AsyncIterator[Any]):
    """The events one subscriber has not yet seen."""

    def __init__(self, events: Events, topic: Topic, check: Callable[[], None]) -> None:
        self._events = events
        self._topic = topic
        self._check = check
        self._queue: asyncio.Queue[Any] = asyncio.Queue(LONGEST_QUEUE)

    def deliver(self, payload: Any) -> None:
        """Put an event in the queue, unless the subscriber is too far behind."""
        if not self._queue.full():
            self._queue.put_nowait(payload)

    async def __anext__(self) -> Any:
        payload = await self._queue.get()
        # What may be heard may have changed since the subscription started.
        self._check()
        return payload

    async def aclose(self) -> None:
        """Stop listening."""
        self._events.drop(self._topic, self)


def _topic(subscription_field: str, arguments: Mapping[str, str]) -> Topic:
    """Name what a subscriber waits for."""
    return subscription_field, frozenset(arguments.items())
