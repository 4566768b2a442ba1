"""A file that several threads read and write at explicit positions."""

import contextlib
import os
import sys
import threading
from typing import Self

# On Windows all duplicates of a descriptor share one position.
_SEEK_LOCK = threading.Lock()


class PositionalFile:
    """A duplicate of the descriptor of an open file, which ignores the file position.

    Each thread has its own duplicate and closes it: the number of a descriptor that another thread
    has closed may already belong to another file.

    Args:
        descriptor: The descriptor of the file, which stays open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = os.dup(descriptor)

    def duplicate(self) -> "PositionalFile":
        """Create another duplicate."""
        return PositionalFile(self._get_descriptor())

    def close(self) -> None:
        """Close the duplicate. The file stays open for the others."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # A task that is cancelled before it starts closes nothing.
        with contextlib.suppress(AttributeError, OSError):
            self.close()

    def write_at(self, position: int, block: bytes) -> None:
        """Write a whole block at a position."""
        rest = memoryview(block)
        while rest:
            written = self._write_some(rest, position)
            position += written
            rest = rest[written:]

    def read(self, length: int, position: int) -> bytes:
        """Read at most `length` bytes at a position."""
        descriptor = self._get_descriptor()
        if sys.platform != "win32":
            return os.pread(descriptor, length, position)
        with _SEEK_LOCK:
            os.lseek(descriptor, position, os.SEEK_SET)
            return os.read(descriptor, length)

    def read_into(self, block: memoryview, position: int) -> int:
        """Read into a block at a position; return the number of bytes read."""
        if sys.platform != "win32" and hasattr(os, "preadv"):
            return os.preadv(self._get_descriptor(), [block], position)
        part = self.read(len(block), position)
        block[: len(part)] = part
        return len(part)

    def truncate(self) -> None:
        """Truncate the file to zero bytes."""
        os.ftruncate(self._get_descriptor(), 0)

    def _write_some(self, block: memoryview, position: int) -> int:
        descriptor = self._get_descriptor()
        if sys.platform != "win32":
            return os.pwrite(descriptor, block, position)
        with _SEEK_LOCK:
            os.lseek(descriptor, position, os.SEEK_SET)
            return os.write(descriptor, block)

    def _get_descriptor(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor
