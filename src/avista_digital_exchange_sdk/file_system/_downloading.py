"""The part of the file system that downloads files concurrently."""

import os
from pathlib import Path
from typing import Any

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # untyped
from fsspec.implementations.local import (  # type: ignore[import-untyped]  # untyped
    trailing_sep,
)
from fsspec.utils import isfilelike  # type: ignore[import-untyped]  # untyped

from .._models.paths import SEPARATOR
from .._utils.progress import ProgressCallback
from ._downloads import Containment, Download, DownloadPlan, is_complete
from ._pairs import Pair, join_names, pair_copies, path_to_str, to_absolute_target
from ._parallel_copy import CopyJob, Failure, JobReport
from ._read_only import ReadOnlyFileSystem


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
    ) -> JobReport[Download, bool]:
        """Run a plan; the report contains for each file whether it was downloaded."""

        def fetch(download: Download, progress: ProgressCallback) -> bool:
            if download.root is not None:
                containment.check(download.target, download.root)
            if not force and is_complete(download):
                progress(download.size or 0, download.size)
                return False
            self._fetch(download, progress)
            return True

        containment = Containment()
        failures = [*plan.failures]
        for folder in plan.folders:
            try:
                containment.create_folder(folder)
            except (OSError, ValueError) as error:
                failures.append(Failure(folder.source, error))
        return CopyJob(fetch, callback, fail_fast=fail_fast).run(plan.files, failures)

    def _add_download(
        self, plan: DownloadPlan, pair: Pair, root: str | None, *, is_limited: bool
    ) -> None:
        source, target = self._strip_protocol(pair.source), pair.target
        if root is not None and target != root:
            # Paths below the root consist of names from the platform.
            target = join_names(root, target.removeprefix(root))
        else:
            root = None
        try:
            info = self._listings.find(source)
            if info["type"] != "directory":
                plan.add_file(info, target, root)
            elif pair.levels != 0:
                plan.add_tree(info, target, root, pair.levels)
            elif not is_limited and not isfilelike(target):
                plan.add_folder(info, target, root)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            plan.failures.append(Failure(source, error))

    def _fetch(self, download: Download, progress: ProgressCallback) -> None:
        if download.file_id is None:
            self._download(download.source, download.target, progress)
        else:
            local = Path(os.path.abspath(download.target))
            self._download_by_id(download.file_id, local, progress)
