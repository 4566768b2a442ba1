"""Local paths that users pass, and local paths built from names on the platform."""

import errno
import os
import platform
import re
from pathlib import Path

from .._escaping import escape_controls

MAX_NAME_BYTES = 255

# Characters that no file system can hold; lone surrogates cannot be encoded.
_NOT_IN_NAMES = re.compile("[/\0\ud800-\udfff]")


def expand_home(path: str) -> Path:
    """Expand the `~` at the beginning of a path to a home directory.

    This is done once, and only here: `./~` is a file, and so is a path that begins with `~` but
    names no user. `Path` objects are not expanded.
    """
    return Path(os.path.expanduser(path))


def expand_source(path: str) -> Path:
    """Expand the path of an existing file, unless a file of that very name exists.

    A shell pattern or a listing may return a name such as `~`, which must not be taken for a home
    directory and uploaded with its contents.
    """
    return Path(path) if os.path.lexists(path) else expand_home(path)


def join_below(root: Path, *names: str, otherwise: str = "_") -> Path:
    """Join names from the platform to a path below a directory.

    Args:
        root: The directory.
        names: The names of the nested directories and the file. Names that the file system does
            not allow are changed.
        otherwise: The replacement of names of which no character is allowed.

    Raises:
        PermissionError: A symbolic link leads out of the directory.
    """
    path = root.joinpath(*(sanitize_filename(name, otherwise) for name in names))
    check_contained(path, root)
    return path


def check_contained(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> None:
    """Check that symbolic links do not lead out of a root directory.

    Raises:
        PermissionError: The path leads out of the root.
    """
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise PermissionError(errno.EPERM, f"a link leads out of {root}", os.fspath(path))


def sanitize_filename(name: str, otherwise: str) -> str:
    """Convert a name from the platform to a safe, visible file name.

    Used where the platform alone determines the name; `otherwise` is the name if nothing remains.
    """
    local = to_local_name(_replace_invisible(name), otherwise)
    return local if local.strip(". ") else to_local_name(otherwise, "_")


def to_local_name(name: str, otherwise: str = "_") -> str:
    """Return a name of the platform unchanged if the file system can hold it, else a similar one.

    Args:
        name: The name.
        otherwise: The name if nothing of it can be held.
    """
    if platform.system() == "Windows":
        from pathvalidate import sanitize_filename

        visible = _replace_invisible(name)
        name = sanitize_filename(visible, replacement_text="_", platform="Windows")
    local = _shorten(_NOT_IN_NAMES.sub("_", name))
    return local if local not in ("", os.curdir, os.pardir) else otherwise


def _replace_invisible(name: str) -> str:
    """Replace the characters that would act on a terminal, or mislead its reader."""
    return "".join("_" if escape_controls(one) != one else one for one in name)


def _shorten(name: str) -> str:
    """Truncate a name to the limit of file systems in bytes, keeping its extension."""
    encoded = name.encode()
    if len(encoded) <= MAX_NAME_BYTES:
        return name
    extension = Path(name).suffix.encode()[: MAX_NAME_BYTES // 2]
    stem = encoded[: MAX_NAME_BYTES - len(extension)]
    return (stem + extension).decode("utf-8", "ignore")
