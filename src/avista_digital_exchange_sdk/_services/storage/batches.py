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

if TYPE_CHECKING:
    from ..._generated.client import Client
    from ..._generated.fragments import DataStoreDirectory


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
