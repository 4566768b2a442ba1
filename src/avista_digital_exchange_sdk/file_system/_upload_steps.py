"""The steps of uploading many files: records are created and read back many in one request."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .._backends import run_sync
from .._generated.fragments import DataStoreFile
from .._graphql.batching import MAX_BATCH_MUTATIONS
from .._models.paths import SEPARATOR
from .._services.base import BaseService
from .._services.storage.batches import delete_files, get_files
from .._services.storage.files import FileDownload
from .._services.storage.uploads import (
    NewFile,
    create_records,
    delete_records,
    note_uploaded,
    upload_content,
)
from .._services.uploads import FileRecord
from .._transfer.transfers import MAX_UPLOAD_BYTES
from .._transfer.upload import LocalFile
from .._utils import validation
from .._utils.progress import ProgressCallback
from ..errors import DigitalExchangeError, NotFoundError
from . import _errors
from ._batches import Batches, divide_evenly
from ._concurrency import map_concurrently
from ._directory_cache import DirectoryCache
from ._entries import Info, describe_file
from ._errors import translate_errors
from ._parallel_copy import CLEANUP_SECONDS, CopySteps, count_in_flight
from ._uploads import Upload, Uploaded


class UploadTarget(NamedTuple):
    """Where a file is uploaded.

    Attributes:
        directory_id: The directory.
        existing: The existing file of the same name, which is replaced.
    """

    directory_id: str
    existing: Info | None


class _Sent(NamedTuple):
    """A file whose bytes were uploaded, and the existing file that it replaces."""

    file_id: str
    existing: Info | None


class UploadSteps(CopySteps[Upload, Uploaded]):
    """Uploads files, and replaces existing ones.

    Args:
        services: Runs the requests.
        listings: The cache of listings, from which uploaded files are removed.
        tasks: The files.
        targets: Where each is uploaded.
        has_same_content: Compares a remote file with a local one, by a presigned URL.
        downloads: Requests the presigned URLs of existing files, by index.
        exclusive: Whether existing files must not be replaced.
        force: Whether to upload unchanged files again.
    """

    def __init__(
        self,
        services: BaseService,
        listings: DirectoryCache,
        tasks: Sequence[Upload],
        targets: Sequence[UploadTarget],
        has_same_content: Callable[[Info, Path, Callable[[], FileDownload | None]], bool],
        downloads: Callable[[Sequence[str], Callable[[int], bool]], Batches[FileDownload]],
        *,
        exclusive: bool,
        force: bool,
    ) -> None:
        self._services = services
        self._listings = listings
        self._tasks = tasks
        self._targets = targets
        self._has_same_content = has_same_content
        self._exclusive = exclusive
        self._force = force
        self._records: Batches[FileRecord] = Batches(
            self._create_records, len(tasks), MAX_BATCH_MUTATIONS
        )
        existing = [target.existing or {} for target in targets]
        file_ids = [info.get("dataStoreFileId", "") for info in existing]
        self._downloads = downloads(file_ids, self._is_uncertain)

    def copy(self, index: int, task: Upload, progress: ProgressCallback) -> Uploaded | _Sent:
        """Upload the bytes of one file, unless it is unchanged."""
        existing = self._targets[index].existing
        check_target(task.target, existing, exclusive=self._exclusive)
        local = Path(os.path.abspath(task.source))
        if existing is not None and self._is_unchanged(index, existing, local):
            progress(task.size, task.size)
            # Finish an interrupted earlier upload: delete the replaced files.
            for _, error in self._delete_replaced({index: (task.target, existing["duplicates"])}):
                raise error
            return Uploaded(existing | {"duplicates": ()}, is_new=False)
        source = to_local_file(local)
        with translate_errors(task.target):
            record = self._records.take(index, count_in_flight(task))
            new = self._describe(index)
            uploading = upload_content(self._services, source, new, progress, record)
            return _Sent(run_sync(uploading), existing)

    def _is_unchanged(self, index: int, existing: Info, local: Path) -> bool:
        ahead = count_in_flight(self._tasks[index])
        return not self._force and self._has_same_content(
            existing, local, lambda: self._downloads.take(index, ahead)
        )

    def finish(
        self, copied: Sequence[tuple[Upload, Uploaded | _Sent]]
    ) -> list[Uploaded | Exception]:
        """Read back uploaded files, then delete those that they replace."""
        results: list[Uploaded | Exception | None] = [
            result if isinstance(result, Uploaded) else None for _, result in copied
        ]
        sent = {
            index: (task.target, result)
            for index, (task, result) in enumerate(copied)
            if isinstance(result, _Sent)
        }
        outcomes = run_sync(get_files(self._services, [one.file_id for _, one in sent.values()]))
        for (index, (path, one)), outcome in zip(sent.items(), outcomes, strict=True):
            self._listings.forget(path, below=False)
            try:
                with translate_errors(path):
                    results[index] = _read_back(path, one.file_id, outcome)
            except Exception as error:
                results[index] = error
        replaced = {
            index: (path, file_ids(one.existing))
            for index, (path, one) in sent.items()
            if isinstance(results[index], Uploaded)
        }
        for index, failure in self._delete_replaced(replaced):
            results[index] = failure
        return [result for result in results if result is not None]

    def _delete_replaced(
        self, replaced: Mapping[int, tuple[str, Sequence[str]]]
    ) -> Iterator[tuple[int, Exception]]:
        """Delete files that were replaced, by index; yield errors."""

        def delete(batch: Sequence[tuple[int, str, str]]) -> list[object]:
            return [*run_sync(delete_files(self._services, [file_id for *_, file_id in batch]))]

        pending = [
            (index, path, file_id) for index, (path, ids) in replaced.items() for file_id in ids
        ]
        for batch, outcome in map_concurrently(delete, divide_evenly(pending, MAX_BATCH_MUTATIONS)):
            for (index, path, _), result in zip(batch, outcome.result(), strict=True):
                try:
                    with translate_errors(path):
                        if isinstance(result, Exception) and not isinstance(result, NotFoundError):
                            raise result
                except Exception as error:
                    yield index, error

    def clean_up(self) -> Sequence[str]:
        """Delete the records of files that were not uploaded."""
        records, unknown = self._records.take_unused(CLEANUP_SECONDS)

        def delete(records: Sequence[FileRecord]) -> list[str]:
            file_ids = [record.record_id for record in records]
            return run_sync(delete_records(self._services, file_ids))

        batches = divide_evenly(records, MAX_BATCH_MUTATIONS)
        notes = [f"there may now be an empty file {self._tasks[index].target}" for index in unknown]
        for _, outcome in map_concurrently(delete, batches):
            notes += outcome.result()
        return notes

    def _create_records(
        self, indexes: Sequence[int]
    ) -> dict[int, FileRecord | DigitalExchangeError]:
        """Create the records of files that will certainly be uploaded."""
        certain = [index for index in indexes if self._is_certain(index)]
        created = run_sync(create_records(self._services, [*map(self._describe, certain)]))
        return dict(zip(certain, created, strict=True))

    def _is_uncertain(self, index: int) -> bool:
        """Whether a file will be uploaded depends on its content."""
        existing = self._targets[index].existing
        return existing is not None and existing["type"] == "file" and not self._is_certain(index)

    def _is_certain(self, index: int) -> bool:
        """Whether a file will be uploaded, without comparing its content."""
        task, existing = self._tasks[index], self._targets[index].existing
        try:
            size = os.stat(task.source).st_size
            check_target(task.target, existing, exclusive=self._exclusive)
        except OSError:
            return False
        is_changed = existing is None or self._force or existing["size"] not in (None, size)
        return is_changed and size <= MAX_UPLOAD_BYTES

    def _describe(self, index: int) -> NewFile:
        task = self._tasks[index]
        store, _, _ = task.target.partition(SEPARATOR)
        return NewFile(store, self._targets[index].directory_id, task.name)


def _read_back(path: str, file_id: str, outcome: DataStoreFile | DigitalExchangeError) -> Uploaded:
    if isinstance(outcome, DigitalExchangeError):
        note_uploaded(outcome, file_id)
        raise outcome
    return Uploaded(describe_file(outcome) | {"name": path}, is_new=True)


def to_local_file(path: Path) -> LocalFile:
    return LocalFile(validation.require_file("lpath", path))


def file_ids(info: Info | None) -> list[str]:
    """Return the IDs of all files of the same name, including older ones."""
    return [] if info is None else [info["dataStoreFileId"], *info["duplicates"]]


def check_target(path: str, existing: Info | None, *, exclusive: bool = False) -> None:
    """Reject a target that is a directory, or that exists and must not be replaced."""
    if existing is None:
        return
    if existing["type"] == "directory":
        raise _errors.is_directory(path)
    if exclusive:
        raise _errors.exists(path)
