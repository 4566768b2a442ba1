"""Transfers of bytes over presigned URLs: streamed, tried again, and checked before they count."""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import IO

from .._backends import Backend
from .._secrets import Secret
from .._utils.logging import log_retry
from .._utils.progress import ProgressCallback
from .._utils.retry import Backoff
from ..errors import InvalidResponseError, TransferError
from .presigned import (
    RetryableTransferError,
    UrlProvider,
    error_from_response,
    open_download,
    retry_on_disconnect,
)
from .range_reader import RangeReader
from .resumable import ResumableDownload
from .upload import Source, Upload
from .watched_io import WatchedIo

MAX_UPLOAD_BYTES = 5 << 30
"""Bytes; the most that one PUT of AWS S3 takes."""

MAX_CHUNK_BYTES = 64 << 20

Undo = Callable[[BaseException], Awaitable[None]]
"""Takes back what giving an address has made, after the failure it is told of."""


class Transfers:
    """Uploads and downloads, each tried again as often as the user allows."""

    def __init__(self, io: Backend, maxRetries: int, log: logging.Logger) -> None:
        self._io = io
        self._maxRetries = maxRetries
        self._log = log

    def watched(self, tell: ProgressCallback | None) -> "Transfers":
        """The same, telling as bytes move if someone wants to know."""
        if tell is None:
            return self
        return Transfers(WatchedIo(self._io, tell), self._maxRetries, self._log)

    async def download(self, address: UrlProvider, file: IO[bytes], what: str) -> None:
        """Stream what a presigned URL holds into a file that is empty so far."""
        begun = self._io.clock()
        async with contextlib.aclosing(
            ResumableDownload(self._io, address, file, what, self._maxRetries)
        ) as download:
            await self._resume_until_complete(download)
        self._log.debug(
            "%s: %d bytes downloaded in %.3f s", what, download.received, self._io.clock() - begun
        )

    async def _resume_until_complete(self, download: ResumableDownload) -> None:
        waits = Backoff(self._maxRetries)
        while True:
            reached = download.max_offset
            try:
                return await download.attempt()
            except RetryableTransferError as error:
                if download.max_offset > reached:
                    waits.reset()
                if error.url_expired:
                    download.invalidate_url()
                await self._wait(waits, error)

    async def fetch(self, url: Secret[str], what: str) -> bytes:
        """Fetch what a presigned URL holds, for things small enough to hold in memory."""
        waits = Backoff(self._maxRetries)
        while True:
            try:
                async with open_download(self._io, url, {}, what) as download:
                    with retry_on_disconnect(f"download of {what}"):
                        body = await download.read(MAX_CHUNK_BYTES + 1)
                    if len(body) > MAX_CHUNK_BYTES:
                        raise InvalidResponseError(f"{what} is larger than {MAX_CHUNK_BYTES} bytes")
                    return body
            except RetryableTransferError as error:
                await self._wait(waits, error)

    async def read(self, file: RangeReader, begin: int, end: int) -> bytes:
        """Fetch the bytes of a file from `begin` up to `end`, which are all in it."""
        body, waits = bytearray(), Backoff(self._maxRetries)
        while len(body) < end - begin:
            reached = len(body)
            try:
                await file.attempt(begin, end, body)
            except RetryableTransferError as error:
                if len(body) > reached:
                    waits.reset()
                await self._wait(waits, error)
        return bytes(body)

    async def upload(self, source: Source, create: UrlProvider, undo: Undo) -> None:
        """Stream a file to the URL that `create` gives; `undo` that if it can't be done."""
        waits = Backoff(self._maxRetries)
        while True:
            try:
                await self._put(await create(), source)
                return
            except BaseException as error:
                await undo(error)
                if not isinstance(error, RetryableTransferError):
                    raise
                await self._wait(waits, error)

    async def _put(self, url: Secret[str], source: Source) -> None:
        name = source.name
        begun = self._io.clock()
        with source.open() as file:
            async with contextlib.aclosing(Upload(self._io, source, file)) as upload:
                with retry_on_disconnect(f"upload of {name}"):
                    answer = await self._io.put(url, upload.size, upload.blocks())
                if answer.status not in (200, 201, 204):
                    refused = error_from_response(f"upload of {name}", answer)
                    refused.path = None if source.path is None else str(source.path)
                    raise refused
                await upload.check(answer.headers)
        self._log.debug(
            "%s: %d bytes uploaded in %.3f s", name, upload.size, self._io.clock() - begun
        )

    async def _wait(self, waits: Backoff, error: RetryableTransferError) -> None:
        wait = waits.next_delay(error.retry_after)
        if wait is None:
            last = TransferError(str(error), statusCode=error.statusCode, path=error.path)
            for note in getattr(error, "__notes__", ()):
                last.add_note(note)
            raise last from error.__cause__
        if error.url_expired:
            return
        log_retry(self._log, error, wait)
        await self._io.sleep(wait)
