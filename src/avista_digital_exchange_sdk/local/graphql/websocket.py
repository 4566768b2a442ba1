"""The real-time protocol of AppSync: subscriptions over WebSocket."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic_core import from_json, to_json
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..caller import Caller
from ..errors import PlatformError
from ..faults import Fault, RequestFailedError
from ..limits import LIMITS
from ..request_log import add_details
from ..state import Context, ExchangeState
from .documents import read_operation
from .http import NO_AUTHORIZATION, SERVER_ERROR, UNAUTHORIZED
from .schema import GraphQLSchemaExecutor, RunningSubscription

SUBPROTOCOL = "graphql-ws"
HEADER_SUBPROTOCOL = "header-"
NO_PROTOCOL = {
    "errorType": "NoProtocolError",
    "message": f"The WebSocket subprotocol must be {SUBPROTOCOL}.",
    "errorCode": 400,
}
CONNECTION_TIMEOUT_MS = 300_000
MAX_PAYLOAD_BYTES = 240 * 1024
# AppSync has the same limit per connection.
MAX_SUBSCRIPTIONS = 100
TOO_MANY_SUBSCRIPTIONS = {
    "errorType": "MaxSubscriptionsReachedError",
    "message": f"Max number of {MAX_SUBSCRIPTIONS} subscriptions reached",
}
# The errors of subscriptions that fail because of a fault.
FAILURES = {
    "throttle": {"errorType": "LimitExceededError", "message": "Rate limit exceeded"},
    "serverError": SERVER_ERROR,
    "unauthorized": UNAUTHORIZED,
}
TOO_MANY_CONNECTIONS = {
    "errorType": "LimitExceededError",
    "message": f"Max number of {LIMITS.max_user_connections} connections reached",
    "errorCode": 429,
}

Message = dict[str, Any]


class RealtimeEndpoint:
    """Handles WebSocket connections to /graphql/realtime."""

    def __init__(self, contract: GraphQLSchemaExecutor, exchange: ExchangeState) -> None:
        self._contract = contract
        self._exchange = exchange
        self._connections: Counter[str] = Counter()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection until it closes."""
        if SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.send_denial_response(Response(to_json({"errors": [NO_PROTOCOL]}), 400))
            return
        await websocket.accept(SUBPROTOCOL)
        connection = AppSyncConnection(self._contract, self._exchange, websocket)
        await connection.serve(self._connections)


@dataclass(frozen=True)
class ActiveSubscription:
    """A subscription and the task that sends its events."""

    subscribed: RunningSubscription
    task: asyncio.Task[None]


