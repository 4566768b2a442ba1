"""Uploads: create the record of a file, send the bytes, delete the record if that fails."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..._escaping import escape_controls
from ..._graphql.client import require_found
from ..._models.directory import split_name
from ..._transfer.progress import TransferProgress
from ..._transfer.transfers import MAX_UPLOAD_BYTES
from ..._transfer.upload import Source
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..._utils.retry import Attempt
from ...errors import DigitalExchangeError, InvalidResponseError, NotFoundError
from ..base import BaseService
from .presigned_urls import require_url

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreFile, PresignedUrl


async def upload_source(
    service: BaseService,
    source: Source,
    data_store_id: str,
    directory_id: str,
    name: str,
    description: str | None,
    progress: ProgressArgument | None,
) -> DataStoreFile:
    """Upload a file. If the upload fails, delete its record on the platform."""
    if (size := source.size()) > MAX_UPLOAD_BYTES:
        path = str(source.path or source.name)
        valid = f"a file of at most {MAX_UPLOAD_BYTES} bytes (5 GiB)"
        raise validation.invalid_argument("localPath", path, valid, note=f"it has {size} bytes")
    reporter = ProgressReporter(progress)
    async with service._backend.transfer_slot():
        with reporter.track(name) as callback:
            transfer_progress = TransferProgress(callback)

            async def upload(_: Attempt) -> str:
                file_id, presigned = await _create_record(
                    service, data_store_id, directory_id, name, description
                )
                try:
                    url = require_url(presigned, "upload")
                    await service._transfers.put(url, source, transfer_progress)
                except BaseException as failure:
                    await _delete_record(service, file_id, failure)
                    raise
                return file_id

            file_id = await service._transfers.retrying(upload)
    try:
        file = await service._client.storage_get_data_store_file(file_id)
        return require_found(file, "file", file_id)
    except DigitalExchangeError as error:
        error.add_note(f"the file was uploaded with the ID {file_id}")
        raise


async def _create_record(
    service: BaseService, data_store_id: str, directory_id: str, name: str, description: str | None
) -> tuple[str, PresignedUrl]:
    """Create the record of a file; return its ID and the presigned URL for its bytes."""
    bare_name, extension = split_name(name)
    try:
        presigned = await service._client.storage_create_data_store_file(
            data_store_id, directory_id, bare_name, extension, description
        )
    except BaseException as error:
        # The record can't be deleted, as its ID is unknown.
        if getattr(error, "mayHaveSucceeded", True):
            escaped = escape_controls(name)
            error.add_note(f"the directory may now contain an empty file {escaped}")
        raise
    if presigned is None or presigned.itemId is None:
        raise InvalidResponseError("the response contains no ID for the new file")
    return presigned.itemId, presigned


async def _delete_record(service: BaseService, file_id: str, failure: BaseException) -> None:
    interrupted = not isinstance(failure, Exception)
    client = service._client
    client = client.for_cleanup() if interrupted else client.with_options(idempotent=True)
    try:
        with contextlib.suppress(NotFoundError):
            await client.storage_delete_data_store_file(file_id)
    except DigitalExchangeError as error:
        failure.add_note(f"the file's record {file_id} could not be deleted: {error}")
