"""Uploads of files to data stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..._graphql.batching import Call, run_batch
from ..._graphql.client import require_found
from ..._models.directory import split_name
from ..._transfer.upload import Source
from ..._utils.progress import ProgressArgument
from ...errors import DigitalExchangeError, NotFoundError
from ..base import BaseService
from ..uploads import (
    FileRecord,
    Records,
    describe_undeleted,
    note_unknown_record,
    require_record,
    upload_file,
)

if TYPE_CHECKING:
    from ..._generated.client import Client
    from ..._generated.fragments import DataStoreFile, PresignedUrl


class NewFile(NamedTuple):
    """A file to upload.

    Attributes:
        data_store_id: Its data store.
        directory_id: Its directory.
        name: Its name, with the extension.
        description: Its description.
    """

    data_store_id: str
    directory_id: str
    name: str
    description: str | None = None

    async def create(self, client: Client) -> PresignedUrl | None:
        """Create the record of the file."""
        bare_name, extension = split_name(self.name)
        return await client.storage_create_data_store_file(
            self.data_store_id, self.directory_id, bare_name, extension, self.description
        )

    @property
    def records(self) -> Records:
        """The records of files with this name."""
        return Records("the directory", self.create, _delete)


async def _delete(client: Client, file_id: str) -> object:
    return await client.storage_delete_data_store_file(file_id)


async def upload_source(
    service: BaseService, source: Source, new: NewFile, progress: ProgressArgument | None
) -> DataStoreFile:
    """Upload a file. If the upload fails, delete its record on the platform."""
    file_id = await upload_content(service, source, new, progress)
    try:
        file = await service._client.storage_get_data_store_file(file_id)
        return require_found(file, "file", file_id)
    except DigitalExchangeError as error:
        note_uploaded(error, file_id)
        raise


async def upload_content(
    service: BaseService,
    source: Source,
    new: NewFile,
    progress: ProgressArgument | None,
    record: FileRecord | None = None,
) -> str:
    """Upload the bytes of a file, without reading back its metadata; return its ID.

    Args:
        service: Runs the requests.
        source: The bytes.
        new: Where to upload them.
        progress: Reports the progress in bytes.
        record: The record of the file, if it was created before.
    """
    return await upload_file(service, source, new.name, new.records, progress, record)


def note_uploaded(error: BaseException, file_id: str) -> None:
    """Note on an error that it occurred after the upload of a file."""
    error.add_note(f"the file was uploaded with the ID {file_id}")


async def create_records(
    service: BaseService, files: Sequence[NewFile]
) -> list[FileRecord | DigitalExchangeError]:
    """Create the records of files; return each or its error."""

    def create(new: NewFile) -> Call[Client, FileRecord]:
        async def call(client: Client) -> FileRecord:
            return require_record(await new.create(client))

        return call

    outcomes = await run_batch(service._client, [create(new) for new in files])
    for new, outcome in zip(files, outcomes, strict=True):
        if isinstance(outcome, DigitalExchangeError):
            note_unknown_record(outcome, new.records, new.name)
    return outcomes


async def delete_records(service: BaseService, file_ids: Sequence[str]) -> list[str]:
    """Delete records of files that will not be uploaded, after an interruption.

    Returns:
        A note about each that could not be deleted.
    """
    client = service._client.for_cleanup().with_options(idempotent=True)

    def delete(file_id: str) -> Call[Client, object]:
        return lambda client: _delete(client, file_id)

    outcomes = await run_batch(client, [delete(file_id) for file_id in file_ids])
    return [
        describe_undeleted(file_id, outcome)
        for file_id, outcome in zip(file_ids, outcomes, strict=True)
        if isinstance(outcome, DigitalExchangeError) and not isinstance(outcome, NotFoundError)
    ]
