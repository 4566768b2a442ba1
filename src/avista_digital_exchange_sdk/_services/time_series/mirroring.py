"""Mirroring time series databases into directories of Parquet files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..._time_series.attribute_types import merge_types
from ..._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from ..._time_series.latest_values import list_latest_values
from ..._time_series.mirror_plan import (
    Batch,
    Month,
    build_count_queries,
    parse_month,
    parse_overlap,
    plan_batches,
)
from ..._time_series.mirror_report import MirrorReport
from ..._time_series.mirror_state import MirrorState
from ..._time_series.query_operations import TimeSeriesQueryOperations
from ..._time_series.result_writers import RequestedSeries
from ..._time_series.table_columns import read_rows, read_table_name
from ..._time_series.timestamps import format_timestamp
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import NO_PROGRESS, ProgressArgument, ProgressReporter
from ..._utils.temporary_files import explain_full_disk, open_temporary_file
from ..base import BaseService
from .query_arguments import DEFAULT_EXPORT_TIMEOUT

if TYPE_CHECKING:
    import pyarrow as pa

    from ..._dataframes.mirror_files import MirrorFiles
    from ..._generated.fragments import TimeSeriesAssetData

_Result = TypeVar("_Result")


class MirrorService(BaseService):
    """The call that mirrors a database."""

    async def mirrorTimeSeriesDatabase(
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
            >>> await digitalExchange.mirrorTimeSeriesDatabase(timeSeriesDbId, "mirror")
            MirrorReport(assets=..., rowsFetched=..., filesChanged=...)
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.mirror_files import load_state

        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        directory = validation.parse_path("folder", folder)
        if directory.exists() and not directory.is_dir():
            raise validation.invalid_argument("folder", folder, "a directory")
        overlap_ns = parse_overlap("overlap", overlap)
        reporter = ProgressReporter(progress)
        state = load_state(directory, timeSeriesDbId)
        assets = {
            asset.assetId: asset
            for asset in await list_latest_values(self._client, timeSeriesDbId)
            if asset.attributes
        }
        directory.mkdir(parents=True, exist_ok=True)
        return await self._mirror(directory, state, assets, overlap_ns, reporter)

    async def _mirror(
        self,
        directory: Path,
        state: MirrorState,
        assets: dict[str, TimeSeriesAssetData],
        overlap: int,
        reporter: ProgressReporter,
    ) -> MirrorReport:
        from ..._dataframes.mirror_files import MirrorFiles

        attributes = {
            asset_id: sorted(attribute.name for attribute in asset.attributes)
            for asset_id, asset in assets.items()
        }
        has_changed = state.add_attributes(dict(sorted(merge_types(assets.values()).items())))
        files = MirrorFiles(directory, state.attributes)
        changed = await self._in_thread(files.conform_all) if has_changed else 0
        starts = {}
        for asset_id, names in attributes.items():
            until = state.get_asset(asset_id).start_from(names)
            starts[asset_id] = None if until is None else until - overlap
        files.save(state)
        batches = plan_batches(await self._count(state.database_id, starts), starts)
        last = {asset_id: batch for batch in batches for asset_id in batch.asset_ids}
        rows = 0
        with reporter.track("mirror", "queries") as callback:
            for done, batch in enumerate(batches, 1):
                table = await self._fetch(state, attributes, files, batch)
                rows += len(table)
                changed += await self._in_thread(lambda: _write(files, state, batch, table))  # noqa: B023  # it runs before the loop goes on
                for asset_id in batch.asset_ids:
                    if last[asset_id] is batch:
                        state.get_asset(asset_id).complete()
                files.save(state)
                if callback:
                    callback(done, len(batches))
        return MirrorReport(len(assets), rows, changed)

    async def _count(
        self, database_id: str, starts: dict[str, int | None]
    ) -> dict[tuple[str, Month], int]:
        """Count the records by asset and month."""
        counts: dict[tuple[str, Month], int] = {}
        if starts:
            table = await read_table_name(self._client, database_id)
            for query in build_count_queries(table, starts):
                rows = await read_rows(self._client, self._backend, database_id, query)
                for asset_id, month, count in rows or ():
                    counts[str(asset_id), parse_month(str(month))] = int(count or 0)
        return counts

    async def _fetch(
        self,
        state: MirrorState,
        attributes: dict[str, list[str]],
        files: MirrorFiles,
        batch: Batch,
    ) -> pa.Table:
        """Fetch a batch, with the columns of the mirror."""
        from ..._dataframes.table_sink import TableSink
        from ..._generated.input_types import TimeSeriesQueryAssetInput

        filters = [
            TimeSeriesQueryAssetInput(assetId=asset_id, attributeNamesFilter=attributes[asset_id])
            for asset_id in batch.asset_ids
        ]
        time_range = (format_timestamp(batch.start), format_timestamp(batch.month.end))
        operations = TimeSeriesQueryOperations(
            self._client, state.database_id, filters, time_range, None
        )
        spec = FilterQuerySpec(
            operations,
            RequestedSeries(filters),
            DEFAULT_EXPORT_TIMEOUT,
            "auto",
            NO_PROGRESS,
        )
        runner = FilterQueryRunner(self._client, self._backend, self._transfers, spec)
        with open_temporary_file() as file:
            sink = TableSink(spec.request, file)
            with explain_full_disk():
                await runner.run(sink)
            table = await self._in_thread(lambda: sink.table("wide", state.attributes))
        # Columns are in the order in which attributes are first requested.
        columns = dict.fromkeys(
            name for asset_id in batch.asset_ids for name in attributes[asset_id]
        )
        return files.conform(table, list(columns))

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()


def _write(files: MirrorFiles, state: MirrorState, batch: Batch, table: pa.Table) -> int:
    """Write the rows of a batch; return how many files have changed."""
    import pyarrow.compute as pc

    changed = 0
    for asset_id in batch.asset_ids:
        asset = state.get_asset(asset_id)
        rows = table.filter(pc.equal(table["assetId"], asset_id))
        changed += files.update(asset.directory, batch.month, batch.start, rows)
        if len(rows):
            asset.note(pc.max(rows["timestamp"]).value)
    return changed
