"""Calls about many files or directories in one request.

Each returns the result or the error of every item.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..._graphql.batching import Call, run_batch
from ..._graphql.client import require_found
from ..._utils import validation
from ...errors import DigitalExchangeError
from ..base import BaseService
from .files import FileDownload, get_download

if TYPE_CHECKING:
    from ..._generated.client import Client
    from ..._generated.fragments import DataStoreDirectory, DataStoreFile


class NewDirectory(NamedTuple):
    """A directory to create."""

    data_store_id: str
    parent_id: str
    name: str


async def get_directories(
    service: BaseService, directory_ids: Sequence[str]
) -> list[DataStoreDirectory | DigitalExchangeError]:
    """Get directories with their contents."""

    def get(directory_id: str) -> Call[Client, DataStoreDirectory]:
        async def call(client: Client) -> DataStoreDirectory:
            response = await client.storage_get_data_store_directory(directory_id)
            return require_found(response, "directory", directory_id)

        return call

    return await run_batch(service._client, [get(directory_id) for directory_id in directory_ids])


async def create_directories(
    service: BaseService, directories: Sequence[NewDirectory]
) -> list[DataStoreDirectory | DigitalExchangeError]:
    """Create directories."""

    def create(directory: NewDirectory) -> Call[Client, DataStoreDirectory]:
        async def call(client: Client) -> DataStoreDirectory:
            validation.require_str("name", directory.name)
            response = await client.storage_create_data_store_directory(*directory)
            return require_found(response, "directory", directory.name)

        return call

    return await run_batch(service._client, [create(directory) for directory in directories])


async def get_files(
    service: BaseService, file_ids: Sequence[str]
) -> list[DataStoreFile | DigitalExchangeError]:
    """Get the metadata of files."""

    def get(file_id: str) -> Call[Client, DataStoreFile]:
        async def call(client: Client) -> DataStoreFile:
            response = await client.storage_get_data_store_file(file_id)
            return require_found(response, "file", file_id)

        return call

    return await run_batch(service._client, [get(file_id) for file_id in file_ids])


async def get_downloads(
    service: BaseService, file_ids: Sequence[str]
) -> list[FileDownload | DigitalExchangeError]:
    """Get the metadata and the presigned URLs of files."""

    def get(file_id: str) -> Call[Client, FileDownload]:
        return lambda client: get_download(client, file_id)

    return await run_batch(service._client, [get(file_id) for file_id in file_ids])


async def delete_files(
    service: BaseService, file_ids: Sequence[str]
) -> list[DataStoreFile | DigitalExchangeError]:
    """Delete files."""

    def delete(file_id: str) -> Call[Client, DataStoreFile]:
        async def call(client: Client) -> DataStoreFile:
            response = await client.storage_delete_data_store_file(file_id)
            return require_found(response, "file", file_id)

        return call

    return await run_batch(service._client, [delete(file_id) for file_id in file_ids])
