"""Sources of uploads, and the verification that an unchanged file was uploaded completely."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from .._backends import BLOCK_BYTES, Backend, FollowingMd5, PositionalFile
from .presigned import RetryableTransferError, parse_md5_etag
from .progress import TransferProgress


class Source(Protocol):
    """A file to upload.

    Attributes:
        name: The name for messages.
        path: The path, or None for a file without a name.
    """

    name: str
    path: Path | None

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """Open the file at its beginning."""

    def size(self) -> int:
        """Return the present size in bytes."""


class LocalFile:
    """A local file, which is opened for each attempt."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.path: Path | None = path
        self._path = path

    def open(self) -> AbstractContextManager[IO[bytes]]:
        return open(self._path, "rb", buffering=0)

    def size(self) -> int:
        return os.stat(self._path).st_size


class SpooledFile:
    """An open file without a name, which stays open."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        self.path: Path | None = None
        self._file = file

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        self._file.seek(0)
        yield self._file

    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size


class Upload:
    """One attempt to upload a file in its present state.

    Args:
        backend: Runs the hashing.
        source: The source.
        file: The opened source.

    Attributes:
        size: The size in bytes.
    """

    def __init__(self, backend: Backend, source: Source, file: IO[bytes]) -> None:
        self._source = source
        self._file = PositionalFile(file.fileno())
        self._md5 = FollowingMd5(backend, self._file.duplicate())
        self._descriptor = file.fileno()
        self._state = _State.from_status(os.fstat(self._descriptor))
        self._state_at_path = self._read_state_at_path()
        self.size = self._state.size

    async def aclose(self) -> None:
        """Close the duplicates of the file."""
        await self._md5.aclose()
        self._file.close()

    def blocks(self, progress: TransferProgress) -> Iterator[bytes]:
        """Iterate over the blocks of the file.

        Args:
            progress: Reports the sent blocks.

        Raises:
            RetryableTransferError: The file changed during the upload.
        """
        sent = 0
        while sent < self.size:
            block = self._file.read(min(BLOCK_BYTES, self.size - sent), sent)
            self._check_state()
            if not block:
                raise self._build_error("could not be read to the end")
            sent += len(block)
            self._md5.advance(sent)
            yield block
            progress.report(sent, self.size)
        if self._file.read(1, sent):
            # For example, files in /proc have the size 0.
            raise self._build_error("has more bytes than its size")

    async def check(self, headers: Mapping[str, str]) -> None:
        """Check that the storage has received the content of the file.

        Args:
            headers: The headers of the storage's response.

        Raises:
            RetryableTransferError: The file changed during the upload, or the checksums differ.
        """
        expected = parse_md5_etag(headers)
        if expected is not None:
            self._md5.advance(self.size)
            computed = await self._md5.hexdigest()
        self._check_state()
        if self._read_state_at_path() != self._state_at_path:
            raise self._build_error("was replaced while it was uploaded")
        if expected is not None and expected != computed:
            raise self._build_error("has a different MD5 checksum in the storage")

    def _check_state(self) -> None:
        state = _State.from_status(os.fstat(self._descriptor))
        if state == self._state:
            return
        change = "changed"
        if state.size > self.size:
            change = "grew"
        elif state.size < self.size:
            change = f"shrank by {self.size - state.size} bytes"
        raise self._build_error(f"{change} while it was uploaded")

    def _read_state_at_path(self) -> "_State | None":
        if self._source.path is None:
            return None
        try:
            return _State.from_status(os.stat(self._source.path))
        except FileNotFoundError:
            return None

    def _build_error(self, what: str) -> RetryableTransferError:
        path = None if self._source.path is None else str(self._source.path)
        return RetryableTransferError(f"{self._source.name} {what}", path=path)


class _State(NamedTuple):
    """The attributes that change if a file is written to or replaced."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def from_status(cls, status: os.stat_result) -> "_State":
        return cls(
            status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        )
