"""Objects of the sync and the async client behind one interface."""

import inspect
from typing import Any

from .clients import RUNNER


class SyncWrapper:
    """Wraps an object such as a data store; runs its coroutine methods to completion."""

    def __init__(self, wrapped: Any) -> None:
        self.wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.wrapped, name)
        if not inspect.iscoroutinefunction(attribute):
            return attribute
        return lambda *args, **options: RUNNER.run(attribute(*args, **options))
