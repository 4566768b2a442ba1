"""What mirroring a database returns."""

from typing import NamedTuple


class MirrorReport(NamedTuple):
    """What a call has mirrored.

    Attributes:
        assets: The number of assets in the database.
        rowsFetched: The number of fetched rows.
        filesChanged: The number of files that were written.
    """

    assets: int
    rowsFetched: int
    filesChanged: int

    def __str__(self) -> str:
        return (
            f"assets: {self.assets}, rows fetched: {self.rowsFetched}, "
            f"files changed: {self.filesChanged}"
        )
