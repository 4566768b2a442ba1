"""Bytes over presigned URLs: streamed, checked for their length, never half there.

A presigned URL carries its own authorization, so no request here has a token. What the storage
answers is described in the AWS S3 user guide, "Sharing objects with presigned URLs".
"""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from ._checks import is_secure
from ._io import BLOCK_SIZE, Download, Io
from ._redact import redact
from .errors import ConnectionFailedError, TransferError

LARGEST_UPLOAD = 5 * 1024**3
LONGEST_REFUSAL = 4096


async def download_into(io: Io, url: str, file: BinaryIO, what: str) -> int:
    """Stream what a presigned URL holds into a file; return the number of bytes."""
    async with _downloading(io, url, what) as download:
        received = 0
        try:
            async with contextlib.aclosing(download.blocks()) as blocks:  # type: ignore[type-var]  # both colours give async generators
                async for block in blocks:
                    file.write(block)
                    received += len(block)
        except ConnectionFailedError as error:
            message = f"download of {what} broke off after {received} bytes: {error}"
            raise TransferError(message) from error
        promised = download.headers.get("content-length")
        if promised is not None and int(promised) != received:
            raise TransferError(
                f"download of {what}: {received} bytes came, {promised} were promised"
            )
        return received


async def download_bytes(io: Io, url: str, what: str) -> bytes:
    """Fetch what a presigned URL holds, for small things."""
    async with _downloading(io, url, what) as download:
        return await download.read()


@contextlib.asynccontextmanager
async def _downloading(io: Io, url: str, what: str) -> AsyncIterator[Download]:
    check_url(url, what)
    async with io.get(url) as download:
        if download.status != 200:
            reason = _reason(await download.read())
            message = f"download of {what} was refused: {download.status} {reason}"
            raise TransferError(message, statusCode=download.status)
        yield download


async def upload(io: Io, url: str, path: Path) -> None:
    """Stream a local file to a presigned URL."""
    check_url(url, path.name)
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        try:
            answer = await io.put(url, size, _blocks(file, size, path))
        except ConnectionFailedError as error:
            message = f"upload of {path.name} broke off: {error}"
            raise TransferError(message, path=str(path)) from error
    if answer.status not in (200, 201, 204):
        message = f"upload of {path.name} was refused: {answer.status} {_reason(answer.content)}"
        raise TransferError(message, statusCode=answer.status, path=str(path))


def _blocks(file: BinaryIO, size: int, path: Path) -> Iterator[bytes]:
    """Exactly `size` bytes of a file, which may grow or shrink while it is read."""
    remaining = size
    while remaining:
        block = file.read(min(BLOCK_SIZE, remaining))
        if not block:
            message = (
                f"upload of {path.name}: the file shrank by {remaining} bytes while it was read"
            )
            raise TransferError(message, path=str(path))
        remaining -= len(block)
        yield block


def check_url(url: str, what: str) -> None:
    """Refuse an address that would send the bytes in the clear."""
    if not is_secure(url):
        message = f"{what}: the platform gave an address that is not https: {redact(url)}"
        raise TransferError(message)


def _reason(body: bytes) -> str:
    """What the storage says of a refusal: S3 answers XML with a code and a message."""
    text = body[:LONGEST_REFUSAL].decode("utf-8", "replace")
    parts = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message"))
    return redact(": ".join(part[1] for part in parts if part)) or "(no reason given)"
