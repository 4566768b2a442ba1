"""Atomic output files: they appear only when complete.

An existing regular file is replaced and keeps its mode. Other files, and those that cannot be
replaced, are written in place as soon as the content is complete.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Self

from .logging import logger
from .partial_file import PartialFile
from .special_files import InPlaceWrite, find_own_descriptor, name_in_errors
from .temporary_files import explain_full_disk, open_temporary_file

# The errors of a directory in which no file can be created, and of a file that is a mount point.
_IRREPLACEABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})


class AtomicFile:
    """A file that replaces `target`, or is copied into it, when it is published.

    The end of its `with` block closes it. If it was not published, the target is unchanged.

    Args:
        target: The path of the target. Symbolic links are followed.

    Attributes:
        file: The file to write to.

    Raises:
        OSError: The target can't be written.
    """

    def __init__(self, target: Path) -> None:
        check_writable(target)
        self._target = target
        self._partial: PartialFile | None = None
        if find_own_descriptor(target) is None:
            self._target = Path(os.path.realpath(target))
            self._partial = self._open_partial()
        self.file: IO[bytes]
        if self._partial is not None:
            self.file = self._partial.file
        else:
            self.file = open_temporary_file()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing flushes the buffer again, which can fail again.
        with self.explain_full_disk():
            if self._partial is not None:
                self._partial.close()
            self.file.close()

    def explain_full_disk(self) -> AbstractContextManager[None]:
        """Make errors of a full disk name the target, or the directory of temporary files."""
        return explain_full_disk(self._target if self._partial is not None else None)

    def publish(self) -> InPlaceWrite | None:
        """Replace the target.

        Returns:
            None, or the copy to run if the target has to be written in place.
        """
        with self.explain_full_disk():
            self.file.flush()
        if self._partial is not None:
            try:
                with name_in_errors(self._target):
                    self._partial.publish()
            except OSError as error:
                self._raise_or_warn(error)
            else:
                return None
        return InPlaceWrite(self.file, self._target)

    def _open_partial(self) -> PartialFile | None:
        """Create the replacement of the target; None if it must be written in place."""
        if self._target.exists() and not self._target.is_file():
            return None
        try:
            with name_in_errors(self._target):
                return PartialFile(self._target)
        except OSError as error:
            self._raise_or_warn(error)
            return None

    def _raise_or_warn(self, error: OSError) -> None:
        """Raise an error, unless the target can be written in place."""
        if (
            error.errno not in _IRREPLACEABLE
            or not self._target.is_file()
            # Windows can't rename an open file, so it is closed and can't be copied.
            or (self._partial is not None and self.file.closed)
        ):
            raise error
        logger.warning(
            "%s is written in place: it can't be replaced (%s)", self._target, error.strerror
        )


@contextlib.contextmanager
def atomic_write(target: Path) -> Iterator[IO[bytes]]:
    """Write a file that replaces `target`, or is copied into it, if the `with` block succeeds."""
    with AtomicFile(target) as output:
        with output.explain_full_disk():
            yield output.file
        if (in_place := output.publish()) is not None:
            in_place.run()


def check_writable(target: Path) -> None:
    """Raise an error for directories, sockets and read-only files."""
    try:
        mode = os.stat(target).st_mode
    except OSError:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if stat.S_ISSOCK(mode):
        raise OSError(errno.ENXIO, "a socket can't be written to", str(target))
    if find_own_descriptor(target) is not None:
        return
    # The superuser can write read-only files, but should not by mistake.
    is_read_only = stat.S_ISREG(mode) and not mode & 0o222
    if is_read_only or not os.access(target, os.W_OK):
        message = "the file is read-only; make it writable, or choose another name"
        raise PermissionError(errno.EACCES, message, str(target))
