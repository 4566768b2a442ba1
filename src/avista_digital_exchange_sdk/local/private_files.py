"""Files and folders for their owner alone: tokens, secrets and data are in them.

They have their modes from the first byte on, and never lie behind a symbolic link.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_DEFAULT_ACL = "system.posix_acl_default"
_ACL_VERSION = 2
# Tags of the entries of an ACL: the owner, the group, everybody else.
_OWNER, _GROUP, _OTHERS = 0x01, 0x04, 0x20
_NO_ID = 0xFFFFFFFF


def make_folder(path: Path) -> Path:
    """Create a folder, or take one that exists with everything in it, for its owner alone.

    Raises:
        OSError: If it can't be made, or it or something in it is a symbolic link.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(FOLDER_MODE)
    except FileExistsError:
        if not path.is_symlink() and not path.is_dir():
            raise
        if _restrict(path, FOLDER_MODE):
            for inner in path.rglob("*"):
                _restrict(inner, FOLDER_MODE if inner.is_dir() else FILE_MODE)
    return path


def open_new(path: Path, mode: str = "xb", **options: Any) -> IO[Any]:
    """Create a file, which must not exist, and open it."""
    return open(path, mode, opener=_open_private, **options)


def claim_file(path: Path) -> None:
    """Create an empty file, or take one that exists, for its owner alone.

    Raises:
        OSError: If it can't be made, or is a symbolic link.
    """
    try:
        open_new(path).close()
    except FileExistsError:
        _restrict(path, FILE_MODE)


def restrict_if_there(path: Path) -> None:
    """Take a file for its owner alone, if there is one.

    Raises:
        OSError: If it is a symbolic link.
    """
    with suppress(FileNotFoundError):
        _restrict(path, FILE_MODE)


def make_contents_private(folder: Path) -> None:
    """Have what other programs create in a folder be its owner's alone, where Linux can do so."""
    entries = ((_OWNER, 7), (_GROUP, 0), (_OTHERS, 0))
    acl = struct.pack("<I", _ACL_VERSION)
    acl += b"".join(struct.pack("<HHI", tag, permissions, _NO_ID) for tag, permissions in entries)
    if hasattr(os, "setxattr"):
        try:
            os.setxattr(folder, _DEFAULT_ACL, acl)
        except OSError:
            # The file system has no ACLs. The folder itself is closed to others in any case.
            return


def write_private(path: Path, text: str) -> None:
    """Write a file atomically. A pipe or a device is written to as it is.

    Raises:
        OSError: If it can't be written, or is a pipe of another user.
    """
    if _is_special(path):
        path.write_text(text, "utf-8")
        return
    descriptor, temporary = mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        # Windows neither replaces nor removes a file that is open.
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def remove_regular_file(path: Path) -> None:
    """Remove a file if it exists; leave pipes, devices and symbolic links as they are.

    Raises:
        OSError: If it can't be removed.
    """
    with suppress(FileNotFoundError):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()


def remove_file(path: Path) -> None:
    """Remove a file, if there is one. Windows keeps a file that is open for another request."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        if sys.platform != "win32":
            raise


def _open_private(path: str, flags: int) -> int:
    """Open a file for `open`."""
    return os.open(path, flags | _NO_FOLLOW, FILE_MODE)


def _restrict(path: Path, mode: int) -> bool:
    """Remove the permissions of others; return whether there were any."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "This must not be a symbolic link", str(path))
    if sys.platform == "win32" or not stat.S_IMODE(status.st_mode) & ~mode:
        return False
    descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    try:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & mode)
    finally:
        os.close(descriptor)
    return True


def _is_special(path: Path) -> bool:
    """Return whether a path is a pipe or a device, which the user or the system must own."""
    try:
        own, target = path.lstat(), path.stat()
    except FileNotFoundError:
        return False
    if stat.S_ISREG(target.st_mode) or stat.S_ISDIR(target.st_mode):
        return False
    if sys.platform != "win32" and not {own.st_uid, target.st_uid} <= {0, os.geteuid()}:
        raise PermissionError(errno.EPERM, "This belongs to another user", str(path))
    return True
