"""The messages of AppSync's real-time protocol.

This module performs no I/O. The protocol is described in AWS's AppSync developer guide, "Building a
real-time WebSocket client".
"""

import base64
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import from_json, to_json

from .._secrets import Secret
from .._utils.redaction import join_descriptions, redact
from .._utils.retry import RETRYABLE_STATUSES
from ..errors import SubscriptionError
from .client import Subscription

DEFAULT_CONNECTION_TIMEOUT_SECONDS = 300.0
# No connection lasts longer than a day.
MAX_CONNECTION_TIMEOUT_MILLISECONDS = 86_400_000
MAX_TYPE_LENGTH = 100
# Parts of the types of errors that pass: too many connections or requests, and internal failures.
TRANSIENT_ERRORS = ("limitexceeded", "throttl", "toomany", "internal", "unavailable", "timeout")


class Message(NamedTuple):
    """A message from the server.

    Attributes:
        type: The type of the message.
        id: The ID of the subscription.
        payload: The payload, which may contain a secret.
        size: The number of characters of the message.
    """

    type: str
    id: str | None
    payload: Secret[Any]
    size: int

    def get(self, name: str) -> Any:
        """Get a member of the payload, or None."""
        payload = self.payload.reveal()
        return payload.get(name) if isinstance(payload, dict) else None


def build_realtime_url(endpoint: str) -> str:
    """Return the real-time URL of a GraphQL endpoint."""
    parts = urlsplit(endpoint)
    scheme = "wss" if parts.scheme == "https" else "ws"
    host, path = parts.netloc, parts.path
    if ".appsync-api." in host:
        host = host.replace(".appsync-api.", ".appsync-realtime-api.")
    else:
        path = path.rstrip("/") + "/realtime"
    return urlunsplit((scheme, host, path, "", ""))


def build_authorization(endpoint: str, token: Secret[str]) -> dict[str, str]:
    """Build the authorization object, whose host is that of the GraphQL endpoint."""
    return {"host": urlsplit(endpoint).netloc, "Authorization": token.reveal()}


def build_subprotocols(endpoint: str, token: Secret[str]) -> Secret[list[str]]:
    """Build the subprotocols. The second one contains the token, to keep it out of the URL."""
    return Secret(["graphql-ws", f"header-{_encode_authorization(endpoint, token)}"])


def _encode_authorization(endpoint: str, token: Secret[str]) -> str:
    return (
        base64.urlsafe_b64encode(to_json(build_authorization(endpoint, token))).decode().rstrip("=")
    )


def build_connection_init() -> Secret[str]:
    """Build the first message of a connection."""
    return Secret('{"type":"connection_init"}')


def build_start(
    identifier: str, subscription: Subscription[Any], endpoint: str, token: Secret[str]
) -> Secret[str]:
    """Build the message that starts a subscription."""
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


def build_stop(identifier: str) -> Secret[str]:
    """Build the message that ends a subscription."""
    return Secret(to_json({"id": identifier, "type": "stop"}).decode())


def parse_message(received: Secret[str], token: Secret[str]) -> Message:
    """Parse a message from the server; raise SubscriptionError if it is an error."""
    message = parse_frame(received)
    if message.type in ("error", "connection_error"):
        raise build_error(message, token)
    return message


def parse_frame(received: Secret[str]) -> Message:
    """Parse a message from the server, which may be an error."""
    message = _parse(received)
    if message is None:
        raise SubscriptionError("the real-time connection sent an invalid message")
    return message


def build_error(message: Message, token: Secret[str]) -> SubscriptionError:
    """Build the error that a message reports."""
    errors = _list_errors(message.payload.reveal())
    reason = describe_errors(errors, token) or message.type
    kinds = [str(entry["errorType"]) for entry in errors if _has_type(entry)]
    return SubscriptionError(
        f"the real-time connection reported an error: {reason}",
        errorType=redact(kinds[0], token)[:MAX_TYPE_LENGTH] if kinds else None,
    )


def is_transient(error: SubscriptionError) -> bool:
    """Whether another attempt to connect or subscribe can succeed."""
    if error.statusCode is not None:
        return error.statusCode in RETRYABLE_STATUSES
    kind = (error.errorType or "").lower()
    return not kind or any(word in kind for word in TRANSIENT_ERRORS)


def _parse(received: Secret[str]) -> Message | None:
    try:
        frame = from_json(received.reveal())
        payload = Secret(frame.get("payload"))
        return Message(frame["type"], frame.get("id"), payload, len(received.reveal()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def parse_connection_timeout(acknowledgement: Message) -> float:
    """Parse the keep-alive timeout in seconds, after which a silent connection is lost."""
    milliseconds = acknowledgement.get("connectionTimeoutMs")
    if type(milliseconds) is int and 0 < milliseconds < MAX_CONNECTION_TIMEOUT_MILLISECONDS:
        return milliseconds / 1000
    return DEFAULT_CONNECTION_TIMEOUT_SECONDS


def _list_errors(payload: Any) -> list[Any]:
    # AppSync sends `errors` as a list or as a single object.
    errors = payload.get("errors") if isinstance(payload, dict) else payload
    return errors if isinstance(errors, list) else [errors] if errors else []


def _has_type(entry: object) -> bool:
    return isinstance(entry, dict) and bool(entry.get("errorType"))


def describe_errors(errors: list[Any], token: Secret[str]) -> str:
    """Describe the errors of a message."""
    descriptions = (
        ": ".join(str(entry[key]) for key in ("errorType", "message") if entry.get(key))
        if isinstance(entry, dict)
        else str(entry)
        for entry in errors
    )
    return join_descriptions(descriptions, len(errors), token)
