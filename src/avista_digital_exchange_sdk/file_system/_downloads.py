"""Plans downloads: which files are downloaded to which local paths.

Local paths consist of a directory from the caller and names from the platform. Names that are not
valid on this machine are changed, and paths must not leave the directory.
"""

import errno
import itertools
import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from .._generated.fragments import DataStoreFile
from .._models.paths import compose
from .._utils.local_paths import check_contained, to_local_name
from .._utils.special_files import find_own_descriptor
from ._directory_cache import DirectoryCache, files_in
from ._entries import Contents, Info, append_id, describe_file, get_name
from ._parallel_copy import Failure
from ._unicode_forms import find_shared_names

HIDDEN = "same name as another entry, or not a valid path component"
SUPERSEDED = "same name as a newer file"
SAME_NAME_HERE = "same name on this machine as another entry"
NOT_A_NAME_HERE = "not a valid file name on this machine"

EPOCH = datetime.fromtimestamp(0, UTC)

SECOND = 10**9
"""Nanoseconds."""


class Download(NamedTuple):
    """A file to download.

    Attributes:
        source: The remote path.
        target: The local path, or an open file.
        size: Its size in bytes.
        modified: The upload time.
        root: The directory that the local path must not leave; None for paths from the caller.
        file_id: The file ID when the download was planned.
        is_by_id: Whether the ID, not the path, identifies the file.
    """

    source: str
    target: Any
    size: int | None = None
    modified: datetime | None = None
    root: str | None = None
    file_id: str = ""
    is_by_id: bool = False


class Folder(NamedTuple):
    """A local directory to create."""

    source: str
    target: str
    root: str


class DownloadPlan:
    """Local directories to create and files to download.

    Attributes:
        folders: The directories, each after its parent.
        files: The files.
        failures: The files that cannot be downloaded.
        notes: A message for each file that is downloaded under a different name.
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
        """Add a file.

        Args:
            info: The file.
            target: The local path, or an open file.
            root: The directory that the path must not leave.
        """
        self._fill_sizes([info])
        self._add(info, target, root)

    def add_by_id(self, file: DataStoreFile, target: str, root: str | None = None) -> None:
        """Add a file that is identified by its ID."""
        info = describe_file(file) | {"name": file.dataStoreFileId}
        self._fill_sizes([info])
        self._add(info, target, root, is_by_id=True)

    def add_folder(self, info: Info, target: str, root: str | None = None) -> None:
        """Add a directory without its contents."""
        self.folders.append(Folder(info["name"], target, root or target))

    def add_note(self, source: str, target: str, reason: str = NOT_A_NAME_HERE) -> None:
        """Note that a file or directory is downloaded under a different name."""
        self.notes.append(f"{source}: {reason}; downloaded as {target}")

    def add_tree(
        self,
        top: Info,
        target: str,
        root: str | None = None,
        maxdepth: int | None = None,
        *,
        with_older: bool = True,
    ) -> None:
        """Add a directory with everything in it.

        Args:
            top: The directory.
            target: The local directory.
            root: The directory that no path must leave. Defaults to the target.
            maxdepth: How many levels of directories to download; with a limit, only directories
                with files are created. Defaults to all.
            with_older: Whether to add older files of the same name.
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
                pending += reversed(
                    self._add_contents(contents, folder, root, with_older=with_older)
                )

    def _add_contents(
        self, contents: Contents, folder: str, root: str, *, with_older: bool
    ) -> list[tuple[Info, str]]:
        """Add the files of a directory; return its subdirectories with their local paths."""
        inner: list[tuple[Info, str]] = []
        shared = find_shared_names(info["name"] for info in contents)
        for info in sorted(contents, key=lambda info: info["name"]):
            is_hidden = info["name"] in contents.aliased
            target = self._local_path(
                info, folder, HIDDEN if is_hidden else None, is_shared=info["name"] in shared
            )
            if info["type"] == "directory":
                inner.append((info, target))
            else:
                self._add(info, target, root)
        for info in contents.superseded if with_older else ():
            target = self._local_path(info, folder, SUPERSEDED)
            self._add(info, target, root)
        for info in contents.incomplete:
            message = "not downloaded: its upload is not complete"
            self.failures.append(Failure(info["name"], OSError(errno.ENODATA, message)))
        return inner

    def _local_path(
        self, info: Info, folder: str, hidden: str | None, *, is_shared: bool = False
    ) -> str:
        name = get_name(info, info["name"])
        local, changed = self._names.claim(folder, name, info, keeps_form=is_shared)
        path = os.path.join(folder, local)
        hidden = hidden or changed
        if hidden is not None:
            self.add_note(info["name"], path, hidden)
        return path

    def _add(self, info: Info, target: Any, root: str | None, *, is_by_id: bool = False) -> None:
        file_id = info["dataStoreFileId"]
        self._append(
            Download(info["name"], target, info["size"], info["modified"], root, file_id, is_by_id)
        )

    def _append(self, download: Download) -> None:
        """Add a file, unless another file has the same target."""
        if isinstance(download.target, str):
            is_new = download.target not in self._sources
            other = self._sources.setdefault(download.target, download.source)
            if not is_new and other == download.source:
                return
            if other != download.source:
                message = f"{other} has the same target, {download.target}"
                error = FileExistsError(errno.EEXIST, message)
                self.failures.append(Failure(download.source, error))
                return
        self.files.append(download)


