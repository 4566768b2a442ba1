"""The data store whose methods are awaited."""

from ..._generated.fragments import DataStore
from ..._models.data_store import AsyncDataStoreMethods


class AsyncDataStore(AsyncDataStoreMethods, DataStore):  # type: ignore[misc]  # awaits where its base blocks
    """A data store of `AsyncAvistaDigitalExchange`: its methods are awaited."""
