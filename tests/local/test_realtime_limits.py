"""Limits of real-time clients, and the case of header names."""

import json
import socket
import struct
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import ExitStack
from urllib.parse import quote, urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ..support.options import use_limits

ON_PUBLISH = """subscription ($id: ID!, $asset: ID!) {
  onTimeSeriesDbPublish(timeSeriesDbId: $id, assetId: $asset) { assetId }
}"""
SPELLINGS = [
    ("host", "Authorization"),
    ("HOST", "Authorization"),
    ("Host", "authorization"),
    ("hOST", "AUTHORIZATION"),
]


@pytest.fixture
def start(local, authorization):
    """Creates start messages."""

    def start(subscription_id, names=SPELLINGS[0]):
        variables = {"id": local.timeSeriesDbId, "asset": "a"}
        return {
            "id": subscription_id,
            "type": "start",
            "payload": {
                "data": json.dumps({"query": ON_PUBLISH, "variables": variables}),
                "extensions": {"authorization": spelled(authorization("owner"), names)},
            },
        }

    return start


def spelled(authorization, names):
    """An authorization with other capitalizations of its header names."""
    return dict(zip(names, authorization.values(), strict=True))


def acknowledged(connection):
    connection.send('{"type": "connection_init"}')
    return json.loads(connection.recv(5))["type"] == "connection_ack"


# Names of headers


@pytest.mark.parametrize("names", SPELLINGS)
@pytest.mark.parametrize("by", ["address", "subprotocol"])
def test_connection_header_names_are_case_insensitive(local, authorization, names, by):
    text = json.dumps(spelled(authorization("owner"), names)).encode()
    uri, protocols = local.realtimeEndpoint, ["graphql-ws"]
    if by == "address":
        uri += f"?header={quote(b64encode(text).decode())}&payload=e30="
    else:
        protocols.append(f"header-{urlsafe_b64encode(text).decode().rstrip('=')}")
    with connect(uri, subprotocols=protocols) as connection:
        assert acknowledged(connection)


@pytest.mark.parametrize("names", SPELLINGS)
def test_subscription_header_names_are_case_insensitive(open_socket, start, names):
    socket = open_socket()
    socket.send(start("1", names))
    assert socket.receive() == {"type": "start_ack", "id": "1"}


def test_duplicate_header_is_refused(open_socket, start):
    socket, message = open_socket(), start("1")
    message["payload"]["extensions"]["authorization"]["HOST"] = "other.example"
    socket.send(message)
    (error,) = socket.receive()["payload"]["errors"]
    assert error["errorType"] == "UnauthorizedException"


# Limits


def test_connection_has_at_most_100_subscriptions(open_socket, start):
    socket = open_socket()
    for i in range(100):
        socket.send(start(str(i)))
        assert socket.receive() == {"type": "start_ack", "id": str(i)}
    socket.send(start("one more"))
    (error,) = socket.receive()["payload"]["errors"]
    assert error["errorType"] == "MaxSubscriptionsReachedError"
    socket.send({"type": "stop", "id": "7"})
    assert socket.receive() == {"type": "complete", "id": "7"}
    socket.send(start("one more"))
    assert socket.receive() == {"type": "start_ack", "id": "one more"}


def test_user_has_a_limited_number_of_connections(open_socket, monkeypatch):
    use_limits(monkeypatch, max_user_connections=3)
    first, *_ = [open_socket("reader") for _ in range(3)]
    refused = open_socket("reader", acknowledged=False)
    refused.send({"type": "connection_init"})
    message = refused.receive()
    assert message["type"] == "connection_error"
    (error,) = message["payload"]["errors"]
    assert (error["errorType"], error["errorCode"]) == ("LimitExceededError", 429)
    assert open_socket("member")

    first.connection.close()
    for _ in range(50):
        again = open_socket("reader", acknowledged=False)
        again.send({"type": "connection_init"})
        if again.receive()["type"] == "connection_ack":
            return
        time.sleep(0.1)
    pytest.fail("a closed connection still counts")


def test_connection_without_authentication_is_closed(open_socket, monkeypatch):
    use_limits(monkeypatch, max_connect_seconds=0.2)
    with pytest.raises(ConnectionClosed):
        open_socket(acknowledged=False).connection.recv(5)


def test_acknowledged_connection_is_kept(open_socket, monkeypatch):
    use_limits(monkeypatch, max_connect_seconds=0.3)
    socket = open_socket()
    time.sleep(0.5)
    assert socket.is_silent()


def test_message_over_one_megabyte_closes_the_connection(open_socket):
    socket = open_socket()
    socket.send({"type": "start", "id": "1", "payload": "x" * 1024**2})
    with pytest.raises(ConnectionClosed) as closed:
        socket.receive()
    assert closed.value.rcvd.code == 1009


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """A masked WebSocket frame of a client."""
    return struct.pack("!BB4x", 0x80 * final | opcode, 0x80 | len(payload)) + payload


@pytest.mark.parametrize("kind", ["empty fragments", "unread pongs"])
def test_flood_of_frames_closes_the_connection(local, kind):
    address = urlsplit(local.realtimeEndpoint)
    if kind == "empty fragments":
        first, flood = frame(1, b"{", final=False), frame(0, b"", final=False) * 4096
    else:
        first, flood = b"", frame(9, b"x" * 125) * 4096
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(
            b"GET /graphql/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Sec-WebSocket-Protocol: graphql-ws\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        connection.sendall(first)
        with pytest.raises(ConnectionError):
            connection.sendall(flood * 200)


def test_idle_connections_are_closed_for_new_ones(local, open_socket, monkeypatch):
    use_limits(monkeypatch, max_connections=20)
    with ExitStack() as opened:
        for _ in range(40):
            opened.enter_context(connect(local.realtimeEndpoint, subprotocols=["graphql-ws"]))
        assert open_socket().is_silent()
