"""What is downloaded and where to, directories file by file.

Every local path is made of a folder that the caller named and of names that the platform has. Those
are changed where this machine can't hold them, and the result must not leave the folder.
"""

import errno
import itertools
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from .._generated.fragments import DataStoreFile
from .._models.paths import SEPARATOR, compose
from .._utils.local_paths import check_contained, sanitize_filename
from .._utils.special_files import find_own_descriptor
from ._directory_cache import DirectoryCache, files_in
from ._entries import Contents, Info, describe_file, with_id
from ._parallel_copy import Failure

HIDDEN = "hidden behind another entry of its name, or no path can hold its name"
SUPERSEDED = "hidden behind a newer file of its name"
SAME_NAME_HERE = "hidden behind another entry whose name is the same on this machine"

EPOCH = datetime.fromtimestamp(0, UTC)

SECOND = 10**9
"""Nanoseconds."""


class Download(NamedTuple):
    """A file to be downloaded.

    Attributes:
        source: Its path.
        target: The local path, or an open file.
        size: Its size in bytes.
        modified: When its bytes came.
        root: The folder that the local path must not leave; None for a path that was typed.
        file_id: Its id, where it is not its path that tells which file it is.
    """

    source: str
    target: Any
    size: int | None = None
    modified: datetime | None = None
    root: str | None = None
    file_id: str | None = None


class Folder(NamedTuple):
    """A folder to be made for a directory."""

    source: str
    target: str
    root: str


class DownloadPlan:
    """Folders and files to be downloaded.

    Attributes:
        folders: The folders, each after the one it is in.
        files: The files.
        failures: What can't be downloaded.
        notes: What is downloaded under another name than its own, a sentence each.
    """

    def __init__(
        self, listings: DirectoryCache, fill_sizes: Callable[[Iterable[Info]], object]
    ) -> None:
        self.folders: list[Folder] = []
        self.files: list[Download] = []
        self.failures: list[Failure] = []
        self.notes: list[str] = []
        self._listings = listings
        self._fill_sizes = fill_sizes
        self._names = _LocalNames()
        self._sources: dict[str, str] = {}

    def add_file(self, info: Info, target: Any, root: str | None = None) -> None:
        """Have a file downloaded.

        Args:
            info: The file.
            target: The local path, or an open file.
            root: The folder that the path must not leave.
        """
        self._fill_sizes([info])
        self._add(info, target, root)

    def add_by_id(self, file: DataStoreFile, target: str, root: str | None = None) -> None:
        """Have a file downloaded that was named by its id."""
        info = describe_file(file) | {"name": file.dataStoreFileId}
        self._fill_sizes([info])
        self._append(
            Download(info["name"], target, info["size"], info["modified"], root, info["name"])
        )

    def add_folder(self, info: Info, target: str, root: str | None = None) -> None:
        """Have a folder made for a directory, without what is in it."""
        self.folders.append(Folder(info["name"], target, root or target))

    def add_tree(
        self, top: Info, target: str, root: str | None = None, maxdepth: int | None = None
    ) -> None:
        """Have a directory downloaded with everything in it.

        Args:
            top: The directory.
            target: The local folder.
            root: The folder that no path must leave. Defaults to the target.
            maxdepth: How many levels of directories to download; where there is a limit, only
                folders that have files are made. Defaults to all.
        """
        root = root or target
        tree = self._listings.tree(top, maxdepth)
        self._fill_sizes(files_in(tree))
        pending = [(top, target)]
        while pending:
            info, folder = pending.pop()
            contents = tree.get(info["name"])
            if isinstance(contents, Exception):
                self.failures.append(Failure(info["name"], contents))
            elif contents is not None:
                if maxdepth is None:
                    self.folders.append(Folder(info["name"], folder, root))
                pending += reversed(self._add_contents(contents, folder, root))

    def _add_contents(self, contents: Contents, folder: str, root: str) -> list[tuple[Info, str]]:
        """Add the files of a directory; return the directories in it with their folders."""
        inner: list[tuple[Info, str]] = []
        for info in sorted(contents, key=lambda info: info["name"]):
            is_hidden = info["name"] in contents.aliased
            target = self._local_path(info, folder, HIDDEN if is_hidden else None)
            if info["type"] == "directory":
                inner.append((info, target))
            else:
                self._add(info, target, root)
        for info in contents.superseded:
            target = self._local_path(info, folder, SUPERSEDED)
            self._add(info, target, root)
        for info in contents.incomplete:
            message = "not downloaded: its bytes have not arrived"
            self.failures.append(Failure(info["name"], OSError(errno.ENODATA, message)))
        return inner

    def _local_path(self, info: Info, folder: str, hidden: str | None) -> str:
        name = info["name"].rpartition(SEPARATOR)[2]
        local, is_own = self._names.claim(folder, name, info)
        path = os.path.join(folder, local)
        if hidden is None and not is_own:
            hidden = SAME_NAME_HERE
        if hidden is not None:
            self.notes.append(f"{info['name']}: {hidden}; downloaded as {path}")
        return path

    def _add(self, info: Info, target: Any, root: str | None) -> None:
        self._append(Download(info["name"], target, info["size"], info["modified"], root))

    def _append(self, download: Download) -> None:
        """Add a file, unless another one goes to its path, which it would replace."""
        if isinstance(download.target, str):
            is_new = download.target not in self._sources
            other = self._sources.setdefault(download.target, download.source)
            if not is_new and other == download.source:
                return
            if other != download.source:
                message = f"{other} goes to the same path, {download.target}"
                error = FileExistsError(errno.EEXIST, message)
                self.failures.append(Failure(download.source, error))
                return
        self.files.append(download)


