"""Downloads: one stream, resumed where it broke off; several at once where one is slow.

Object stores and long lines hold every connection to a certain speed, and several connections add
up. Where one connection is fast, several would only cost.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO

from .._backends import Backend, FollowingMd5, PositionalFile, StreamingResponse, TaskHandle
from .._secrets import Secret
from .._utils.retry import Backoff
from ..errors import TransferError
from .presigned import (
    RetryableTransferError,
    UrlProvider,
    expected_md5,
    open_download,
    parse_size,
    retry_on_disconnect,
    strong_etag,
)

PART_SIZE = 8 << 20
MAX_CONNECTIONS = 8
SPEED_SAMPLE_SECONDS = 0.5
"""Seconds of waiting for a stream after which its speed is known well enough to judge it."""

FAST_BYTES_PER_SECOND = 100e6
"""Bytes a second above which one connection is left alone."""

MIN_REMAINING_SECONDS = 2.0
"""Seconds that a rest must still need to be worth more connections."""


class ResumableDownload:
    """A download that knows how far it got, and of which version of the file."""

    def __init__(
        self, io: Backend, address: UrlProvider, file: IO[bytes], what: str, maxRetries: int
    ) -> None:
        self._io = io
        self._address = address
        self._file = PositionalFile(file.fileno())
        self._what = what
        self._maxRetries = maxRetries
        self._url: Secret[str] | None = None
        self._etag: str | None = None
        self._expected: str | None = None
        self._md5 = FollowingMd5(io, self._file.duplicate())
        self.received = 0
        self.max_offset = 0

    async def _start_over(self) -> None:
        await self._md5.aclose()
        self._md5 = FollowingMd5(self._io, self._file.duplicate())
        self._file.truncate()
        self._etag = self._expected = None
        self.received = 0

    async def aclose(self) -> None:
        """Let go of the file."""
        await self._md5.aclose()
        self._file.close()

    def invalidate_url(self) -> None:
        """Ask for a fresh address at the next attempt: this one has expired."""
        self._url = None

    async def attempt(self) -> None:
        """Go on to the end; raise PassingError where another attempt may help."""
        url = self._url = self._url or await self._address()
        if self._etag is None:
            # Without it, nothing tells whether the rest would be of the same file.
            await self._start_over()
        wanted = _range_headers(self.received, None, self._etag) if self.received else {}
        async with open_download(
            self._io, url, wanted, self._what, (200, 206, 412, 416)
        ) as download:
            if download.status in (412, 416) or not _is_same_version(download, self._etag):
                await self._start_over()
                raise RetryableTransferError(f"{self._what} changed while it was downloaded")
            if download.status == 200 and self.received:
                await self._start_over()
            total = _total_size(download, self.received, self._what)
            self._etag = strong_etag(download.headers) or self._etag
            if not self.received:
                self._expected = expected_md5(download.headers)
            is_slow = await self._stream(download, total)
        if is_slow:
            await self._download_parts(url, total)
        await self._verify(total)

    async def _stream(self, download: StreamingResponse, total: int) -> bool:
        """Take in the stream; break off, and say so, where several would be faster."""
        clock, first, waited = self._io.clock, self.received, 0.0
        with retry_on_disconnect(f"download of {self._what}"):
            async with contextlib.aclosing(download.blocks()) as blocks:
                asked = clock()
                async for block in blocks:
                    # Only what was waited for is the connection's doing.
                    waited += clock() - asked
                    self._file.write_at(self.received, block)
                    self._advance(self.received + len(block))
                    if waited > SPEED_SAMPLE_SECONDS and self._is_slow(
                        waited, self.received - first, total
                    ):
                        return True
                    asked = clock()
        return False

    def _advance(self, received: int) -> None:
        self.received = received
        self.max_offset = max(self.max_offset, received)
        if self._expected is not None:
            self._md5.advance(received)

    def _is_slow(self, waited: float, came: int, total: int) -> bool:
        rest = total - self.received
        worth_it = rest > 2 * PART_SIZE and rest * waited > MIN_REMAINING_SECONDS * came
        return self._etag is not None and worth_it and came < FAST_BYTES_PER_SECOND * waited

    async def _download_parts(self, url: Secret[str], total: int) -> None:
        parts = _ParallelDownload(
            self._io, self._address, url, self._etag, self._what, self._maxRetries
        )
        hashed = self._md5.advance if self._expected is not None else lambda written: None
        try:
            await parts.fetch(self._file, self.received, total, hashed)
        except _ChangedError:
            await self._start_over()
            raise RetryableTransferError(f"{self._what} changed while it was downloaded") from None
        self._advance(total)

    async def _verify(self, total: int) -> None:
        if total != self.received:
            message = f"{self._what}: {self.received} bytes came, {total} were promised"
            raise RetryableTransferError(message)
        if self._expected is None:
            return
        if self._expected != await self._md5.hexdigest():
            await self._start_over()
            raise RetryableTransferError(
                f"{self._what}: what came does not have the file's checksum"
            )


class _ChangedError(Exception):
    """The file is no longer the one whose first part was fetched."""


class _ParallelDownload:
    """The parts of a file, fetched over several connections into their places."""

    def __init__(
        self,
        io: Backend,
        address: UrlProvider,
        url: Secret[str],
        etag: str | None,
        what: str,
        maxRetries: int,
    ) -> None:
        self._io = io
        self._address = address
        self._url = url
        self._etag = etag
        self._what = what
        self._maxRetries = maxRetries
        self._waiting: deque[tuple[int, int]] = deque()
        self._missing: set[int] = set()
        self._total = 0
        self._stopped = False

    async def fetch(
        self, file: PositionalFile, begin: int, total: int, written: Callable[[int], object]
    ) -> None:
        """Fetch all bytes from `begin` on; the file holds those before.

        `written` is told up to where the file has no gap.
        """
        self._total, self._written = total, written
        starts = range(begin, total, PART_SIZE)
        self._missing.update(starts)
        self._waiting.extend((start, min(start + PART_SIZE, total)) for start in starts)
        workers: list[TaskHandle[None]] = []
        try:
            for _ in range(min(MAX_CONNECTIONS, len(starts))):
                workers.append(self._io.spawn(self._work(file.duplicate())))
            for worker in workers:
                await worker.result()
        finally:
            self._stopped = True
            for worker in workers:
                await worker.cancel()

    async def _work(self, file: PositionalFile) -> None:
        with file, self._stop_all_on_error():
            while self._waiting and not self._stopped:
                try:
                    begin, end = self._waiting.popleft()
                except IndexError:
                    return
                await self._fetch_part(_Part(file, begin, end))
                self._missing.discard(begin)
                self._written(min(self._missing, default=self._total))

    @contextlib.contextmanager
    def _stop_all_on_error(self) -> Iterator[None]:
        """Let all workers stop when one fails for good."""
        try:
            yield
        except BaseException:
            self._stopped = True
            raise

    async def _fetch_part(self, part: "_Part") -> None:
        waits = Backoff(self._maxRetries)
        while part.position < part.end and not self._stopped:
            reached, url = part.position, self._url
            try:
                await self._attempt(part, url)
            except RetryableTransferError as error:
                if self._stopped:
                    return
                if part.position > reached:
                    waits.reset()
                wait = waits.next_delay(error.retry_after)
                if wait is None:
                    raise
                if error.url_expired and url == self._url:
                    self._url = await self._address()
                else:
                    await self._io.sleep(wait)

    async def _attempt(self, part: "_Part", url: Secret[str]) -> None:
        begin, end = part.position, part.end
        wanted = _range_headers(begin, end, self._etag)
        async with open_download(
            self._io, url, wanted, self._what, (206, 200, 412, 416)
        ) as download:
            if download.status != 206 or not _is_same_version(download, self._etag):
                raise _ChangedError
            _check_range(download, begin, end, self._total, self._what)
            with retry_on_disconnect(f"download of {self._what}"):
                async with contextlib.aclosing(download.blocks()) as blocks:
                    async for block in blocks:
                        if self._stopped:
                            return
                        if part.position + len(block) > end:
                            raise TransferError(f"{self._what}: more bytes came than promised")
                        part.write(block)
            if part.position < end:
                raise RetryableTransferError(f"{self._what}: fewer bytes came than promised")


class _Part:
    """A part of a file, written from its beginning on."""

    def __init__(self, file: PositionalFile, begin: int, end: int) -> None:
        self._file = file
        self.position = begin
        self.end = end

    def write(self, block: bytes) -> None:
        self._file.write_at(self.position, block)
        self.position += len(block)


def _range_headers(begin: int, end: int | None, etag: str | None) -> dict[str, str]:
    last = "" if end is None else str(end - 1)
    return {"Range": f"bytes={begin}-{last}", "If-Match": etag or ""}


def _is_same_version(download: StreamingResponse, etag: str | None) -> bool:
    """Whether a part is of this version of the file; not every server heeds If-Match."""
    return download.status != 206 or download.headers.get("etag", etag) == etag


def _total_size(download: StreamingResponse, begin: int, what: str) -> int:
    """How long the whole file is: without knowing it, nothing tells whether all of it came."""
    length = parse_size(download.headers.get("content-length", ""))
    if length is None:
        raise TransferError(f"{what}: the storage does not say how long it is")
    total = begin + length
    if download.status == 206:
        _check_range(download, begin, total, total, what)
    return total


def _check_range(download: StreamingResponse, begin: int, end: int, total: int, what: str) -> None:
    given = download.headers.get("content-range", "")
    if given != f"bytes {begin}-{end - 1}/{total}":
        raise TransferError(f"{what}: asked for the bytes from {begin} on, got {given[:80]!r}")
