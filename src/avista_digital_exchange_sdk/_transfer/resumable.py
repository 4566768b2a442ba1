"""Downloads: one stream, resumed after an interruption; several parallel ones if it is slow.

Object stores and long distances limit the speed of a single connection, so several are faster. If
one connection is fast, more would only cost resources.
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
    open_download,
    parse_md5_etag,
    parse_size,
    parse_strong_etag,
    retry_on_disconnect,
)
from .progress import TransferProgress


class ResumableDownload:
    """A download that can be resumed, if the file has not changed."""

    def __init__(
        self,
        backend: Backend,
        policy: RetryPolicy,
        get_url: UrlProvider,
        file: IO[bytes],
        what: str,
        progress: TransferProgress,
        url: Secret[str] | None = None,
    ) -> None:
        self._backend = backend
        self._policy = policy
        self._get_url = get_url
        self._file = PositionalFile(file.fileno())
        self._what = what
        self._progress = progress
        self._url = url
        self._etag: str | None = None
        self._expected: str | None = None
        self._md5 = FollowingMd5(backend, self._file.duplicate())
        # Whether the content consists of parts of several responses.
        self._is_assembled = False
        self._is_verified = False
        self.received = 0
        self.max_offset = 0

    async def _start_over(self) -> None:
        await self._md5.aclose()
        self._md5 = FollowingMd5(self._backend, self._file.duplicate())
        self._file.truncate()
        self._etag = self._expected = None
        self._is_assembled = False
        self.received = 0

    async def aclose(self) -> None:
        """Close the duplicates of the file."""
        await self._md5.aclose()
        self._file.close()

    def invalidate_url(self) -> None:
        """Request a new URL for the next attempt."""
        self._url = None

    async def attempt(self) -> None:
        """Resume the download; raise RetryableTransferError if another attempt may help."""
        url = self._url = self._url or await self._get_url()
        if self._etag is None:
            # Without an ETag the rest could be that of another version.
            await self._start_over()
        headers = _build_range_headers(self.received, None, self._etag) if self.received else {}
        async with open_download(
            self._backend, url, headers, self._what, (200, 206, 412, 416)
        ) as download:
            if download.status in (412, 416) or not _is_same_version(download, self._etag):
                await self._start_over()
                raise RetryableTransferError(f"{self._what} changed while it was downloaded")
            if download.status == 200 and self.received:
                await self._start_over()
            total = _parse_total_size(download, self.received, self._what)
            self._etag = parse_strong_etag(download.headers) or self._etag
            if not self.received:
                self._expected = parse_md5_etag(download.headers)
            self._is_assembled = self.received > 0
            self._is_verified = self._must_verify(url, total)
            is_slow = await self._stream(download, total)
        if is_slow:
            await self._download_parts(url, total)
        await self._verify(total)

    def _must_verify(self, url: Secret[str], total: int) -> bool:
        """Whether to compare the MD5 of the file with that of the storage.

        Hashing takes 1.4 s of CPU time per GiB, more than everything else. It finds what was
        changed on the way, and mistakes in assembling a file from several responses. TLS already
        authenticates every byte on the way, and the storage verifies what it stores, so for a large
        file that comes in one response over TLS it is not worth its cost.
        """
        is_large = total > self._backend.options.max_md5_bytes_over_tls
        is_guarded = is_large and url.reveal().startswith("https://")
        return self._expected is not None and (self._is_assembled or not is_guarded)

    async def _stream(self, download: StreamingResponse, total: int) -> bool:
        """Write the stream to the file; stop and return True if parallel downloads are faster."""
        clock, first, elapsed = self._backend.clock, self.received, 0.0
        with retry_on_disconnect(f"download of {self._what}"):
            async with contextlib.aclosing(download.blocks()) as blocks:
                requested_at = clock()
                async for block in blocks:
                    # Count only the time spent waiting for the network.
                    elapsed += clock() - requested_at
                    self._file.write_at(self.received, block)
                    self._advance(self.received + len(block))
                    self._progress.report(self.received, total)
                    if self._is_slow(elapsed, self.received - first, total):
                        return True
                    requested_at = clock()
        return False

    def _advance(self, received: int) -> None:
        self.received = received
        self.max_offset = max(self.max_offset, received)
        if self._is_verified:
            self._md5.advance(received)

    def _is_slow(self, elapsed: float, received: int, total: int) -> bool:
        options = self._backend.options
        if self._etag is None or elapsed <= options.speed_sample_seconds:
            return False
        rest = total - self.received
        is_long = rest > 2 * options.part_bytes and (
            rest * elapsed > options.min_remaining_seconds * received
        )
        return is_long and received < options.fast_bytes_per_second * elapsed

    async def _download_parts(self, url: Secret[str], total: int) -> None:
        parts = _ParallelDownload(
            self._backend, self._policy, self._get_url, url, self._etag, self._what, self._progress
        )
        self._is_assembled = True
        self._is_verified = self._must_verify(url, total)
        on_progress = self._md5.advance if self._is_verified else lambda written: None
        try:
            await parts.fetch(self._file, self.received, total, on_progress)
        except _ChangedError:
            await self._start_over()
            raise RetryableTransferError(f"{self._what} changed while it was downloaded") from None
        self._advance(total)

    async def _verify(self, total: int) -> None:
        if total != self.received:
            message = f"{self._what}: received {self.received} of {total} bytes"
            raise RetryableTransferError(message)
        if self._is_verified and self._expected != await self._md5.hexdigest():
            await self._start_over()
            raise RetryableTransferError(f"{self._what}: the MD5 checksum does not match")


class _ChangedError(Exception):
    """The file has changed since its first part was fetched."""


class _ParallelDownload:
    """Downloads the parts of a file over several connections."""

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
        self, file: PositionalFile, start: int, total: int, on_progress: Callable[[int], object]
    ) -> None:
        """Fetch the bytes from `start` to the end.

        Args:
            file: The file to write to. It contains the bytes before `start`.
            start: The position to start at.
            total: The size of the file in bytes.
            on_progress: Called with the position up to which the file has no gap.
        """
        self._total, self._on_progress = total, on_progress
        starts = range(start, total, self._part_bytes)
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
                    start, end = self._waiting.popleft()
                except IndexError:
                    return
                part = self._missing[start] = _Part(file, start, end)
                await self._fetch_part(part)
                if self._stopped:
                    return
                del self._missing[start]
                self._on_progress(min(tuple(self._missing), default=self._total))

    @contextlib.contextmanager
    def _stop_all_on_error(self) -> Iterator[None]:
        """Stop all workers when one fails permanently."""
        try:
            yield
        except BaseException:
            self._stopped = True
            raise

    async def _fetch_part(self, part: "_Part") -> None:
        async def fetch_rest(attempt: Attempt) -> None:
            start, url = part.position, self._url
            try:
                while part.position < part.end and not self._stopped:
                    await self._attempt(part, url)
            except RetryableTransferError as error:
                if self._stopped:
                    return
                attempt.made_progress = part.position > start
                attempt.retry_after = error.retry_after
                if error.url_expired and url == self._url:
                    self._url = await self._get_url()
                    attempt.is_retry_immediate = True
                raise

        await retrying(
            self._policy, fetch_rest, lambda error: isinstance(error, RetryableTransferError)
        )

    async def _attempt(self, part: "_Part", url: Secret[str]) -> None:
        start, end = part.position, part.end
        headers = _build_range_headers(start, end, self._etag)
        async with open_download(
            self._backend, url, headers, self._what, (206, 200, 412, 416)
        ) as download:
            if download.status != 206 or not _is_same_version(download, self._etag):
                raise _ChangedError
            _check_range(download, start, end, self._total, self._what)
            with retry_on_disconnect(f"download of {self._what}"):
                async with contextlib.aclosing(download.blocks()) as blocks:
                    async for block in blocks:
                        if self._stopped:
                            return
                        if part.position + len(block) > end:
                            raise TransferError(f"{self._what}: received more bytes than requested")
                        part.write(block)
                        # Counting takes longer the more parts there are.
                        if self._progress.is_observed:
                            self._progress.report(self._count_bytes(), self._total)
            if part.position < end:
                raise RetryableTransferError(f"{self._what}: received fewer bytes than requested")

    def _count_bytes(self) -> int:
        parts = tuple(self._missing.items())
        missing_bytes = sum(
            min(start + self._part_bytes, self._total) - (part.position if part else start)
            for start, part in parts
        )
        return self._total - missing_bytes


class _Part:
    """A part of a file, which is written sequentially."""

    def __init__(self, file: PositionalFile, start: int, end: int) -> None:
        self._file = file
        self.position = start
        self.end = end

    def write(self, block: bytes) -> None:
        self._file.write_at(self.position, block)
        self.position += len(block)


def _build_range_headers(start: int, end: int | None, etag: str | None) -> dict[str, str]:
    last = "" if end is None else str(end - 1)
    return {"Range": f"bytes={start}-{last}", "If-Match": etag or ""}


def _is_same_version(download: StreamingResponse, etag: str | None) -> bool:
    """Whether a response is of this version of the file. Not every server supports If-Match."""
    return download.status != 206 or download.headers.get("etag", etag) == etag


def _parse_total_size(download: StreamingResponse, start: int, what: str) -> int:
    """Return the size of the file, without which an incomplete download can't be detected."""
    length = parse_size(download.headers.get("content-length", ""))
    if length is None:
        raise TransferError(f"{what}: the response has no valid Content-Length")
    total = start + length
    if download.status == 206:
        _check_range(download, start, total, total, what)
    return total


def _check_range(download: StreamingResponse, start: int, end: int, total: int, what: str) -> None:
    content_range = download.headers.get("content-range", "")
    if content_range != f"bytes {start}-{end - 1}/{total}":
        received = f"received {content_range[:80]!r}"
        raise TransferError(f"{what}: requested bytes {start}-{end - 1}, {received}")
