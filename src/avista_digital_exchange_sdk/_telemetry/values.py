"""Values and times of telemetry as the platform accepts them: as strings."""

import math
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from .._generated.enums import TimeUnit
from .._time_series.record_validation import (
    UNIT_NANOSECONDS,
    format_record_time,
    to_str_if_lossless,
    unwrap_numpy,
)
from .._time_series.timestamps import parse_timestamp_ns
from .._utils import validation
from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError


class InputTimeUnit(StrEnum):
    """The units of timestamps in arguments."""

    SECONDS = "SECONDS"
    MILLISECONDS = "MILLISECONDS"
    MICROSECONDS = "MICROSECONDS"
    NANOSECONDS = "NANOSECONDS"
    ISO8601 = "ISO8601"


def format_value(argument: str, value: object) -> str:
    """Format a value as a string without losing digits."""
    value = unwrap_numpy(value)
    valid = "a string, a finite number, True, False or a datetime with a time zone"
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        raise invalid_argument(argument, value, valid)
    text = to_str_if_lossless(argument, value)
    if not isinstance(text, str):
        raise invalid_argument(argument, value, valid)
    validation.optional_str(argument, text)
    return text


def parse_time_ns(argument: str, unit_argument: str, timestamp: object, unit: object) -> int:
    """Parse a timestamp to nanoseconds since 1970.

    Args:
        argument: The name of the timestamp, for errors.
        unit_argument: The name of the unit, for errors.
        timestamp: A datetime with a time zone, an integer or a string of one in `unit`, or a
            string if that is `ISO8601`.
        unit: The unit; None is `MILLISECONDS`.
    """
    input_unit = InputTimeUnit.MILLISECONDS
    if unit is not None:
        input_unit = validation.parse_enum(unit_argument, unit, InputTimeUnit)
    if input_unit is InputTimeUnit.ISO8601 or isinstance(timestamp, datetime):
        nanoseconds = parse_timestamp_ns(argument, timestamp)
        if not -(2**63) <= nanoseconds < 2**63:
            raise invalid_argument(argument, timestamp, "between the years 1677 and 2262")
        return nanoseconds
    unit_of_time = TimeUnit(input_unit.value)
    note = '; for an ISO 8601 string pass timeUnit="ISO8601"' if isinstance(timestamp, str) else ""
    try:
        count = format_record_time(timestamp, unit_of_time, argument)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"{error}{note}") from None
    return int(count) * UNIT_NANOSECONDS[unit_of_time]
