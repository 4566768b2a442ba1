"""How much of a file has moved, told as it moves."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from .._backends import Backend, Response, StreamingResponse, TaskHandle, WebSocket
from .._secrets import Secret
from .._utils.progress import ProgressCallback
from .presigned import parse_size

_Result = TypeVar("_Result")


class WatchedIo:
    """An `Io` for the transfer of one file, which tells how much of it has moved."""

    def __init__(self, io: Backend, tell: ProgressCallback) -> None:
        self._io = io
        self._told = tell
        self._moved = 0

    async def put(self, url: Secret[str], size: int, blocks: Iterator[bytes]) -> Response:
        """PUT a body, and tell of each block that is taken from it."""
        self._moved = 0
        answer = await self._io.put(url, size, self._counted(blocks, size))
        self._tell(0, size)
        return answer

    @contextlib.asynccontextmanager
    async def get(
        self, url: Secret[str], headers: dict[str, str]
    ) -> AsyncIterator[StreamingResponse]:
        """GET a presigned URL, and tell of each block that comes."""
        async with self._io.get(url, headers) as download:
            yield _WatchedDownload(download, self._tell)

    def _counted(self, blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
        for block in blocks:
            yield block
            self._tell(len(block), size)

    def _tell(self, moved: int, total: int | None) -> None:
        # What came twice, after a failure, counts once.
        self._moved += moved
        self._told(self._moved if total is None else min(self._moved, total), total)

    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        """POST, which moves no file."""
        return await self._io.post(url, token, content, timeout)

    def websocket(
        self, url: str, subprotocols: Secret[list[str]], timeout: float | None = None
    ) -> AbstractAsyncContextManager[WebSocket]:
        """Open a WebSocket, which moves no file."""
        return self._io.websocket(url, subprotocols, timeout)

    def transfer_slot(self) -> AbstractAsyncContextManager[None]:
        """Wait until a file may be transferred."""
        return self._io.transfer_slot()

    def spawn(self, flow: Coroutine[Any, Any, _Result]) -> TaskHandle[_Result]:
        """Begin a flow that runs beside the present one."""
        return self._io.spawn(flow)

    def run_in_thread(self, work: Callable[[], _Result]) -> TaskHandle[_Result]:
        """Begin work in a thread."""
        return self._io.run_in_thread(work)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._io.sleep(seconds)

    def clock(self) -> float:
        """Seconds of a clock that never goes back."""
        return self._io.clock()

    async def close(self) -> None:
        """Close every connection."""
        await self._io.close()


class _WatchedDownload:
    def __init__(
        self, download: StreamingResponse, tell: Callable[[int, int | None], None]
    ) -> None:
        self.status = download.status
        self._download = download
        self._tell = tell

    @property
    def headers(self) -> Mapping[str, str]:
        return self._download.headers

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        async with contextlib.aclosing(self._download.blocks()) as blocks:
            async for block in blocks:
                self._tell(len(block), self._total())
                yield block

    async def read(self, limit: int) -> bytes:
        return await self._download.read(limit)

    def _total(self) -> int | None:
        """The size of the whole file, though only a part of it may come."""
        _, _, whole = self.headers.get("content-range", "").rpartition("/")
        return parse_size(whole or self.headers.get("content-length", ""))
