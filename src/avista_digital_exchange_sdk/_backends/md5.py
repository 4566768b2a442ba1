"""The checksum of a file, computed while the file is still being written."""

import contextlib
import hashlib
import threading

from .base import BLOCK_SIZE, Backend, TaskHandle
from .positional_file import PositionalFile

MIN_THREADED_BYTES = 1 << 20
"""Bytes; hashing fewer takes about as long as to begin a thread."""


class FollowingMd5:
    """The MD5 of a file, hashed by a thread that reads what others have written.

    To hash takes longer than to receive and write. The thread needs Python's own lock only
    between blocks, so it hardly slows down the ones that write.

    Args:
        backend: Starts the thread.
        file: The file to hash. `aclose()` closes it.
    """

    def __init__(self, backend: Backend, file: PositionalFile) -> None:
        self._backend = backend
        self._file = file
        self._digest = hashlib.md5(usedforsecurity=False)
        self._hashed = 0
        self._written = 0
        self._busy = threading.Lock()
        self._hashing: TaskHandle[None] | None = None

    def advance(self, written: int) -> None:
        """Hash on, beside what the caller does: the file holds all bytes up to `written`."""
        self._written = written
        if written - self._hashed >= MIN_THREADED_BYTES and self._busy.acquire(blocking=False):
            self._hashing = self._backend.run_in_thread(self._hash)

    async def hexdigest(self) -> str:
        """Wait until all that was written is hashed."""
        await self._idle()
        self._busy.acquire()
        self._hashing = self._backend.run_in_thread(self._hash)
        await self._idle()
        return self._digest.hexdigest()

    async def aclose(self) -> None:
        """Stop; nothing reads the file afterwards."""
        self._written = 0
        with contextlib.suppress(OSError):
            await self._idle()
        self._file.close()

    async def _idle(self) -> None:
        if self._hashing is not None:
            await self._hashing.result()

    def _hash(self) -> None:
        try:
            block = memoryview(bytearray(BLOCK_SIZE))
            # What is written grows meanwhile, until it is done or given up.
            while length := self._file.read_into(
                block[: max(0, self._written - self._hashed)], self._hashed
            ):
                self._digest.update(block[:length])
                self._hashed += length
        finally:
            self._busy.release()
