"""One real-time connection with several subscriptions."""

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .._backends import Backend
from ..errors import DigitalExchangeError, SubscriptionError
from .appsync_protocol import Message, build_error
from .client import GraphQLClient, Subscription
from .subscriptions import RealtimeConnection, connect

# Called with the connection when all subscriptions are active, before any event.
OnStart = Callable[["LiveConnection"], None]
# Called with the connection, the index of the subscription, and the message.
OnEvent = Callable[["LiveConnection", int, Message], None]


class LiveConnection:
    """A connection whose events are reported until it is lost or stopped.

    Attributes:
        error: Why it was lost, or could not be established.
        last_received: When its last message was received, or when it was created.
        has_ended: Whether it was lost or stopped.

    Args:
        backend: A backend on the running event loop.
        client: Knows the endpoint and the token.
        subscriptions: The subscriptions by their index.
        on_start: Called when all subscriptions are active.
        on_event: Called for each event.
    """

    def __init__(
        self,
        backend: Backend,
        client: GraphQLClient,
        subscriptions: Mapping[int, Subscription[Any]],
        on_start: OnStart,
        on_event: OnEvent,
    ) -> None:
        self.error: DigitalExchangeError | None = None
        self.last_received = datetime.now(UTC)
        self.has_ended = False
        self._backend = backend
        self._client = client
        self._subscriptions = subscriptions
        self._on_start = on_start
        self._on_event = on_event
        self._is_started = False
        self._identifiers: dict[str, int] = {}
        self._unacknowledged: set[str] = set()
        # Events of subscriptions that are active while others are not yet.
        self._early: list[tuple[int, Message]] = []
        self._changed = backend.create_signal()
        self._task = backend.run_in_background(lambda _: self._run())

    async def wait_until_started(self) -> None:
        """Wait until all subscriptions are acknowledged; raise the error if that fails."""
        await self._changed.wait()
        if not self._is_started:
            raise self.error or SubscriptionError("the real-time connection was closed")

    async def wait(self, timeout: float) -> bool:
        """Wait until it has ended, at most `timeout` seconds; return whether it has."""
        return await self._task.wait(timeout)

    async def stop(self) -> None:
        """Stop the subscriptions and close the connection."""
        self._task.stop()
        await self._task.wait(self._backend.options.cleanup_timeout)

    def abandon(self) -> None:
        """Stop it without waiting."""
        self._task.stop()

    async def _run(self) -> None:
        try:
            async with connect(self._client, self._backend) as connection:
                await self._serve(connection)
        except DigitalExchangeError as error:
            self.error = error
        finally:
            self.has_ended = True
            self._changed.set()

    async def _serve(self, connection: RealtimeConnection) -> None:
        try:
            await connection.wait_until_open()
            for index, subscription in self._subscriptions.items():
                self._identifiers[await connection.start(subscription)] = index
            self._unacknowledged = set(self._identifiers)
            await self._receive_acknowledgements(connection)
            self._start()
            while True:
                self._handle(await connection.messages.receive())
        except DigitalExchangeError:
            raise
        except BaseException:
            # Stopped: the server should not wait until it notices that the connection is closed.
            with contextlib.suppress(SubscriptionError):
                for identifier in self._identifiers:
                    await connection.stop(identifier)
            raise

    def _start(self) -> None:
        self._on_start(self)
        self._is_started = True
        for index, message in self._early:
            self._on_event(self, index, message)
        self._early.clear()
        self._changed.set()

    async def _receive_acknowledgements(self, connection: RealtimeConnection) -> None:
        timeout = self._backend.options.subscription_start_timeout
        deadline = self._backend.clock() + timeout
        while self._unacknowledged:
            try:
                remaining = max(deadline - self._backend.clock(), 0)
                self._handle(await connection.messages.receive(remaining))
            except TimeoutError:
                message = f"no response to start within {timeout:.3g} s"
                raise SubscriptionError(message) from None

    def _handle(self, message: Message) -> None:
        self.last_received = datetime.now(UTC)
        index = self._identifiers.get(message.id or "")
        if message.type in ("error", "connection_error"):
            raise build_error(message, self._client.token)
        if index is None:
            return
        if message.type == "start_ack":
            self._unacknowledged.discard(message.id or "")
        elif message.type == "data":
            if self._is_started:
                self._on_event(self, index, message)
            else:
                self._early.append((index, message))
        elif message.type == "complete":
            raise SubscriptionError("the platform ended the subscription")
