"""The data store whose methods are awaited."""

from ._data_store import AwaitedMethods
from ._generated.fragments import DataStore


class AsyncDataStore(AwaitedMethods, DataStore):  # type: ignore[misc]  # awaits where its base blocks
    """A data store of `AsyncAvistaDigitalExchange`: its methods are awaited."""
