"""Reads byte ranges of a file over its presigned URL."""

import contextlib
import re

from .._backends import Backend, StreamingResponse
from .._secrets import Secret
from ..errors import TransferError
from .presigned import (
    RetryableTransferError,
    UrlProvider,
    open_download,
    parse_md5_etag,
    parse_strong_etag,
    retry_on_disconnect,
)

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")


class RangeReader:
    """Reads byte ranges of a file, all of them of the same version."""

    def __init__(
        self, backend: Backend, get_url: UrlProvider, what: str, url: Secret[str] | None = None
    ) -> None:
        self._backend = backend
        self._get_url = get_url
        self._what = what
        self._url = url
        self._etag: str | None = None
        self.size: int | None = None
        self.md5: str | None = None

    async def attempt(self, start: int, end: int, body: bytearray) -> None:
        """Fetch the bytes that `body` lacks up to `end`.

        Raises:
            RetryableTransferError: Another attempt may help. `body` contains what was received.
            TransferError: The file has changed, or the storage does not support range requests.
        """
        kept_url, url = self._url, self._url or await self._get_url()
        try:
            await self._fetch(url, start + len(body), end, body)
        except RetryableTransferError as error:
            if error.url_expired:
                self._url = None
            if not (error.url_expired and kept_url):
                raise
            # The expiry of a URL that was kept does not count as a failed attempt.
            url = await self._get_url()
            await self._fetch(url, start + len(body), end, body)
        self._url = url

    async def _fetch(self, url: Secret[str], start: int, end: int, body: bytearray) -> None:
        headers = {"Range": f"bytes={start}-{end - 1}"}
        if self._etag is not None and parse_strong_etag({"etag": self._etag}):
            headers["If-Match"] = self._etag
        async with open_download(
            self._backend, url, headers, self._what, (200, 206, 412, 416)
        ) as download:
            self._check(download, start, end)
            missing = end - start
            with retry_on_disconnect(f"download of {self._what}"):
                async with contextlib.aclosing(download.blocks()) as blocks:
                    async for block in blocks:
                        body += block[:missing]
                        missing -= len(block)
        if missing > 0:
            raise RetryableTransferError(
                f"{self._what}: {missing} of the requested bytes were not received"
            )

    def _check(self, download: StreamingResponse, start: int, end: int) -> None:
        if download.status in (412, 416):
            raise TransferError(f"{self._what} has changed since it was opened")
        content_range = download.headers.get("content-range", "")
        matched = _CONTENT_RANGE.fullmatch(content_range)
        if download.status == 200 or matched is None:
            raise TransferError(f"{self._what}: the storage does not support range requests")
        first, last, size = map(int, matched.groups())
        if (first, last) != (start, end - 1):
            received = f"received {content_range[:80]!r}"
            raise TransferError(f"{self._what}: requested bytes {start}-{end - 1}, {received}")
        etag = download.headers.get("etag", self._etag)
        # Not every server supports If-Match.
        if self.size not in (None, size) or self._etag not in (None, etag):
            raise TransferError(f"{self._what} has changed since it was opened")
        self._etag, self.size, self.md5 = etag, size, parse_md5_etag(download.headers)
