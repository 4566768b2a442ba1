"""How a command ends: with an exit code, and with errors told in a line or two."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from .._escaping import escape_controls
from ..errors import (
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
    INCOMPLETE,
    INTERRUPTED,
    MISUSED,
    NOT_FOUND,
    PIPE_CLOSED,
    REFUSED,
    UNREACHABLE,
)
from .parameter_names import to_cli_message
from .remote_paths import SCHEME, STORE

_EXIT_CODES_BY_ERROR: list[tuple[type[BaseException], int]] = [
    (InvalidParameterError, MISUSED),
    (MissingExtraError, MISUSED),
    (UnauthorizedError, REFUSED),
    (NotFoundError, NOT_FOUND),
    (FileNotFoundError, NOT_FOUND),
    (PublishIncompleteError, INCOMPLETE),
    (ConnectionFailedError, UNREACHABLE),
    (KeyboardInterrupt, INTERRUPTED),
]


@contextmanager
def handle_errors() -> Iterator[None]:
    """Turn whatever goes wrong into a message and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except typer.Exit:
        raise
    except BrokenPipeError:
        # Python would complain when it flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_CLOSED) from None
    except (Exception, KeyboardInterrupt) as error:
        print_error(format_error(error))
        raise typer.Exit(exit_code_for(error)) from None


def print_error(message: str) -> None:
    """Tell an error, in as many lines as it has."""
    for line in message.split("\n"):
        sys.stderr.write(f"avista-dx: {escape_controls(line)}\n")


def exit_code_for(error: BaseException) -> int:
    """The exit code of an error: its own, or that of what caused it."""
    for one in (error, error.__cause__):
        for kind, code in _EXIT_CODES_BY_ERROR:
            if isinstance(one, kind):
                return code
    return FAILED


def format_error(error: BaseException) -> str:
    """An error in one line, and in a second one what was noted about it."""
    lines = [_message(error), "; ".join(getattr(error, "__notes__", ()))]
    return "\n".join(escape_controls(line.strip()) for line in lines if line)


def reason_for(error: Exception) -> str:
    """The reason of a failure in one line, without the path, which stands before it."""
    if isinstance(error, PathNotFoundError):
        return "no longer there"
    if isinstance(error, PathIsDirectoryError):
        return "a folder by now"
    if isinstance(error, OSError) and not isinstance(error, DigitalExchangeError):
        return escape_controls(error.strerror or str(error))
    return "; ".join(format_error(error).split("\n"))


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, InvalidParameterError):
        return to_cli_message(str(error))
    if isinstance(error, DigitalExchangeError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = _to_remote_path(str(error.filename or ""))
        return f"{place}: {error.strerror}" if place else error.strerror
    if isinstance(error, UnicodeEncodeError):
        name = escape_controls(error.object)
        reason = f"it can't be written in {error.encoding}, the encoding of this locale"
        return f"{name}: {reason}; set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
    return f"{type(error).__name__}: {error}"


def _to_remote_path(name: str) -> str:
    """A file's name as it was given: the file system's paths are without their scheme."""
    return f"{SCHEME}{name}" if name.startswith(STORE) else name
