"""The platform's refusals as the errors that users of file systems expect."""

import contextlib
import errno
import os
from collections.abc import Iterator

from ..errors import (
    ConnectionFailedError,
    ExchangeClosedError,
    NotFoundError,
    UnauthorizedError,
)

REFUSED_TOKEN = 401
"""The HTTP status that refuses the token itself, not one thing that was asked for."""


@contextlib.contextmanager
def translate_errors(path: str) -> Iterator[None]:
    """Turn what the platform says of a path's entries into errors of the operating system."""
    try:
        yield
    except NotFoundError as error:
        raise missing(path) from error
    except UnauthorizedError as error:
        raise PermissionError(errno.EACCES, f"the platform refuses it ({error})", path) from error


def missing(path: str) -> FileNotFoundError:
    """There is nothing there."""
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def exists(path: str) -> FileExistsError:
    """There is something there already."""
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def is_directory(path: str) -> IsADirectoryError:
    """It is a directory where a file is needed."""
    return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)


def is_not_a_directory(path: str) -> NotADirectoryError:
    """It is a file where a directory is needed."""
    return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)


def is_not_empty(path: str) -> OSError:
    """It is a directory that holds something."""
    return OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)


def root_is_read_only(path: str) -> PermissionError:
    """It is a data store as a whole, or none at all."""
    message = "data stores are made and deleted by createDataStore() and deleteDataStore()"
    return PermissionError(errno.EPERM, message, path)


def concerns_all(error: BaseException) -> bool:
    """Whether an error of one file would be that of every other file, too."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    for one in (error, error.__cause__):
        if isinstance(one, (ConnectionFailedError, ExchangeClosedError)):
            return True
        if isinstance(one, UnauthorizedError) and one.statusCode == REFUSED_TOKEN:
            return True
    return False
