"""An incomplete output file, which gets the name of its target only when it is complete.

On Linux it has no name until then (`O_TMPFILE`, see open(2)), so nothing stays behind if the
process is killed. On other systems it has a temporary name; the next file for the same target
removes it if its process has ended.
"""

import contextlib
import errno
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

# Only on Linux; 0 has no effect elsewhere.
O_TMPFILE: int = getattr(os, "O_TMPFILE", 0)

_READ_WRITE = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NEW = _READ_WRITE | os.O_CREAT | os.O_EXCL
_LEFT_OVER = _READ_WRITE | getattr(os, "O_NONBLOCK", 0)

# The extended attribute of access control lists on Linux, see acl(5).
_ACL = "system.posix_acl_access"

# The maximum number of programs that can write the same target at the same time.
MAX_NAMES = 100


class PartialFile:
    """The replacement of `target`, in the same directory.

    It stays open from the first byte to the last and is never opened again by name.

    Attributes:
        file: The file, open for reading and writing.
    """

    def __init__(self, target: Path) -> None:
        self._path = target
        self._target = target.name
        self._name: str | None = None
        self._folder = _Folder(target.parent)
        try:
            descriptor = self._open()
        except BaseException:
            self._folder.close()
            raise
        self.file: BinaryIO = open(descriptor, "w+b")  # noqa: SIM115  # close() closes it

    def publish(self) -> None:
        """Rename the file to the target, whose mode it adopts.

        Raises:
            OSError: The target can't be replaced. The file can still be read.
        """
        self.file.flush()
        descriptor = self.file.fileno()
        self._copy_permissions(descriptor)
        if self._name is None:
            with contextlib.suppress(FileExistsError):
                self._folder.link(descriptor, self._target)
                return
            self._name = self._create(lambda name: self._folder.link(descriptor, name))
        if not self._folder.has(self._name, descriptor):
            raise FileNotFoundError(errno.ENOENT, "another program removed the partial file")
        if sys.platform == "win32":
            # Windows can't rename an open file.
            self.file.close()
        self._folder.replace(self._name, self._target)
        self._name = None

    def close(self) -> None:
        """Close the file, and delete it if it was not published."""
        try:
            if sys.platform == "win32":
                self.file.close()
            if self._name is not None:
                with contextlib.suppress(OSError):
                    self._folder.unlink(self._name)
        finally:
            self._folder.close()
            self.file.close()

    def _open(self) -> int:
        existing = self._folder.stat_regular_file(self._target)
        mode = 0o666 if existing is None else existing.st_mode & 0o666
        descriptor = self._open_unnamed(mode)
        if descriptor is None:
            opened: list[int] = []
            self._name = self._create(lambda name: opened.append(self._open_named(name, mode)))
            (descriptor,) = opened
        # Other users must not read an incomplete file.
        self._mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o600)
        return descriptor

    def _open_unnamed(self, mode: int) -> int | None:
        """Open an unnamed file; None if that is not supported, or it could not be named later."""
        if not O_TMPFILE:
            return None
        try:
            descriptor = self._folder.open(".", O_TMPFILE | os.O_RDWR, mode)
        except OSError:
            # If O_TMPFILE is not the reason, opening a named file raises the same error.
            return None
        if os.path.exists(f"/proc/self/fd/{descriptor}"):
            _lock(descriptor)
            return descriptor
        os.close(descriptor)
        return None

    def _open_named(self, name: str, mode: int) -> int:
        descriptor = self._folder.open(name, _NEW, mode)
        if _lock(descriptor) is False or not self._folder.has(name, descriptor):
            # Another program removed it as left over, before it was locked.
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        return descriptor

    def _create(self, create: Callable[[str], object]) -> str:
        """Create a file with a name that no other program uses."""
        target = hashlib.sha256(os.fsencode(self._target)).hexdigest()[:16]
        for number in range(MAX_NAMES):
            name = f".avista-dx-{target}-{number}.part"
            for _ in range(2):
                with contextlib.suppress(FileExistsError):
                    create(name)
                    return name
                if not self._folder.remove_left_over(name):
                    break
        raise FileExistsError(errno.EEXIST, f"{MAX_NAMES} other programs are writing this file")

    def _copy_permissions(self, descriptor: int) -> None:
        """Copy the mode and, if permitted, the owner of the existing target."""
        if sys.platform == "win32":
            return
        existing = self._folder.stat_regular_file(self._target)
        if existing is not None:
            self._mode = stat.S_IMODE(existing.st_mode)
            own = os.fstat(descriptor)
            if own.st_gid != existing.st_gid:
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, -1, existing.st_gid)
            if own.st_uid != existing.st_uid:
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, existing.st_uid, -1)
        acl = _read_acl(self._path) if existing is not None else None
        if acl is None:
            os.fchmod(descriptor, self._mode)
            return
        # With an ACL, the group bits of a mode limit the named users, not the group itself.
        os.fchmod(descriptor, self._mode & ~stat.S_IRWXG)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, _ACL, acl)


def _read_acl(path: Path) -> bytes | None:
    """Return the access control list of a file, or None if it has only a mode."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return os.getxattr(path, _ACL, follow_symlinks=False)
    return None


class _Folder:
    """A directory, kept open so that it may be renamed, where the system supports that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        if os.open in os.supports_dir_fd:
            self._descriptor = os.open(path, getattr(os, "O_PATH", os.O_RDONLY))

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def open(self, name: str, flags: int, mode: int = 0) -> int:
        return os.open(self._to_path(name), flags, mode, dir_fd=self._descriptor)

    def link(self, descriptor: int, name: str) -> None:
        # With a directory descriptor, os.link() follows the symbolic link in /proc.
        os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=self._descriptor)

    def replace(self, name: str, target: str) -> None:
        folder = self._descriptor
        os.replace(self._to_path(name), self._to_path(target), src_dir_fd=folder, dst_dir_fd=folder)

    def unlink(self, name: str) -> None:
        os.unlink(self._to_path(name), dir_fd=self._descriptor)

    def stat(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(self._to_path(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def stat_regular_file(self, name: str) -> os.stat_result | None:
        status = self.stat(name)
        return status if status is not None and stat.S_ISREG(status.st_mode) else None

    def has(self, name: str, descriptor: int) -> bool:
        """Whether a name refers to an open file."""
        status = self.stat(name)
        return status is not None and os.path.samestat(status, os.fstat(descriptor))

    def remove_left_over(self, name: str) -> bool:
        """Remove a file whose process has ended; return whether the name is free."""
        try:
            if sys.platform == "win32":
                # Windows can't remove an open file.
                self.unlink(name)
                return True
            descriptor = self.open(name, _LEFT_OVER)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            if _lock(descriptor) and self.has(name, descriptor):
                self.unlink(name)
                return True
        except OSError:
            # In a directory such as /tmp, the file may belong to another user.
            pass
        finally:
            os.close(descriptor)
        return False

    def _to_path(self, name: str) -> str:
        return str(self._path / name) if self._descriptor is None else name


def _lock(descriptor: int) -> bool | None:
    """Lock an open file; False if another process has locked it, None without lock support."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
    return None
