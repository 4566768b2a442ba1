"""A proxy that limits each connection to the speed of a distant object store.

    python -m scripts.benchmarks.throttle ENDPOINT

Prints the endpoint to use instead. Presigned URLs go through the proxy too.
"""

import asyncio
import sys
from contextlib import closing
from urllib.parse import urlsplit

BYTES_PER_SECOND = 25e6
"""Bandwidth per connection in bytes per second."""

LATENCY_SECONDS = 0.040
"""Latency of responses in seconds."""

BLOCK = 1 << 16
MAX_BLOCKS_IN_FLIGHT = int(4 * BYTES_PER_SECOND * LATENCY_SECONDS / BLOCK)


class Throttle:
    """Forwards connections to a server and throttles responses."""

    def __init__(self, endpoint: str) -> None:
        self._parts = urlsplit(endpoint)

    async def serve(self) -> None:
        """Serve until the process is terminated."""
        server = await asyncio.start_server(self._serve_connection, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        # URLs in responses are replaced; this must not change the length of a response.
        assert len(str(port)) == len(str(self._parts.port))
        self._server_url = f"http://{self._parts.netloc}/".encode()
        self._proxy_url = f"http://127.0.0.1:{port}/".encode()
        print(f"http://127.0.0.1:{port}{self._parts.path}", flush=True)
        await server.serve_forever()

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        server_reader, server_writer = await asyncio.open_connection(
            self._parts.hostname, self._parts.port
        )
        in_flight: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MAX_BLOCKS_IN_FLIGHT)
        with closing(writer), closing(server_writer):
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_forward_requests(reader, server_writer))
                    tasks.create_task(self._receive(server_reader, in_flight))
                    tasks.create_task(_forward_responses(in_flight, writer))
            except* ConnectionError:
                # Client and server may disconnect at any time.
                pass

    async def _receive(
        self, reader: asyncio.StreamReader, in_flight: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        """Read responses; queue each block with its earliest arrival time."""
        clock = asyncio.get_running_loop().time
        while block := await reader.read(BLOCK):
            await in_flight.put(
                (clock() + LATENCY_SECONDS, block.replace(self._server_url, self._proxy_url))
            )
        await in_flight.put((0, b""))


async def _forward_responses(
    in_flight: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
) -> None:
    """Write queued blocks at the limited bandwidth."""
    clock = asyncio.get_running_loop().time
    free = 0.0
    while (arrival := await in_flight.get())[1]:
        earliest, block = arrival
        free = max(free, earliest) + len(block) / BYTES_PER_SECOND
        await asyncio.sleep(free - clock())
        writer.write(block)
        await writer.drain()
    writer.close()


async def _forward_requests(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward requests unchanged."""
    while block := await reader.read(BLOCK):
        writer.write(block)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(Throttle(sys.argv[1]).serve())
