"""A proxy that does to what passes it what bad networks and broken servers do.

It understands just enough of HTTP and WebSocket to know what a message is called, and where it
begins and ends.
"""

import asyncio
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any, NamedTuple

BLOCK_SIZE = 1 << 16
SIGNATURE = re.compile(r"X-Amz-Signature=(\w+)")
PIECES = 20
"""Into how many pieces a message is cut that comes slowly."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Fault:
    """What happens to a message.

    Attributes:
        step: The message's name: a GraphQL operation, an HTTP method, the type of a real-time
            message; `handshake` is the beginning of any connection.
        way: `request` on its way to the server, `answer` on its way back.
        what: `close` and `reset` end the connection; after `stall` nothing passes any more;
            `delay` and `throttle` make it late and slow; `drop` and `double` are for real-time
            messages. Bytes are answered in the server's place (on the way to the server, it is
            never asked). A function makes another body of an answer, or other real-time
            messages of one.
        at: How much of the message passes before, from 0 to 1.
        after: How many messages of that name pass unharmed before.
        times: How many it happens to.
    """

    step: str
    way: str
    what: str | bytes | Callable[[bytes], Any]
    at: float = 0.0
    after: int = 0
    times: int = 1

    def __str__(self) -> str:
        what = self.what if isinstance(self.what, str) else "other"
        return f"{self.step}.{self.after}-{self.way}-{what}-{self.at:g}-{self.times}"


class Message(NamedTuple):
    """One message: its name, what is read of it already, and how much is still to come."""

    name: str
    begin: bytes
    rest: int = 0

    @property
    def size(self) -> int:
        return len(self.begin) + self.rest


class Broken(Exception):  # noqa: N818  # it is no error here, but what was asked for
    """Ends a connection on both sides."""


class Background:
    """A TCP server on an event loop and a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @contextmanager
    def running(self) -> Iterator[Any]:
        self._thread.start()
        self.do(self._start())
        try:
            yield self
        finally:
            self.do(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the server's loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return len(self._tasks)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._admit, "127.0.0.1", 0, backlog=500)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=0.1)

    def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._attend((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, client: Streams) -> None:
        try:
            await self.serve(client)
        except (Broken, OSError, EOFError, ValueError):
            # Either side may hang up at any time.
            pass
        finally:
            await hang_up(client[1])

    async def serve(self, client: Streams) -> None:
        """Serve one connection."""
        raise NotImplementedError


class Proxy(Background):
    """Passes everything on, but for the faults it is given.

    Attributes:
        upstream: Host and port of the server.
        faults: What is to happen; each happens once to the first message it fits.
        happened: What did happen, in order.
        seen: The names of all messages to the server, in order.
        signatures: Of the presigned URLs that were used.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self._tls = tls
        self.upstream = ("127.0.0.1", 0)
        self.address = ""
        self.faults: list[Fault] = []
        self.happened: list[Fault] = []
        self.seen: list[str] = []
        self.signatures: set[str] = set()
        self.stalled = threading.Event()
        self._released = asyncio.Event()

    async def _start(self) -> None:
        await super()._start()
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        self.address = f"{scheme}://{host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """What to use in place of the Local Exchange's own endpoint."""
        return f"{self.address}/graphql"

    def expect(self, *faults: Fault) -> None:
        """Let these faults happen from now on, and none of those before."""
        self.do(self._expect(*faults))

    async def _expect(self, *faults: Fault) -> None:
        self._released.set()
        self._released = asyncio.Event()
        self.stalled.clear()
        self.faults = [replace(fault) for fault in faults]
        self.happened, self.seen = [], []

    # Connections

    async def serve(self, client: Streams) -> None:
        if fault := self._fault("handshake", "request"):
            await client[0].readexactly(1)
            await self._end(fault, client[1])
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
        self.seen.append(request.name)
        self.signatures.update(SIGNATURE.findall(request.begin.partition(b"\r\n")[0].decode()))
        reply = self._reply(request.name, "request")
        if reply is not None:
            await pass_over(client[0], request.rest)
            return await _send(client[1], reply)
        await self._pass_on(request, "request", client, server)
        answer = await _read_answer(server[0], request.name)
        if b" 101 " in answer.begin[:13]:
            await self._pass_on(answer, "answer", server, client)
            await self._frames(client, server)
            return False
        reply = self._reply(request.name, "answer")
        if isinstance(reply, bytes):
            await pass_over(server[0], answer.rest)
            return await _send(client[1], reply)
        if reply is not None:
            body = reply(await server[0].readexactly(answer.rest))
            answer = Message(answer.name, _with_length(answer.begin, len(body)) + body)
        await self._pass_on(answer, "answer", server, client)
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
            frame, name, text = await _read_frame(source[0])
            if way == "request":
                self.seen.append(name)
            change = self._reply(name, way)
            if callable(change):
                frame = b"".join(_text_frame(changed) for changed in change(text))
            await self._pass_on(Message(name, frame), way, source, sink)

    # Messages and what happens to them

    def _fault(self, name: str, way: str, *, replies: bool = False) -> Fault | None:
        hit = None
        for fault in [*self.faults]:
            if (fault.step, fault.way) != (name, way) or replies == isinstance(fault.what, str):
                continue
            if fault.after:
                fault.after -= 1
            elif hit is None:
                hit = fault
                fault.times -= 1
                self.happened.append(fault)
                if not fault.times:
                    self.faults.remove(fault)
        return hit

    def _reply(self, name: str, way: str) -> Any:
        fault = self._fault(name, way, replies=True)
        return fault and fault.what

    async def _pass_on(self, message: Message, way: str, source: Streams, sink: Streams) -> None:
        fault = self._fault(message.name, way)
        if fault is None:
            return await _pour(message, source[0], sink[1], message.size)
        passes = round(fault.at * message.size)
        match fault.what:
            case "delay":
                await asyncio.sleep(0.1)
                await _pour(message, source[0], sink[1], message.size)
            case "throttle":
                await _pour(message, source[0], sink[1], message.size, pause=0.005)
            case "drop":
                pass
            case "double":
                doubled = Message(message.name, message.begin * 2)
                await _pour(doubled, source[0], sink[1], doubled.size)
            case _:
                await _pour(message, source[0], sink[1], passes)
                await self._end(fault, (source if way == "request" else sink)[1])

    async def _end(self, fault: Fault, client: asyncio.StreamWriter) -> None:
        if fault.what == "stall":
            self.stalled.set()
            await self._released.wait()
        elif fault.what == "reset":
            _reset(client)
        elif client.get_extra_info("ssl_object"):
            # No farewell, as TLS has it.
            client.transport.abort()
        raise Broken


class Tunnel(Background):
    """A proxy for CONNECT: whatever host is asked for, it leads to the same port of this machine.

    Attributes:
        asked: The first line of every request, and its headers in lower case.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self._target = port
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, client: Streams) -> None:
        head = await client[0].readuntil(b"\r\n\r\n")
        self.asked.append(head.decode())
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        server = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(_copy(client[0], server[1]), _copy(server[0], client[1]))
        finally:
            await hang_up(server[1])


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whatever the other side thinks of it."""
    writer.close()
    with suppress(OSError, EOFError, asyncio.TimeoutError, ssl.SSLError):
        await asyncio.wait_for(writer.wait_closed(), 1)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(BLOCK_SIZE):
        writer.write(block)
        await writer.drain()
    writer.write_eof()


async def read_request(reader: asyncio.StreamReader) -> Message:
    """The next request; a GraphQL request with all of its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    method, path, _ = head.split(b" ", 2)
    length = _length(head)
    if b"\r\nupgrade: websocket" in head.lower():
        return Message("websocket", head)
    if method == b"POST" and path.endswith(b"/graphql"):
        body = await reader.readexactly(length)
        return Message(json.loads(body).get("operationName") or "POST", head + body)
    return Message(method.decode(), head, length)


async def _read_answer(reader: asyncio.StreamReader, name: str) -> Message:
    head = await reader.readuntil(b"\r\n\r\n")
    return Message(name, head, _length(head))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _with_length(head: bytes, length: int) -> bytes:
    lines = [
        b"content-length: %d" % length if line.lower().startswith(b"content-length:") else line
        for line in head.split(b"\r\n")
    ]
    return b"\r\n".join(lines)


async def _read_frame(reader: asyncio.StreamReader) -> tuple[bytes, str, bytes]:
    """A WebSocket frame, the type of the message in it, and its text."""
    head = await reader.readexactly(2)
    length = head[1] & 0x7F
    extended = await reader.readexactly({126: 2, 127: 8}.get(length, 0))
    length = int.from_bytes(extended, "big") if extended else length
    mask = await reader.readexactly(4 if head[1] & 0x80 else 0)
    payload = await reader.readexactly(length)
    text = bytes(a ^ b for a, b in zip(payload, cycle(mask), strict=False)) if mask else payload
    name = json.loads(text)["type"] if head[0] & 0x0F == 1 else "control"
    return head + extended + mask + payload, name, text


def _text_frame(text: bytes) -> bytes:
    if len(text) < 126:
        return bytes([0x81, len(text)]) + text
    if len(text) < 1 << 16:
        return bytes([0x81, 126]) + len(text).to_bytes(2, "big") + text
    return bytes([0x81, 127]) + len(text).to_bytes(8, "big") + text


async def _blocks(message: Message, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    yield message.begin
    left = message.rest
    while left:
        block = await reader.read(min(left, BLOCK_SIZE))
        if not block:
            raise EOFError
        left -= len(block)
        yield block


async def _pour(
    message: Message,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    limit: int,
    pause: float = 0.0,
) -> None:
    """Pass a message on, up to some byte of it."""
    piece = max(1, message.size // PIECES) if pause else BLOCK_SIZE
    left = limit
    if not left:
        return
    async for block in _blocks(message, reader):
        passing = block[:left]
        left -= len(passing)
        for start in range(0, len(passing), piece):
            writer.write(passing[start : start + piece])
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if not left:
            return


async def pass_over(reader: asyncio.StreamReader, length: int) -> None:
    """Read a body that nobody wants."""
    while length:
        length -= len(await reader.readexactly(min(length, BLOCK_SIZE)))


async def _send(writer: asyncio.StreamWriter, reply: bytes) -> bool:
    """Give an answer; say whether the connection lives on after it."""
    writer.write(reply)
    await writer.drain()
    return b"\r\ncontent-length:" in reply.lower()
