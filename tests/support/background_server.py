"""TCP servers that run in the background of tests."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from .http_messages import Streams, close_writer


class ConnectionBroken(Exception):  # noqa: N818  # not an error, but a requested event
    """Closes a connection on both sides."""


class BackgroundServer:
    """A TCP server with its own event loop and thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: list[tuple[asyncio.StreamWriter, Any]] = []
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
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    @property
    def open_connections(self) -> int:
        """The number of connected clients."""
        return len(self._tasks)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=500)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        # Stop accepting first: asyncio leaks connections that it was accepting while closing.
        for listening in self._server.sockets:
            self._loop.remove_reader(listening.fileno())
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(others, timeout=0.1)
        for writer, _ in self._accepted:
            writer.transport.abort()
        while any(socket.fileno() >= 0 for _, socket in self._accepted):
            await asyncio.sleep(0)
        self._server.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted.append((writer, writer.get_extra_info("socket")))
        task = self._loop.create_task(self._handle((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, client: Streams) -> None:
        try:
            await self.serve(client)
        except (ConnectionBroken, OSError, EOFError, ValueError):
            # Either side may hang up at any time.
            pass
        finally:
            await close_writer(client[1])

    async def serve(self, client: Streams) -> None:
        """Handle one connection."""
        raise NotImplementedError
