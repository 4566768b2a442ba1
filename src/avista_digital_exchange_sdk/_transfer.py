"""Bytes over presigned URLs: streamed, resumed where they broke off, checked before they count.

A presigned URL carries its own authorization, so no request here has a token. What the storage
answers is described in the AWS S3 user guide ("Sharing objects with presigned URLs") and in the S3
API reference (`GetObject`, `PutObject`).
"""

import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ._checks import is_secure
from ._io import BLOCK_SIZE, Answer, Download, Io
from ._log import logger
from ._redact import redact
from ._retry import PASSING_STATUSES, Waits, retry_after
from .errors import ConnectionFailedError, InvalidResponseError, TransferError

LARGEST_UPLOAD = 5 << 30
LARGEST_CHUNK = 64 << 20
LARGEST_REFUSAL = 4096

Address = Callable[[], Awaitable[str]]
"""Gives a presigned URL; asked again, a fresh one."""

Undo = Callable[[BaseException], Awaitable[None]]
"""Takes back what giving an address has made, after the failure it is told of."""

_MD5_ETAG = re.compile(r'"([0-9a-f]{32})"')


class _PassingError(TransferError):
    """A failure that may pass: the transfer is tried again."""

    asked_wait: float | None = None
    address_expired: bool = False


class Transfers:
    """Uploads and downloads, each tried again as often as the user allows."""

    def __init__(self, io: Io, maxRetries: int) -> None:
        self._io = io
        self._maxRetries = maxRetries

    async def download(self, address: Address, file: BinaryIO, what: str) -> None:
        """Stream what a presigned URL holds into a file that is empty so far."""
        download = _Resumable(self._io, file, what)
        waits = Waits(self._maxRetries)
        begun = self._io.clock()
        url = await address()
        while True:
            reached = download.furthest
            try:
                await download.attempt(url)
                break
            except _PassingError as error:
                if download.furthest > reached:
                    waits.progress()
                await self._wait(waits, error)
                if error.address_expired:
                    url = await address()
        logger.debug(
            "%s: %d bytes downloaded in %.3f s", what, download.received, self._io.clock() - begun
        )

    async def fetch(self, url: str, what: str) -> bytes:
        """Fetch what a presigned URL holds, for things small enough to hold in memory."""
        waits = Waits(self._maxRetries)
        while True:
            try:
                async with _opened(self._io, url, {}, what) as download:
                    with _broken_off(what, 0):
                        body = await download.read(LARGEST_CHUNK + 1)
                    if len(body) > LARGEST_CHUNK:
                        raise InvalidResponseError(f"{what} is larger than {LARGEST_CHUNK} bytes")
                    return body
            except _PassingError as error:
                await self._wait(waits, error)

    async def upload(self, path: Path, create: Address, undo: Undo) -> None:
        """Stream a local file to the URL that `create` gives; `undo` that if it can't be done."""
        waits = Waits(self._maxRetries)
        while True:
            url = await create()
            try:
                await self._put(url, path)
                return
            except BaseException as error:
                await undo(error)
                if not isinstance(error, _PassingError):
                    raise
                await self._wait(waits, error)

    async def _put(self, url: str, path: Path) -> None:
        check_url(url, path.name)
        begun = self._io.clock()
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            try:
                answer = await self._io.put(url, size, _blocks(file, size, path))
            except ConnectionFailedError as error:
                message = f"upload of {path.name} broke off: {error}"
                raise _PassingError(message, path=str(path)) from error
        if answer.status not in (200, 201, 204):
            refusal = _refusal(f"upload of {path.name}", answer)
            refusal.path = str(path)
            raise refusal
        logger.debug("%s: %d bytes uploaded in %.3f s", path.name, size, self._io.clock() - begun)

    async def _wait(self, waits: Waits, error: _PassingError) -> None:
        wait = waits.next(error.asked_wait)
        if wait is None:
            raise TransferError(
                str(error), statusCode=error.statusCode, path=error.path
            ) from error.__cause__
        logger.debug("%s; trying again in %.1f s", error, wait)
        await self._io.sleep(0 if error.address_expired else wait)


