"""Publishing records and DataFrames to time series databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..._time_series.batch_publisher import BatchPublisher
from ..._time_series.database_state import DatabaseState
from ..._time_series.latest_values import list_latest_values
from ..._time_series.publish_outcomes import PublishOutcomes
from ..._time_series.publish_result import PublishResult, build_report
from ..._time_series.record_planner import PlanOptions
from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService

if TYPE_CHECKING:
    from ..._dataframes.dask_frames import DaskFrame
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import (
        TimeSeriesInputRecord,
    )


class PublishingService(BaseService):
    """Calls that publish."""

    async def publishToTimeSeriesDatabase(
        self,
        timeSeriesDbId: str,
        assetId: str,
        records: Iterable[TimeSeriesInputRecord],
        *,
        progress: ProgressArgument | None = None,
    ) -> list[TimeSeriesAssetData]:
        """Publish records of one asset, any number of them.

        They are written in batches of 100, up to `maxConcurrency` of the client at the same time.
        Records with the same dimensions, measure name and time are written in order. Publishing the
        same records again changes nothing, so an interrupted call can be repeated with all of them.

        Args:
            timeSeriesDbId: The ID of the database.
            assetId: The ID of the asset. It is created with its first record.
            records: The records, as returned by `createTimeSeriesInputRecord`.
            progress: A callback `(done, total)` in records, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            What was written, one `TimeSeriesAssetData` per asset.

        Raises:
            InvalidParameterError: An argument is invalid. Nothing was written.
            UnauthorizedError: You may not write to it.
            PublishIncompleteError: Only some records were written. The error says which.

        Example:
            >>> record = await digitalExchange.createTimeSeriesInputRecord(
            ...     1662155084, "SECONDS", "A kW", "DOUBLE", 12.5)
            >>> await digitalExchange.publishToTimeSeriesDatabase(
            ...     timeSeriesDbId, "meter-7", [record])
            [TimeSeriesAssetData(assetId='meter-7', ...)]
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        validation.require_id("assetId", assetId)
        from ..._time_series.record_validation import check_record

        reporter = ProgressReporter(progress)
        given = validation.require_items("records", records, "TimeSeriesInputRecord")
        checked = [check_record(f"records[{index}]", record) for index, record in enumerate(given)]
        publisher = BatchPublisher(self._client, self._backend, timeSeriesDbId, reporter)
        return await publisher.publish(assetId, checked)

    async def publishDataFrameToTimeSeriesDatabase(
        self,
        timeSeriesDbId: str,
        frame: object,
        *,
        assetId: str | None = None,
        assetIdColumn: str = "assetId",
        nameColumn: str | None = None,
        timeColumn: str = "timestamp",
        timeZone: str | None = None,
        dimensionColumns: Sequence[str] = (),
        measureColumns: Sequence[str] | None = None,
        measureTypes: Mapping[str, str] | None = None,
        measureName: str = "measurements",
        version: int = 1,
        correct: bool = False,
        renameAssets: bool = False,
        progress: ProgressArgument | None = None,
    ) -> PublishResult:
        """Publish the rows of a DataFrame, of one asset or of several.

        Each row holds the measurements of one asset at one time, each column an attribute. An
        attribute keeps the type that the database has for it. A new attribute gets the type
        closest to its column's: numbers DOUBLE, booleans BOOLEAN, strings VARCHAR, timestamps
        TIMESTAMP. Missing values are not published. Query results can be published as they are, in
        either shape, and so can pandas columns with two levels, of assets and attributes. Requires
        the extra `arrow`.

        Values of other attributes and times do not change, whatever columns the frame has. Values
        that are stored already are not written again, so publishing the same frame again changes
        nothing. Values that differ from stored ones are rejected, unless `correct` is True.

        Args:
            timeSeriesDbId: The ID of the database.
            frame: A pandas or polars DataFrame, an Arrow table, or any other object with Arrow's
                PyCapsule interface. A named pandas index is treated as a column, an unnamed
                DatetimeIndex as the time column. The partitions of a Dask DataFrame are computed,
                checked and published one after the other.
            assetId: The ID of the asset of all rows, in place of `assetIdColumn`.
            assetIdColumn: The column of asset IDs. Defaults to `assetId`.
            nameColumn: The column of asset names. Defaults to `name` if there is such a column.
            timeColumn: The column of timestamps, as timestamps or ISO 8601 strings, with up to
                nanosecond precision. Defaults to `timestamp`.
            timeZone: The time zone of naive timestamps, such as `America/Los_Angeles`. Without it
                they are rejected.
            dimensionColumns: Columns of metadata, which become dimensions of the records.
            measureColumns: The columns to publish. Defaults to all remaining columns.
            measureTypes: The types of new attributes, by column, such as `{"count": "BIGINT"}`.
                Defaults to the types closest to those of the columns. Conversions must be lossless.
            measureName: The name of new records. Further records at the same time are called
                `measurements-2` and so on. Defaults to `measurements`.
            version: The version of new records. Stored values that differ are replaced if it is
                higher than the version of their record. Defaults to 1.
            correct: Whether to replace stored values that differ, whatever the version of their
                record. All other values of the record are kept. Defaults to False.
            renameAssets: Whether assets may be renamed. Defaults to False.
            progress: A callback `(done, total)` in rows, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            What was written, one `TimeSeriesAssetData` per asset. The list's `report` is a
            `PublishReport`: the numbers of stored, corrected and unchanged values.

        Raises:
            InvalidParameterError: An argument or a value is invalid. Nothing was written.
            MissingExtraError: The extra `arrow` is not installed.
            UnauthorizedError: You may not write to it.
            PublishIncompleteError: Only some rows were written. The error says which.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"timestamp": ["2024-05-01T00:00:00Z"], "kW": [12.5]})
            >>> await digitalExchange.publishDataFrameToTimeSeriesDatabase(
            ...     timeSeriesDbId, frame, assetId="meter-8")
            [TimeSeriesAssetData(assetId='meter-8', ...)]
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.column_mapping import ColumnMapping
        from ..._dataframes.dask_frames import DaskFrame, is_dask_frame
        from ..._dataframes.input_frame import InputFrame
        from ..._time_series.record_validation import MAX_VERSION, validate_name
        from ..._time_series.row_publisher import RowPublisher

        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        reporter = ProgressReporter(progress)
        options = PlanOptions(
            validate_name("measureName", measureName),
            validation.parse_int("version", version, 1, MAX_VERSION),
            validation.parse_bool("correct", correct),
        )
        may_rename = validation.parse_bool("renameAssets", renameAssets)
        mapping = ColumnMapping(
            assetId,
            assetIdColumn,
            nameColumn,
            timeColumn,
            dimensionColumns,
            measureColumns,
            measureTypes,
        )
        if is_dask_frame(frame):
            partitions = DaskFrame(frame, mapping, timeColumn, timeZone)
            return await self._publish_partitions(
                timeSeriesDbId, partitions, options, reporter, rename_assets=may_rename
            )
        columns = InputFrame(frame, timeColumn, timeZone)
        rows = mapping.rows(columns)
        rows.check_duplicates()
        outcomes = PublishOutcomes(rows.indexes)
        if not outcomes.total:
            return PublishResult([], build_report(outcomes))
        state = DatabaseState(await list_latest_values(self._client, timeSeriesDbId))
        rows.take_names(state, rename_assets=may_rename)
        rows = mapping.with_stored_types(columns, rows, state.types)
        publisher = RowPublisher(
            self._client, self._backend, timeSeriesDbId, state, options, outcomes, reporter
        )
        return await publisher.publish_rows(rows.slices())

    async def _publish_partitions(
        self,
        database_id: str,
        frame: DaskFrame,
        options: PlanOptions,
        reporter: ProgressReporter,
        *,
        rename_assets: bool,
    ) -> PublishResult:
        from ..._time_series.row_publisher import RowPublisher

        state = DatabaseState(await list_latest_values(self._client, database_id))
        outcomes = PublishOutcomes()
        publisher = RowPublisher(
            self._client, self._backend, database_id, state, options, outcomes, reporter
        )
        slices = frame.slices(self._backend, outcomes, state, rename_assets=rename_assets)
        try:
            return await publisher.publish_rows(slices)
        except BaseException as error:
            if note := frame.describe_rest():
                error.add_note(note)
            raise
