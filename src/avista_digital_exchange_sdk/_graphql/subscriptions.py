"""A real-time connection, and the subscriptions that run over it."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Generic

from pydantic_core import ValidationError

from .._backends import Backend, WebSocket
from .._secrets import Secret
from ..errors import SubscriptionError
from . import appsync_protocol
from .client import Result, Subscription


class EventStream(Generic[Result]):
    """The events of one started subscription."""

    def __init__(
        self, connection: "RealtimeConnection", identifier: str, result: type[Result]
    ) -> None:
        self._connection = connection
        self._identifier = identifier
        self._result = result

    async def next(self, timeout: float) -> Result:
        """Wait at most `timeout` seconds for an event; raise TimeoutError when none comes."""
        message = await self._connection.wait_for("data", self._identifier, timeout)
        with contextlib.suppress(ValidationError):
            return self._result.model_validate(message.get("data"))
        raise SubscriptionError("an event is not of the contract's shape")


class RealtimeConnection:
    """An acknowledged connection to the platform's real-time endpoint."""

    def __init__(
        self, socket: WebSocket, backend: Backend, endpoint: str, token: Secret[str]
    ) -> None:
        self._socket = socket
        self._backend = backend
        self._endpoint = endpoint
        self._token = token
        self._silence = appsync_protocol.DEFAULT_CONNECTION_TIMEOUT

    async def handshake(self, timeout: float | None = None) -> None:
        """Introduce ourselves and wait to be welcomed."""
        await self._socket.send(appsync_protocol.connection_init_message())
        message = await self._expect("connection_init", "connection_ack", None, timeout)
        self._silence = appsync_protocol.parse_connection_timeout(message)

    @contextlib.asynccontextmanager
    async def subscribe(
        self, subscription: Subscription[Result], timeout: float | None = None
    ) -> AsyncIterator[EventStream[Result]]:
        """Start a subscription, and go on when the platform says that it runs.

        Args:
            subscription: The subscription.
            timeout: Seconds until it runs, if that is less than is usual.
        """
        identifier = str(uuid.uuid4())
        message = appsync_protocol.start_message(
            identifier, subscription, self._endpoint, self._token
        )
        await self._socket.send(message)
        await self._expect("start", "start_ack", identifier, timeout)
        yield EventStream(self, identifier, subscription.result)
        with contextlib.suppress(SubscriptionError):
            # The connection may be gone by now, and with it the subscription.
            await self._socket.send(appsync_protocol.stop_message(identifier))

    async def wait_for(
        self, kind: str, identifier: str | None, timeout: float
    ) -> appsync_protocol.Message:
        """Wait for one message of a kind; raise TimeoutError when `timeout` seconds are over."""
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

    async def _receive(self, remaining: float) -> Secret[str]:
        try:
            return await self._socket.receive(min(remaining, self._silence))
        except TimeoutError:
            if self._silence < remaining:
                raise SubscriptionError("the real-time connection fell silent") from None
            raise

    async def _expect(
        self, question: str, kind: str, identifier: str | None, timeout: float | None
    ) -> appsync_protocol.Message:
        longest = self._backend.options.subscription_start_timeout
        seconds = longest if timeout is None else min(timeout, longest)
        try:
            return await self.wait_for(kind, identifier, seconds)
        except TimeoutError:
            message = f"no response to {question} within {seconds:.3g} s"
            raise SubscriptionError(message) from None


@contextlib.asynccontextmanager
async def connect(
    backend: Backend, endpoint: str, token: Secret[str], timeout: float | None = None
) -> AsyncIterator[RealtimeConnection]:
    """Open a real-time connection; raise SubscriptionError when it can't be had.

    Args:
        backend: The backend to open it with.
        endpoint: The GraphQL endpoint that it belongs to.
        token: The token.
        timeout: Seconds for each step, if that is less than is usual.
    """
    url = appsync_protocol.realtime_url(endpoint)
    subprotocols = appsync_protocol.build_subprotocols(endpoint, token)
    async with backend.websocket(url, subprotocols, timeout) as socket:
        connection = RealtimeConnection(socket, backend, endpoint, token)
        await connection.handshake(timeout)
        yield connection
