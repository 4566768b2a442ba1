"""Data stores that are bound to the client they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..base import BaseService
from .directories import DirectoryService
from .files import FileService

if TYPE_CHECKING:
    from ..._generated.async_data_store import AsyncDataStore
    from ..._generated.fragments import DataStore


def bind_data_store(service: BaseService, store: DataStore) -> AsyncDataStore:
    """Give a data store the methods that use the client of a service.

    Its class is the one that the service was made for. The annotation is that of the async client;
    the generated sync client says `DataStore`.
    """
    # Imported by the first call, as it needs pydantic.
    from .working_directory import WorkingDirectory

    bound = service._data_store_class().model_construct(store.model_fields_set, **dict(store))
    arguments = service._client, service._backend, service._data_store_class
    bound._calls = WorkingDirectory(DirectoryService(*arguments), FileService(*arguments), bound)
    return cast("AsyncDataStore", bound)
