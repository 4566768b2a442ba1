"""Checks of arguments, made before anything is sent.

Each takes the argument's name, so that the error can name it, and returns the value as it is used.
"""

import errno
import operator
import os
import re
from collections.abc import Callable, Iterable
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ..errors import InvalidParameterError, PathIsDirectoryError, PathNotFoundError
from .atomic_files import check_writable
from .local_paths import expand_home, expand_source, join_below
from .special_files import find_own_descriptor

MAX_ID_LENGTH = 1024
MAX_URL_LENGTH = 2048
MAX_SHOWN_LENGTH = 80

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,20}\s*")
_Enum = TypeVar("_Enum", bound=Enum)


def invalid_argument(argument: str, value: object, valid: str) -> InvalidParameterError:
    """Build the error for a refused argument."""
    return InvalidParameterError(f"{argument}: got {format_value(value)}; valid is {valid}")


def format_value(value: object) -> str:
    """A value as an error shows it: its type told, its length bounded."""
    if isinstance(value, Path):
        value = str(value)
    try:
        text = repr(value)
    except Exception:
        # A number of very many digits, say; the error to raise is about the argument.
        text = "what can't be shown"
    if len(text) > MAX_SHOWN_LENGTH:
        text = f"{text[:MAX_SHOWN_LENGTH]}…"
    return text if value is None or isinstance(value, str) else f"{text} ({type(value).__name__})"


def require_str(
    argument: str, value: object, *, longest: int | None = None, blank: bool = False
) -> str:
    """A text that is not empty; nor blank, unless that will do."""
    if not isinstance(value, str) or not (value if blank else value.strip()):
        raise invalid_argument(argument, value, "a text that is not empty")
    _check_encodable(argument, value)
    if longest is not None and len(value) > longest:
        raise invalid_argument(argument, value, f"at most {longest} characters, not {len(value)}")
    return value


def optional_str(argument: str, value: object) -> str | None:
    """A text, or None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_argument(argument, value, "a text or None")
    _check_encodable(argument, value)
    return value


def require_id(argument: str, value: object) -> str:
    """The id of something on the platform."""
    given = require_str(argument, value, longest=MAX_ID_LENGTH)
    if not given.isprintable() or given != given.strip():
        raise invalid_argument(
            argument, value, "an id, without control characters or blanks around it"
        )
    return given


def _check_encodable(argument: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        valid = "text that can be written as UTF-8 (no lone surrogates)"
        raise invalid_argument(argument, value, valid) from None


def parse_enum(argument: str, value: object, choices: Iterable[_Enum]) -> _Enum:
    """One of some members of an enum, given as itself or as its text in any case."""
    wanted = value.upper() if isinstance(value, str) else None
    for member in choices:
        if wanted == member.value:
            return member
    raise invalid_argument(
        argument, value, "one of " + ", ".join(str(member.value) for member in choices)
    )


def parse_bool(argument: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise invalid_argument(argument, value, "True or False")
    return value


def parse_int(argument: str, value: object, lowest: int, highest: int) -> int:
    """A whole number between two bounds, given as a number or as its text."""
    valid = f"a whole number from {lowest} to {highest}"
    try:
        if isinstance(value, bool):
            raise TypeError
        number = _parse_digits(value) if isinstance(value, str) else operator.index(value)  # type: ignore[arg-type]  # index() raises TypeError for what is no integer
    except (TypeError, ValueError):
        raise invalid_argument(argument, value, valid) from None
    if not lowest <= number <= highest:
        raise invalid_argument(argument, value, valid)
    return number


def _parse_digits(text: str) -> int:
    # Python's own int() also takes 1_000, and digits of other scripts.
    if not _INTEGER.fullmatch(text):
        raise ValueError
    return int(text)


def parse_duration(argument: str, value: object) -> float:
    """A duration above zero, in seconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise invalid_argument(argument, value, "a number of seconds above 0")
    return float(value)


def parse_path(argument: str, value: object) -> Path:
    """A path of the local file system; one that is a string may begin with `~`."""
    return _parse_path(argument, value, expand_home)


def parse_source_path(argument: str, value: object) -> Path:
    """The same, of what is there already."""
    return _parse_path(argument, value, expand_source)


def _parse_path(argument: str, value: object, expand: Callable[[str], Path]) -> Path:
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise invalid_argument(argument, value, "a path of the local file system")
    try:
        given = expand(value) if isinstance(value, str) else Path(os.fsdecode(value))
        os.lstat(given)
    except ValueError:
        # NUL characters, lone surrogates.
        raise invalid_argument(argument, value, "a path of the local file system") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            valid = "a path the local file system can hold"
            raise invalid_argument(argument, value, valid) from None
    return given


def require_file(argument: str, value: object) -> Path:
    """A local file that can be read."""
    given = parse_source_path(argument, value)
    if given.is_dir():
        raise PathIsDirectoryError(f"{argument}: got {format_value(value)}; a folder, not a file")
    if not given.exists():
        raise PathNotFoundError(f"{argument}: got {format_value(value)}; no such file")
    if not given.is_file():
        raise invalid_argument(
            argument, value, "a regular file (its size must be known before it is sent)"
        )
    return given


def resolve_output_path(argument: str, value: object, name: str) -> Path:
    """Where to write a file: `value` itself, or `name` in it when it is a folder."""
    given = parse_path(argument, value)
    if (number := find_own_descriptor(given)) is not None:
        if not _is_open(number):
            raise invalid_argument(argument, value, "a file that is open, which this is not")
        return given
    if given.is_dir():
        return join_below(given, name) if name else given
    if given.is_symlink():
        given = Path(os.path.realpath(given))
    if given.is_socket():
        raise invalid_argument(argument, value, "a file, folder, pipe or device, not a socket")
    ends_as_folder = os.fsdecode(value).endswith(tuple(filter(None, (os.sep, os.altsep))))  # type: ignore[arg-type]  # parse_path() has checked it
    folder = given if ends_as_folder else given.parent
    if not folder.is_dir():
        raise PathNotFoundError(
            f"{argument}: got {format_value(value)}; there is no folder {folder}"
        )
    check_writable(given)
    return given


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def require_items(argument: str, value: object, what: str) -> list[Any]:
    """A list (or any other iterable but text and dictionaries) that is not empty."""
    if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
        raise invalid_argument(argument, value, f"a list of {what}")
    items = list(value)
    if not items:
        raise invalid_argument(argument, value, f"a list of {what} that is not empty")
    return items


def is_url(url: str) -> bool:
    """Whether a text is the URL of a host, so that connecting to it can be tried."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return False
    return bool(host) and url.isprintable() and " " not in url and len(url) <= MAX_URL_LENGTH


def is_secure(url: str, *, allow_http: bool = True) -> bool:
    """Whether what travels to a URL can't be read on the way: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_local = allow_http and parts.scheme == "http" and is_loopback(host)
    return bool(host) and (parts.scheme == "https" or is_local)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by a name or address that never leads anywhere else."""
    name = host.lower().removesuffix(".")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
