"""Just enough of HTTP and WebSocket to know what a message is called, and where it ends."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import cycle
from typing import NamedTuple

BLOCK_SIZE = 1 << 16
PIECES = 20
"""Into how many pieces a message is cut that comes slowly."""

CONTROL = "control"
"""The name of what WebSocket itself says: ping, pong and close."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Message(NamedTuple):
    """One message: its name, what is read of it already, and how much is still to come."""

    name: str
    begin: bytes
    rest: int = 0

    @property
    def size(self) -> int:
        return len(self.begin) + self.rest


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whatever the other side thinks of it."""
    writer.close()
    with suppress(OSError, EOFError, asyncio.TimeoutError, ssl.SSLError):
        await asyncio.wait_for(writer.wait_closed(), 1)


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(BLOCK_SIZE):
        writer.write(block)
        await writer.drain()
    writer.write_eof()


async def read_request(reader: asyncio.StreamReader) -> Message:
    """The next request; a GraphQL request with all of its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    method, path, _ = head.split(b" ", 2)
    size = length(head)
    if b"\r\nupgrade: websocket" in head.lower():
        return Message("websocket", head)
    if method == b"POST" and path.endswith(b"/graphql"):
        body = await reader.readexactly(size)
        return Message(json.loads(body).get("operationName") or "POST", head + body)
    return Message(method.decode(), head, size)


async def read_answer(reader: asyncio.StreamReader, name: str) -> Message:
    head = await reader.readuntil(b"\r\n\r\n")
    return Message(name, head, length(head))


def length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def with_length(head: bytes, length: int) -> bytes:
    lines = [
        b"content-length: %d" % length if line.lower().startswith(b"content-length:") else line
        for line in head.split(b"\r\n")
    ]
    return b"\r\n".join(lines)


async def read_frame(reader: asyncio.StreamReader) -> tuple[bytes, str, bytes]:
    """A WebSocket frame, the type of the message in it, and its text."""
    head = await reader.readexactly(2)
    length = head[1] & 0x7F
    extended = await reader.readexactly({126: 2, 127: 8}.get(length, 0))
    length = int.from_bytes(extended, "big") if extended else length
    mask = await reader.readexactly(4 if head[1] & 0x80 else 0)
    payload = await reader.readexactly(length)
    text = bytes(a ^ b for a, b in zip(payload, cycle(mask), strict=False)) if mask else payload
    name = json.loads(text)["type"] if head[0] & 0x0F == 1 else CONTROL
    return head + extended + mask + payload, name, text


def text_frame(text: bytes) -> bytes:
    if len(text) < 126:
        return bytes([0x81, len(text)]) + text
    if len(text) < 1 << 16:
        return bytes([0x81, 126]) + len(text).to_bytes(2, "big") + text
    return bytes([0x81, 127]) + len(text).to_bytes(8, "big") + text


async def blocks(message: Message, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    yield message.begin
    left = message.rest
    while left:
        block = await reader.read(min(left, BLOCK_SIZE))
        if not block:
            raise EOFError
        left -= len(block)
        yield block


async def pour(
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
    async for block in blocks(message, reader):
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


async def send(writer: asyncio.StreamWriter, reply: bytes) -> bool:
    """Give an answer; say whether the connection lives on after it."""
    writer.write(reply)
    await writer.drain()
    head, _, body = reply.partition(b"\r\n\r\n")
    # A body shorter than promised is only noticed when the connection ends.
    return b"\r\ncontent-length:" in head.lower() and length(head) <= len(body)
