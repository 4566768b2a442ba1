"""Temporary files, and errors of full disks that say which disk is full."""

import contextlib
import errno
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ADVICE = "set TMPDIR to a folder with more room"

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


def temporary_file() -> IO[bytes]:
    """Open a file without a name, for reading and writing.

    Raises:
        OSError: There is no room for it; it names the folder.
    """
    with _naming_folders():
        return tempfile.TemporaryFile()


def unbuffered_temporary_file() -> io.FileIO:
    """Open a file without a name, every write to which is one to the disk.

    Raises:
        OSError: There is no room for it; it names the folder.
    """
    with _naming_folders(), tempfile.TemporaryFile(buffering=0) as file:
        return io.FileIO(os.dup(file.fileno()), "r+")


@contextlib.contextmanager
def _naming_folders() -> Iterator[None]:
    with naming_full_disk():
        try:
            yield
        except FileNotFoundError as error:
            # It lists the folders that Python has tried.
            raise OSError(errno.EROFS, f"{error.strerror}; {ADVICE}") from error


@contextlib.contextmanager
def naming_full_disk(target: Path | None = None) -> Iterator[None]:
    """Have errors of a full disk name what was written.

    Args:
        target: The file; None if it is a temporary one.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        if target is not None:
            named = OSError(error.errno, error.strerror, str(target))
        else:
            reason = f"{error.strerror} for temporary files; {ADVICE}"
            named = OSError(error.errno, reason, tempfile.gettempdir())
        for note in getattr(error, "__notes__", ()):
            named.add_note(note)
        raise named from error