class _Resumable:
    """A download that knows how far it got, and of which version of the file."""

    def __init__(self, io: Io, file: BinaryIO, what: str) -> None:
        self._io = io
        self._file = file
        self._what = what
        self._etag: str | None = None
        self._start_over()
        self.furthest = 0

    def _start_over(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.received = 0
        self._digest = hashlib.md5(usedforsecurity=False)

    async def attempt(self, url: str) -> None:
        """Go on from the last byte, to the end; raise `_PassingError` where another attempt may help."""
        if self._etag is None:
            # Without it, nothing tells whether the rest would be of the same file.
            self._start_over()
        headers = {"Range": f"bytes={self.received}-", "If-Match": self._etag or ""}
        wanted = headers if self.received else {}
        async with _opened(self._io, url, wanted, self._what, (200, 206, 412, 416)) as download:
            if download.status in (412, 416):
                self._start_over()
                raise _PassingError(f"{self._what} changed while it was downloaded")
            if download.status == 200 and self.received:
                self._start_over()
            if download.status == 206:
                self._check_range(download)
            self._etag = download.headers.get("etag")
            promised = self.received + int(download.headers.get("content-length", -1 << 62))
            await self._take(download)
        self._check_whole(promised, download)

    def _check_range(self, download: Download) -> None:
        given = download.headers.get("content-range", "")
        if not given.startswith(f"bytes {self.received}-"):
            raise TransferError(f"{self._what}: asked to go on at {self.received}, got {given!r}")

    async def _take(self, download: Download) -> None:
        with _broken_off(self._what, self.received):
            async with contextlib.aclosing(download.blocks()) as blocks:
                async for block in blocks:
                    self._file.write(block)
                    self._digest.update(block)
                    self.received += len(block)
                    self.furthest = max(self.furthest, self.received)

    def _check_whole(self, promised: int, download: Download) -> None:
        if promised >= 0 and promised != self.received:
            message = f"{self._what}: {self.received} bytes came, {promised} were promised"
            raise _PassingError(message)
        expected = _md5_of(download)
        if expected is not None and expected != self._digest.hexdigest():
            self._start_over()
            raise _PassingError(
                f"{self._what}: the bytes that came do not have the file's checksum"
            )


@contextlib.asynccontextmanager
async def _opened(
    io: Io, url: str, headers: dict[str, str], what: str, statuses: tuple[int, ...] = (200,)
) -> AsyncIterator[Download]:
    check_url(url, what)
    with contextlib.ExitStack() as only_opening:
        only_opening.enter_context(_broken_off(what, 0))
        async with io.get(url, headers) as download:
            only_opening.pop_all()
            if download.status not in statuses:
                body = await download.read(LARGEST_REFUSAL)
                raise _refusal(
                    f"download of {what}", Answer(download.status, download.headers, body)
                )
            yield download


@contextlib.contextmanager
def _broken_off(what: str, received: int) -> Iterator[None]:
    try:
        yield
    except ConnectionFailedError as error:
        raise _PassingError(f"download of {what} broke off: {error}") from error


def _refusal(doing: str, answer: Answer) -> TransferError:
    reason = _reason(answer.content)
    expired = answer.status == 403 and "expired" in reason.lower()
    if not expired and answer.status not in PASSING_STATUSES:
        return TransferError(
            f"{doing} was refused: {answer.status} {reason}", statusCode=answer.status
        )
    passing = _PassingError(
        f"{doing} was refused: {answer.status} {reason}", statusCode=answer.status
    )
    passing.address_expired = expired
    passing.asked_wait = retry_after(answer.headers)
    return passing


def _reason(body: bytes) -> str:
    """What the storage says of a refusal: S3 answers XML with a code and a message."""
    text = body.decode("utf-8", "replace")
    parts = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message"))
    return redact(": ".join(part[1] for part in parts if part)) or "(no reason given)"


def _md5_of(download: Download) -> str | None:
    """The file's MD5, where its ETag is one: not if a key of KMS or a customer's encrypts it."""
    encryption = download.headers.get("x-amz-server-side-encryption", "AES256")
    customer = "x-amz-server-side-encryption-customer-algorithm" in download.headers
    matched = _MD5_ETAG.fullmatch(download.headers.get("etag", ""))
    return matched[1] if matched and encryption == "AES256" and not customer else None


def _blocks(file: BinaryIO, size: int, path: Path) -> Iterator[bytes]:
    """Exactly `size` bytes of a file, which may grow or shrink while it is read."""
    remaining = size
    while remaining:
        block = file.read(min(BLOCK_SIZE, remaining))
        if not block:
            message = f"{path.name} shrank by {remaining} bytes while it was uploaded"
            raise TransferError(message, path=str(path))
        remaining -= len(block)
        yield block
    if file.read(1):
        raise TransferError(f"{path.name} grew while it was uploaded", path=str(path))


def check_url(url: str, what: str) -> None:
    """Refuse an address that would send the bytes in the clear."""
    if not is_secure(url):
        message = f"{what}: the platform gave an address that is not https: {redact(url)}"
        raise TransferError(message)
