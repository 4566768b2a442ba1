"""Minimal parsing of HTTP and WebSocket: the name and the length of messages."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import cycle
from typing import NamedTuple

BLOCK_SIZE = 1 << 16
PIECES = 20
"""The number of pieces of a throttled message."""

CONTROL = "control"
"""The name of WebSocket control frames: ping, pong and close."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Message(NamedTuple):
    """One message: its name, the bytes read so far, and the number of bytes to come."""

    name: str
    begin: bytes
    rest: int = 0

    @property
    def size(self) -> int:
        return len(self.begin) + self.rest


async def close_writer(writer: asyncio.StreamWriter) -> None:
    """Close a connection, ignoring errors."""
    writer.close()
    with suppress(OSError, EOFError, asyncio.TimeoutError, ssl.SSLError):
        await asyncio.wait_for(writer.wait_closed(), 1)


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(BLOCK_SIZE):
        writer.write(block)
        await writer.drain()
    writer.write_eof()


async def read_request(reader: asyncio.StreamReader) -> Message:
    """Read the next request; for GraphQL, including its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    method, path, _ = head.split(b" ", 2)
    size = length(head)
    if b"\r\nupgrade: websocket" in head.lower():
        return Message("websocket", head)
    if method == b"POST" and path.endswith(b"/graphql"):
        body = await reader.readexactly(size)
        return Message(json.loads(body).get("operationName") or "POST", head + body)
    return Message(method.decode(), head, size)


async def read_response(reader: asyncio.StreamReader, name: str) -> Message:
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
    """Read a WebSocket frame; return it with the type and text of its message."""
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


async def forward(
    message: Message,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    limit: int,
    pause: float = 0.0,
) -> None:
    """Forward a message up to a byte limit."""
    piece = max(1, message.size // PIECES) if pause else BLOCK_SIZE
    left = limit
    if not left:
        return
    async for block in blocks(message, reader):
        chunk = block[:left]
        left -= len(chunk)
        for start in range(0, len(chunk), piece):
            writer.write(chunk[start : start + piece])
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if not left:
            return


async def discard(reader: asyncio.StreamReader, length: int) -> None:
    """Read and discard a body."""
    while length:
        length -= len(await reader.readexactly(min(length, BLOCK_SIZE)))


async def send(writer: asyncio.StreamWriter, reply: bytes) -> bool:
    """Send a response; return whether the connection stays open."""
    writer.write(reply)
    await writer.drain()
    head, _, body = reply.partition(b"\r\n\r\n")
    # The client notices a body shorter than announced only when the connection ends.
    return b"\r\ncontent-length:" in head.lower() and length(head) <= len(body)
