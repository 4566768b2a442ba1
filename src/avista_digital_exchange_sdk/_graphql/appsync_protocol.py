"""The messages of AppSync's real-time protocol: what to send, and what an answer means.

No I/O happens here. The protocol is described in AWS's AppSync developer guide, "Building a
real-time WebSocket client".
"""

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import from_json, to_json

from .._secrets import Secret
from .._utils.redaction import join_descriptions
from ..errors import SubscriptionError
from .client import Subscription

DEFAULT_CONNECTION_TIMEOUT = 300.0
MAX_CONNECTION_TIMEOUT = 86_400_000
"""Milliseconds; no connection lives longer than a day."""


class Message(NamedTuple):
    """One message of the server.

    Attributes:
        type: The type of the message.
        id: The subscription it belongs to.
        payload: What it says, which may be or repeat a secret.
    """

    type: str
    id: str | None
    payload: Secret[Any]

    def get(self, name: str) -> Any:
        """A member of the payload; None where there is none."""
        payload = self.payload.reveal()
        return payload.get(name) if isinstance(payload, dict) else None


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


def build_authorization(endpoint: str, token: Secret[str]) -> dict[str, str]:
    """The authorization object; its host is the GraphQL endpoint's, never the real-time one."""
    return {"host": urlsplit(endpoint).netloc, "Authorization": token.reveal()}


def build_subprotocols(endpoint: str, token: Secret[str]) -> Secret[list[str]]:
    """The subprotocols to ask for; the second carries the token, so that no URL does."""
    return Secret(["graphql-ws", f"header-{_encoded(endpoint, token)}"])


def _encoded(endpoint: str, token: Secret[str]) -> str:
    return (
        base64.urlsafe_b64encode(to_json(build_authorization(endpoint, token))).decode().rstrip("=")
    )


def connection_init_message() -> Secret[str]:
    """The first message of a connection."""
    return Secret('{"type":"connection_init"}')


def start_message(
    identifier: str, subscription: Subscription[Any], endpoint: str, token: Secret[str]
) -> Secret[str]:
    """The message that starts a subscription."""
    request = {"query": subscription.query, "variables": subscription.variables}
    data = to_json(request).decode()
    return Secret(
        to_json(
            {
                "id": identifier,
                "type": "start",
                "payload": {
                    "data": data,
                    "extensions": {"authorization": build_authorization(endpoint, token)},
                },
            }
        ).decode()
    )


def stop_message(identifier: str) -> Secret[str]:
    """The message that ends a subscription."""
    return Secret(to_json({"id": identifier, "type": "stop"}).decode())


def parse_message(received: Secret[str], token: Secret[str]) -> Message:
    """Read one message of the server; raise SubscriptionError when it reports a failure."""
    message = _message(received)
    if message is None:
        raise SubscriptionError("the real-time connection sent what is no message")
    if message.type in ("error", "connection_error"):
        described = (
            join_descriptions(*_describe_errors(message.payload.reveal()), token) or message.type
        )
        raise SubscriptionError(f"the real-time connection reports: {described}")
    return message


def _message(received: Secret[str]) -> Message | None:
    try:
        frame = from_json(received.reveal())
        return Message(frame["type"], frame.get("id"), Secret(frame.get("payload")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def parse_connection_timeout(acknowledgement: Message) -> float:
    """Seconds without any message after which the connection counts as dead."""
    milliseconds = acknowledgement.get("connectionTimeoutMs")
    if type(milliseconds) is int and 0 < milliseconds < MAX_CONNECTION_TIMEOUT:
        return milliseconds / 1000
    return DEFAULT_CONNECTION_TIMEOUT


def _describe_errors(payload: Any) -> tuple[Iterator[str], int]:
    """The errors' descriptions, and how many there are."""
    # `errors` has been seen as a list and as a single object.
    errors = payload.get("errors") if isinstance(payload, dict) else payload
    entries = errors if isinstance(errors, list) else [errors] if errors else []
    descriptions = (
        ": ".join(str(entry[key]) for key in ("errorType", "message") if entry.get(key))
        if isinstance(entry, dict)
        else str(entry)
        for entry in entries
    )
    return descriptions, len(entries)
