"""Files that are written in place, as they cannot be replaced.

These are pipes, FIFOs, devices, the targets of `/dev/stdout` and similar paths, files that are
mount points, and files in directories in which no file can be created.
"""

import contextlib
import errno
import os
import select
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

BLOCK_BYTES = 1 << 18

# How often a write that is blocked by the reader of a pipe checks whether it was stopped.
POLL_MILLISECONDS = 50

MAX_LINKS = 40

_OWN_DESCRIPTORS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")


def find_own_descriptor(path: Path) -> int | None:
    """Find the file descriptor of this process that a path such as `/dev/stdout` refers to."""
    if sys.platform == "win32":
        return None
    for _ in range(MAX_LINKS):
        if path.name.isascii() and path.name.isdigit():
            folder = os.path.realpath(path.parent)
            if folder in map(os.path.realpath, _OWN_DESCRIPTORS):
                return int(path.name)
        if not path.is_symlink():
            break
        path = Path(os.path.realpath(path.parent), os.readlink(path))
    return None


@contextlib.contextmanager
def name_in_errors(target: Path) -> Iterator[None]:
    """Replace the file name in `OSError`s by the target."""
    try:
        yield
    except OSError as error:
        named = OSError(error.errno, error.strerror, str(target))
        for note in getattr(error, "__notes__", ()):
            named.add_note(note)
        raise named from error


class InPlaceWrite:
    """Copies an open file into an existing file, pipe or device.

    Args:
        source: The file to copy.
        target: The path to write to.
    """

    def __init__(self, source: IO[bytes], target: Path) -> None:
        # A duplicate, as the caller may close its descriptor during the copy.
        self._source = os.dup(source.fileno())
        self._target = target
        self._stopped = False

    def stop(self) -> None:
        """Stop the copy soon, even if it is blocked. Called from another thread."""
        self._stopped = True

    def run(self) -> None:
        """Copy the file. Blocks while the reader of a pipe does not read.

        Raises:
            OSError: The target can't be opened or written.
        """
        with (
            open(self._source, "rb", buffering=0) as source,
            name_in_errors(self._target),
            self._open_target() as sink,
        ):
            source.seek(0)
            if stat.S_ISREG(os.fstat(sink).st_mode) and find_own_descriptor(self._target) is None:
                self._overwrite(source, sink)
            else:
                self._copy(source, sink)

    @contextlib.contextmanager
    def _open_target(self) -> Iterator[int]:
        descriptor = self._open()
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        number = find_own_descriptor(self._target)
        if number is not None:
            for stream in (sys.stdout, sys.stderr):
                # Flush what the program has printed before. The streams may be missing.
                with contextlib.suppress(AttributeError, OSError, ValueError):
                    stream.flush()
            return os.dup(number)
        if sys.platform == "win32":
            return os.open(self._target, os.O_WRONLY | os.O_BINARY)
        flags = os.O_WRONLY | os.O_NOCTTY
        if not stat.S_ISFIFO(os.stat(self._target).st_mode):
            return os.open(self._target, flags)
        while True:
            try:
                return os.open(self._target, flags | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            # The FIFO has no reader yet.
            self._wait(None)

    def _overwrite(self, source: IO[bytes], sink: int) -> None:
        size, old_size = os.fstat(source.fileno()).st_size, os.fstat(sink).st_size
        if sys.platform == "linux" and size > old_size:
            try:
                # Find out whether the disk has enough space before the old content is lost.
                os.posix_fallocate(sink, 0, size)
            except OSError as error:
                os.ftruncate(sink, old_size)
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                    raise
        try:
            self._copy(source, sink)
            os.ftruncate(sink, size)
        except BaseException as error:
            error.add_note(f"{self._target} is incomplete, as it could only be written in place")
            raise

    def _copy(self, source: IO[bytes], sink: int) -> None:
        while block := source.read(BLOCK_BYTES):
            rest = memoryview(block)
            while rest:
                rest = rest[self._write_some(sink, rest) :]

    def _write_some(self, sink: int, rest: memoryview) -> int:
        if sys.platform == "win32" or stat.S_ISREG(os.fstat(sink).st_mode):
            return os.write(sink, rest)
        while not self._wait(sink):
            pass
        # A pipe that is ready takes this much without blocking.
        return os.write(sink, rest[: select.PIPE_BUF])

    def _wait(self, sink: int | None) -> bool:
        """Wait up to `POLL_MILLISECONDS` until a file is writable; return whether it is."""
        if self._stopped:
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR), str(self._target))
        if sys.platform == "win32":
            return True
        poll = select.poll()
        if sink is not None:
            poll.register(sink, select.POLLOUT)
        return bool(poll.poll(POLL_MILLISECONDS))
