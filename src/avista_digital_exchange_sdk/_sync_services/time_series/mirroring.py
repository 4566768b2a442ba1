# Generated from src/avista_digital_exchange_sdk/_services/time_series/mirroring.py by scripts/generate.

"""The sync variant of: Mirroring time series databases into directories of Parquet files."""

from __future__ import annotations

from datetime import timedelta
from os import PathLike

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.time_series.mirroring import MirrorService
from ..._time_series.mirror_report import MirrorReport
from ..._utils.progress import ProgressArgument

__all__ = ["SyncMirrorService"]


class SyncMirrorService(SyncService):
    """The call that mirrors a database."""

    def mirrorTimeSeriesDatabase(
        self,
        timeSeriesDbId: str,
        folder: str | PathLike[str],
        *,
        overlap: str | timedelta = "2d",
        progress: ProgressArgument | None = None,
    ) -> MirrorReport:
        """Keep a directory of Parquet files up to date with a database.

        There is one file per asset and month (in UTC), such as `feeder-7/2024-05.parquet`. All have
        the same columns: `assetId`, `name`, `timestamp` and one per attribute of the database, in
        the types of the attributes. The first call fetches everything. Later calls fetch the values
        since the last call, the history of new attributes, and what `overlap` covers. Files are
        replaced as a whole, and an interrupted call is resumed by the next one. Requires the
        extra `arrow`.

        Args:
            timeSeriesDbId: The ID of the database.
            folder: The path of the directory, which is created if it does not exist.
            overlap: How far before its latest mirrored value an asset is fetched again, to include
                corrected and late values: a string such as `90m`, `12h`, `2d` or `1w`, or a
                timedelta. Defaults to two days.
            progress: A callback `(done, total)` in queries, or True for a progress bar. An
                exception raised by it ends the call.

        Returns:
            A `MirrorReport`: the numbers of assets, fetched rows and changed files.

        Raises:
            InvalidParameterError: An argument is invalid, or the directory mirrors another
                database.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: No database with this ID exists.
            UnauthorizedError: You may not read it.
            QueryIncompleteError: A query stopped before its last page.
            TransferError: The download of a result failed.

        Example:
            >>> digitalExchange.mirrorTimeSeriesDatabase(timeSeriesDbId, "mirror")
            MirrorReport(assets=..., rowsFetched=..., filesChanged=...)
        """
        return run_sync(
            MirrorService.mirrorTimeSeriesDatabase(
                self._calls, timeSeriesDbId, folder, overlap=overlap, progress=progress
            )
        )
