# Generated from src/avista_digital_exchange_sdk/_services/time_series/publishing.py by scripts/generate.

"""The sync variant of: Publishing records and DataFrames to time series databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.time_series.publishing import PublishingService
from ..._time_series.publish_result import PublishResult
from ..._utils.progress import ProgressArgument

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import TimeSeriesInputRecord

__all__ = ["SyncPublishingService"]


class SyncPublishingService(SyncService):
    """Calls that publish."""

    def publishToTimeSeriesDatabase(
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
            >>> record = digitalExchange.createTimeSeriesInputRecord(
            ...     1662155084, "SECONDS", "A kW", "DOUBLE", 12.5)
            >>> digitalExchange.publishToTimeSeriesDatabase(
            ...     timeSeriesDbId, "meter-7", [record])
            [TimeSeriesAssetData(assetId='meter-7', ...)]
        """
        return run_sync(
            PublishingService.publishToTimeSeriesDatabase(
                self._calls, timeSeriesDbId, assetId, records, progress=progress
            )
        )

    def publishDataFrameToTimeSeriesDatabase(
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
            >>> digitalExchange.publishDataFrameToTimeSeriesDatabase(
            ...     timeSeriesDbId, frame, assetId="meter-8")
            [TimeSeriesAssetData(assetId='meter-8', ...)]
        """
        return run_sync(
            PublishingService.publishDataFrameToTimeSeriesDatabase(
                self._calls,
                timeSeriesDbId,
                frame,
                assetId=assetId,
                assetIdColumn=assetIdColumn,
                nameColumn=nameColumn,
                timeColumn=timeColumn,
                timeZone=timeZone,
                dimensionColumns=dimensionColumns,
                measureColumns=measureColumns,
                measureTypes=measureTypes,
                measureName=measureName,
                version=version,
                correct=correct,
                renameAssets=renameAssets,
                progress=progress,
            )
        )
