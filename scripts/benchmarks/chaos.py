"""A proxy that drops, stalls and splits connections, and loses and duplicates events.

It forwards TCP connections to a port of this machine. Messages of the server over a WebSocket are
also lost and duplicated, one by one.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator

HEAD_END = b"\r\n\r\n"
SWITCHING_PROTOCOLS = b"HTTP/1.1 101"
MAX_PIECE_BYTES = 200
BLOCK_BYTES = 1 << 16
# A WebSocket frame with an event; others are acknowledgements and keep-alives.
EVENT = b'"type":"data"'


class ChaosProxy:
    """Forwards connections, with faults as long as it is `active`.

    Attributes:
        active: Whether there are faults.
        faults: The number of faults of each kind.
        port: The port that the proxy listens on.

    Args:
        port: The port of the server.
        lifetime: Mean lifetime in seconds of a real-time connection.
        seed: The seed of the random numbers.
    """

    def __init__(self, port: int, lifetime: float, seed: int = 0) -> None:
        self.active = True
        self.faults: Counter[str] = Counter()
        self.port = 0
        self._server_port = port
        self._lifetime = lifetime
        self._random = random.Random(seed)

    async def start(self) -> asyncio.Server:
        """Start to listen."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the proxy ends, which asyncio would report as an error.
        ended = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*ended):
            server_reader, server_writer = await asyncio.open_connection(
                "127.0.0.1", self._server_port
            )
            directions = [
                asyncio.create_task(_copy(reader, server_writer)),
                asyncio.create_task(self._forward(server_reader, writer)),
            ]
            try:
                await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for direction in directions:
                    direction.cancel()
                await asyncio.gather(*directions, return_exceptions=True)
                server_writer.transport.abort()
                writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward the responses of the server, and the events after them."""
        while block := await reader.read(BLOCK_BYTES):
            await self._send(block, writer)
            if block.startswith(SWITCHING_PROTOCOLS):
                with contextlib.suppress(TimeoutError):
                    await self._forward_events(reader, writer, block)
                return
            if self._happens(0.01, "request dropped"):
                return

    async def _forward_events(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        rest = head.partition(HEAD_END)[2]
        assert not rest, "the server sends nothing before connection_init"
        loop = asyncio.get_running_loop()
        end = loop.time() + self._random.expovariate(1 / self._lifetime)
        async for frame in _read_frames(reader):
            if self.active and loop.time() > end:
                if self._random.random() < 0.3:
                    self.faults["connection stalled"] += 1
                    await asyncio.sleep(3600)
                self.faults["connection dropped"] += 1
                # In the middle of a message.
                return await self._send(frame[: len(frame) // 2], writer)
            is_event = EVENT in frame
            if is_event and self._happens(0.02, "event lost"):
                continue
            await self._send(frame, writer)
            if is_event and self._happens(0.1, "event duplicated"):
                await self._send(frame, writer)

    async def _send(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self._happens(0.02, "stalled"):
            await asyncio.sleep(self._random.uniform(0.05, 0.5))
        if len(data) < 10_000 and self._happens(0.3, "split"):
            while data:
                size = self._random.randint(1, MAX_PIECE_BYTES)
                writer.write(data[:size])
                await writer.drain()
                await asyncio.sleep(0)
                data = data[size:]
        else:
            writer.write(data)
            await writer.drain()

    def _happens(self, probability: float, fault: str) -> bool:
        happens = self.active and self._random.random() < probability
        self.faults[fault] += happens
        return happens


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(BLOCK_BYTES):
        writer.write(block)
        await writer.drain()


async def _read_frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Read the frames of a server, which are not masked (RFC 6455, section 5.2)."""
    while True:
        head = await reader.readexactly(2)
        length = head[1] & 0x7F
        extended = b""
        if length >= 126:
            extended = await reader.readexactly(2 if length == 126 else 8)
            length = int.from_bytes(extended)
        yield head + extended + await reader.readexactly(length)
