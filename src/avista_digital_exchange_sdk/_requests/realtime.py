"""The messages of AppSync's real-time protocol: what to send, and what an answer means.

No I/O happens here. The protocol is described in AWS's AppSync developer guide, "Building a
real-time WebSocket client".
"""

import base64
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import from_json, to_json

from .._values import Token
from ..errors import SubscriptionError
from .graphql import Subscription
from .redact import redact

DEFAULT_CONNECTION_TIMEOUT = 300.0
LONGEST_CONNECTION_TIMEOUT = 86_400_000
"""Milliseconds; no connection lives longer than a day."""


class Message(NamedTuple):
    """One message of the server: its type, the subscription it belongs to, and its payload."""

    type: str
    id: str | None
    payload: dict[str, Any]


def realtime_url(endpoint: str) -> str:
    """The address of the real-time connection that belongs to a GraphQL endpoint."""
    parts = urlsplit(endpoint)
    scheme = "wss" if parts.scheme == "https" else "ws"
    host, path = parts.netloc, parts.path
    if ".appsync-api." in host:
        host = host.replace(".appsync-api.", ".appsync-realtime-api.")
    else:
        path = path.rstrip("/") + "/realtime"
    return urlunsplit((scheme, host, path, "", ""))


def authorization(endpoint: str, token: Token) -> dict[str, str]:
    """The authorization object; its host is the GraphQL endpoint's, never the real-time one."""
    return {"host": urlsplit(endpoint).netloc, "Authorization": token.reveal()}


def subprotocols(endpoint: str, token: Token) -> list[str]:
    """The subprotocols to ask for; the second carries the token, so that no URL does."""
    header = base64.urlsafe_b64encode(to_json(authorization(endpoint, token)))
    return ["graphql-ws", "header-" + header.decode().rstrip("=")]


def connection_init() -> str:
    """The first message of a connection."""
    return '{"type":"connection_init"}'


def start(identifier: str, subscription: Subscription[Any], endpoint: str, token: Token) -> str:
    """The message that starts a subscription."""
    request = {"query": subscription.query, "variables": subscription.variables}
    payload = {
        "data": to_json(request).decode(),
        "extensions": {"authorization": authorization(endpoint, token)},
    }
    return to_json({"id": identifier, "type": "start", "payload": payload}).decode()


def stop(identifier: str) -> str:
    """The message that ends a subscription."""
    return to_json({"id": identifier, "type": "stop"}).decode()


def parse(text: str, token: Token) -> Message:
    """Read one message of the server; raise SubscriptionError when it reports a failure."""
    try:
        frame = from_json(text)
        payload = frame.get("payload")
        message = Message(
            frame["type"], frame.get("id"), payload if isinstance(payload, dict) else {}
        )
    except (ValueError, KeyError, AttributeError):
        raise SubscriptionError("the real-time connection sent what is no message") from None
    if message.type in ("error", "connection_error"):
        described = "; ".join(_descriptions(payload)) or message.type
        described = redact(described, token.reveal())
        raise SubscriptionError(f"the real-time connection reports: {described}")
    return message


def connection_timeout(acknowledgement: Message) -> float:
    """Seconds without any message after which the connection counts as dead."""
    milliseconds = acknowledgement.payload.get("connectionTimeoutMs")
    if type(milliseconds) is int and 0 < milliseconds < LONGEST_CONNECTION_TIMEOUT:
        return milliseconds / 1000
    return DEFAULT_CONNECTION_TIMEOUT


def _descriptions(payload: Any) -> list[str]:
    # `errors` has been seen as a list and as a single object.
    errors = payload.get("errors") if isinstance(payload, dict) else payload
    entries = errors if isinstance(errors, list) else [errors] if errors else []
    return [
        ": ".join(str(entry[key]) for key in ("errorType", "message") if entry.get(key))
        if isinstance(entry, dict)
        else str(entry)
        for entry in entries
    ]
