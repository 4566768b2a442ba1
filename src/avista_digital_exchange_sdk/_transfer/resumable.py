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
from .._utils.retry import Attempt, RetryPolicy, retrying
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
from .progress import TransferProgress


class ResumableDownload:
    """A download that knows how far it got, and of which version of the file."""

    def __init__(
        self,
        backend: Backend,
        policy: RetryPolicy,
        get_url: UrlProvider,
        file: IO[bytes],
        what: str,
        progress: TransferProgress,
    ) -> None:
        self._backend = backend
        self._policy = policy
        self._get_url = get_url
        self._file = PositionalFile(file.fileno())
        self._what = what
        self._progress = progress
        self._url: Secret[str] | None = None
        self._etag: str | None = None
        self._expected: str | None = None
        self._md5 = FollowingMd5(backend, self._file.duplicate())
        self.received = 0
        self.max_offset = 0

    async def _start_over(self) -> None:
        await self._md5.aclose()
        self._md5 = FollowingMd5(self._backend, self._file.duplicate())
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
        url = self._url = self._url or await self._get_url()
        if self._etag is None:
            # Without it, nothing tells whether the rest would be of the same file.
            await self._start_over()
        wanted = _range_headers(self.received, None, self._etag) if self.received else {}
        async with open_download(
            self._backend, url, wanted, self._what, (200, 206, 412, 416)
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
        clock, first, waited = self._backend.clock, self.received, 0.0
        with retry_on_disconnect(f"download of {self._what}"):
            async with contextlib.aclosing(download.blocks()) as blocks:
                asked = clock()
                async for block in blocks:
                    # Only what was waited for is the connection's doing.
                    waited += clock() - asked
                    self._file.write_at(self.received, block)
                    self._advance(self.received + len(block))
                    self._progress.report(self.received, total)
                    if self._is_slow(waited, self.received - first, total):
                        return True
                    asked = clock()
        return False

    def _advance(self, received: int) -> None:
        self.received = received
        self.max_offset = max(self.max_offset, received)
        if self._expected is not None:
            self._md5.advance(received)

    def _is_slow(self, waited: float, came: int, total: int) -> bool:
        options = self._backend.options
        if self._etag is None or waited <= options.speed_sample_seconds:
            return False
        rest = total - self.received
        is_long = rest > 2 * options.part_bytes and (
            rest * waited > options.min_remaining_seconds * came
        )
        return is_long and came < options.fast_bytes_per_second * waited

    async def _download_parts(self, url: Secret[str], total: int) -> None:
        parts = _ParallelDownload(
            self._backend, self._policy, self._get_url, url, self._etag, self._what, self._progress
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
    """The parts of a file, fetched over several connections into their positions."""

    def __init__(
        self,
        backend: Backend,
        policy: RetryPolicy,
        get_url: UrlProvider,
        url: Secret[str],
        etag: str | None,
        what: str,
        progress: TransferProgress,
    ) -> None:
        self._backend = backend
        self._policy = policy
        self._get_url = get_url
        self._url = url
        self._etag = etag
        self._what = what
        self._progress = progress
        self._part_bytes = backend.options.part_bytes
        self._waiting: deque[tuple[int, int]] = deque()
        # The parts that are not complete yet, by their positions.
        self._missing: dict[int, _Part | None] = {}
        self._total = 0
        self._stopped = False

    async def fetch(
        self, file: PositionalFile, begin: int, total: int, written: Callable[[int], object]
    ) -> None:
        """Fetch all bytes from `begin` on; the file holds those before.

        `written` is called with the position up to which the file has no gap.
        """
        self._total, self._written = total, written
        starts = range(begin, total, self._part_bytes)
        self._missing.update(dict.fromkeys(starts))
        self._waiting.extend((start, min(start + self._part_bytes, total)) for start in starts)
        workers: list[TaskHandle[None]] = []
        try:
            for _ in range(min(self._backend.options.max_part_connections, len(starts))):
                workers.append(self._backend.spawn(self._work(file.duplicate())))
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
                part = self._missing[begin] = _Part(file, begin, end)
                await self._fetch_part(part)
                if self._stopped:
                    return
                del self._missing[begin]
                self._written(min(tuple(self._missing), default=self._total))

    @contextlib.contextmanager
    def _stop_all_on_error(self) -> Iterator[None]:
        """Let all workers stop when one fails for good."""
        try:
            yield
        except BaseException:
            self._stopped = True
            raise

    async def _fetch_part(self, part: "_Part") -> None:
        async def fetch_rest(attempt: Attempt) -> None:
            reached, url = part.position, self._url
            try:
                while part.position < part.end and not self._stopped:
                    await self._attempt(part, url)
            except RetryableTransferError as error:
                if self._stopped:
                    return
                attempt.made_progress = part.position > reached
                attempt.retry_after = error.retry_after
                if error.url_expired and url == self._url:
                    self._url = await self._get_url()
                    attempt.is_retry_immediate = True
                raise

        await retrying(
            self._policy, fetch_rest, lambda error: isinstance(error, RetryableTransferError)
        )

    async def _attempt(self, part: "_Part", url: Secret[str]) -> None:
        begin, end = part.position, part.end
        wanted = _range_headers(begin, end, self._etag)
        async with open_download(
            self._backend, url, wanted, self._what, (206, 200, 412, 416)
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
                        self._progress.report(self._count_bytes(), self._total)
            if part.position < end:
                raise RetryableTransferError(f"{self._what}: fewer bytes came than promised")

    def _count_bytes(self) -> int:
        missing = tuple(self._missing.items())
        lacking = sum(
            min(begin + self._part_bytes, self._total) - (part.position if part else begin)
            for begin, part in missing
        )
        return self._total - lacking


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
