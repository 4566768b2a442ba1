"""Uploads: create the record of a file, send the bytes, delete the record if that fails."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from .._escaping import escape_controls
from .._transfer.progress import TransferProgress
from .._transfer.transfers import MAX_UPLOAD_BYTES
from .._transfer.upload import Source
from .._utils import validation
from .._utils.progress import ProgressArgument, ProgressReporter
from .._utils.retry import Attempt
from ..errors import DigitalExchangeError, InvalidResponseError, NotFoundError
from .base import BaseService
from .presigned_urls import require_url

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import PresignedUrl


class Records(NamedTuple):
    """The records of uploaded files on the platform.

    Attributes:
        container: What has the records, for messages.
        create: Creates a record; returns its ID and the presigned URL for the bytes.
        delete: Deletes a record by its ID.
    """

    container: str
    create: Callable[[Client], Awaitable[PresignedUrl | None]]
    delete: Callable[[Client, str], Awaitable[object]]


class FileRecord(NamedTuple):
    """The record of a file without its bytes.

    Attributes:
        record_id: The ID of the record.
        presigned: The presigned URL for the bytes.
    """

    record_id: str
    presigned: PresignedUrl


async def upload_file(
    service: BaseService,
    source: Source,
    name: str,
    records: Records,
    progress: ProgressArgument | None,
    record: FileRecord | None = None,
) -> str:
    """Upload a file; return the ID of its record. If the upload fails, delete the record.

    Args:
        service: Runs the requests.
        source: The file.
        name: Its name, for messages.
        records: Creates and deletes records.
        progress: Reports the progress in bytes.
        record: The record, if it was created before.
    """
    unused = record
    try:
        if (size := source.size()) > MAX_UPLOAD_BYTES:
            path = str(source.path or source.name)
            valid = f"a file of at most {MAX_UPLOAD_BYTES} bytes (5 GiB)"
            raise validation.invalid_argument("localPath", path, valid, note=f"it has {size} bytes")
        reporter = ProgressReporter(progress)
        async with service._backend.transfer_slot():
            with reporter.track(name) as callback:
                transfer_progress = TransferProgress(callback)

                async def upload(_: Attempt) -> str:
                    nonlocal unused
                    created, unused = unused, None
                    if created is None:
                        created = await _create_record(service, records, name)
                    try:
                        url = require_url(created.presigned, "upload")
                        await service._transfers.put(url, source, transfer_progress)
                    except BaseException as failure:
                        await _delete_record(service, records, created.record_id, failure)
                        raise
                    return created.record_id

                return await service._transfers.retrying(upload)
    except BaseException as failure:
        if unused is not None:
            await _delete_record(service, records, unused.record_id, failure)
        raise


async def _create_record(service: BaseService, records: Records, name: str) -> FileRecord:
    try:
        presigned = await records.create(service._client)
    except BaseException as error:
        note_unknown_record(error, records, name)
        raise
    return require_record(presigned)


def require_record(presigned: PresignedUrl | None) -> FileRecord:
    """Return the record in a response, which must contain its ID."""
    if presigned is None or presigned.itemId is None:
        raise InvalidResponseError("the response contains no ID for the new file")
    return FileRecord(presigned.itemId, presigned)


def note_unknown_record(error: BaseException, records: Records, name: str) -> None:
    """Note that a record may have been created, which can't be deleted as its ID is unknown."""
    if getattr(error, "mayHaveSucceeded", True):
        escaped = escape_controls(name)
        error.add_note(f"{records.container} may now contain an empty file {escaped}")


async def _delete_record(
    service: BaseService, records: Records, record_id: str, failure: BaseException
) -> None:
    interrupted = not isinstance(failure, Exception)
    client = service._client
    client = client.for_cleanup() if interrupted else client.with_options(idempotent=True)
    try:
        with contextlib.suppress(NotFoundError):
            await records.delete(client, record_id)
    except DigitalExchangeError as error:
        failure.add_note(describe_undeleted(record_id, error))


def describe_undeleted(record_id: str, error: DigitalExchangeError) -> str:
    """Describe a record that could not be deleted."""
    return f"the file's record {record_id} could not be deleted: {error}"
