"""A proxy that behaves like a distant server: a round trip, a time per operation, a bandwidth.

    python -m scripts.benchmarks.line PORT --round-trip 0.1

Forwards TCP connections to a port of this machine, and prints the port that it listens on. Each
direction is delayed by half of the round trip. Presigned URLs must name the proxy's port, as the
`publicUrl` of a Local Exchange does.
"""

import argparse
import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

BLOCK_BYTES = 1 << 16
MIN_BYTES_IN_FLIGHT = 1 << 20

# Requests that are operations of the platform. Those to presigned URLs go to the object store.
OPERATION = b"POST "


@dataclass(frozen=True)
class Line:
    """The properties of a line.

    Attributes:
        round_trip: Seconds between a request and its response, if the server takes no time.
        operation: Seconds that each operation of the platform takes in addition.
        bandwidth: Bytes per second of each direction, for all connections; None for no limit.
        connection_bandwidth: Bytes per second of each direction of one connection.
    """

    round_trip: float = 0.0
    operation: float = 0.0
    bandwidth: float | None = None
    connection_bandwidth: float | None = None

    @property
    def max_blocks_in_flight(self) -> int:
        """Maximum number of blocks in a direction of a connection."""
        bandwidth = self.connection_bandwidth or self.bandwidth or 1e9
        return int(max(MIN_BYTES_IN_FLIGHT, 4 * bandwidth * self.round_trip)) // BLOCK_BYTES

    def arguments(self) -> list[str]:
        """Return the arguments of the program."""
        return [
            argument
            for name, value in asdict(self).items()
            if value is not None
            for argument in (f"--{name.replace('_', '-')}", str(value))
        ]


class Bandwidth:
    """Schedules blocks at a number of bytes per second."""

    def __init__(self, bytes_per_second: float | None) -> None:
        self._bytes_per_second = bytes_per_second
        self._free_at = 0.0

    def reserve(self, earliest: float, size: int) -> float:
        """Return the time at which a block has been sent that is sent at the earliest time."""
        if self._bytes_per_second is None:
            return earliest
        self._free_at = max(self._free_at, earliest) + size / self._bytes_per_second
        return self._free_at


class LineProxy:
    """Forwards connections over a line."""

    def __init__(self, line: Line, port: int) -> None:
        self._line = line
        self._port = port
        self._requests = Bandwidth(line.bandwidth)
        self._responses = Bandwidth(line.bandwidth)

    async def serve(self, ready: Callable[[int], object]) -> None:
        """Serve until the task is cancelled.

        Args:
            ready: Called with the port that the proxy listens on.
        """
        server = await asyncio.start_server(self._serve_connection, "127.0.0.1", 0)
        ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # Client and server may disconnect at any time.
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
            with contextlib.closing(server_writer):
                await asyncio.gather(
                    _Direction(self._line, self._requests, reader, server_writer).forward(),
                    _Direction(self._line, self._responses, server_reader, writer).forward(),
                )


class _Direction:
    """One direction of a connection."""

    def __init__(
        self,
        line: Line,
        bandwidth: Bandwidth,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._line = line
        self._bandwidths = (bandwidth, Bandwidth(line.connection_bandwidth))
        self._reader = reader
        self._writer = writer
        # Each block with its earliest arrival.
        self._in_flight: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(
            line.max_blocks_in_flight
        )
        self._clock = asyncio.get_running_loop().time

    async def forward(self) -> None:
        """Forward everything until the sender ends."""
        receiving = asyncio.create_task(self._receive())
        try:
            await self._send()
        finally:
            receiving.cancel()

    async def _receive(self) -> None:
        arrival = 0.0
        block = None
        while block != b"":
            try:
                block = await self._reader.read(BLOCK_BYTES)
            except ConnectionError:
                block = b""
            delay = self._line.round_trip / 2
            if block.startswith(OPERATION):
                delay += self._line.operation
            arrival = max(arrival, self._clock() + delay)
            await self._in_flight.put((arrival, block))

    async def _send(self) -> None:
        while (in_flight := await self._in_flight.get())[1]:
            time, block = in_flight
            for bandwidth in self._bandwidths:
                time = bandwidth.reserve(time, len(block))
            if (delay := time - self._clock()) > 0:
                await asyncio.sleep(delay)
            self._writer.write(block)
            await self._writer.drain()
        self._writer.close()


def main() -> None:
    """Serve until the process is terminated."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benchmarks.line")
    parser.add_argument("port", type=int)
    for name in asdict(Line()):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float)
    arguments = {name: value for name, value in vars(parser.parse_args()).items() if value}
    port = arguments.pop("port")
    proxy = LineProxy(Line(**arguments), port)
    asyncio.run(proxy.serve(lambda own_port: print(own_port, flush=True)))


if __name__ == "__main__":
    main()