class _LocalNames:
    """Gives every entry of a directory a local name of its own."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], str] = {}
        self._folded: set[tuple[str, str]] = set()

    def claim(self, folder: str, name: str, info: Info) -> tuple[str, bool]:
        """Return the local name of an entry, and whether it is the one it has there."""
        own = local = _existing_form(folder, sanitize_filename(name, otherwise="_"))
        for attempt in itertools.count():
            if not self._is_taken(folder, local, info["name"]):
                break
            # Too long a name loses its end, so what tells attempts apart stands first.
            prefix = f"{attempt}." if attempt else ""
            local = sanitize_filename(prefix + with_id(own, info), otherwise="_")
        self._sources[folder, local] = info["name"]
        self._folded.add((folder, _folded(local)))
        return local, local == own

    def _is_taken(self, folder: str, local: str, source: str) -> bool:
        other = self._sources.get((folder, local))
        if other is None:
            return (folder, _folded(local)) in self._folded and _ignores_case(folder)
        return other != source


class Containment:
    """Sees to it that nothing is written outside a root by way of links."""

    def __init__(self) -> None:
        self._contained: set[str] = set()

    def make_folder(self, folder: Folder) -> None:
        """Make a folder, unless it is there.

        Raises:
            OSError: It can't be made, or a link would lead out of the root.
        """
        self.check(folder.target, folder.root)
        os.makedirs(folder.target, exist_ok=True)
        self._contained.add(folder.target)

    def check(self, path: str, root: str) -> None:
        """Refuse a path that leads out of its root by way of a link."""
        if os.path.dirname(path) in self._contained and not os.path.islink(path):
            # All links on the way have been followed before.
            return
        check_contained(path, root)


def is_complete(download: Download) -> bool:
    """Whether a file was downloaded before: it is there with the size and the time it has."""
    if download.size is None or download.modified is None or _is_open_file(download.target):
        return False
    try:
        status = os.stat(download.target)
    except (OSError, ValueError):
        return False
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_size == download.size
        and _is_same_time(status.st_mtime_ns, _nanoseconds(download.modified))
    )


def set_modified(path: os.PathLike[str], modified: datetime | None) -> None:
    """Give a local file the time of the platform's, by which it is known to be complete."""
    if modified is None or _is_open_file(path):
        return
    try:
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            os.utime(path, ns=(status.st_atime_ns, _nanoseconds(modified)))
    except (OSError, OverflowError):
        # A file of another user, or a time this machine does not know: it will be fetched again.
        return


def _is_open_file(target: Any) -> bool:
    """Whether this program has the file open: its standard output, say."""
    return (
        not isinstance(target, (str, os.PathLike)) or find_own_descriptor(Path(target)) is not None
    )


def _is_same_time(local: int, remote: int) -> bool:
    # Some file systems keep whole seconds, or every other one.
    return local in (remote, remote // SECOND * SECOND, remote // (2 * SECOND) * 2 * SECOND)


def _nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def _folded(name: str) -> str:
    return compose(name).casefold()


def _existing_form(folder: str, name: str) -> str:
    """Return a name in the form that a local file has it in, where that is the decomposed one."""
    if name.isascii() or os.path.lexists(os.path.join(folder, name)):
        return name
    decomposed = unicodedata.normalize("NFD", name)
    return decomposed if os.path.lexists(os.path.join(folder, decomposed)) else name


def _ignores_case(folder: str) -> bool:
    """Whether the local file system takes `A` and `a` for the same name, as far as can be seen."""
    while folder:
        parent, name = os.path.split(folder)
        other = os.path.join(parent, name.swapcase())
        if other != folder and os.path.exists(folder):
            return os.path.exists(other) and os.path.samefile(folder, other)
        if parent == folder:
            break
        folder = parent
    return False
