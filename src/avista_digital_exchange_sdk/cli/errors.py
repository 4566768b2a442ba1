"""Error messages and exit codes of commands."""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from .._escaping import escape_controls
from ..errors import (
    ApiError,
    ConnectionFailedError,
    DigitalExchangeError,
    InvalidParameterError,
    MissingExtraError,
    NotFoundError,
    PathIsDirectoryError,
    PathNotFoundError,
    PublishIncompleteError,
    UnauthorizedError,
)
from .exit_codes import (
    FAILED,
    INTERRUPTED,
    NOT_FOUND,
    PARTIAL,
    PIPE_CLOSED,
    UNAUTHORIZED,
    UNREACHABLE,
    USAGE_ERROR,
)
from .parameter_names import to_cli_message
from .remote_paths import to_url_if_remote

DEBUG_VARIABLE = "AVISTA_DX_DEBUG"

_EXIT_CODES_BY_ERROR: list[tuple[type[BaseException], int]] = [
    (InvalidParameterError, USAGE_ERROR),
    (MissingExtraError, USAGE_ERROR),
    (UnauthorizedError, UNAUTHORIZED),
    (NotFoundError, NOT_FOUND),
    (FileNotFoundError, NOT_FOUND),
    (PublishIncompleteError, PARTIAL),
    (ConnectionFailedError, UNREACHABLE),
    (KeyboardInterrupt, INTERRUPTED),
]


@contextmanager
def handle_errors() -> Iterator[None]:
    """Turn exceptions into messages and exit codes."""
    try:
        yield
        sys.stdout.flush()
    except typer.Exit:
        raise
    except (Exception, KeyboardInterrupt) as error:
        if is_closed_pipe(error):
            # Python flushes again at exit, which would raise again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None
        if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
            traceback.print_exc()
        print_error(format_error(error))
        raise typer.Exit(exit_code_for(error)) from None


def is_closed_pipe(error: BaseException) -> bool:
    """Whether the reader of standard output, or a pager, has ended."""
    if sys.platform == "win32" and isinstance(error, OSError) and error.filename is None:
        # Windows calls what is written to such a pipe an invalid argument.
        return error.errno in (errno.EPIPE, errno.EINVAL)
    return isinstance(error, BrokenPipeError)


def print_error(message: str) -> None:
    """Print the lines of an error message."""
    for line in message.split("\n"):
        sys.stderr.write(f"avista-dx: {escape_controls(line)}\n")


def exit_code_for(error: BaseException) -> int:
    """Return the exit code of an error or of its cause."""
    for exception in (error, error.__cause__):
        for error_type, code in _EXIT_CODES_BY_ERROR:
            if isinstance(exception, error_type):
                return code
    return FAILED


def format_error(error: BaseException) -> str:
    """Format an error as one line, with its notes on a second one.

    The notes of an invalid parameter are further problems, each on a line of its own.
    """
    notes = getattr(error, "__notes__", ())
    if isinstance(error, InvalidParameterError):
        lines = [_message(error), *map(to_cli_message, notes)]
    else:
        lines = [_message(error), "; ".join(map(to_cli_message, notes))]
    return "\n".join(escape_controls(line.strip()) for line in lines if line)


def format_reason(error: Exception) -> str:
    """Format the reason of a failure as one line, without the path, which is printed before it."""
    if isinstance(error, PathNotFoundError):
        return "no longer exists"
    if isinstance(error, PathIsDirectoryError):
        return "is now a directory"
    if isinstance(error, OSError) and not isinstance(error, DigitalExchangeError):
        return escape_controls(to_cli_message(error.strerror or str(error)))
    return "; ".join(format_error(error).split("\n"))


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, InvalidParameterError):
        return to_cli_message(str(error))
    if isinstance(error, ApiError):
        # The name of the GraphQL operation is one of the library.
        return str(error).removeprefix(f"{error.operationName}: ")
    if isinstance(error, DigitalExchangeError):
        return to_cli_message(str(error))
    if isinstance(error, OSError):
        if not error.strerror:
            return str(error) or type(error).__name__
        path = to_url_if_remote(str(error.filename or ""))
        reason = to_cli_message(error.strerror)
        return f"{path}: {reason}" if path else reason
    if isinstance(error, UnicodeEncodeError):
        name = escape_controls(error.object)
        reason = f"cannot be encoded in {error.encoding}, the encoding of this locale"
        return f"{name}: {reason}; set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
    return f"{type(error).__name__}: {error}"
