"""The part of the file system that makes directories, and uploads and copies many files at once."""

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.implementations.local import (  # type: ignore[import-untyped]  # fsspec's own lack
    LocalFileSystem,
    trailing_sep,
)

from .._backends import run_sync
from .._generated.fragments import DataStoreFile
from .._models.paths import SEPARATOR
from .._services.storage.files import download_into
from .._services.storage.uploads import upload_source
from .._transfer.upload import LocalFile, Source, SpooledFile
from .._utils import validation
from .._utils.progress import ProgressArgument, ProgressCallback
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from ..client import get_services
from ..errors import NotFoundError, TransferError
from . import _errors
from ._directories import DirectoryMaker
from ._downloading import DownloadingFileSystem
from ._entries import Info, describe_file
from ._errors import translate_errors
from ._pairs import Pair, pair_copies, path_to_str, to_absolute_source
from ._parallel_copy import AnyTask, CopyJob, Failure, JobReport, Result, to_progress_callback
from ._uploads import Upload, Uploaded, UploadPlan, md5_of


class Place(NamedTuple):
    """Where a file is written.

    Attributes:
        directory_id: The directory.
        there: The file of its name that is there, which is replaced.
    """

    directory_id: str
    there: Info | None


class Replica(NamedTuple):
    """A file to be copied to another path."""

    source: str
    target: str


