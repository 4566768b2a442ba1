"""A fake WebSocket server with scripted behavior for the real-time protocol of AppSync."""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol


class FakeConnection:
    """The server side of one connection."""

    def __init__(self, socket: ServerConnection, seen: list[dict[str, Any]]) -> None:
        self._socket = socket
        self._seen = seen

    def receive(self, kind: str) -> dict[str, Any]:
        """Receive a message from the client, which must have that type."""
        message = json.loads(self._socket.recv(timeout=60))
        self._seen.append(message)
        assert message["type"] == kind, message
        return message

    def send(self, message: object) -> None:
        """Send a message: a dictionary as JSON, or a string unchanged."""
        self._socket.send(message if isinstance(message, str) else json.dumps(message))

    def acknowledge(self, connectionTimeoutMs: int = 300_000) -> None:
        """Acknowledge the connection."""
        self.receive("connection_init")
        payload = {"connectionTimeoutMs": connectionTimeoutMs}
        self.send({"type": "connection_ack", "payload": payload})
        self.send({"type": "ka"})

    def start(self) -> str:
        """Acknowledge a subscription; return its ID."""
        identifier: str = self.receive("start")["id"]
        self.send({"type": "start_ack", "id": identifier})
        return identifier

    def send_export_ready(self, identifier: str, queryId: str, url: str) -> None:
        """Send the event that an export is ready."""
        export = {"queryId": queryId, "fileType": "CSV", "fileSizeBytes": 7, "url": url}
        data = {"onNotifyTimeSeriesQueryExportComplete": export}
        self.send({"type": "data", "id": identifier, "payload": {"data": data}})

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def wait(self) -> None:
        """Wait until the client disconnects."""
        try:
            while True:
                self._seen.append(json.loads(self._socket.recv(timeout=60)))
        except ConnectionClosed:
            pass


class FakeRealtimeServer:
    """The server, and what it received.

    Attributes:
        endpoint: The GraphQL endpoint that this real-time endpoint belongs to.
        handler: Handles each connection.
        messages: Every message of the clients.
        headers: The headers of each handshake.
        paths: The path of each handshake.
        failures: Exceptions raised by `handler`.
    """

    def __init__(self) -> None:
        self.handler: Callable[[FakeConnection], None] = FakeConnection.wait
        self.messages: list[dict[str, Any]] = []
        self.headers: list[Headers] = []
        self.paths: list[str] = []
        self.failures: list[BaseException] = []
        self._disconnected = threading.Semaphore(0)
        self._server = serve(
            self._handle,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("graphql-ws")],
            compression=None,
            logger=logging.Logger("fake realtime server", logging.CRITICAL + 1),
        )
        self.host = f"127.0.0.1:{self._server.socket.getsockname()[1]}"
        self.endpoint = f"http://{self.host}/graphql"

    def _handle(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.headers.append(socket.request.headers)
        self.paths.append(socket.request.path)
        connection = FakeConnection(socket, self.messages)
        try:
            self.handler(connection)
            connection.wait()
        except ConnectionClosed:
            pass
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            self._disconnected.release()

    def wait_until_disconnected(self) -> None:
        """Wait until a client has disconnected and all its messages were recorded."""
        assert self._disconnected.acquire(timeout=60)

    def authorization(self) -> Any:
        """The authorization of the last handshake."""
        offered = self.headers[-1]["Sec-WebSocket-Protocol"].split(", ")
        (header,) = (name for name in offered if name.startswith("header-"))
        encoded = header.removeprefix("header-")
        return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))

    @contextmanager
    def running(self) -> Iterator["FakeRealtimeServer"]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
