"""Local paths that users pass, and local paths built from names on the platform."""

import errno
import os
from pathlib import Path

MAX_NAME_BYTES = 255


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
    """Convert a name from the platform to a safe file name; `otherwise` if nothing remains."""
    from pathvalidate import sanitize_filename

    printable = "".join(character if character.isprintable() else "_" for character in name)
    local = sanitize_filename(printable, replacement_text="_", platform="auto")
    local = _shorten(local)
    return local if local.strip(". ") else sanitize_filename(otherwise)


def _shorten(name: str) -> str:
    """Truncate a name to the limit of file systems in bytes, keeping its extension."""
    encoded = name.encode("utf-8", "surrogatepass")
    if len(encoded) <= MAX_NAME_BYTES:
        return name
    extension = Path(name).suffix.encode("utf-8", "surrogatepass")[: MAX_NAME_BYTES // 2]
    stem = encoded[: MAX_NAME_BYTES - len(extension)]
    return (stem + extension).decode("utf-8", "ignore")
