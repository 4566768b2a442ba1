"""The MD5 checksum of a file, computed while the file is written."""

import contextlib
import hashlib
import threading

from .base import BLOCK_BYTES, Backend, TaskHandle
from .positional_file import PositionalFile

# Hashing fewer bytes takes about as long as starting a thread.
MIN_THREADED_BYTES = 1 << 20


class FollowingMd5:
    """The MD5 of a file, computed by a thread that reads what other threads have written.

    Hashing takes longer than receiving and writing. The thread holds Python's global lock only
    between blocks, so it hardly slows down the writing threads.

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
        """Continue hashing in a thread; the file contains all bytes up to `written`."""
        self._written = written
        if written - self._hashed >= MIN_THREADED_BYTES and self._busy.acquire(blocking=False):
            self._hashing = self._backend.run_in_thread(self._hash)

    async def hexdigest(self) -> str:
        """Hash the rest and return the checksum."""
        await self._wait_until_idle()
        self._busy.acquire()
        self._hashing = self._backend.run_in_thread(self._hash)
        await self._wait_until_idle()
        return self._digest.hexdigest()

    async def aclose(self) -> None:
        """Stop hashing and close the file."""
        self._written = 0
        with contextlib.suppress(OSError):
            await self._wait_until_idle()
        self._file.close()

    async def _wait_until_idle(self) -> None:
        if self._hashing is not None:
            await self._hashing.result()

    def _hash(self) -> None:
        try:
            block = memoryview(bytearray(BLOCK_BYTES))
            # The written length grows in the meantime, until the transfer ends.
            while length := self._file.read_into(
                block[: max(0, self._written - self._hashed)], self._hashed
            ):
                self._digest.update(block[:length])
                self._hashed += length
        finally:
            self._busy.release()
