"""A local file that grows out of sight until it takes its name.

On Linux it has no name while it grows (`O_TMPFILE`, see open(2)), so nothing stays behind when the
process is killed. Elsewhere it has one, which the next file for the same target removes if its
process is gone.
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

# Linux alone has it; elsewhere 0, which is no flag.
O_TMPFILE: int = getattr(os, "O_TMPFILE", 0)

_READ_WRITE = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NEW = _READ_WRITE | os.O_CREAT | os.O_EXCL
_LEFT_OVER = _READ_WRITE | getattr(os, "O_NONBLOCK", 0)

# The extended attribute that Linux keeps access control lists in, see acl(5).
_ACL = "system.posix_acl_access"

# At most as many programs can write the same target at the same time.
MAX_NAMES = 100


class PartialFile:
    """A file that is to be `target`, in the target's folder but not under its name.

    It is one open file from its first byte to its last, never opened again by a name.

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
        """Give the file its name, in place of the file that has it, whose mode it takes over.

        Raises:
            OSError: The target can't be replaced; the file can still be read.
        """
        self.file.flush()
        descriptor = self.file.fileno()
        self._take_over_access(descriptor)
        if self._name is None:
            with contextlib.suppress(FileExistsError):
                self._folder.link(descriptor, self._target)
                return
            self._name = self._create(lambda name: self._folder.link(descriptor, name))
        if not self._folder.has(self._name, descriptor):
            raise FileNotFoundError(errno.ENOENT, "another program took the partial file away")
        if sys.platform == "win32":
            # It renames no open file.
            self.file.close()
        self._folder.replace(self._name, self._target)
        self._name = None

    def close(self) -> None:
        """Close the file; one that was not published is gone."""
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
        there = self._folder.regular_file(self._target)
        mode = 0o666 if there is None else there.st_mode & 0o666
        descriptor = self._open_unnamed(mode)
        if descriptor is None:
            opened: list[int] = []
            self._name = self._create(lambda name: opened.append(self._open_named(name, mode)))
            (descriptor,) = opened
        # Nobody else may read an incomplete file.
        self._mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o600)
        return descriptor

    def _open_unnamed(self, mode: int) -> int | None:
        """Open a file without a name; None where that can't be had, or can't get a name later."""
        if not O_TMPFILE:
            return None
        try:
            descriptor = self._folder.open(".", O_TMPFILE | os.O_RDWR, mode)
        except OSError:
            # A file with a name fails likewise, if it is not for want of O_TMPFILE.
            return None
        if os.path.exists(f"/proc/self/fd/{descriptor}"):
            _lock(descriptor)
            return descriptor
        os.close(descriptor)
        return None

    def _open_named(self, name: str, mode: int) -> int:
        descriptor = self._folder.open(name, _NEW, mode)
        if _lock(descriptor) is False or not self._folder.has(name, descriptor):
            # Another program took it for one that was left over, before it was locked.
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        return descriptor

    def _create(self, create: Callable[[str], object]) -> str:
        """Create something under a name that no other program uses."""
        target = hashlib.sha256(os.fsencode(self._target)).hexdigest()[:16]
        for number in range(MAX_NAMES):
            name = f".avista-dx-{target}-{number}.part"
            for _ in range(2):
                with contextlib.suppress(FileExistsError):
                    create(name)
                    return name
                if not self._folder.remove_left_over(name):
                    break
        raise FileExistsError(errno.EEXIST, f"{MAX_NAMES} other programs are writing it")

    def _take_over_access(self, descriptor: int) -> None:
        """Take over the mode of the file that is there, and its owner where that is allowed."""
        if sys.platform == "win32":
            return
        there = self._folder.regular_file(self._target)
        if there is not None:
            self._mode = stat.S_IMODE(there.st_mode)
            own = os.fstat(descriptor)
            if own.st_gid != there.st_gid:
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, -1, there.st_gid)
            if own.st_uid != there.st_uid:
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, there.st_uid, -1)
        acl = _read_acl(self._path) if there is not None else None
        if acl is None:
            os.fchmod(descriptor, self._mode)
            return
        # With an ACL, a mode's group bits bound what named users may do, and not the group itself.
        os.fchmod(descriptor, self._mode & ~stat.S_IRWXG)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, _ACL, acl)


def _read_acl(path: Path) -> bytes | None:
    """Return the access control list of a file, if it has one in addition to its mode."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return os.getxattr(path, _ACL, follow_symlinks=False)
    return None


class _Folder:
    """A folder: the same one even if it is renamed meanwhile, where the system has such."""

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
        return os.open(self._at(name), flags, mode, dir_fd=self._descriptor)

    def link(self, descriptor: int, name: str) -> None:
        # With a folder's descriptor the link in /proc is followed, which it is not otherwise.
        os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=self._descriptor)

    def replace(self, name: str, target: str) -> None:
        folder = self._descriptor
        os.replace(self._at(name), self._at(target), src_dir_fd=folder, dst_dir_fd=folder)

    def unlink(self, name: str) -> None:
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def stat(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def regular_file(self, name: str) -> os.stat_result | None:
        there = self.stat(name)
        return there if there is not None and stat.S_ISREG(there.st_mode) else None

    def has(self, name: str, descriptor: int) -> bool:
        """Whether a name is that of an open file."""
        there = self.stat(name)
        return there is not None and os.path.samestat(there, os.fstat(descriptor))

    def remove_left_over(self, name: str) -> bool:
        """Remove a file whose process is gone; return whether the name is free."""
        try:
            if sys.platform == "win32":
                # It removes no file that a process has open.
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
            # In a folder such as /tmp, that of another user.
            pass
        finally:
            os.close(descriptor)
        return False

    def _at(self, name: str) -> str:
        return str(self._path / name) if self._descriptor is None else name


def _lock(descriptor: int) -> bool | None:
    """Lock an open file as one in use; False if it is one, None where there are no locks."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
    return None
