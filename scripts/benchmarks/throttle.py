"""A proxy that holds every connection to the speed of an object store at the end of a long line.

    python -m scripts.benchmarks.throttle ENDPOINT

It prints the endpoint to use instead. Presigned URLs lead through it too.
"""

import asyncio
import sys
from contextlib import closing
from urllib.parse import urlsplit

SPEED = 25e6
"""Bytes a second of one connection."""

DELAY = 0.040
"""Seconds that an answer is on its way."""

BLOCK = 1 << 16
BLOCKS_ON_THE_WAY = int(4 * SPEED * DELAY / BLOCK)


class Throttle:
    """Passes connections on to a server, answers slowed down."""

    def __init__(self, endpoint: str) -> None:
        self._parts = urlsplit(endpoint)

    async def serve(self) -> None:
        """Serve until the process ends."""
        server = await asyncio.start_server(self._serve_connection, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        # Addresses in answers are replaced on their way; this must not change an answer's length.
        assert len(str(port)) == len(str(self._parts.port))
        self._there = f"http://{self._parts.netloc}/".encode()
        self._here = f"http://127.0.0.1:{port}/".encode()
        print(f"http://127.0.0.1:{port}{self._parts.path}", flush=True)
        await server.serve_forever()

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, to_there = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(BLOCKS_ON_THE_WAY)
        with closing(writer), closing(to_there):
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(_pass_on(reader, to_there))
                    ways.create_task(self._receive(there, on_the_way))
                    ways.create_task(_pass_back(on_the_way, writer))
            except* ConnectionError:
                # Either side may hang up at any time.
                pass

    async def _receive(
        self, there: asyncio.StreamReader, on_the_way: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        """Answers, with the time at which each block may arrive."""
        clock = asyncio.get_running_loop().time
        while block := await there.read(BLOCK):
            await on_the_way.put((clock() + DELAY, block.replace(self._there, self._here)))
        await on_the_way.put((0, b""))


async def _pass_back(
    on_the_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
) -> None:
    """Answers, no sooner than the line has room for each block."""
    clock = asyncio.get_running_loop().time
    free = 0.0
    while (arrival := await on_the_way.get())[1]:
        earliest, block = arrival
        free = max(free, earliest) + len(block) / SPEED
        await asyncio.sleep(free - clock())
        writer.write(block)
        await writer.drain()
    writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests, as they come."""
    while block := await reader.read(BLOCK):
        writer.write(block)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(Throttle(sys.argv[1]).serve())
