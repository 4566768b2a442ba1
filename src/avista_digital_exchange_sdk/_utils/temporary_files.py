"""Temporary files, and errors of full disks that name the disk."""

import contextlib
import errno
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ADVICE = "set TMPDIR to a directory with more space"

_DISK_FULL_ERRORS = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


def open_temporary_file() -> IO[bytes]:
    """Open an unnamed temporary file for reading and writing.

    Raises:
        OSError: The disk is full. The error names the directory.
    """
    with _explain_errors():
        return tempfile.TemporaryFile()


def open_unbuffered_temporary_file() -> io.FileIO:
    """Open an unnamed, unbuffered temporary file for reading and writing.

    Raises:
        OSError: The disk is full. The error names the directory.
    """
    with _explain_errors(), tempfile.TemporaryFile(buffering=0) as file:
        return io.FileIO(os.dup(file.fileno()), "r+")


def reopen(file: IO[bytes]) -> IO[bytes]:
    """Open an open file once more, to read it from its beginning; both have one position."""
    file.flush()
    copy = open(os.dup(file.fileno()), "rb")  # noqa: SIM115  # the caller closes it
    copy.seek(0)
    return copy


@contextlib.contextmanager
def _explain_errors() -> Iterator[None]:
    with explain_full_disk():
        try:
            yield
        except FileNotFoundError as error:
            # Its message lists the directories that Python has tried.
            raise OSError(errno.EROFS, f"{error.strerror}; {ADVICE}") from error


@contextlib.contextmanager
def explain_full_disk(target: Path | None = None) -> Iterator[None]:
    """Make errors of a full disk name the file or directory that was written to.

    Args:
        target: The file, or None for a temporary file.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL_ERRORS or error.filename is not None:
            raise
        if target is not None:
            named = OSError(error.errno, error.strerror, str(target))
        else:
            reason = f"{error.strerror} for temporary files; {ADVICE}"
            named = OSError(error.errno, reason, tempfile.gettempdir())
        for note in getattr(error, "__notes__", ()):
            named.add_note(note)
        raise named from error
