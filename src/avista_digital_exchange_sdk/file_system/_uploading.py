"""The part of the file system that creates directories and uploads files."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # untyped
from fsspec.implementations.local import (  # type: ignore[import-untyped]  # untyped
    LocalFileSystem,
    trailing_sep,
)

from .._backends import run_sync
from .._generated.fragments import DataStoreFile
from .._models.paths import SEPARATOR, is_valid_component
from .._services.storage.files import FileDownload
from .._services.storage.uploads import NewFile, upload_source
from .._transfer.upload import Source
from .._utils.progress import ProgressArgument
from ..client import get_services
from ..errors import NotFoundError, TransferError
from . import _errors
from ._concurrency import MAX_CONCURRENCY, map_concurrently
from ._directories import DirectoryCreator
from ._downloading import DownloadingFileSystem
from ._entries import Info
from ._errors import translate_errors
from ._pairs import Pair, pair_copies, path_to_str, to_absolute_source
from ._parallel_copy import (
    CopyJob,
    CopySteps,
    Failure,
    JobReport,
    Result,
    Task,
    to_progress_callback,
)
from ._unicode_forms import UnicodeForms
from ._upload_steps import UploadSteps, UploadTarget, check_target, file_ids, to_local_file
from ._uploads import Upload, Uploaded, UploadPlan, compute_md5


class _Named(Task, Protocol):
    @property
    def name(self) -> str: ...


NewFileTask = TypeVar("NewFileTask", bound=_Named)


class UploadingFileSystem(DownloadingFileSystem):
    """Creates directories; uploads files and directories concurrently."""

    # -- directories ----------------------------------------------------------------------------

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Create a directory."""
        path = self._strip_protocol(path)
        if self.exists(path):
            raise _errors.exists(path)
        parent, _name = split(path)
        if not create_parents:
            self._listings.directory_id(parent)
        self._make(path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Create a directory and its parents."""
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
        creator = DirectoryCreator(self.exchange, self._listings)
        creator.create([path], top=nearest)
        if (error := creator.find_failure(path)) is not None:
            raise error

    def rmdir(self, path: str) -> None:
        """Delete an empty directory."""
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
        """Upload a file; with the mode `create` only if it does not exist."""
        rpath, local = self._strip_protocol(rpath), Path(lpath)
        if local.is_dir():
            self.makedirs(rpath, exist_ok=True)
        else:
            self._upload(
                to_local_file(local),
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
        """Upload files and directories concurrently.

        Failed files do not stop the others: the final error lists all failures. Files whose size
        and MD5 match those of the remote file are skipped.

        Args:
            lpath: A local path, a pattern, or a list of paths.
            rpath: The path to upload to; for several files, a directory, or a list of paths.
            recursive: Whether to upload directories with everything in them; symbolic links are
                followed.
            callback: An fsspec progress callback.
            maxdepth: How many levels of directories to upload. Defaults to all.
            mode: "overwrite", or "create" to replace no file.
            fail_fast: Whether to stop at the first failure.
            force: Whether to upload unchanged files again.

        Raises:
            TransferIncompleteError: Some of several files could not be uploaded.
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
        for pair in self._parse_targets(pairs, plan.forms):
            if pair.levels == 0 and Path(pair.source).is_dir():
                plan.add_directory(pair.source, pair.target)
            else:
                plan.add(pair.source, pair.target, pair.levels)
        report = self.run_uploads(plan, callback, mode=mode, fail_fast=fail_fast, force=force)
        report.raise_failures("uploaded", is_single=len(pairs) == 1 and not recursive)

    def _parse_targets(self, pairs: Iterable[Pair], forms: UnicodeForms) -> list[Pair]:
        """Parse the targets of a job, which are resolved together."""
        parsed: list[Pair] = []
        for pair in pairs:
            existing = self._strip_protocol(pair.target)
            forms.keep(existing)
            name = self._parse_url(pair.target).rpartition(SEPARATOR)[2]
            parent, separator, _ = existing.rpartition(SEPARATOR)
            target = f"{parent}{separator}{name}" if separator else existing
            parsed.append(pair._replace(target=target))
        forms.keep_shared(pair.target for pair in parsed)
        return parsed

    def run_uploads(
        self,
        plan: UploadPlan,
        callback: Any = DEFAULT_CALLBACK,
        *,
        mode: str = "overwrite",
        fail_fast: bool = False,
        force: bool = False,
        max_files: int | None = None,
    ) -> JobReport[Upload, Uploaded]:
        """Run a plan; the report contains the resulting remote file for each task."""

        def create_steps(
            tasks: Sequence[Upload], targets: Sequence[UploadTarget]
        ) -> CopySteps[Upload, Uploaded]:
            return UploadSteps(
                get_services(self.exchange),
                self._listings,
                tasks,
                targets,
                self.has_same_content,
                self.request_downloads,
                exclusive=mode == "create",
                force=force,
            )

        creator = DirectoryCreator(self.exchange, self._listings, plan.names, plan.forms)
        return self._run(
            creator,
            plan.files,
            plan.directories,
            plan.failures,
            create_steps,
            callback,
            fail_fast=fail_fast,
            max_files=max_files,
        )

    def _run(
        self,
        creator: DirectoryCreator,
        tasks: list[NewFileTask],
        directories: Iterable[str],
        failures: Iterable[Failure],
        create_steps: Callable[
            [Sequence[NewFileTask], Sequence[UploadTarget]], CopySteps[NewFileTask, Result]
        ],
        callback: Any = DEFAULT_CALLBACK,
        *,
        fail_fast: bool = False,
        max_files: int | None = None,
    ) -> JobReport[NewFileTask, Result]:
        """Create directories, then copy files into them, replacing existing ones."""
        failures = [*failures]
        if failures and fail_fast:
            raise failures[0].error
        creator.create([*directories, *(split(task.target)[0] for task in tasks)])
        ready = [task for task in tasks if creator.find_failure(split(task.target)[0]) is None]
        targets = [creator.find_target(task.target, task.name) for task in ready]
        not_created = [Failure(path, error) for path, error in creator.failures.items()]
        steps = create_steps(ready, targets)
        job = CopyJob(steps, callback, fail_fast=fail_fast, max_files=max_files)
        report = job.run(ready, [*failures, *not_created])
        report.not_tried += len(tasks) - len(ready)
        return report

    def _upload(
        self,
        source: Source,
        path: str,
        *,
        exclusive: bool = False,
        progress: ProgressArgument | None = None,
    ) -> None:
        upload_target = self._prepare_target(path, exclusive=exclusive)
        self._replace(source, path, upload_target, progress=progress)

    def _prepare_target(self, path: str, *, exclusive: bool = False) -> UploadTarget:
        """Return where to upload a file, creating its directory if necessary."""
        parent, _ = split(path)
        self.makedirs(parent, exist_ok=True)
        existing = self._listings.find_uncached(path)
        check_target(path, existing, exclusive=exclusive)
        return UploadTarget(self._listings.directory_id(parent), existing)

    def _replace(
        self,
        source: Source,
        path: str,
        upload_target: UploadTarget,
        *,
        name: str | None = None,
        description: str | None = None,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Upload a file, then delete existing files of the same name."""
        name = name or split(path)[1]
        new = NewFile(get_store(path), upload_target.directory_id, name, description)
        with translate_errors(path):
            upload = upload_source(get_services(self.exchange), source, new, progress)
            file = run_sync(upload)
            self._listings.forget(path, below=False)
            self._delete_files(*file_ids(upload_target.existing))
        return file

    def find_same_contents(self, files: Sequence[tuple[Info, Path]]) -> list[bool]:
        """Return for each pair of a remote and a local file whether the contents are the same."""
        downloads = self.request_downloads([info["dataStoreFileId"] for info, _ in files])
        results = [False] * len(files)

        def compare(index: int) -> bool:
            info, local = files[index]
            return self.has_same_content(
                info, local, lambda: downloads.take(index, MAX_CONCURRENCY)
            )

        for index, outcome in map_concurrently(compare, range(len(files))):
            results[index] = outcome.result()
        return results

    def has_same_content(
        self, existing: Info, local: Path, take_download: Callable[[], FileDownload | None]
    ) -> bool:
        """Whether a remote file appears to have the same content as a local one.

        Args:
            existing: The remote file.
            local: The local file.
            take_download: Returns the presigned URL of the remote file, if it was requested before.
        """
        with contextlib.suppress(TransferError, OSError):
            size = local.stat().st_size
            self._fill_sizes([existing])
            if existing["size"] != size or size == 0:
                return bool(existing["size"] == size)
            # Times are not reliable: an older file may have been moved to the path of a newer one.
            md5 = self._probe(existing, take_download).md5
            return md5 is not None and md5 == compute_md5(local)
        return False

    def _delete_files(self, *file_ids: str) -> None:
        for file_id in file_ids:
            with contextlib.suppress(NotFoundError):
                self.exchange.deleteDataStoreFile(file_id)


def split(path: str) -> tuple[str, str]:
    """Split a path into the parent directory and the name.

    Raises:
        OSError: It is the root or a data store, or contains a name that no entry can have.
    """
    parent, _, name = path.rpartition(SEPARATOR)
    if not parent:
        raise _errors.root_is_read_only(path)
    _, *names = path.split(SEPARATOR)
    if not all(map(is_valid_component, names)):
        raise _errors.has_invalid_name(path)
    return parent, name


def get_store(path: str) -> str:
    return path.partition(SEPARATOR)[0]
