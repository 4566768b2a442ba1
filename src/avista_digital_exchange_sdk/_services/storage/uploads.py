"""Uploads of files to data stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._graphql.client import require_found
from ..._models.directory import split_name
from ..._transfer.upload import Source
from ..._utils.progress import ProgressArgument
from ...errors import DigitalExchangeError
from ..base import BaseService
from ..uploads import Records, upload_file

if TYPE_CHECKING:
    from ..._generated.client import Client
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

    async def create(client: Client) -> PresignedUrl | None:
        bare_name, extension = split_name(name)
        return await client.storage_create_data_store_file(
            data_store_id, directory_id, bare_name, extension, description
        )

    async def delete(client: Client, file_id: str) -> object:
        return await client.storage_delete_data_store_file(file_id)

    records = Records("the directory", create, delete)
    file_id = await upload_file(service, source, name, records, progress)
    try:
        file = await service._client.storage_get_data_store_file(file_id)
        return require_found(file, "file", file_id)
    except DigitalExchangeError as error:
        error.add_note(f"the file was uploaded with the ID {file_id}")
        raise
