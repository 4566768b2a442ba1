"""Time series databases: what is in them, and publishing to them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic_core import to_json

from ..._graphql.client import require_found
from ..._models.lists import HtmlList
from ..._time_series.batch_publisher import BatchPublisher, split_into_batches
from ..._time_series.latest_values import latest_values
from ..._time_series.record_validation import (
    build_dimension,
    build_input_record,
    build_measure_value,
    check_record,
)
from ..._transfer.output_file import output_file
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.fragments import TimeSeriesAssetData, TimeSeriesDb
    from ..._generated.input_types import (
        TimeSeriesDimension,
        TimeSeriesInputRecord,
        TimeSeriesMeasureValue,
    )


class DatabaseService(BaseService):
    """The calls about time series databases."""

    async def listTimeSeriesDatabases(self) -> list[TimeSeriesDb]:
        """List the databases you own.

        Returns:
            The databases, one `TimeSeriesDb` each; empty if you own none.

        Raises:
            UnauthorizedError: The token was refused.

        Example:
            >>> for database in digitalExchange.listTimeSeriesDatabases():
            ...     print(database.name)
            Solar measurements
        """
        return HtmlList(await self._client.time_series_db_list_databases())

    async def getTimeSeriesDatabase(self, timeSeriesDbId: str) -> TimeSeriesDb:
        """Get a database's metadata.

        Args:
            timeSeriesDbId: The id of the database.

        Returns:
            The database; `databaseName` and `tableName` are its names in SQL.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not see it.

        Example:
            >>> database = digitalExchange.getTimeSeriesDatabase(timeSeriesDbId)
            >>> database.timeSeriesDbId == timeSeriesDbId
            True
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        answer = await self._client.time_series_db_get_database(timeSeriesDbId)
        return require_found(answer, "time series database", timeSeriesDbId)

    async def listTimeSeriesAssetsAndLatestValues(
        self,
        timeSeriesDbId: str,
        resultFileWriteLocation: str | os.PathLike[str] | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> list[TimeSeriesAssetData]:
        """List every asset and attribute of a database, each with its latest value.

        Args:
            timeSeriesDbId: The id of the database.
            resultFileWriteLocation: Where to write the result as JSON as well: the path of a
                file, or a folder, in which the file is named `result.json`.
            progress: True for a bar, or what is called with the pages read so far and None; what
                it raises ends the listing.

        Returns:
            The assets, one `TimeSeriesAssetData` each. Each of its `attributes` has a `name`,
            `lastValue` and `lastValueTime` (ISO 8601, UTC).

        Raises:
            InvalidParameterError: The id or the path can't be used.
            NotFoundError: There is no such database.
            UnauthorizedError: You may not read it.

        Example:
            >>> for asset in digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId):
            ...     print(asset.name, [attribute.lastValue for attribute in asset.attributes])
            Greensboro roof ['0', '18.8']
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        target = None
        if resultFileWriteLocation is not None:
            target = validation.resolve_output_path(
                "resultFileWriteLocation", resultFileWriteLocation, "result.json"
            )
        assets = await latest_values(self._client, timeSeriesDbId, ProgressReporter(progress))
        if target is not None:
            async with output_file(self._io, target) as file:
                file.write(to_json(assets, indent=2) + b"\n")
        return assets

    async def createTimeSeriesMeasureValue(
        self, type: str, name: str, value: str | float | bool | datetime
    ) -> TimeSeriesMeasureValue:
        """Make one measure, to be used in a record of type `MULTI`. Nothing is sent.

        Args:
            type: The type of the value, in any case: `DOUBLE`, `BIGINT`, `VARCHAR`, `BOOLEAN` or
                `TIMESTAMP`.
            name: The name of the measure, which is the attribute's name; 1 to 256 bytes.
            value: The value as text, or as a number, bool or datetime, which is turned into text
                without losing digits. A `TIMESTAMP` counts the record's `timeUnit` since 1970.

        Returns:
            The measure.

        Raises:
            InvalidParameterError: An argument is not of the stated kind.

        Example:
            >>> measure = digitalExchange.createTimeSeriesMeasureValue("DOUBLE", "A kW", 12.5)
            >>> measure.value
            '12.5'

        Source: `MeasureValue` in the reference of AWS Timestream's write API.
        """
        return build_measure_value(type, name, value)

    async def createTimeSeriesDimension(
        self, dimensionValueType: str, name: str, value: str
    ) -> TimeSeriesDimension:
        """Make one dimension, a piece of metadata of a record. Nothing is sent.

        Args:
            dimensionValueType: The type of the value: `VARCHAR`, in any case.
            name: The name of the dimension, 1 to 256 bytes. The dimension called `name` holds
                the asset's name as the platform's web pages show it.
            value: The value, 1 to 2048 bytes.

        Returns:
            The dimension.

        Raises:
            InvalidParameterError: An argument is not of the stated kind.

        Example:
            >>> digitalExchange.createTimeSeriesDimension("VARCHAR", "name", "Roof").value
            'Roof'

        Source: `Dimension` in the reference of AWS Timestream's write API.
        """
        return build_dimension(dimensionValueType, name, value)

    async def createTimeSeriesInputRecord(
        self,
        time: str | int | datetime,
        timeUnit: str,
        measureName: str,
        measureValueType: str,
        measureValue: str | float | bool | datetime | None = None,
        measureValues: Sequence[TimeSeriesMeasureValue] | None = None,
        dimensions: Sequence[TimeSeriesDimension] | None = None,
        version: int = 1,
    ) -> TimeSeriesInputRecord:
        """Make one record: what was measured at one time. Nothing is sent.

        Args:
            time: The time, as a count of `timeUnit` since 1970 in UTC, or as a datetime with a
                time zone.
            timeUnit: The unit of `time`, in any case: `SECONDS`, `MILLISECONDS`, `MICROSECONDS`
                or `NANOSECONDS`.
            measureName: The name of the measure, or of the record when it holds several.
            measureValueType: The type of the value, in any case: `DOUBLE`, `BIGINT`, `VARCHAR`,
                `BOOLEAN`, `TIMESTAMP`, or `MULTI` for several measures.
            measureValue: The value, unless the type is `MULTI`.
            measureValues: The measures when the type is `MULTI`, 1 to 256.
            dimensions: The record's dimensions, at most 128.
            version: A record replaces one of the same dimensions, measure name and time if its
                version is higher.

        Returns:
            The record.

        Raises:
            InvalidParameterError: An argument is not of the stated kind, or they do not go
                together.

        Example:
            >>> record = digitalExchange.createTimeSeriesInputRecord(
            ...     1662155084, "SECONDS", "A kW", "DOUBLE", 12.5)
            >>> record.time, record.measureValue
            ('1662155084', '12.5')

        Source: `Record` in the reference of AWS Timestream's write API.
        """
        return build_input_record(
            time,
            timeUnit,
            measureName,
            measureValueType,
            measureValue,
            measureValues,
            dimensions,
            version,
        )

    async def publishToTimeSeriesDatabase(
        self,
        timeSeriesDbId: str,
        assetId: str,
        records: Iterable[TimeSeriesInputRecord],
        *,
        progress: ProgressArgument | None = None,
    ) -> list[TimeSeriesAssetData]:
        """Publish records of one asset, any number of them.

        They are written in batches of 100, in order. Publishing the same records again changes
        nothing, so a publish that broke off can be repeated as a whole.

        Args:
            timeSeriesDbId: The id of the database.
            assetId: The id of the asset that the records are about; an asset comes into being
                with its first record.
            records: The records, as `createTimeSeriesInputRecord` makes them.
            progress: True for a bar, or what is called with the records done and the records in
                all, batch by batch; what it raises ends the publishing.

        Returns:
            What was written, one `TimeSeriesAssetData` an asset.

        Raises:
            InvalidParameterError: An argument can't be used; nothing was written.
            UnauthorizedError: You may not write to this database.
            PublishIncompleteError: Only some records were written; it says which.

        Example:
            >>> record = digitalExchange.createTimeSeriesInputRecord(
            ...     1662155084, "SECONDS", "A kW", "DOUBLE", 12.5)
            >>> digitalExchange.publishToTimeSeriesDatabase(timeSeriesDbId, "meter-7", [record])
            [TimeSeriesAssetData(assetId='meter-7', ...)]
        """
        validation.require_id("timeSeriesDbId", timeSeriesDbId)
        validation.require_id("assetId", assetId)
        watch = ProgressReporter(progress)
        given = validation.require_items("records", records, "TimeSeriesInputRecord")
        checked = [check_record(f"records[{index}]", record) for index, record in enumerate(given)]
        publication = BatchPublisher(self._client, timeSeriesDbId, range(len(checked)), watch)
        return await publication.publish(split_into_batches(assetId, checked))
