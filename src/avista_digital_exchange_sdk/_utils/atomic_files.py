"""Local files that calls write: they appear when complete, and what is there is respected.

A regular file is replaced and keeps its mode. What is no regular file, or can't be replaced, is
written to where it is, once everything is there.
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
from .temporary_files import naming_full_disk, temporary_file

# What the system says of a folder that takes no new file, and of a file that is mounted by itself.
_IRREPLACEABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})


class AtomicFile:
    """A file that takes the place of `target`, or is written into it, when it is complete.

    Leaving its `with` block closes it; unless it was published before, nothing has happened then.

    Args:
        target: The path; a link is followed.

    Attributes:
        file: What to write to.

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
            self.file = temporary_file()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # What is still in memory is written once more, and may fail once more.
        with self.naming_full_disk():
            if self._partial is not None:
                self._partial.close()
            self.file.close()

    def naming_full_disk(self) -> AbstractContextManager[None]:
        """Have errors of a full disk name the target, or the folder of temporary files."""
        return naming_full_disk(self._target if self._partial is not None else None)

    def publish(self) -> InPlaceWrite | None:
        """Have the file take the target's place.

        Returns:
            None, or where the target has to be written in place, what does that.
        """
        with self.naming_full_disk():
            self.file.flush()
        if self._partial is not None:
            try:
                with name_in_errors(self._target):
                    self._partial.publish()
            except OSError as error:
                self._refuse_or_warn(error)
            else:
                return None
        return InPlaceWrite(self.file, self._target)

    def _open_partial(self) -> PartialFile | None:
        """Begin a file to replace the target with; None where it must be written in place."""
        if self._target.exists() and not self._target.is_file():
            return None
        try:
            with name_in_errors(self._target):
                return PartialFile(self._target)
        except OSError as error:
            self._refuse_or_warn(error)
            return None

    def _refuse_or_warn(self, error: OSError) -> None:
        """Raise, unless there is a file that can at least be written in place."""
        if (
            error.errno not in _IRREPLACEABLE
            or not self._target.is_file()
            # Windows renames no open file, so there is none left to write in place.
            or (self._partial is not None and self.file.closed)
        ):
            raise error
        logger.warning(
            "%s is written in place: it can't be replaced (%s)", self._target, error.strerror
        )


@contextlib.contextmanager
def atomic_write(target: Path) -> Iterator[IO[bytes]]:
    """Write a file that takes the place of `target`, or is written into it, when all went well."""
    with AtomicFile(target) as output:
        with output.naming_full_disk():
            yield output.file
        if (in_place := output.publish()) is not None:
            in_place.run()


def check_writable(target: Path) -> None:
    """Refuse a folder, a socket, and a file that says of itself that it must not be written."""
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
    # The superuser may write any file, but shall not by mistake.
    is_read_only = stat.S_ISREG(mode) and not mode & 0o222
    if is_read_only or not os.access(target, os.W_OK):
        message = "the file is read-only; make it writable, or choose another name"
        raise PermissionError(errno.EACCES, message, str(target))