class AppSyncConnection:
    """One connection and its subscriptions."""

    def __init__(
        self, contract: GraphQLSchemaExecutor, exchange: ExchangeState, websocket: WebSocket
    ) -> None:
        self._contract = contract
        self._exchange = exchange
        self._websocket = websocket
        self._user_id: str | None = None
        self._running: dict[str, ActiveSubscription] = {}
        # Send one message at a time, as a slow client delays them.
        self._sending = asyncio.Lock()

    async def serve(self, connections: Counter[str]) -> None:
        """Handle frames in order until the connection closes.

        Args:
            connections: The number of connections of each user.
        """
        keep_alive = asyncio.create_task(self._keep_alive())
        try:
            async with asyncio.timeout(LIMITS.max_connect_seconds) as deadline:
                while True:
                    await self._handle(await self._websocket.receive(), connections)
                    if self._user_id is not None:
                        deadline.reschedule(None)
        except TimeoutError:
            await self._websocket.close(1008)
        except WebSocketDisconnect:
            pass
        finally:
            keep_alive.cancel()
            if self._user_id is not None:
                connections[self._user_id] -= 1
            for subscription_id in list(self._running):
                await self._end(subscription_id)

    async def _handle(self, event: Mapping[str, Any], connections: Counter[str]) -> None:
        """Handle one frame; invalid frames get an error response, and the socket stays open."""
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        message = _read_json(event.get("text"))
        match message:
            case {"type": "connection_init"}:
                await self._connect(connections)
            case {"type": "start", "id": str(subscription_id)}:
                await self._start(subscription_id, message.get("payload"))
            case {"type": "stop", "id": str(subscription_id)}:
                await self._end(subscription_id)
                await self._send({"type": "complete", "id": subscription_id})
            case {"type": _}:
                await self._refuse(message.get("id"), "UnsupportedOperation", "Unknown message.")
            case _:
                await self._refuse(None, "BadRequestException", "A message is a JSON object.")

    # The connection

    async def _connect(self, connections: Counter[str]) -> None:
        """Acknowledge a connection with a valid token; close others."""
        header = _connection_header(self._websocket)
        caller = self._caller(header)
        if caller is None:
            error = NO_AUTHORIZATION if header is None else UNAUTHORIZED
            await self._refuse_connection(error | {"errorCode": 401})
        elif self._user_id is None:
            if connections[caller.user_id] >= LIMITS.max_user_connections:
                await self._refuse_connection(TOO_MANY_CONNECTIONS)
            self._user_id = caller.user_id
            add_details(self._websocket.scope, user=caller.user_id)
            connections[caller.user_id] += 1
        payload = {"connectionTimeoutMs": CONNECTION_TIMEOUT_MS}
        await self._send({"type": "connection_ack", "payload": payload})
        await self._send({"type": "ka"})

    async def _refuse_connection(self, error: Message) -> NoReturn:
        """Send the reason why the client can't connect, and close the connection."""
        await self._send({"type": "connection_error", "payload": {"errors": [error]}})
        await self._websocket.close()
        raise WebSocketDisconnect

    async def _keep_alive(self) -> None:
        """Send keep-alive messages."""
        with suppress(WebSocketDisconnect):
            while True:
                await asyncio.sleep(LIMITS.keep_alive_seconds)
                if self._user_id is not None:
                    await self._send({"type": "ka"})

    def _caller(self, authorization: object) -> Caller | None:
        """Return the caller of an authorization, which must name this host."""
        match _lower_case_names(authorization):
            case {"host": str(host), "authorization": str(token)} if self._is_our_host(host):
                return self._exchange.tokens.authenticate(token)
        return None

    def _is_our_host(self, host: str) -> bool:
        """Return whether a host, with or without a port, is the host of this connection."""
        host, address = host.lower(), self._websocket.headers.get("host", "").lower()
        return host == address or address.startswith(f"{host}:")

    # Subscriptions

    async def _start(self, subscription_id: str, payload: object) -> None:
        """Start a subscription, or send an error."""
        if self._user_id is None:
            message = "connection_init comes first."
            return await self._refuse(subscription_id, "BadRequestException", message)
        if subscription_id in self._running:
            message = "The id is that of a running subscription."
            return await self._refuse(subscription_id, "DuplicateSubscriptionException", message)
        if len(self._running) >= MAX_SUBSCRIPTIONS:
            return await self._refuse(subscription_id, **TOO_MANY_SUBSCRIPTIONS)
        try:
            start, authorization = _read_start(payload)
            operation = read_operation(start)
        except ValueError as error:
            return await self._refuse(subscription_id, "BadRequestException", str(error))
        caller = self._caller(authorization)
        if caller is None:
            return await self._refuse(subscription_id, **UNAUTHORIZED)
        context = Context(self._exchange, caller)
        try:
            subscribed = await self._contract.subscribe(context, operation)
        except RequestFailedError as failed:
            return await self._fail(subscription_id, failed.fault)
        if not isinstance(subscribed, RunningSubscription):
            return await self._send_errors(subscription_id, subscribed["errors"])
        await self._send({"type": "start_ack", "id": subscription_id})
        task = asyncio.create_task(self._pump(subscription_id, subscribed))
        self._running[subscription_id] = ActiveSubscription(subscribed, task)

    async def _fail(self, subscription_id: str, fault: Fault) -> None:
        """Respond to the start of a subscription as a fault demands, or do not respond."""
        if fault.kind in FAILURES:
            return await self._refuse(subscription_id, **FAILURES[fault.kind])
        if fault.kind != "timeout":
            await self._websocket.close(1011)
            raise WebSocketDisconnect

    async def _pump(self, subscription_id: str, subscribed: RunningSubscription) -> None:
        """Send the events of a subscription until it ends."""
        with suppress(WebSocketDisconnect):
            try:
                async for event in subscribed.source:
                    await self._send_event(subscription_id, await subscribed.respond(event))
            except PlatformError as error:
                del self._running[subscription_id]
                await subscribed.source.aclose()
                await self._refuse(subscription_id, error.error_type, error.message)

    async def _end(self, subscription_id: str) -> None:
        """End a subscription if it is running."""
        subscription = self._running.pop(subscription_id, None)
        if subscription is not None:
            subscription.task.cancel()
            await asyncio.wait([subscription.task])
            await subscription.subscribed.source.aclose()

    # Messages

    async def _send(self, message: Message) -> None:
        async with self._sending:
            await self._websocket.send_text(to_json(message).decode())

    async def _send_event(self, subscription_id: str, payload: bytes) -> None:
        """Send an event unless it exceeds the size limit of the platform."""
        head = to_json({"type": "data", "id": subscription_id})
        text = b'%b,"payload":%b}' % (head.removesuffix(b"}"), payload)
        if len(text) <= MAX_PAYLOAD_BYTES:
            async with self._sending:
                await self._websocket.send_text(text.decode())

    async def _refuse(self, subscription_id: object, errorType: str, message: str) -> None:
        """Report a failed operation."""
        await self._send_errors(subscription_id, [{"errorType": errorType, "message": message}])

    async def _send_errors(self, subscription_id: object, errors: list[Message]) -> None:
        """Send errors, with the ID of the subscription if there is one."""
        message: Message = {"type": "error", "payload": {"errors": errors}}
        if isinstance(subscription_id, str):
            message["id"] = subscription_id
        await self._send(message)


