"""A checksum, computed beside what makes the bytes."""

import hashlib
import threading

HASHED_AT_ONCE = 1 << 20
"""Bytes; so many are worth a thread."""


class Md5:
    """The MD5 of blocks. It takes longer than to receive and write them, so threads do it."""

    def __init__(self) -> None:
        self._digest = hashlib.md5(usedforsecurity=False)
        self._blocks: list[bytes] = []
        self._size = 0
        self._thread: threading.Thread | None = None

    def add(self, block: bytes) -> None:
        """Take the next block; wait for those before, if they are not hashed yet."""
        self._blocks.append(block)
        self._size += len(block)
        if self._size >= HASHED_AT_ONCE:
            self._hash_beside()

    def hexdigest(self) -> str:
        """The MD5 of all blocks so far."""
        self._hash_beside()
        self._wait()
        return self._digest.hexdigest()

    def _hash_beside(self) -> None:
        self._wait()
        self._thread = threading.Thread(target=self._hash, args=(self._blocks,), daemon=True)
        self._thread.start()
        self._blocks, self._size = [], 0

    def _hash(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self._digest.update(block)

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
