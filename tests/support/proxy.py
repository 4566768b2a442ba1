"""A proxy between the SDK and a Local Exchange: sees every request, and can answer in its place."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .scripted import Answer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Seen(NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """The operation of a GraphQL request; the method of any other."""
        return self.operation.get("operationName") or self.method

    @property
    def operation(self) -> dict[str, Any]:
        is_graphql = self.method == "POST" and self.path.endswith("/graphql")
        return json.loads(self.body) if is_graphql else {}


class Proxy:
    """Passes everything on, WebSockets too, unless told otherwise.

    Attributes:
        endpoint: What to use in place of the Local Exchange's own endpoint.
        seen: Every request, in order. Bytes travel through the proxy too.
        answers: Answers by operation name or method, given in place of the Local Exchange's;
            None passes one request on.
        blocks_websockets: Whether connections of this kind are refused.
        before_upload: Called when an upload has begun, before its bytes are read.
        before_download: Called when a download was asked for, before it is answered.
    """

    def __init__(self, endpoint: str) -> None:
        self.upstream = urlsplit(endpoint)
        self.seen: list[Seen] = []
        self.answers: dict[str, list[Answer | None]] = {}
        self.blocks_websockets = False
        self.before_upload: Callable[[], object] = lambda: None
        self.before_download: Callable[[], object] = lambda: None
        self._arrival = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.proxy = self  # type: ignore[attr-defined]  # how its handlers find it
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.endpoint = self.address + self.upstream.path

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def names(self) -> list[str]:
        """Names of what was asked, in order."""
        return [request.name for request in self.seen]

    def named(self, name: str) -> list[Seen]:
        """The requests of a name, in order."""
        return [request for request in self.seen if request.name == name]

    def wait_for(self, name: str, timeout: float = 20) -> Seen:
        """Wait until something of that name was asked."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: name in self.names, timeout), self.names
        return self.named(name)[0]

    def note(self, request: Seen) -> Answer | None:
        """Note a request; return the answer to give in the Local Exchange's place, if any."""
        with self._arrival:
            self.seen.append(request)
            self._arrival.notify_all()
            planned = self.answers.get(request.name)
            return planned.pop(0) if planned else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise an answer's head and body wait for each other's acknowledgement.
    disable_nagle_algorithm = True

    @property
    def proxy(self) -> Proxy:
        return self.server.proxy  # type: ignore[attr-defined,no-any-return]  # set by Proxy

    def log_message(self, *args: Any) -> None:
        pass

    def _handle(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self._handle_websocket()
        if self.command == "PUT":
            self.proxy.before_upload()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.proxy.note(Seen(self.command, self.path, dict(self.headers), body))
        if self.command == "GET":
            self.proxy.before_download()
        self._send(self._passed_on(body) if answer is None else answer)

    do_GET = do_POST = do_PUT = _handle

    def _passed_on(self, body: bytes) -> Answer:
        upstream = self.proxy.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        try:
            connection.request(self.command, self.path, body or None, dict(self.headers))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        headers = {k: v for k, v in response.getheaders() if k.lower() not in HOP_BY_HOP}
        if headers.get("content-type") == "application/json" and self.command == "POST":
            # Presigned URLs lead through the proxy too; their signature leaves the host out.
            here = f"http://{upstream.netloc}/".encode()
            content = content.replace(here, f"{self.proxy.address}/".encode())
        return Answer(response.status, content, headers)

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        # A body shorter than promised is only noticed when the connection ends.
        self.close_connection = int(answer.headers.get("Content-Length", 0)) > len(answer.body)

    def _handle_websocket(self) -> None:
        self.close_connection = True
        if self.proxy.blocks_websockets:
            return self._send(Answer(403, b"<html>WebSockets are not allowed here</html>"))
        upstream = self.proxy.upstream
        head = f"{self.requestline}\r\n{self.headers}".replace("\n", "\r\n").replace("\r\r", "\r")
        with socket.create_connection((upstream.hostname or "", upstream.port or 80)) as there:
            there.sendall(head.encode())
            pump = threading.Thread(target=_pump, args=(there, self.connection))
            pump.start()
            _pump(self.connection, there)
            pump.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while block := source.recv(1 << 16):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # Either side may hang up at any time.
        pass
