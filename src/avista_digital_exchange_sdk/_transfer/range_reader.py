"""Parts of a file, fetched over its presigned URL as they are asked for."""

import contextlib
import re

from .._backends import Backend, StreamingResponse
from .._secrets import Secret
from ..errors import TransferError
from .presigned import (
    RetryableTransferError,
    UrlProvider,
    expected_md5,
    open_download,
    retry_on_disconnect,
    strong_etag,
)

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")


class RangeReader:
    """A file of which parts are fetched, all of the version that the first one was of."""

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

    async def attempt(self, begin: int, end: int, body: bytearray) -> None:
        """Fetch what `body` still lacks of the bytes up to `end`.

        Raises:
            PassingError: Another attempt may help; `body` holds what came.
            TransferError: The file is not the one it was, or its storage does not give parts.
        """
        known, url = self._url, self._url or await self._get_url()
        try:
            await self._fetch(url, begin + len(body), end, body)
        except RetryableTransferError as error:
            if error.url_expired:
                self._url = None
            if not (error.url_expired and known):
                raise
            # One that was kept for a while: it is no failure that it has expired.
            url = await self._get_url()
            await self._fetch(url, begin + len(body), end, body)
        self._url = url

    async def _fetch(self, url: Secret[str], begin: int, end: int, body: bytearray) -> None:
        wanted = {"Range": f"bytes={begin}-{end - 1}"}
        if self._etag is not None and strong_etag({"etag": self._etag}):
            wanted["If-Match"] = self._etag
        async with open_download(
            self._backend, url, wanted, self._what, (200, 206, 412, 416)
        ) as download:
            self._check(download, begin, end)
            missing = end - begin
            with retry_on_disconnect(f"download of {self._what}"):
                async with contextlib.aclosing(download.blocks()) as blocks:
                    async for block in blocks:
                        body += block[:missing]
                        missing -= len(block)
        if missing > 0:
            raise RetryableTransferError(
                f"{self._what}: {missing} of the bytes asked for did not come"
            )

    def _check(self, download: StreamingResponse, begin: int, end: int) -> None:
        if download.status in (412, 416):
            raise TransferError(f"{self._what} is no longer the file it was when it was opened")
        given = download.headers.get("content-range", "")
        matched = _CONTENT_RANGE.fullmatch(given)
        if download.status == 200 or matched is None:
            raise TransferError(f"{self._what}: the storage gives no parts of files")
        first, last, size = map(int, matched.groups())
        if (first, last) != (begin, end - 1):
            message = f"{self._what}: asked for the bytes from {begin} on, got {given[:80]!r}"
            raise TransferError(message)
        etag = download.headers.get("etag", self._etag)
        # Not every server heeds If-Match.
        if self.size not in (None, size) or self._etag not in (None, etag):
            raise TransferError(f"{self._what} is no longer the file it was when it was opened")
        self._etag, self.size, self.md5 = etag, size, expected_md5(download.headers)
