"""The data store whose methods are awaited."""

from ..._generated.fragments import DataStore
from ..._models.data_store import AwaitedMethods


class AsyncDataStore(AwaitedMethods, DataStore):  # type: ignore[misc]  # awaits where its base blocks
    """A data store of `AsyncAvistaDigitalExchange`: its methods are awaited."""
