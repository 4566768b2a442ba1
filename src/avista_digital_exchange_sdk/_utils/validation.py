"""Validation of arguments, before any request is made.

Each function takes the argument's name, for the error, and returns the validated value.
"""

import errno
import operator
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
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

# Names that are not resolved in the internet: of one part, or below a reserved or private suffix.
PRIVATE_NAME = re.compile(
    r"[a-z][a-z0-9_-]*"
    r"|.+\.(corp|home|home\.arpa|internal|intranet|lan|local|localhost|private|svc|test)"
)

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,20}\s*")
_Enum = TypeVar("_Enum", bound=Enum)


def invalid_argument(
    argument: str, value: object, valid: str, *, note: str = ""
) -> InvalidParameterError:
    """Build the error for an invalid argument.

    Args:
        argument: The name of the argument.
        value: The invalid value.
        valid: What the argument must be.
        note: A remark about the value.
    """
    message = f"{argument} must be {valid}, got {format_value(value)}"
    return InvalidParameterError(f"{message}; {note}" if note else message)


def format_value(value: object) -> str:
    """Format a value with its type, truncated, for an error message."""
    if isinstance(value, Path):
        value = str(value)
    try:
        shown = repr(value)
    except Exception:
        # For example an integer with too many digits. The error to raise is about the argument.
        shown = "<unprintable>"
    if len(shown) > MAX_SHOWN_LENGTH:
        shown = f"{shown[:MAX_SHOWN_LENGTH]}…"
    return shown if value is None or isinstance(value, str) else f"{shown} ({type(value).__name__})"


def require_str(
    argument: str, value: object, *, max_length: int | None = None, allow_blank: bool = False
) -> str:
    """Require a non-empty string, and one that is not blank unless `allow_blank`."""
    if not isinstance(value, str) or not (value if allow_blank else value.strip()):
        raise invalid_argument(argument, value, "a non-empty string")
    _check_encodable(argument, value)
    if max_length is not None and len(value) > max_length:
        raise invalid_argument(
            argument,
            value,
            f"a string of at most {max_length} characters",
            note=f"it has {len(value)}",
        )
    return value


def optional_str(argument: str, value: object) -> str | None:
    """Require a string or None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_argument(argument, value, "a string or None")
    _check_encodable(argument, value)
    return value


def parse_changes(*, required: Iterable[str] = ("name",), **changes: object) -> dict[str, str]:
    """Parse the optional strings of an update; at least one must be passed.

    Args:
        required: The arguments that must not be blank.
        changes: The value of each argument, None if it is omitted.

    Returns:
        The arguments that were passed.
    """
    parsed: dict[str, str] = {}
    for argument, value in changes.items():
        check = require_str if argument in required and value is not None else optional_str
        if (text := check(argument, value)) is not None:
            parsed[argument] = text
    if not parsed:
        neither = "neither" if len(changes) == 2 else "none of them"
        raise InvalidParameterError(f"{' or '.join(changes)} must be passed, got {neither}")
    return parsed


def require_id(argument: str, value: object) -> str:
    """Require the ID of an object on the platform."""
    identifier = require_str(argument, value, max_length=MAX_ID_LENGTH)
    if not identifier.isprintable() or identifier != identifier.strip():
        raise invalid_argument(
            argument, value, "an ID without control characters or surrounding whitespace"
        )
    return identifier


def _check_encodable(argument: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        valid = "a string that can be encoded as UTF-8 (no lone surrogates)"
        raise invalid_argument(argument, value, valid) from None


def parse_enum(argument: str, value: object, choices: type[_Enum] | tuple[_Enum, ...]) -> _Enum:
    """Parse one of the members of an enum, passed as a member or a case-insensitive string."""
    members: dict[str, _Enum] = _index_members(choices)
    member = members.get(value.upper()) if isinstance(value, str) else None
    if member is None:
        valid = "one of " + ", ".join(str(known.value) for known in members.values())
        raise invalid_argument(argument, value, valid)
    return member


@cache
def _index_members(choices: Iterable[_Enum]) -> dict[str, _Enum]:
    return {str(member.value).upper(): member for member in choices}


def parse_choice(argument: str, value: object, choices: Sequence[str]) -> str:
    """Parse one of some strings."""
    if value not in choices:
        raise invalid_argument(argument, value, "one of " + ", ".join(choices))
    return str(value)


def parse_bool(argument: str, value: object) -> bool:
    """Require True or False."""
    if not isinstance(value, bool):
        raise invalid_argument(argument, value, "True or False")
    return value


def parse_int(argument: str, value: object, minimum: int, maximum: int) -> int:
    """Parse an integer between two bounds, passed as a number or a string."""
    valid = f"an integer between {minimum} and {maximum}"
    try:
        if isinstance(value, bool):
            raise TypeError
        number = _parse_digits(value) if isinstance(value, str) else operator.index(value)  # type: ignore[arg-type]  # index() raises TypeError for other types
    except (TypeError, ValueError):
        raise invalid_argument(argument, value, valid) from None
    if not minimum <= number <= maximum:
        raise invalid_argument(argument, value, valid)
    return number


def _parse_digits(digits: str) -> int:
    # Python's own int() also accepts 1_000, and digits of other scripts.
    if not _INTEGER.fullmatch(digits):
        raise ValueError
    return int(digits)


def parse_duration(argument: str, value: object) -> float:
    """Parse a positive duration in seconds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise invalid_argument(argument, value, "a positive number of seconds")
    return float(value)


