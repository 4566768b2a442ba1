"""A proxy between the SDK and a Local Exchange: sees every request, and can answer in its place."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .background_server import Background
from .fake_platform import Answer
from .http_messages import (
    CONTROL,
    Message,
    Streams,
    hang_up,
    pass_over,
    pour,
    read_answer,
    read_frame,
    read_request,
    send,
    with_length,
)

BLOCKED = Answer(403, b"<html>WebSockets are not allowed here</html>")


class Seen(NamedTuple):
    """One message as it came in.

    Attributes:
        name: The operation of a GraphQL request, the type of a real-time message, `websocket`
            where one is opened, the method of any other request.
        head: All of a request before its body.
        body: Of a GraphQL request.
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


class Proxy(Background):
    """Passes everything on, WebSockets too, unless told otherwise.

    Attributes:
        address: Where it is reached; bytes travel through it too.
        upstream: Host and port of the server.
        seen: All messages to the server, in order.
        answers: Answers by operation name or method, given in place of the Local Exchange's;
            None passes one request on.
        blocks_websockets: Whether connections of this kind are refused.
        before_upload: Called when an upload has begun, before its bytes are read.
    """

    def __init__(self, endpoint: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.upstream = ("127.0.0.1", 0)
        if endpoint is not None:
            self.lead_to(endpoint)
        self._tls = tls
        self.seen: list[Seen] = []
        self.answers: dict[str, list[Answer | None]] = {}
        self.blocks_websockets = False
        self.before_upload: Callable[[], object] = lambda: None
        self._arrival = threading.Condition()

    def lead_to(self, endpoint: str) -> None:
        """Pass everything on to the server at an endpoint."""
        parts = urlsplit(endpoint)
        self.upstream = (parts.hostname or "", parts.port or 0)

    @property
    def address(self) -> str:
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """What to use in place of the Local Exchange's own endpoint."""
        return f"{self.address}/graphql"

    @property
    def names(self) -> list[str]:
        """Names of all messages to the server, in order."""
        return [message.name for message in self.seen]

    def named(self, name: str) -> list[Seen]:
        """The messages of a name, in order."""
        return [message for message in self.seen if message.name == name]

    def wait_for(self, name: str, timeout: float = 60) -> Seen:
        """Wait until something of that name was asked."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: name in self.names, timeout), self.names
        return self.named(name)[0]

    def note(self, message: Seen) -> Answer | None:
        """Note a message; return the answer to give in the Local Exchange's place, if any."""
        with self._arrival:
            self.seen.append(message)
            self._arrival.notify_all()
        if message.name == "websocket" and self.blocks_websockets:
            return BLOCKED
        planned = self.answers.get(message.name)
        return planned.pop(0) if planned else None

    async def serve(self, client: Streams) -> None:
        await self.admit(client)
        if self._tls is not None:
            await client[1].start_tls(self._tls)
        server = await asyncio.open_connection(*self.upstream)
        try:
            while await self._exchange(client, server):
                pass
        finally:
            await hang_up(server[1])

    async def _exchange(self, client: Streams, server: Streams) -> bool:
        """Pass one request on, and its answer back; say whether another may follow."""
        request = await read_request(client[0])
        if request.name == "PUT":
            self.before_upload()
        reply = self.reply_to(request)
        if reply is not None:
            await pass_over(client[0], request.rest)
            return await send(client[1], reply)
        await self.pass_on(request, "request", client, server)
        answer = await read_answer(server[0], request.name)
        if b" 101 " in answer.begin[:13]:
            await self.pass_on(answer, "answer", server, client)
            await self._frames(client, server)
            return False
        given = await self.given_in_place_of(answer, server)
        if isinstance(given, bytes):
            return await send(client[1], given)
        await self.pass_on(given, "answer", server, client)
        return True

    async def _frames(self, client: Streams, server: Streams) -> None:
        """Pass real-time messages on, both ways, until either side ends."""
        pumps = [
            asyncio.create_task(self._pump("request", client, server)),
            asyncio.create_task(self._pump("answer", server, client)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, way: str, source: Streams, sink: Streams) -> None:
        while True:
            frame, name, text = await read_frame(source[0])
            if way == "request" and name != CONTROL:
                self.note(Seen(name))
            message = Message(name, self.frames_of(name, way, frame, text))
            await self.pass_on(message, way, source, sink)

    # What may be done otherwise

    async def admit(self, client: Streams) -> None:
        """Begin a connection."""

    def reply_to(self, request: Message) -> bytes | None:
        """What to answer in the server's place, which is not asked then."""
        head, _, body = request.begin.partition(b"\r\n\r\n")
        planned = self.note(Seen(request.name, head.decode("latin-1"), body))
        return None if planned is None else _as_http(planned)

    async def given_in_place_of(self, answer: Message, server: Streams) -> Message | bytes:
        """The answer, or another one; presigned URLs in it lead through the proxy too."""
        if b"application/json" not in answer.begin.lower():
            return answer
        body = await server[0].readexactly(answer.rest)
        # Their signature leaves the host out.
        host, port = self.upstream
        body = body.replace(f"http://{host}:{port}/".encode(), f"{self.address}/".encode())
        return Message(answer.name, with_length(answer.begin, len(body)) + body)

    def frames_of(self, name: str, way: str, frame: bytes, text: bytes) -> bytes:
        """What to pass on of a real-time message."""
        return frame

    async def pass_on(self, message: Message, way: str, source: Streams, sink: Streams) -> None:
        """Pass a message on."""
        await pour(message, source[0], sink[1], message.size)


def _as_http(answer: Answer) -> bytes:
    headers = {"Content-Length": str(len(answer.body)), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Planned", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body
