"""Local paths: those that people type, and those that are made of names on the platform."""

import errno
import os
from pathlib import Path

MAX_NAME_BYTES = 255


def expand_home(path: str) -> Path:
    """A path that a person typed: `~` at its beginning is a home folder.

    This happens here and nowhere else, once: `./~` is a file, and so is what begins with `~` and
    is nobody's home. A path that a program has made, a `Path`, is taken as it is.
    """
    return Path(os.path.expanduser(path))


def expand_source(path: str) -> Path:
    """The same of a path where there is something: a file of that very name comes first.

    Else a name that a pattern of a shell or a listing gave, such as `~` itself, would be taken for
    a home folder, and be sent with all that is in it.
    """
    return Path(path) if os.path.lexists(path) else expand_home(path)


def join_below(root: Path, *names: str, otherwise: str = "_") -> Path:
    """The path of names that the platform gave, each within the one before, below a folder.

    Args:
        root: The folder.
        names: The names. They are changed where this file system can't hold them.
        otherwise: What stands for a name of which nothing is left.

    Raises:
        PermissionError: A link in the folder leads out of it.
    """
    path = root.joinpath(*(sanitize_filename(name, otherwise) for name in names))
    check_contained(path, root)
    return path


def check_contained(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> None:
    """Refuse a path that leads out of its root by way of a link.

    Raises:
        PermissionError: It leads out.
    """
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise PermissionError(errno.EPERM, f"a link leads out of {root}", os.fspath(path))


def sanitize_filename(name: str, otherwise: str) -> str:
    """A name from the server, as one that stays in its folder; `otherwise` if nothing is left."""
    from pathvalidate import sanitize_filename

    printable = "".join(character if character.isprintable() else "_" for character in name)
    local = sanitize_filename(printable, replacement_text="_", platform="auto")
    local = _shorten(local)
    return local if local.strip(". ") else sanitize_filename(otherwise)


def _shorten(name: str) -> str:
    """Cut a name to what file systems take, counted in bytes, keeping the end of its extension."""
    encoded = name.encode("utf-8", "surrogatepass")
    if len(encoded) <= MAX_NAME_BYTES:
        return name
    extension = Path(name).suffix.encode("utf-8", "surrogatepass")[: MAX_NAME_BYTES // 2]
    stem = encoded[: MAX_NAME_BYTES - len(extension)]
    return (stem + extension).decode("utf-8", "ignore")
