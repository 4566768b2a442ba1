"""The result of mirroring a database."""

from typing import NamedTuple


class MirrorReport(NamedTuple):
    """The result of mirroring a database.

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
