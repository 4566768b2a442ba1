"""Objects of either colour, called alike."""

import inspect
from typing import Any

from .clients import RUNNER


class Plain:
    """Something of a door, such as a data store: what it has to be awaited for reads as plain."""

    def __init__(self, of: Any) -> None:
        self.of = of

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.of, name)
        if not inspect.iscoroutinefunction(attribute):
            return attribute
        return lambda *args, **options: RUNNER.run(attribute(*args, **options))
