"""The file system as a whole: the half that reads, and here the half that changes something."""

import contextlib
import tempfile
from glob import has_magic
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.core import get_compression  # type: ignore[import-untyped]  # fsspec's own lack

from .._models.paths import SEPARATOR
from .._progress import Progress
from ..data_store_contents import keeps_extension
from ..errors import NotFoundError
from . import _errors
from ._bulk import Copies, Plan, reporting
from ._entries import Info
from ._errors import asking_for
from ._reading import ReadingFileSystem
from ._writer import StoreFileWriter


class DataStoreFileSystem(ReadingFileSystem):
    """Data stores as directories named by their ids, with everything in them.

    A path is `dx://<dataStoreId>/folder/file.csv`. Of a file that is read, the blocks that are
    needed are fetched and no others. A file that is written appears when it is closed, whole or not
    at all, in directories that are made if need be. One that was there is deleted only when the new
    one is complete; in between there are both, and paths lead to the new one.

    The object can be pickled, and used in several threads and processes; each process has
    connections of its own. A token that was given goes into the pickle, which is then as secret as
    the token, and into `to_json()` and `to_dict()` only with `include_password=True`. One that
    comes from the environment does not: each process reads its own.

    Args:
        token: Your token; the environment variable `AVISTA_DX_TOKEN` if left out.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass.
        verify: What verifies certificates: True, or the path of a bundle (PEM).
        proxy: The URL of a proxy; what the environment says if left out.
        listings_expiry_time: Seconds for which listings are remembered; None for always.
        options: What else fsspec takes: `use_listings_cache`, `max_paths`,
            `skip_instance_cache`.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> import fsspec
        >>> place = f"dx://{dataStoreId}/solar_site.csv"
        >>> with fsspec.open(place, "r", token=token, endpoint=endpoint) as file:
        ...     file.readline().startswith("time,GHI")
        True
    """

    protocol = "dx"

    # -- writing --------------------------------------------------------------------------------

    def _open(self, path: str, mode: str = "rb", *, autocommit: bool = True, **options: Any) -> Any:
        if mode not in ("wb", "xb"):
            return super()._open(path, mode, autocommit=autocommit, **options)
        exclusive = mode == "xb"
        if exclusive and self.exists(path):
            raise _errors.exists(path)
        if self.isdir(path):
            raise _errors.is_directory(path)

        def store(local: Path) -> None:
            self._upload(local, path, exclusive=exclusive)

        return StoreFileWriter(path, store, autocommit=autocommit)

    def open(
        self,
        path: str,
        mode: str = "rb",
        *args: Any,
        compression: str | None = None,
        **options: Any,
    ) -> Any:
        """Open a file, as `open()` does."""
        if "r" not in mode and get_compression(path, compression):
            # What compresses would leave the file behind it open, and so unwritten.
            message = (
                "fsspec.open() compresses what is written; the file system's own open() does not"
            )
            raise NotImplementedError(message)
        return super().open(path, mode, *args, compression=compression, **options)

    def put_file(
        self,
        lpath: Any,
        rpath: str,
        callback: Any = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **_: Any,
    ) -> None:
        """Upload a file; with the mode `create` only if there is none yet."""
        rpath, local = self._strip_protocol(rpath), Path(lpath)
        if local.is_dir():
            self.makedirs(rpath, exist_ok=True)
        else:
            self._upload(local, rpath, exclusive=mode == "create", progress=reporting(callback))

    def put(
        self,
        lpath: Any,
        rpath: Any,
        recursive: bool = False,
        callback: Any = DEFAULT_CALLBACK,
        maxdepth: int | None = None,
        mode: str = "overwrite",
        **options: Any,
    ) -> None:
        """Upload files and directories, several files at once."""
        plan = Plan(self)
        AbstractFileSystem.put(plan, lpath, rpath, recursive, maxdepth=maxdepth, **options)
        files = [(source, self._strip_protocol(target)) for source, target in plan.pairs]
        # One after the other: made at once, two directories might get the same name.
        for _, directory in [pair for pair in files if Path(pair[0]).is_dir()]:
            self.makedirs(directory, exist_ok=True)
        files = [pair for pair in files if not Path(pair[0]).is_dir()]
        there: dict[str, Info] = {}
        for parent in sorted({_split(target)[0] for _, target in files}):
            self.makedirs(parent, exist_ok=True)
            there |= {info["name"]: info for info in self._listings.of(parent, refresh=True)}

        def upload(source: str, target: str, progress: Progress) -> None:
            _check_target(target, there.get(target), exclusive=mode == "create")
            self._replace(Path(source), target, there.get(target), progress=progress)

        Copies(upload, callback).make(files)

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy a file by way of this machine: the platform does not copy."""
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if self.isdir(source):
            self.makedirs(target, exist_ok=True)
            return
        with tempfile.TemporaryDirectory(prefix="avista-dx-") as folder:
            local = Path(folder) / "copy"
            self._download(source, str(local))
            self._upload(local, target, description=self._file(source)["description"])

    def _upload(
        self,
        local: Path,
        path: str,
        *,
        exclusive: bool = False,
        description: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        parent, _ = _split(path)
        self.makedirs(parent, exist_ok=True)
        there = self._listings.find_anew(path)
        _check_target(path, there, exclusive=exclusive)
        self._replace(local, path, there, description=description, progress=progress)

    def _replace(
        self,
        local: Path,
        path: str,
        there: Info | None,
        *,
        description: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Upload a file, then delete those of its name that were there."""
        parent, name = _split(path)
        with asking_for(path):
            directory_id = self._listings.directory_id(parent)
            self.exchange.uploadFileToDataStore(
                _store_of(path), directory_id, local, name, description, progress=progress
            )
            self._listings.forget(path)
            self._delete_files(*_file_ids(there))

    # -- directories ----------------------------------------------------------------------------

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Make a directory."""
        path = self._strip_protocol(path)
        if self.exists(path):
            raise _errors.exists(path)
        parent, _name = _split(path)
        if create_parents:
            self.makedirs(parent, exist_ok=True)
        self._make(path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make a directory and those on the way to it."""
        path = self._strip_protocol(path)
        if self.exists(path):
            if exist_ok and self.isdir(path):
                return
            raise _errors.exists(path)
        self.makedirs(_split(path)[0], exist_ok=True)
        self._make(path)

    def _make(self, path: str) -> None:
        parent, name = _split(path)
        with asking_for(path):
            made = self.exchange.createDataStoreDirectory(
                _store_of(path), self._listings.directory_id(parent), name
            )
            self._listings.forget(path)
            # Someone else may have made one of this name at the same moment. Both of us then see
            # both, and go on with the one that is listed first.
            if self._listings.directory_id(path) != made.dataStoreDirectoryId:
                self.exchange.deleteDataStoreDirectory(made.dataStoreDirectoryId)
                self._listings.forget(path)

    def rmdir(self, path: str) -> None:
        """Delete a directory that is empty."""
        path = self._strip_protocol(path)
        _split(path)
        if self._listings.directory(path).contents:
            raise _errors.is_not_empty(path)
        self._delete(path)

    # -- deleting and moving --------------------------------------------------------------------

    def rm_file(self, path: str) -> None:
        """Delete a file, with older ones of its name; or a directory that is empty."""
        path = self._strip_protocol(path)
        if self.isdir(path):
            self.rmdir(path)
        else:
            self._delete(path)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Delete files, and directories with everything in them if asked to."""
        if maxdepth is not None:
            super().rm(path, recursive=recursive, maxdepth=maxdepth)
            return
        for found in reversed(self._literally_or_expanded(path)):
            _split(found)
            if self.isdir(found) and not recursive:
                raise _errors.is_directory(found)
            self._delete(found)

    def mv(
        self,
        path1: Any,
        path2: Any,
        recursive: bool = False,
        maxdepth: int | None = None,
        **options: Any,
    ) -> None:
        """Move a file or a directory; within a data store nothing is copied.

        To another data store, to another extension (which the platform can't change), and for lists
        and patterns, it is copied and then deleted.
        """
        if isinstance(path1, list) or (has_magic(str(path1)) and not self.exists(path1)):
            super().mv(path1, path2, recursive=recursive, maxdepth=maxdepth, **options)
            return
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if str(path2).endswith(SEPARATOR) or self.isdir(target):
            target = f"{target}{SEPARATOR}{_split(source)[1]}"
        if source == target:
            return
        info = self._listings.find(source)
        if _store_of(source) == _store_of(target) and _can_be_called(_split(target)[1], info):
            self._move(source, info, target)
        else:
            super().mv(source, target, recursive=recursive, maxdepth=maxdepth, **options)

    def _literally_or_expanded(self, path: Any) -> list[str]:
        """The path itself where something has that very name; otherwise what it is a pattern of."""
        if isinstance(path, list) or not self.exists(path):
            expanded: list[str] = self.expand_path(path)
            return expanded
        return [self._strip_protocol(path)]

    def _move(self, source: str, info: Info, target: str) -> None:
        parent, name = _split(target)
        self.makedirs(parent, exist_ok=True)
        there = self._listings.find_anew(target)
        with asking_for(source):
            parent_id = self._listings.directory_id(parent)
            if info["type"] == "directory":
                _check_target(target, there, exclusive=True)
                directory_id = info["dataStoreDirectoryId"]
                self.exchange.moveDataStoreDirectory(directory_id, parent_id, name)
            else:
                _check_target(target, there)
                self.exchange.moveDataStoreFile(info["dataStoreFileId"], parent_id, name)
                self._delete_files(*info["others"], *_file_ids(there))
        self._listings.forget(source)
        self._listings.forget(target)

    def _delete(self, path: str) -> None:
        info = self._listings.find(path)
        with asking_for(path):
            if info["type"] == "directory":
                self.exchange.deleteDataStoreDirectory(info["dataStoreDirectoryId"])
            else:
                self._delete_files(*_file_ids(info))
        self._listings.forget(path)

    def _delete_files(self, *file_ids: str) -> None:
        for file_id in file_ids:
            with contextlib.suppress(NotFoundError):
                self.exchange.deleteDataStoreFile(file_id)


def _split(path: str) -> tuple[str, str]:
    """The directory a path leads through, and the name in it."""
    parent, _, name = path.rpartition(SEPARATOR)
    if not parent:
        raise _errors.not_here(path)
    return parent, name


def _file_ids(info: Info | None) -> list[str]:
    """All files of a name: the one a path leads to, and the older ones."""
    return [] if info is None else [info["dataStoreFileId"], *info["others"]]


def _store_of(path: str) -> str:
    return path.partition(SEPARATOR)[0]


def _check_target(path: str, there: Info | None, *, exclusive: bool = False) -> None:
    """Refuse to write where a directory is, or where anything is that must not be replaced."""
    if there is None:
        return
    if there["type"] == "directory":
        raise _errors.is_directory(path)
    if exclusive:
        raise _errors.exists(path)


def _can_be_called(name: str, info: Info) -> bool:
    return info["type"] == "directory" or keeps_extension(name, info["fileExtension"])
