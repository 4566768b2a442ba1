"""Real-time connections and the subscriptions over them."""

import contextlib
import math
import uuid
from collections.abc import AsyncIterator
from typing import Generic

from pydantic_core import ValidationError

from .._backends import Backend, OpeningWebSocket, WebSocket
from .._secrets import Secret
from ..errors import SubscriptionError
from . import appsync_protocol
from .client import GraphQLClient, Result, Subscription


class Messages:
    """The messages over a WebSocket.

    Attributes:
        keep_alive_timeout: The time in seconds after which a silent connection is lost.
    """

    def __init__(self, socket: WebSocket, backend: Backend, token: Secret[str]) -> None:
        self.keep_alive_timeout = appsync_protocol.DEFAULT_CONNECTION_TIMEOUT_SECONDS
        self._socket = socket
        self._backend = backend
        self._token = token
        self.clock = backend.clock

    async def send(self, message: Secret[str]) -> None:
        """Send a message."""
        await self._socket.send(message)

    async def wait_for(
        self, kind: str, identifier: str | None, timeout: float
    ) -> appsync_protocol.Message:
        """Wait at most `timeout` seconds for a message of a type; raise TimeoutError otherwise."""
        deadline = self._backend.clock() + timeout
        while True:
            remaining = deadline - self._backend.clock()
            if remaining <= 0:
                raise TimeoutError
            message = appsync_protocol.parse_message(await self._receive(remaining), self._token)
            if message.type == "complete" and message.id == identifier:
                raise SubscriptionError("the platform ended the subscription")
            if message.type == kind and message.id == identifier:
                return message

    async def receive(self, timeout: float = math.inf) -> appsync_protocol.Message:
        """Receive the next message, which may be an error."""
        return appsync_protocol.parse_frame(await self._receive(timeout))

    async def _receive(self, remaining: float) -> Secret[str]:
        try:
            return await self._socket.receive(min(remaining, self.keep_alive_timeout))
        except TimeoutError:
            if self.keep_alive_timeout < remaining:
                raise SubscriptionError(
                    "the keep-alive of the real-time connection timed out"
                ) from None
            raise

    async def expect(
        self, request: str, kind: str, identifier: str | None, timeout: float | None
    ) -> appsync_protocol.Message:
        """Wait for the response to a request; raise SubscriptionError if there is none in time."""
        max_timeout = self._backend.options.subscription_start_timeout
        seconds = max_timeout if timeout is None else min(timeout, max_timeout)
        try:
            return await self.wait_for(kind, identifier, seconds)
        except TimeoutError:
            message = f"no response to {request} within {seconds:.3g} s"
            raise SubscriptionError(message) from None


def parse_event(result: type[Result], message: appsync_protocol.Message) -> Result | None:
    """Parse an event; return None if the platform sent errors in its place.

    The publisher may have selected less than the subscriber requires, which is no reason to end the
    subscription.
    """
    with contextlib.suppress(ValidationError):
        return result.model_validate(message.get("data"))
    if message.get("errors"):
        return None
    raise SubscriptionError("an event does not match the schema")


class SubscriptionEvents(Generic[Result]):
    """The events of a started subscription."""

    def __init__(self, messages: Messages, identifier: str, result: type[Result]) -> None:
        self._messages = messages
        self._identifier = identifier
        self._result = result

    async def next(self, timeout: float) -> Result:
        """Wait at most `timeout` seconds for an event; raise TimeoutError otherwise."""
        deadline = self._messages.clock() + timeout
        while True:
            remaining = deadline - self._messages.clock()
            message = await self._messages.wait_for("data", self._identifier, remaining)
            event = parse_event(self._result, message)
            if event is not None:
                return event


class RealtimeConnection:
    """A connection to the platform's real-time endpoint, which is opened in the background.

    Attributes:
        messages: Its messages.
    """

    def __init__(
        self, socket: OpeningWebSocket[float], backend: Backend, endpoint: str, token: Secret[str]
    ) -> None:
        self._socket = socket
        self.messages = Messages(socket, backend, token)
        self._endpoint = endpoint
        self._token = token

    async def wait_until_open(self) -> None:
        """Wait until the platform has acknowledged it; raise SubscriptionError if that fails."""
        self.messages.keep_alive_timeout = await self._socket.wait_until_open()

    @contextlib.asynccontextmanager
    async def subscribe(
        self, subscription: Subscription[Result], timeout: float | None = None
    ) -> AsyncIterator[SubscriptionEvents[Result]]:
        """Start a subscription and wait for its acknowledgement.

        Args:
            subscription: The subscription.
            timeout: Timeout in seconds, if shorter than the default.
        """
        await self.wait_until_open()
        identifier = await self.start(subscription)
        await self.messages.expect("start", "start_ack", identifier, timeout)
        yield SubscriptionEvents(self.messages, identifier, subscription.result)
        with contextlib.suppress(SubscriptionError):
            # The connection may be lost, and the subscription with it.
            await self.stop(identifier)

    async def start(self, subscription: Subscription[Result]) -> str:
        """Request the start of a subscription and return its ID."""
        identifier = str(uuid.uuid4())
        message = appsync_protocol.build_start(
            identifier, subscription, self._endpoint, self._token
        )
        await self.messages.send(message)
        return identifier

    async def stop(self, identifier: str) -> None:
        """Request the end of a subscription."""
        await self.messages.send(appsync_protocol.build_stop(identifier))


@contextlib.asynccontextmanager
async def connect(
    client: GraphQLClient, backend: Backend, timeout: float | None = None
) -> AsyncIterator[RealtimeConnection]:
    """Open a real-time connection in the background.

    Args:
        client: The client, with the endpoint and the token.
        backend: The backend, which need not be the one of the client.
        timeout: Timeout in seconds of each step, if shorter than the default.
    """
    endpoint, token = client.endpoint, client.token
    url = appsync_protocol.build_realtime_url(endpoint)
    subprotocols = appsync_protocol.build_subprotocols(endpoint, token)

    async def handshake(socket: WebSocket) -> float:
        messages = Messages(socket, backend, token)
        await messages.send(appsync_protocol.build_connection_init())
        with client.explain_errors():
            message = await messages.expect("connection_init", "connection_ack", None, timeout)
        return appsync_protocol.parse_connection_timeout(message)

    async with backend.websocket(url, subprotocols, handshake, timeout) as socket:
        yield RealtimeConnection(socket, backend, endpoint, token)
