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
