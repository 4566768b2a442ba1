"""Where a job finds what it needs: the exchange's address, and the ids of what was provided."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple


class Place(NamedTuple):
    """What every job is told.

    Attributes:
        endpoint: Where the exchange answers GraphQL, through the throttling proxy if need be.
        realtimeEndpoint: Where it answers subscriptions.
        token: Its owner's token.
        dataStoreId: A data store of the owner's.
        homeDirectoryId: The data store's home directory.
        timeSeriesDbId: A database of the owner's.
        folder: A folder for files.
        provided: What was laid down for the workload, such as ids.
    """

    endpoint: str
    realtimeEndpoint: str
    token: str
    dataStoreId: str
    homeDirectoryId: str
    timeSeriesDbId: str
    folder: str
    provided: dict[str, Any]

    def path(self, name: str) -> Path:
        """A file in the folder."""
        return Path(self.folder, name)

    def write(self, path: Path) -> None:
        """Write it down for another process."""
        path.write_text(json.dumps(self._asdict()), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Place":
        """Read what another process wrote."""
        return cls(**json.loads(path.read_text("utf-8")))


Work = Callable[[], object]
"""What is measured."""

Job = Callable[[Place], AbstractContextManager[Work]]
"""Makes ready for work, and clears away after it; neither is measured."""
