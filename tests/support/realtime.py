"""A real WebSocket server that speaks AppSync's real-time protocol as it is told to."""

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


class Conversation:
    """One connection, seen from the server."""

    def __init__(self, socket: ServerConnection, seen: list[dict[str, Any]]) -> None:
        self._socket = socket
        self._seen = seen

    def receive(self, kind: str) -> dict[str, Any]:
        """Wait for a message of the client, which must be of that kind."""
        message = json.loads(self._socket.recv(timeout=10))
        self._seen.append(message)
        assert message["type"] == kind, message
        return message

    def send(self, message: object) -> None:
        """Send a message: a dictionary, or text as it is."""
        self._socket.send(message if isinstance(message, str) else json.dumps(message))

    def welcome(self, connectionTimeoutMs: int = 300_000) -> None:
        """Acknowledge the connection."""
        self.receive("connection_init")
        payload = {"connectionTimeoutMs": connectionTimeoutMs}
        self.send({"type": "connection_ack", "payload": payload})
        self.send({"type": "ka"})

    def start(self) -> str:
        """Acknowledge a subscription; return its id."""
        identifier: str = self.receive("start")["id"]
        self.send({"type": "start_ack", "id": identifier})
        return identifier

    def announce(self, identifier: str, queryId: str, url: str) -> None:
        """Tell that an export is ready."""
        export = {"queryId": queryId, "fileType": "CSV", "fileSizeBytes": 7, "url": url}
        data = {"onNotifyTimeSeriesQueryExportComplete": export}
        self.send({"type": "data", "id": identifier, "payload": {"data": data}})

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def wait(self) -> None:
        """Wait until the client hangs up."""
        try:
            while True:
                self._seen.append(json.loads(self._socket.recv(timeout=10)))
        except ConnectionClosed:
            pass


class ScriptedRealtime:
    """The server, and what it saw.

    Attributes:
        endpoint: The GraphQL endpoint that this real-time endpoint belongs to.
        converse: What happens on each connection.
        seen: Every message of the client.
        headers: The headers of each handshake.
        paths: The address of each handshake.
        failures: What went wrong in `converse`.
    """

    def __init__(self) -> None:
        self.converse: Callable[[Conversation], None] = Conversation.wait
        self.seen: list[dict[str, Any]] = []
        self.headers: list[Headers] = []
        self.paths: list[str] = []
        self.failures: list[BaseException] = []
        self._over = threading.Semaphore(0)
        self._server = serve(
            self._handle,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("graphql-ws")],
            compression=None,
            logger=logging.Logger("the scripted server", logging.CRITICAL + 1),
        )
        self.host = f"127.0.0.1:{self._server.socket.getsockname()[1]}"
        self.endpoint = f"http://{self.host}/graphql"

    def _handle(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.headers.append(socket.request.headers)
        self.paths.append(socket.request.path)
        conversation = Conversation(socket, self.seen)
        try:
            self.converse(conversation)
            conversation.wait()
        except ConnectionClosed:
            pass
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            self._over.release()

    def wait_until_over(self) -> None:
        """Wait until a client has hung up and all it said was seen."""
        assert self._over.acquire(timeout=10)

    def authorization(self) -> Any:
        """The authorization of the last handshake."""
        offered = self.headers[-1]["Sec-WebSocket-Protocol"].split(", ")
        (header,) = (name for name in offered if name.startswith("header-"))
        encoded = header.removeprefix("header-")
        return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))

    @contextmanager
    def running(self) -> Iterator["ScriptedRealtime"]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