def _read_start(payload: object) -> tuple[Any, Any]:
    """Return the operation and the authorization of a start message."""
    match payload:
        case {"data": str(data), "extensions": {"authorization": authorization}, **rest}:
            operation = _read_json(data)
            if isinstance(operation, dict) and "operationName" in rest:
                operation["operationName"] = rest["operationName"]
            return operation, authorization
    raise ValueError("A start message has payload.data and an authorization.")


def _lower_case_names(authorization: object) -> object:
    """Convert header names to lower case, as clients differ in their case."""
    if not isinstance(authorization, dict):
        return None
    lower = {str(name).lower(): value for name, value in authorization.items()}
    return lower if len(lower) == len(authorization) else None


def _connection_header(websocket: WebSocket) -> object:
    """Return the authorization of a connection, from its URL or its subprotocols."""
    for subprotocol in websocket.scope["subprotocols"]:
        if subprotocol.startswith(HEADER_SUBPROTOCOL):
            return _read_base64(subprotocol.removeprefix(HEADER_SUBPROTOCOL))
    # A plus sign in a URL may have been decoded to a space.
    return _read_base64(websocket.query_params.get("header", "").replace(" ", "+"))


def _read_base64(text: str) -> object:
    """Parse JSON in standard or URL-safe base64, padded or not; return None if it is invalid."""
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    padding = "=" * (-len(standard) % 4)
    try:
        return _read_json(base64.b64decode(standard + padding, validate=True))
    except ValueError:
        return None


def _read_json(text: str | bytes | None) -> Any:
    """Parse JSON; return None if it is invalid."""
    try:
        return None if text is None else from_json(text)
    except ValueError:
        return None
