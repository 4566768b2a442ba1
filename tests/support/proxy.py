"""A proxy between the SDK and a Local Exchange that records requests and can replace responses."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .background_server import BackgroundServer
from .fake_platform import FakeResponse
from .http_messages import (
    CONTROL,
    Message,
    Streams,
    close_writer,
    discard,
    forward,
    read_frame,
    read_request,
    read_response,
    send,
    with_length,
)

BLOCKED = FakeResponse(403, b"<html>WebSockets are not allowed here</html>")


class ProxiedMessage(NamedTuple):
    """One recorded message.

    Attributes:
        name: The operation of a GraphQL request, the type of a real-time message, `websocket`
            where one is opened, the method of any other request.
        head: The request line and headers.
        body: The body of a GraphQL request.
    """

    name: str
    head: str = ""
    body: bytes = b""

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.split("\r\n")[1:]
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def operation(self) -> dict[str, Any]:
        return json.loads(self.body) if self.body else {}


class Proxy(BackgroundServer):
    """Forwards everything, WebSockets included, unless configured otherwise.

    Attributes:
        address: Its base URL; presigned URLs lead through it too.
        upstream: Host and port of the server.
        messages: All messages to the server, in order.
        responses: Responses by operation name or method, sent instead of the Local Exchange's;
            None forwards one request.
        blocks_websockets: Whether WebSocket connections are refused.
        before_upload: Called when an upload has started, before its bytes are read.
    """

    def __init__(self, endpoint: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.upstream = ("127.0.0.1", 0)
        if endpoint is not None:
            self.set_upstream(endpoint)
        self._tls = tls
        self.messages: list[ProxiedMessage] = []
        self.responses: dict[str, list[FakeResponse | None]] = {}
        self.blocks_websockets = False
        self.before_upload: Callable[[], object] = lambda: None
        self._arrival = threading.Condition()

    def set_upstream(self, endpoint: str) -> None:
        """Forward everything to the server at an endpoint."""
        parts = urlsplit(endpoint)
        self.upstream = (parts.hostname or "", parts.port or 0)

    @property
    def url(self) -> str:
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """The endpoint to use instead of the Local Exchange's own."""
        return f"{self.url}/graphql"

    @property
    def names(self) -> list[str]:
        """Names of all messages to the server, in order."""
        return [message.name for message in self.messages]

    def messages_named(self, name: str) -> list[ProxiedMessage]:
        """The messages with a name, in order."""
        return [message for message in self.messages if message.name == name]

    def wait_for(self, name: str, timeout: float = 60) -> ProxiedMessage:
        """Wait for a message with that name."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: name in self.names, timeout), self.names
        return self.messages_named(name)[0]

    def record(self, message: ProxiedMessage) -> FakeResponse | None:
        """Record a message; return the response to send instead of the Local Exchange's, if any."""
        with self._arrival:
            self.messages.append(message)
            self._arrival.notify_all()
        if message.name == "websocket" and self.blocks_websockets:
            return BLOCKED
        planned = self.responses.get(message.name)
        return planned.pop(0) if planned else None

    async def serve(self, client: Streams) -> None:
        await self.accept_connection(client)
        if self._tls is not None:
            await client[1].start_tls(self._tls)
        server = await asyncio.open_connection(*self.upstream)
        try:
            while await self._exchange(client, server):
                pass
        finally:
            await close_writer(server[1])

    async def _exchange(self, client: Streams, server: Streams) -> bool:
        """Forward one request and its response; return whether another may follow."""
        request = await read_request(client[0])
        if request.name == "PUT":
            self.before_upload()
        reply = self.reply_to(request)
        if reply is not None:
            await discard(client[0], request.rest)
            return await send(client[1], reply)
        await self.forward_message(request, "request", client, server)
        response = await read_response(server[0], request.name)
        if b" 101 " in response.begin[:13]:
            await self.forward_message(response, "response", server, client)
            await self._frames(client, server)
            return False
        replaced = await self.replace_response(response, server)
        if isinstance(replaced, bytes):
            return await send(client[1], replaced)
        await self.forward_message(replaced, "response", server, client)
        return True

    async def _frames(self, client: Streams, server: Streams) -> None:
        """Forward real-time messages in both directions until either side closes."""
        pumps = [
            asyncio.create_task(self._pump("request", client, server)),
            asyncio.create_task(self._pump("response", server, client)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, direction: str, source: Streams, sink: Streams) -> None:
        while True:
            frame, name, text = await read_frame(source[0])
            if direction == "request" and name != CONTROL:
                self.record(ProxiedMessage(name))
            message = Message(name, self.transform_frames(name, direction, frame, text))
            await self.forward_message(message, direction, source, sink)

    # Hooks for subclasses

    async def accept_connection(self, client: Streams) -> None:
        """Accept a connection."""

    def reply_to(self, request: Message) -> bytes | None:
        """The response to send without forwarding the request, if any."""
        head, _, body = request.begin.partition(b"\r\n\r\n")
        planned = self.record(ProxiedMessage(request.name, head.decode("latin-1"), body))
        return None if planned is None else _to_http(planned)

    async def replace_response(self, response: Message, server: Streams) -> Message | bytes:
        """The response to forward; presigned URLs in it are changed to lead through the proxy."""
        if b"application/json" not in response.begin.lower():
            return response
        body = await server[0].readexactly(response.rest)
        # The signature does not cover the host.
        host, port = self.upstream
        body = body.replace(f"http://{host}:{port}/".encode(), f"{self.url}/".encode())
        return Message(response.name, with_length(response.begin, len(body)) + body)

    def transform_frames(self, name: str, direction: str, frame: bytes, text: bytes) -> bytes:
        """The frames to forward for a real-time message."""
        return frame

    async def forward_message(
        self, message: Message, direction: str, source: Streams, sink: Streams
    ) -> None:
        """Forward a message."""
        await forward(message, source[0], sink[1], message.size)


def _to_http(response: FakeResponse) -> bytes:
    headers = {"Content-Length": str(len(response.body)), **response.headers}
    lines = [f"HTTP/1.1 {response.status} Planned", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + response.body