class _LocalNames:
    """Assigns a unique local name to each entry of a directory."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], str] = {}
        self._folded_names: set[tuple[str, str]] = set()

    def claim(
        self, folder: str, name: str, info: Info, *, keeps_form: bool
    ) -> tuple[str, str | None]:
        """Return the local name of an entry, and the reason if it is not its remote name."""
        valid = to_local_name(name)
        own = local = valid if keeps_form else _match_existing_form(folder, valid)
        for attempt in itertools.count():
            if not self._is_taken(folder, local, info["name"]):
                break
            # Long names are truncated at the end, so the distinguishing number comes first.
            prefix = f"{attempt}." if attempt else ""
            local = to_local_name(prefix + append_id(own, info))
        self._sources[folder, to_local_form(local)] = info["name"]
        self._folded_names.add((folder, _fold_case(local)))
        if local != own:
            return local, SAME_NAME_HERE
        return local, None if valid == name else NOT_A_NAME_HERE

    def _is_taken(self, folder: str, local: str, source: str) -> bool:
        other = self._sources.get((folder, to_local_form(local)))
        if other is None:
            return (folder, _fold_case(local)) in self._folded_names and ignores_case(folder)
        return other != source


class Containment:
    """Prevents writing outside a root through symbolic links."""

    def __init__(self) -> None:
        self._contained: set[str] = set()

    def create_folder(self, folder: Folder) -> None:
        """Create a directory if it does not exist.

        Raises:
            OSError: It cannot be created, or a symbolic link leads out of the root.
        """
        self.check(folder.target, folder.root)
        os.makedirs(folder.target, exist_ok=True)
        self._contained.add(folder.target)

    def check(self, path: str, root: str) -> None:
        """Reject a path that leaves its root through a symbolic link."""
        if os.path.dirname(path) in self._contained and not os.path.islink(path):
            # All symbolic links in parents have been resolved before.
            return
        check_contained(path, root)


def is_complete(download: Download) -> bool:
    """Whether the local file has the size and modification time of the remote file."""
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
    """Set the modification time of a local file to the upload time, to mark it as complete."""
    if modified is None or _is_open_file(path):
        return
    try:
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            os.utime(path, ns=(status.st_atime_ns, _nanoseconds(modified)))
    except (OSError, OverflowError):
        # A file of another user, or an unsupported time: it will be downloaded again.
        return


def _is_open_file(target: Any) -> bool:
    """Whether the target is a file opened by this program, such as standard output."""
    return (
        not isinstance(target, (str, os.PathLike)) or find_own_descriptor(Path(target)) is not None
    )


def _is_same_time(local: int, remote: int) -> bool:
    # Some file systems have a resolution of one or two seconds.
    return local in (remote, remote // SECOND * SECOND, remote // (2 * SECOND) * 2 * SECOND)


def _nanoseconds(timestamp: datetime) -> int:
    return (timestamp - EPOCH) // timedelta(microseconds=1) * 1000


def to_local_form(name: str) -> str:
    """Convert a name to what it shares with others of the same file on this machine."""
    # The file systems of macOS hold one Unicode form of a name only.
    return compose(name) if sys.platform == "darwin" else name


def _fold_case(name: str) -> str:
    return compose(name).casefold()


def _match_existing_form(folder: str, name: str) -> str:
    """Return a name in the Unicode form of an existing local file."""
    if name.isascii():
        return name
    forms = (name, compose(name), unicodedata.normalize("NFD", name))
    return next((one for one in forms if os.path.lexists(os.path.join(folder, one))), name)


def ignores_case(folder: str) -> bool:
    """Whether the local file system appears to be case-insensitive."""
    while folder:
        parent, name = os.path.split(folder)
        other = os.path.join(parent, name.swapcase())
        if other != folder and os.path.exists(folder):
            return os.path.exists(other) and os.path.samefile(folder, other)
        if parent == folder:
            break
        folder = parent
    return False
