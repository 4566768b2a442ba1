"""Translates errors of the platform to those expected from file systems."""

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence

from .._graphql.client import REJECTED_TOKEN_STATUS
from .._utils.nearest_names import format_suggestion
from ..errors import (
    ConnectionFailedError,
    ExchangeClosedError,
    NotFoundError,
    UnauthorizedError,
)


@contextlib.contextmanager
def translate_errors(path: str) -> Iterator[None]:
    """Translate errors of the platform about a path to OSErrors."""
    try:
        yield
    except NotFoundError as error:
        raise missing(path) from error
    except UnauthorizedError as error:
        denied = PermissionError(errno.EACCES, f"permission denied by the platform ({error})", path)
        for note in getattr(error, "__notes__", ()):
            denied.add_note(note)
        raise denied from error


def missing(path: str, similar: Sequence[str] = ()) -> FileNotFoundError:
    """Create the error for a path that does not exist; `similar` are names like the missing one."""
    error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if similar:
        error.add_note(format_suggestion(similar))
    return error


def exists(path: str) -> FileExistsError:
    """Create the error for a path that already exists."""
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def is_directory(path: str) -> IsADirectoryError:
    """Create the error for a directory where a file is required."""
    return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)


def is_not_a_directory(path: str) -> NotADirectoryError:
    """Create the error for a file where a directory is required."""
    return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)


def is_not_empty(path: str) -> OSError:
    """Create the error for a directory that is not empty."""
    return OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)


def has_invalid_name(path: str) -> OSError:
    """Create the error for a new path with a name that no path can contain."""
    return OSError(errno.EINVAL, "a path must not contain . or .. or an empty name", path)


def root_is_read_only(path: str) -> PermissionError:
    """Create the error for changing the root or a data store itself."""
    message = "data stores are created and deleted by createDataStore() and deleteDataStore()"
    return PermissionError(errno.EPERM, message, path)


def affects_all(error: BaseException) -> bool:
    """Whether an error would affect every other file, too."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    for one in (error, error.__cause__):
        if isinstance(one, (ConnectionFailedError, ExchangeClosedError)):
            return True
        if isinstance(one, UnauthorizedError) and one.statusCode == REJECTED_TOKEN_STATUS:
            return True
    return False
