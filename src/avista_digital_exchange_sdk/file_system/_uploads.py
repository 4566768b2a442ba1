"""Plans uploads: which local files are uploaded to which paths."""

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .._escaping import escape_controls
from .._models.paths import SEPARATOR, compose
from ._entries import Info
from ._parallel_copy import Failure
from ._unicode_forms import UnicodeForms

Identity = tuple[int, int]
"""Device and inode, which identify a local directory regardless of symbolic links."""


class Upload(NamedTuple):
    """A file to upload.

    Attributes:
        source: The local path.
        target: The path to upload it to.
        size: Its size in bytes when the upload was planned.
        name: The name that it gets, whose Unicode form may differ from that of the path.
    """

    source: str
    target: str
    size: int
    name: str


class Uploaded(NamedTuple):
    """The remote file after an upload.

    Attributes:
        info: The file.
        is_new: Whether it was uploaded; False if it already existed.
    """

    info: Info
    is_new: bool


class UploadPlan:
    """Directories to create and files to upload.

    Attributes:
        directories: The paths of the directories to create.
        files: The files.
        failures: The files that cannot be uploaded.
        names: The names of directories whose Unicode form differs from that of their paths.
        forms: Which of the paths keep their Unicode form.
    """

    def __init__(self) -> None:
        self.directories: list[str] = []
        self.names: dict[str, str] = {}
        self.files: list[Upload] = []
        self.failures: list[Failure] = []
        self.forms = UnicodeForms()
        self._sources: dict[str, str] = {}

    def keep_shared(self, targets: Iterable[str]) -> None:
        """Keep the forms of targets that differ in their Unicode form only."""
        # The file systems of macOS hold one of them only.
        if sys.platform != "darwin":
            self.forms.keep_shared(targets)

    def add(self, source: str, target: str, maxdepth: int | None = None) -> None:
        """Add a file, or a directory with everything in it.

        Args:
            source: The local path; symbolic links are followed.
            target: The path to upload it to.
            maxdepth: How many levels of directories to upload; with a limit, only directories with
                files are created. Defaults to all.
        """
        try:
            _check_name(target)
            status = os.stat(source)
            if stat.S_ISDIR(status.st_mode):
                self._add_tree(source, target, maxdepth)
            else:
                self._add_file(source, target, status)
        except OSError as error:
            self._fail(source, _explain(source, error))

    def add_directory(self, source: str, target: str) -> None:
        """Add a directory without its contents."""
        path = self.forms.resolve(target)
        if self._claim(source, path, is_directory=True):
            self.directories.append(path)
            if not path.isascii():
                self.names[path] = self._get_name(source, target)

    def _add_tree(self, top: str, target: str, maxdepth: int | None) -> None:
        """Walk a directory without recursion, whose depth Python limits."""
        inside: list[Identity] = []
        pending: list[tuple[str, str] | None] = [(top, self.forms.resolve(target))]
        while pending:
            step = pending.pop()
            if step is None:
                inside.pop()
                continue
            folder, path = step
            try:
                entries = _open_folder(folder, inside)
            except OSError as error:
                self._fail(folder, error)
                continue
            pending.append(None)
            if maxdepth is None:
                self.add_directory(folder, path)
            inner = self._add_entries(entries, path)
            if maxdepth is None or len(inside) < maxdepth:
                pending += reversed(inner)

    def _add_entries(
        self, entries: Iterable["os.DirEntry[str]"], path: str
    ) -> list[tuple[str, str]]:
        """Add the files of a directory; return its subdirectories with their remote paths."""
        inner: list[tuple[str, str]] = []
        entries = [*entries]
        self.keep_shared(f"{path}{SEPARATOR}{entry.name}" for entry in entries)
        for entry in entries:
            target = f"{path}{SEPARATOR}{entry.name}"
            try:
                _check_name(entry.name)
                if entry.is_dir():
                    inner.append((entry.path, self.forms.resolve(target)))
                else:
                    self._add_file(entry.path, target, os.stat(entry.path))
            except OSError as error:
                self._fail(entry.path, _explain(entry.path, error))
        return inner

    def _add_file(self, source: str, target: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", source)
        path = self.forms.resolve(target)
        if self._claim(source, path):
            self.files.append(Upload(source, path, status.st_size, self._get_name(source, target)))

    def _claim(self, source: str, target: str, *, is_directory: bool = False) -> bool:
        """Record the target of a source; fail if another source has the same target."""
        key = target + (SEPARATOR if is_directory else "")
        other = self._sources.setdefault(key, source)
        if other is source or is_directory:
            return True
        message = f"{printable_path(other)} has the same target, {escape_controls(target)}"
        self._fail(source, FileExistsError(errno.EEXIST, message))
        return False

    def _get_name(self, source: str, target: str) -> str:
        """Return the name that a file gets, in the Unicode form that it has here."""
        name, own = target.rpartition(SEPARATOR)[2], os.path.basename(source)
        if target not in self.forms and compose(own) == compose(name):
            name = own
        # The file systems of macOS return decomposed names of files that were created with others.
        return compose(name) if sys.platform == "darwin" else name

    def _fail(self, source: str, error: Exception) -> None:
        self.failures.append(Failure(printable_path(source), error))


def printable_path(path: str) -> str:
    r"""Escape a local path whose bytes may not be UTF-8, as in `mu\xf1oz.csv`."""
    return escape_controls(os.fsencode(path).decode("utf-8", "backslashreplace"))


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise OSError(errno.EILSEQ, "its name is not UTF-8", printable_path(name)) from None


def _open_folder(folder: str, inside: list[Identity]) -> "list[os.DirEntry[str]]":
    """Return the entries of a directory sorted by name, and record that it is being walked.

    Raises:
        OSError: It cannot be read, or it is one of its own parents.
    """
    status = os.stat(folder)
    identity = (status.st_dev, status.st_ino)
    if identity in inside:
        raise OSError(errno.ELOOP, "symbolic link to a parent directory", folder)
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    inside.append(identity)
    return found


def _explain(path: str, error: OSError) -> OSError:
    """Add the target of a broken symbolic link to an error."""
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        target = printable_path(os.readlink(path))
        return FileNotFoundError(errno.ENOENT, f"broken symbolic link to {target}", path)
    return error


def compute_md5(path: Path) -> str:
    """Return the MD5 of a local file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