def parse_timeout(argument: str, value: object) -> float:
    """Parse a timeout in seconds, which may be 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise invalid_argument(argument, value, "a number of seconds, or None for no timeout")
    return float(value)


def parse_path(argument: str, value: object) -> Path:
    """Parse a local path; a leading `~` of a string is expanded."""
    return _parse_path(argument, value, expand_home)


def parse_source_path(argument: str, value: object) -> Path:
    """Parse the local path of an existing file."""
    return _parse_path(argument, value, expand_source)


def _parse_path(argument: str, value: object, expand: Callable[[str], Path]) -> Path:
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise invalid_argument(argument, value, "a local path")
    try:
        path = expand(value) if isinstance(value, str) else Path(os.fsdecode(value))
        os.lstat(path)
    except ValueError:
        # NUL characters, lone surrogates.
        raise invalid_argument(argument, value, "a local path") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            valid = "a path that the local file system allows"
            raise invalid_argument(argument, value, valid, note="it is too long") from None
    return path


def require_file(argument: str, value: object) -> Path:
    """Require a readable local file."""
    path = parse_source_path(argument, value)
    if path.is_dir():
        raise PathIsDirectoryError(
            f"{argument} must be a file, got {format_value(value)}, which is a directory"
        )
    if not path.exists():
        raise PathNotFoundError(
            f"{argument} must be an existing file, got {format_value(value)}: file not found"
        )
    if not path.is_file():
        raise invalid_argument(
            argument, value, "a regular file", note="its size must be known before it is sent"
        )
    return path


def resolve_output_path(argument: str, value: object, name: str) -> Path:
    """Find the path to write a file to: `value`, or `name` in it if it is a directory."""
    path = parse_path(argument, value)
    if (descriptor := find_own_descriptor(path)) is not None:
        if not _is_open(descriptor):
            raise invalid_argument(argument, value, "an open file descriptor")
        return path
    if path.is_dir():
        return join_below(path, name) if name else path
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    if path.is_socket():
        raise invalid_argument(
            argument, value, "a file, directory, pipe or device", note="it is a socket"
        )
    is_directory = os.fsdecode(value).endswith(tuple(filter(None, (os.sep, os.altsep))))  # type: ignore[arg-type]  # parse_path() has checked it
    directory = path if is_directory else path.parent
    if not directory.is_dir():
        raise PathNotFoundError(
            f"{argument} must be in an existing directory, got {format_value(value)}: "
            f"directory {directory} does not exist"
        )
    check_writable(path)
    return path


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def require_items(argument: str, value: object, what: str) -> list[Any]:
    """Require a non-empty list, or another iterable except strings and dictionaries."""
    valid = f"a non-empty list of {what}"
    if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
        raise invalid_argument(argument, value, valid)
    items = list(value)
    if not items:
        raise invalid_argument(argument, value, valid)
    return items


def require_keys(
    argument: str, value: object, keys: set[str], valid: str | None = None
) -> Mapping[str, Any]:
    """Require a dictionary without other keys.

    Args:
        argument: The name of the argument.
        value: The value.
        keys: The keys it may have.
        valid: What the argument must be, for the message. Defaults to the keys.
    """
    if not isinstance(value, Mapping) or set(value) - keys:
        valid = valid or f"a dictionary with the keys {', '.join(sorted(keys))}"
        raise invalid_argument(argument, value, valid)
    return value


def is_url(url: str) -> bool:
    """Whether a string is a URL with a valid host, so that a connection can be tried."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return False
    return bool(host) and url.isprintable() and " " not in url and len(url) <= MAX_URL_LENGTH


class HttpHosts(Enum):
    """The hosts that requests may be sent to without encryption."""

    NONE = "none"
    LOOPBACK = "loopback"
    PRIVATE = "private"


def is_secure(url: str, http_hosts: HttpHosts = HttpHosts.LOOPBACK) -> bool:
    """Whether requests to a URL are encrypted, or may be sent to its host without encryption."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http":
        is_local = http_hosts is not HttpHosts.NONE and is_loopback(host)
        return is_local or (http_hosts is HttpHosts.PRIVATE and is_private(host))
    return bool(host) and parts.scheme == "https"


def limit_http_hosts(allowed: HttpHosts, endpoint: str) -> HttpHosts:
    """Return the hosts for transfers: those of an endpoint in the internet must be encrypted."""
    parts = urlsplit(endpoint)
    is_local = parts.scheme == "http" or is_loopback(parts.hostname or "")
    return allowed if is_local else HttpHosts.NONE


def is_private(host: str) -> bool:
    """Whether a host name or address is that of a private network, judged by itself."""
    name = host.lower().removesuffix(".")
    try:
        return ip_address(name).is_private
    except ValueError:
        # A number in any other notation is an address too, which may be a public one.
        return bool(PRIVATE_NAME.fullmatch(name))


def is_loopback(host: str) -> bool:
    """Whether a host name or address always refers to this machine."""
    name = host.lower().removesuffix(".")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
