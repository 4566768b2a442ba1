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


async def upload_file(
    service: BaseService,
    source: Source,
    name: str,
    records: Records,
    progress: ProgressArgument | None,
) -> str:
    """Upload a file; return the ID of its record. If the upload fails, delete the record."""
    if (size := source.size()) > MAX_UPLOAD_BYTES:
        path = str(source.path or source.name)
        valid = f"a file of at most {MAX_UPLOAD_BYTES} bytes (5 GiB)"
        raise validation.invalid_argument("localPath", path, valid, note=f"it has {size} bytes")
    reporter = ProgressReporter(progress)
    async with service._backend.transfer_slot():
        with reporter.track(name) as callback:
            transfer_progress = TransferProgress(callback)

            async def upload(_: Attempt) -> str:
                record_id, presigned = await _create_record(service, records, name)
                try:
                    url = require_url(presigned, "upload")
                    await service._transfers.put(url, source, transfer_progress)
                except BaseException as failure:
                    await _delete_record(service, records, record_id, failure)
                    raise
                return record_id

            return await service._transfers.retrying(upload)


async def _create_record(
    service: BaseService, records: Records, name: str
) -> tuple[str, PresignedUrl]:
    """Create the record of a file; return its ID and the presigned URL for its bytes."""
    try:
        presigned = await records.create(service._client)
    except BaseException as error:
        # The record can't be deleted, as its ID is unknown.
        if getattr(error, "mayHaveSucceeded", True):
            escaped = escape_controls(name)
            error.add_note(f"{records.container} may now contain an empty file {escaped}")
        raise
    if presigned is None or presigned.itemId is None:
        raise InvalidResponseError("the response contains no ID for the new file")
    return presigned.itemId, presigned


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
        failure.add_note(f"the file's record {record_id} could not be deleted: {error}")
