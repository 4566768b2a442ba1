"""The part of the file system that downloads files concurrently."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # untyped
from fsspec.implementations.local import (  # type: ignore[import-untyped]  # untyped
    trailing_sep,
)
from fsspec.utils import isfilelike  # type: ignore[import-untyped]  # untyped

from .._backends import run_sync
from .._models.paths import SEPARATOR
from .._services.storage.batches import get_downloads
from .._services.storage.files import FileDownload
from .._utils.progress import ProgressCallback
from ..client import get_services
from ..errors import DigitalExchangeError
from ._batches import Batches
from ._downloads import Containment, Download, DownloadPlan, is_complete
from ._entries import get_name
from ._pairs import Pair, join_names, pair_copies, path_to_str, to_absolute_target
from ._parallel_copy import CopyJob, CopySteps, Failure, JobReport, count_in_flight
from ._read_only import ReadOnlyFileSystem

# Maximum number of presigned URLs in a request. Downloads begin when the first ones arrive.
MAX_URLS = 25


class DownloadingFileSystem(ReadOnlyFileSystem):
    """Downloads files and directories concurrently."""

    def get(
        self,
        rpath: Any,
        lpath: Any,
        recursive: bool = False,
        callback: Any = DEFAULT_CALLBACK,
        maxdepth: int | None = None,
        *,
        fail_fast: bool = False,
        force: bool = False,
        **_: Any,
    ) -> None:
        """Download files and directories concurrently.

        Failed files do not stop the others: the final error lists all failures. Local files that
        have the size and modification time of the remote file are skipped. Directories include
        older files of the same name, with their IDs appended to the name.

        Args:
            rpath: The path of a file or directory, a pattern, or a list of paths.
            lpath: The local path; for several files, a directory, or a list of paths or open
                files.
            recursive: Whether to download directories with everything in them.
            callback: An fsspec progress callback.
            maxdepth: How many levels of directories to download. Defaults to all.
            fail_fast: Whether to stop at the first failure.
            force: Whether to download unchanged files again.

        Raises:
            TransferIncompleteError: Some of several files could not be downloaded.
        """
        target = to_absolute_target(lpath)
        is_directory = isinstance(target, str) and (trailing_sep(target) or os.path.isdir(target))
        pairs = pair_copies(
            self,
            path_to_str(rpath),
            target,
            target_is_directory=is_directory,
            recursive=recursive,
            maxdepth=maxdepth,
        )
        plan = self.plan_downloads()
        root = target.rstrip(SEPARATOR) or SEPARATOR if isinstance(target, str) else None
        for pair in pairs:
            self._add_download(plan, pair, root, is_limited=maxdepth is not None)
        report = self.run_downloads(plan, callback, fail_fast=fail_fast, force=force)
        is_single = len(pairs) == 1 and not recursive
        report.raise_failures("downloaded", is_single=is_single)

    def plan_downloads(self) -> DownloadPlan:
        """Create an empty plan, to be run after adding files."""
        return DownloadPlan(self._listings, self._fill_sizes)

    def run_downloads(
        self,
        plan: DownloadPlan,
        callback: Any = DEFAULT_CALLBACK,
        *,
        fail_fast: bool = False,
        force: bool = False,
        max_files: int | None = None,
    ) -> JobReport[Download, bool]:
        """Run a plan; the report contains for each file whether it was downloaded."""
        containment = Containment()
        failures = [*plan.failures]
        for folder in plan.folders:
            try:
                containment.create_folder(folder)
            except (OSError, ValueError) as error:
                failures.append(Failure(folder.source, error))
        steps = _DownloadSteps(self, plan.files, containment, force=force)
        job = CopyJob(steps, callback, fail_fast=fail_fast, max_files=max_files)
        return job.run(plan.files, failures)

    def request_downloads(
        self, file_ids: Sequence[str], is_needed: Callable[[int], bool] = lambda _: True
    ) -> Batches[FileDownload]:
        """Request presigned URLs, many in one request, shortly before they are needed.

        Args:
            file_ids: The files.
            is_needed: Whether the URL of the file with an index is needed.
        """

        def request(indexes: Sequence[int]) -> dict[int, FileDownload | DigitalExchangeError]:
            needed = [index for index in indexes if is_needed(index)]
            services = get_services(self.exchange)
            downloads = run_sync(get_downloads(services, [file_ids[index] for index in needed]))
            return dict(zip(needed, downloads, strict=True))

        return Batches(request, len(file_ids), MAX_URLS)

    def _add_download(
        self, plan: DownloadPlan, pair: Pair, root: str | None, *, is_limited: bool
    ) -> None:
        source, target = self._strip_protocol(pair.source), pair.target
        try:
            info = self._listings.find(source)
            if root is not None and target != root:
                # Paths below the root consist of names from the platform.
                parent, separator, name = target.removeprefix(root).rpartition(SEPARATOR)
                target = join_names(root, f"{parent}{separator}{get_name(info, name)}")
            else:
                root = None
            if info["type"] != "directory":
                plan.add_file(info, target, root)
            elif pair.levels != 0:
                plan.add_tree(info, target, root, pair.levels)
            elif not is_limited and not isfilelike(target):
                plan.add_folder(info, target, root)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            plan.failures.append(Failure(source, error))

    def fetch(
        self,
        task: Download,
        progress: ProgressCallback,
        take_download: Callable[[], FileDownload | None],
    ) -> None:
        """Download a file.

        Args:
            task: The file.
            progress: Reports the progress in bytes.
            take_download: Returns the presigned URL for the ID in the task, once, if it was
                requested before.
        """
        source = self._strip_protocol(task.source)
        if isfilelike(task.target) or (not task.is_by_id and self.isdir(source)):
            self._download(source, task.target, progress)
            return
        local = Path(os.path.abspath(task.target))

        def download(file_id: str) -> None:
            requested = take_download() if file_id == task.file_id else None
            self._download_by_id(file_id, local, progress, requested)

        if task.is_by_id:
            download(task.file_id)
        else:
            self._with_file(source, download)


class _DownloadSteps(CopySteps[Download, bool]):
    """Downloads files; the result is whether a file was downloaded or is unchanged.

    Args:
        fs: Downloads a file.
        tasks: The files.
        containment: Prevents leaving the directories of the files.
        force: Whether to download unchanged files again.
    """

    def __init__(
        self,
        fs: DownloadingFileSystem,
        tasks: Sequence[Download],
        containment: Containment,
        *,
        force: bool,
    ) -> None:
        self._fs = fs
        self._tasks = tasks
        self._containment = containment
        self._force = force
        file_ids = [task.file_id for task in tasks]
        self._downloads = fs.request_downloads(file_ids, self._is_needed)

    def copy(self, index: int, task: Download, progress: ProgressCallback) -> bool:
        """Download one file, unless it is complete."""
        if task.root is not None:
            self._containment.check(task.target, task.root)
        if not self._force and is_complete(task):
            progress(task.size or 0, task.size)
            return False
        self._fs.fetch(task, progress, lambda: self._downloads.take(index, count_in_flight(task)))
        return True

    def _is_needed(self, index: int) -> bool:
        """Whether a file is not complete."""
        task = self._tasks[index]
        return not isfilelike(task.target) and (self._force or not is_complete(task))