class UploadingFileSystem(DownloadingFileSystem):
    """Makes directories; uploads and copies files and directories, several files at once."""

    # -- directories ----------------------------------------------------------------------------

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Make a directory."""
        path = self._strip_protocol(path)
        if self.exists(path):
            raise _errors.exists(path)
        parent, _name = split(path)
        if not create_parents:
            self._listings.directory_id(parent)
        self._make(path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make a directory and those on the way to it."""
        path = self._strip_protocol(path)
        if self.exists(path):
            if exist_ok and self.isdir(path):
                return
            raise _errors.exists(path)
        self._make(path)

    def _make(self, path: str) -> None:
        split(path)
        nearest = self._listings.find_nearest(path)
        if nearest["type"] != "directory":
            raise _errors.exists(nearest["name"])
        maker = DirectoryMaker(self.exchange, self._listings)
        maker.make([path], top=nearest)
        if (error := maker.failure_of(path)) is not None:
            raise error

    def rmdir(self, path: str) -> None:
        """Delete a directory that is empty."""
        path = self._strip_protocol(path)
        split(path)
        if self._listings.directory(path).contents:
            raise _errors.is_not_empty(path)
        self._delete(path)

    # -- files ----------------------------------------------------------------------------------

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
            self._upload(
                _local_file(local),
                rpath,
                exclusive=mode == "create",
                progress=to_progress_callback(callback),
            )

    def put(
        self,
        lpath: Any,
        rpath: Any,
        recursive: bool = False,
        callback: Any = DEFAULT_CALLBACK,
        maxdepth: int | None = None,
        mode: str = "overwrite",
        *,
        fail_fast: bool = False,
        force: bool = False,
        **_: Any,
    ) -> None:
        """Upload files and directories, several files at once.

        What can't be uploaded does not keep the rest from it: the error that comes at the end names
        every failure. A file whose size and MD5 are those of the one that is there is not sent.

        Args:
            lpath: The path of a local file or folder, a pattern, or a list of paths.
            rpath: The path to upload to; where there are several files, that of a directory, or a
                list of paths.
            recursive: Whether to upload folders with everything in them; links are followed.
            callback: fsspec's callback for the progress.
            maxdepth: How many levels of folders to upload. Defaults to all.
            mode: "overwrite", or "create" where no file may be replaced.
            fail_fast: Whether the first failure ends the upload.
            force: Whether to send files again that are there.

        Raises:
            TransferIncompleteError: Of several files, some could not be uploaded.
        """
        target = path_to_str(rpath)
        is_directory = isinstance(target, str) and (trailing_sep(target) or self.isdir(target))
        pairs = pair_copies(
            LocalFileSystem(),
            [*map(path_to_str, lpath)] if isinstance(target, list) else to_absolute_source(lpath),
            self._strip_protocol(target),
            target_is_directory=is_directory,
            recursive=recursive,
            maxdepth=maxdepth,
        )
        plan = UploadPlan()
        for pair in pairs:
            if pair.levels == 0 and Path(pair.source).is_dir():
                plan.add_directory(pair.source, self._strip_protocol(pair.target))
            else:
                plan.add(pair.source, self._strip_protocol(pair.target), pair.levels)
        report = self.run_uploads(plan, callback, mode=mode, fail_fast=fail_fast, force=force)
        report.raise_failures("uploaded", is_single=len(pairs) == 1 and not recursive)

    def run_uploads(
        self,
        plan: UploadPlan,
        callback: Any = DEFAULT_CALLBACK,
        *,
        mode: str = "overwrite",
        fail_fast: bool = False,
        force: bool = False,
    ) -> JobReport[Upload, Uploaded]:
        """Upload what is planned; the report says of each file what is there now."""

        def upload(task: Upload, place: Place, progress: ProgressCallback) -> Uploaded:
            there = place.there
            check_target(task.target, there, exclusive=mode == "create")
            local = Path(os.path.abspath(task.source))
            if there is not None and not force and self._has_content_of(there, local):
                progress(task.size, task.size)
                # As after an upload, which may have been broken off before it was done.
                self._delete_files(*there["others"])
                return Uploaded(there | {"others": ()}, is_new=False)
            file = self._replace(_local_file(local), task.target, place, progress=progress)
            return Uploaded(describe_file(file) | {"name": task.target}, is_new=True)

        directories = plan.directories
        return self._run(plan.files, directories, plan.failures, upload, callback, fail_fast)

    def _run(
        self,
        tasks: list[AnyTask],
        directories: Iterable[str],
        failures: Iterable[Failure],
        copy: Callable[[AnyTask, Place, ProgressCallback], Result],
        callback: Any,
        fail_fast: bool,
    ) -> JobReport[AnyTask, Result]:
        """Make directories, then copy files into them, each over what is there."""
        failures = [*failures]
        if failures and fail_fast:
            raise failures[0].error
        maker = DirectoryMaker(self.exchange, self._listings)
        maker.make([*directories, *(split(task.target)[0] for task in tasks)])

        def copy_one(task: AnyTask, progress: ProgressCallback) -> Result:
            parent, _ = split(task.target)
            there = maker.contents[parent].find(task.target)
            return copy(task, Place(maker.directory_id(parent), there), progress)

        ready = [task for task in tasks if maker.failure_of(split(task.target)[0]) is None]
        not_made = [Failure(path, error) for path, error in maker.failures.items()]
        job = CopyJob(copy_one, callback, fail_fast=fail_fast)
        report = job.run(ready, [*failures, *not_made])
        report.not_tried += len(tasks) - len(ready)
        return report

    def copy(
        self,
        path1: Any,
        path2: Any,
        recursive: bool = False,
        maxdepth: int | None = None,
        on_error: str | None = None,
        **_: Any,
    ) -> None:
        """Copy files and directories by way of this machine, several files at once.

        Args:
            path1: The path of a file or directory, a pattern, or a list of paths.
            path2: The path to copy to; where there are several files, that of a directory, or a
                list of paths.
            recursive: Whether to copy directories with everything in them.
            maxdepth: How many levels of directories to copy. Defaults to all.
            on_error: "ignore" leaves out files that are no longer there. Defaults to "raise".

        Raises:
            TransferIncompleteError: Of several files, some could not be copied.
        """
        source, target = path_to_str(path1), path_to_str(path2)
        is_directory = isinstance(target, str) and (trailing_sep(target) or self.isdir(target))
        pairs = pair_copies(
            self,
            source,
            self._strip_protocol(target),
            target_is_directory=is_directory,
            recursive=recursive,
            maxdepth=maxdepth,
        )
        tasks, directories = self._expand_copies(pairs, with_directories=maxdepth is None)

        def copy(task: Replica, place: Place, _: ProgressCallback) -> None:
            check_target(task.target, place.there)
            self._copy_over(task.source, task.target, place)

        report = self._run(tasks, directories, (), copy, DEFAULT_CALLBACK, fail_fast=False)
        if on_error == "ignore":
            report.failures = [
                one for one in report.failures if not isinstance(one.error, FileNotFoundError)
            ]
        report.raise_failures("copied", is_single=len(pairs) == 1 and not recursive)

    def _expand_copies(
        self, pairs: list[Pair], *, with_directories: bool
    ) -> "tuple[list[Replica], list[str]]":
        """Return the files to be copied, and the directories to be made."""
        tasks: list[Replica] = []
        directories: list[str] = []
        for pair in pairs:
            source, target = map(self._strip_protocol, (pair.source, pair.target))
            found = {source: self._listings.find(source)}
            if found[source]["type"] == "directory" and pair.levels != 0:
                found = self.find(source, pair.levels, withdirs=True, detail=True, sizes=False)
            for path, info in found.items():
                inner = target + path.removeprefix(source)
                if info["type"] == "file":
                    tasks.append(Replica(path, inner))
                elif with_directories:
                    directories.append(inner)
        return tasks, directories

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy a file by way of this machine: the platform does not copy."""
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if self.isdir(source):
            self.makedirs(target, exist_ok=True)
        else:
            self._copy_over(source, target, self._look_at_target(target))

    def _copy_over(self, source: str, target: str, place: Place) -> None:
        services = get_services(self.exchange)
        with open_temporary_file() as file:
            with explain_full_disk():
                copied = self._with_file(
                    source, lambda file_id: run_sync(download_into(services, file, file_id))
                )
            copy = SpooledFile(file, split(target)[1])
            self._replace(copy, target, place, description=copied.description)

    def _upload(
        self,
        source: Source,
        path: str,
        *,
        exclusive: bool = False,
        progress: ProgressArgument | None = None,
    ) -> None:
        place = self._look_at_target(path, exclusive=exclusive)
        self._replace(source, path, place, progress=progress)

    def _look_at_target(self, path: str, *, exclusive: bool = False) -> Place:
        """Return where a file is to be written, in a directory that is made if need be."""
        parent, _ = split(path)
        self.makedirs(parent, exist_ok=True)
        there = self._listings.find_uncached(path)
        check_target(path, there, exclusive=exclusive)
        return Place(self._listings.directory_id(parent), there)

    def _replace(
        self,
        source: Source,
        path: str,
        place: Place,
        *,
        description: str | None = None,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Upload a file, then delete those of its name that were there."""
        _, name = split(path)
        with translate_errors(path):
            upload = upload_source(
                get_services(self.exchange),
                source,
                store_of(path),
                place.directory_id,
                name,
                description,
                progress,
            )
            file = run_sync(upload)
            self._listings.forget(path, below=False)
            self._delete_files(*file_ids(place.there))
        return file

    def _has_content_of(self, there: Info, local: Path) -> bool:
        """Whether a file on the platform holds what a local one does, as far as can be known."""
        size = local.stat().st_size
        self._fill_sizes([there])
        if there["size"] != size:
            return False
        # Times would tell less: an older file may have been moved to where a newer one was.
        with contextlib.suppress(TransferError, OSError):
            md5 = self._probe(there).md5 if size else None
            return size == 0 or (md5 is not None and md5 == md5_of(local))
        return False

    def _delete_files(self, *file_ids: str) -> None:
        for file_id in file_ids:
            with contextlib.suppress(NotFoundError):
                self.exchange.deleteDataStoreFile(file_id)


def _local_file(path: Path) -> LocalFile:
    return LocalFile(validation.require_file("lpath", path))


def split(path: str) -> tuple[str, str]:
    """The directory a path leads through, and the name in it."""
    parent, _, name = path.rpartition(SEPARATOR)
    if not parent:
        raise _errors.root_is_read_only(path)
    return parent, name


def file_ids(info: Info | None) -> list[str]:
    """All files of a name: the one a path leads to, and the older ones."""
    return [] if info is None else [info["dataStoreFileId"], *info["others"]]


def store_of(path: str) -> str:
    return path.partition(SEPARATOR)[0]


def check_target(path: str, there: Info | None, *, exclusive: bool = False) -> None:
    """Refuse to write where a directory is, or where anything is that must not be replaced."""
    if there is None:
        return
    if there["type"] == "directory":
        raise _errors.is_directory(path)
    if exclusive:
        raise _errors.exists(path)
