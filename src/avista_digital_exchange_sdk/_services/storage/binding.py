"""Data stores bound to the client that returned them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..base import BaseService
from .directories import DirectoryService
from .files import FileService

if TYPE_CHECKING:
    from ..._generated.async_data_store import AsyncDataStore
    from ..._generated.fragments import DataStore, Service


def bind_data_store(service: BaseService, store: DataStore) -> AsyncDataStore:
    """Return a data store whose methods use the client of a service.

    Its class is the service's `data_store_class`. The annotation is that of the async client; the
    generated sync client returns `DataStore`.
    """
    # Imported on first use, as it needs pydantic.
    from .working_directory import WorkingDirectory

    bound = service._data_store_class().model_construct(store.model_fields_set, **dict(store))
    directories = service._create_service(DirectoryService)
    bound._calls = WorkingDirectory(directories, service._create_service(FileService), bound)
    return cast("AsyncDataStore", bound)


def bind_service(caller: BaseService, service: Service) -> Service:
    """Bind the data store of a service, if it is one, to the client of its caller."""
    if service.dataStore is not None:
        service.dataStore = bind_data_store(caller, service.dataStore)
    return service
