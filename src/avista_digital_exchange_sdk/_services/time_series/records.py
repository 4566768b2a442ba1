"""Records to publish, built and validated without a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..base import BaseService

if TYPE_CHECKING:
    from ..._generated.input_types import (
        TimeSeriesDimension,
        TimeSeriesInputRecord,
        TimeSeriesMeasureValue,
    )


class RecordService(BaseService):
    """Calls that build records."""

    async def createTimeSeriesMeasureValue(
        self, type: str, name: str, value: str | float | bool | datetime
    ) -> TimeSeriesMeasureValue:
        """Build one measure of a record of type `MULTI`. Does not make a request.

        Args:
            type: The type of the value, case-insensitive: `DOUBLE`, `BIGINT`, `VARCHAR`,
                `BOOLEAN` or `TIMESTAMP`.
            name: The name of the measure, which is that of the attribute, 1 to 256 bytes.
            value: The value as a string, number, bool or datetime. Numbers are converted to strings
                without losing digits. A `TIMESTAMP` is a number of the record's `timeUnit` since
                1970 in UTC.

        Returns:
            The measure.

        Raises:
            InvalidParameterError: An argument is invalid.

        Example:
            >>> measure = await digitalExchange.createTimeSeriesMeasureValue("DOUBLE", "A kW", 12.5)
            >>> measure.value
            '12.5'

        Source: `MeasureValue` in the reference of AWS Timestream's write API.
        """
        from ..._time_series.record_validation import build_measure_value

        return build_measure_value(type, name, value)

    async def createTimeSeriesDimension(
        self, dimensionValueType: str, name: str, value: str
    ) -> TimeSeriesDimension:
        """Build one dimension, the metadata of a record. Does not make a request.

        Args:
            dimensionValueType: The type of the value: `VARCHAR`, case-insensitive.
            name: The name of the dimension, 1 to 256 bytes. The dimension called `name` is the
                name of the asset on the platform's web pages.
            value: The value, 1 to 2048 bytes.

        Returns:
            The dimension.

        Raises:
            InvalidParameterError: An argument is invalid.

        Example:
            >>> (await digitalExchange.createTimeSeriesDimension("VARCHAR", "name", "Roof")).value
            'Roof'

        Source: `Dimension` in the reference of AWS Timestream's write API.
        """
        from ..._time_series.record_validation import build_dimension

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
        """Build one record, the measurements at one time. Does not make a request.

        Args:
            time: The time: a number of `timeUnit` since 1970 in UTC, or a datetime with a time
                zone.
            timeUnit: The unit of `time`, case-insensitive: `SECONDS`, `MILLISECONDS`,
                `MICROSECONDS` or `NANOSECONDS`.
            measureName: The name of the measure, which is that of the attribute; or of the record
                if it has several measures.
            measureValueType: The type of the value, case-insensitive: `DOUBLE`, `BIGINT`,
                `VARCHAR`, `BOOLEAN`, `TIMESTAMP`, or `MULTI` for several measures.
            measureValue: The value, unless the type is `MULTI`.
            measureValues: The measures if the type is `MULTI`, 1 to 256.
            dimensions: The dimensions of the record, at most 128.
            version: The version. A record replaces a stored one with the same dimensions, measure
                name and time if its version is higher. Defaults to 1.

        Returns:
            The record.

        Raises:
            InvalidParameterError: An argument is invalid, or the arguments contradict each other.

        Example:
            >>> record = await digitalExchange.createTimeSeriesInputRecord(
            ...     1662155084, "SECONDS", "A kW", "DOUBLE", 12.5)
            >>> record.time, record.measureValue
            ('1662155084', '12.5')

        Source: `Record` in the reference of AWS Timestream's write API.
        """
        from ..._time_series.record_validation import build_input_record

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
