"""Uploads and downloads over presigned URLs, with retries."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import IO, TypeVar

from .._backends import Backend
from .._secrets import Secret
from .._utils.progress import ProgressCallback
from .._utils.retry import Attempt, RetryPolicy, retrying
from ..errors import InvalidResponseError
from .presigned import (
    RetryableTransferError,
    UrlProvider,
    error_from_response,
    open_download,
    retry_on_disconnect,
)
from .progress import TransferProgress
from .range_reader import RangeReader
from .resumable import ResumableDownload
from .upload import Source, Upload

# The maximum size of a PUT request of AWS S3.
MAX_UPLOAD_BYTES = 5 << 30

_Result = TypeVar("_Result")


class Transfers:
    """Uploads and downloads files with retries."""

    def __init__(self, backend: Backend, policy: RetryPolicy) -> None:
        self._backend = backend
        self._policy = policy
        self._log = policy.log

    async def retrying(self, step: Callable[[Attempt], Awaitable[_Result]]) -> _Result:
        """Run a step of a transfer again after each `RetryableTransferError`."""

        async def attempt_step(attempt: Attempt) -> _Result:
            try:
                return await step(attempt)
            except RetryableTransferError as error:
                attempt.retry_after = error.retry_after
                # A new URL is sufficient.
                attempt.is_retry_immediate = error.url_expired
                raise

        try:
            return await retrying(
                self._policy, attempt_step, lambda error: isinstance(error, RetryableTransferError)
            )
        except RetryableTransferError as error:
            raise error.as_final() from error.__cause__

    async def download(
        self,
        get_url: UrlProvider,
        file: IO[bytes],
        what: str,
        callback: ProgressCallback | None = None,
        url: Secret[str] | None = None,
    ) -> None:
        """Download a file over presigned URLs into an empty file.

        Args:
            get_url: Requests a URL, as each expires.
            file: The file to write to.
            what: The name of the download, for messages.
            callback: Reports the progress in bytes.
            url: The first URL. Defaults to one that is requested.
        """
        start = self._backend.clock()
        progress = TransferProgress(callback)
        async with contextlib.aclosing(
            ResumableDownload(self._backend, self._policy, get_url, file, what, progress, url)
        ) as download:

            async def resume(attempt: Attempt) -> None:
                offset = download.max_offset
                try:
                    await download.attempt()
                except RetryableTransferError as error:
                    attempt.made_progress = download.max_offset > offset
                    if error.url_expired:
                        download.invalidate_url()
                    raise

            await self.retrying(resume)
        self._log.debug(
            "%s: %d bytes downloaded in %.3f s",
            what,
            download.received,
            self._backend.clock() - start,
        )

    async def fetch(self, url: Secret[str], what: str) -> bytes:
        """Download a small file into memory."""
        limit = self._backend.options.max_chunk_bytes

        async def fetch(attempt: Attempt) -> bytes:
            async with open_download(self._backend, url, {}, what) as download:
                with retry_on_disconnect(f"download of {what}"):
                    body = await download.read(limit + 1)
                if len(body) > limit:
                    raise InvalidResponseError(f"{what} is larger than {limit} bytes")
                return body

        return await self.retrying(fetch)

    async def read(self, reader: RangeReader, start: int, end: int) -> bytes:
        """Read the bytes of a file from `start` to `end`, exclusive. The file must contain them."""
        body = bytearray()

        async def fetch_missing(attempt: Attempt) -> None:
            length = len(body)
            try:
                while len(body) < end - start:
                    await reader.attempt(start, end, body)
            except RetryableTransferError:
                attempt.made_progress = len(body) > length
                raise

        await self.retrying(fetch_missing)
        return bytes(body)

    async def put(self, url: Secret[str], source: Source, progress: TransferProgress) -> None:
        """Upload a file to a presigned URL, without retries."""
        name = source.name
        start = self._backend.clock()
        with source.open() as file:
            async with contextlib.aclosing(Upload(self._backend, source, file)) as upload:
                with retry_on_disconnect(f"upload of {name}"):
                    response = await self._backend.put(url, upload.size, upload.blocks(progress))
                if response.status not in (200, 201, 204):
                    error = error_from_response(f"upload of {name}", response)
                    error.path = None if source.path is None else str(source.path)
                    raise error
                await upload.check(response.headers)
        progress.report(upload.size, upload.size)
        self._log.debug(
            "%s: %d bytes uploaded in %.3f s", name, upload.size, self._backend.clock() - start
        )
