"""A file that several threads read and write, each at positions of its own."""

import contextlib
import os
import threading
from typing import Self

# Windows has one position for all that share an open file.
_MOVING = threading.Lock()


class PositionalFile:
    """A descriptor of its own of an open file, used without regard to where the file stands.

    Each thread has one of its own and closes it: a number that another thread has closed may be
    that of another file by then.

    Args:
        descriptor: That of the file, which stays open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = os.dup(descriptor)

    def duplicate(self) -> "PositionalFile":
        """Another one of the same file."""
        return PositionalFile(self._number())

    def close(self) -> None:
        """Close it; the file stays open for the others."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # A task that is cancelled before it begins closes nothing.
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
        """Read at most so many bytes from a position on."""
        descriptor = self._number()
        if hasattr(os, "pread"):
            return os.pread(descriptor, length, position)
        with _MOVING:
            os.lseek(descriptor, position, os.SEEK_SET)
            return os.read(descriptor, length)

    def read_into(self, block: memoryview, position: int) -> int:
        """Read from a position on into a block; return how many bytes there were."""
        if hasattr(os, "preadv"):
            return os.preadv(self._number(), [block], position)
        part = self.read(len(block), position)
        block[: len(part)] = part
        return len(part)

    def truncate(self) -> None:
        """Cut the file to nothing."""
        os.ftruncate(self._number(), 0)

    def _write_some(self, block: memoryview, position: int) -> int:
        descriptor = self._number()
        if hasattr(os, "pwrite"):
            return os.pwrite(descriptor, block, position)
        with _MOVING:
            os.lseek(descriptor, position, os.SEEK_SET)
            return os.write(descriptor, block)

    def _number(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor
