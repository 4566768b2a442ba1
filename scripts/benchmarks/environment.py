"""The environment of a job: URLs, credentials and IDs."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

# The certificate to trust, in the folder.
CA_FILE = "ca.pem"


class Environment(NamedTuple):
    """What a job needs to reach the Local Exchange.

    Attributes:
        endpoint: URL for GraphQL requests, that of the first proxy if there are any.
        realtime_endpoint: URL for subscriptions.
        token: The owner's token.
        data_store_id: A data store of the owner.
        home_directory_id: The data store's home directory.
        time_series_db_id: A database of the owner.
        folder: A folder for files.
        fixtures: What was created for the workloads, such as IDs.
        is_encrypted: Whether the URLs are `https`, with a certificate of the folder's `ca.pem`.
    """

    endpoint: str
    realtime_endpoint: str
    token: str
    data_store_id: str
    home_directory_id: str
    time_series_db_id: str
    folder: str
    fixtures: dict[str, Any]
    is_encrypted: bool = False

    @property
    def ca_file(self) -> Path | None:
        """The certificate to trust; None if URLs are not `https`."""
        return self.path(CA_FILE) if self.is_encrypted else None

    @property
    def verify(self) -> bool | str:
        """The `verify` argument of clients of this SDK."""
        return True if self.ca_file is None else str(self.ca_file)

    def path(self, name: str) -> Path:
        """Return the path of a file in the folder."""
        return Path(self.folder, name)

    def write(self, path: Path) -> None:
        """Save the environment for another process."""
        path.write_text(json.dumps(self._asdict()), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Environment":
        """Load an environment that another process saved."""
        return cls(**json.loads(path.read_text("utf-8")))


Work = Callable[[], object]
"""The measured part of a job."""

Job = Callable[[Environment], AbstractContextManager[Work]]
"""Sets up and cleans up around the measured part."""
