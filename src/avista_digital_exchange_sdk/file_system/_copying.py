"""The part of the file system that copies files within the platform, through this machine."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # untyped
from fsspec.implementations.local import (  # type: ignore[import-untyped]  # untyped
    trailing_sep,
)

from .._backends import run_sync
from .._services.storage.files import download_into
from .._transfer.upload import SpooledFile
from .._utils.progress import ProgressCallback, ProgressReporter
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from ..client import get_services
from ._directories import DirectoryCreator
from ._entries import get_name
from ._pairs import Pair, pair_copies, path_to_str
from ._parallel_copy import CopySteps
from ._unicode_forms import UnicodeForms
from ._upload_steps import UploadTarget, check_target
from ._uploading import UploadingFileSystem


class Replica(NamedTuple):
    """A file to copy to another path, where it gets a name."""

    source: str
    target: str
    name: str
    size: int | None


class _Halves:
    """Reports the progress of a copy, of which the download is one half."""

    def __init__(self, progress: ProgressCallback | None) -> None:
        self._progress = progress

    def report_download(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(done // 2, total)

    def report_upload(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(done if total is None else (done + total) // 2, total)


class _ReplicaSteps(CopySteps[Replica, None]):
    """Copies files of the platform."""

    def __init__(self, fs: "CopyingFileSystem", targets: Sequence[UploadTarget]) -> None:
        self._fs = fs
        self._targets = targets

    def copy(self, index: int, task: Replica, progress: ProgressCallback) -> None:
        upload_target = self._targets[index]
        check_target(task.target, upload_target.existing)
        self._fs.copy_over(task, upload_target, progress)


class CopyingFileSystem(UploadingFileSystem):
    """Copies files and directories concurrently."""

    def copy(
        self,
        path1: Any,
        path2: Any,
        recursive: bool = False,
        maxdepth: int | None = None,
        on_error: str | None = None,
        callback: Any = DEFAULT_CALLBACK,
        max_files: int | None = None,
        **_: Any,
    ) -> None:
        """Copy files and directories concurrently, through this machine.

        Args:
            path1: The path of a file or directory, a pattern, or a list of paths.
            path2: The path to copy to; for several files, a directory, or a list of paths.
            recursive: Whether to copy directories with everything in them.
            maxdepth: How many levels of directories to copy. Defaults to all.
            on_error: "ignore" skips files that no longer exist. Defaults to "raise".
            callback: An fsspec progress callback.
            max_files: Maximum number of files to copy at the same time. Defaults to 32, of which 8
                may be large.

        Raises:
            TransferIncompleteError: Some of several files could not be copied.
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
        forms = UnicodeForms()
        tasks, names = self._expand_copies(pairs, forms, with_directories=maxdepth is None)
        creator = DirectoryCreator(self.exchange, self._listings, names, forms)

        def create_steps(
            _: Sequence[Replica], targets: Sequence[UploadTarget]
        ) -> CopySteps[Replica, None]:
            return _ReplicaSteps(self, targets)

        report = self._run(creator, tasks, names, (), create_steps, callback, max_files=max_files)
        if on_error == "ignore":
            report.failures = [
                one for one in report.failures if not isinstance(one.error, FileNotFoundError)
            ]
        report.raise_failures("copied", is_single=len(pairs) == 1 and not recursive)

    def _expand_copies(
        self, pairs: list[Pair], forms: UnicodeForms, *, with_directories: bool
    ) -> "tuple[list[Replica], dict[str, str]]":
        """Return the files to copy, and the directories to create with their names."""
        tasks: list[Replica] = []
        directories: dict[str, str] = {}
        for pair in self._parse_targets(pairs, forms):
            source, target = self._strip_protocol(pair.source), forms.resolve(pair.target)
            found = {source: self._listings.find(source)}
            if found[source]["type"] == "directory" and pair.levels != 0:
                found = self.find(source, pair.levels, withdirs=True, detail=True, sizes=False)
                forms.keep_shared(target + path.removeprefix(source) for path in found)
            for path, info in found.items():
                inner = target + path.removeprefix(source)
                name = get_name(info, inner)
                if info["type"] == "file":
                    tasks.append(Replica(path, inner, name, info["size"]))
                elif with_directories:
                    directories[inner] = name
        return tasks, directories

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy a file through this machine: the platform has no copy operation."""
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if self.isdir(source):
            self.makedirs(target, exist_ok=True)
        else:
            info = self._listings.find(source)
            task = Replica(source, target, get_name(info, target), info["size"])
            self.copy_over(task, self._prepare_target(target))

    def copy_over(
        self, task: Replica, upload_target: UploadTarget, progress: ProgressCallback | None = None
    ) -> None:
        """Copy a file through this machine."""
        services = get_services(self.exchange)
        halves = _Halves(progress)
        download_reporter = ProgressReporter(halves.report_download)
        with open_temporary_file() as file:
            with explain_full_disk():
                copied = self._with_file(
                    task.source,
                    lambda file_id: run_sync(
                        download_into(services, file, file_id, download_reporter)
                    ),
                )
            copy = SpooledFile(file, task.name)
            self._replace(
                copy,
                task.target,
                upload_target,
                name=task.name,
                description=copied.description,
                progress=halves.report_upload,
            )
