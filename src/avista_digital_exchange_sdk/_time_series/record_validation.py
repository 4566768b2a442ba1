"""Records to publish: values formatted without losing digits, limits checked.

The limits are those of AWS Timestream: see `Record` and `MeasureValue` in the reference of its
write API, and "Naming constraints" and "Quotas" in its developer guide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from datetime import datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from .._generated.enums import DimensionValueType, MeasureValueType, TimeUnit
from .._generated.input_types import (
    TimeSeriesDimension,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
)
from .._utils import validation
from .._utils.validation import invalid_argument
from .timestamps import format_timestamp, parse_timestamp_ns

MAX_NAME_BYTES = 256
MAX_VALUE_BYTES = 2048
MAX_DIMENSIONS = 128
MAX_MEASURES = 256
MAX_VERSION = 2**31 - 1
# Python refuses to format integers that are much longer.
MAX_INTEGER = 10**MAX_VALUE_BYTES
RESERVED_NAMES = frozenset({"measure_value", "measure_name", "time"})
RESERVED_PREFIX = "ts_"
SINGLE_TYPES = tuple(kind for kind in MeasureValueType if kind is not MeasureValueType.MULTI)

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
UNIT_NANOSECONDS = {
    TimeUnit.SECONDS: 10**9,
    TimeUnit.MILLISECONDS: 10**6,
    TimeUnit.MICROSECONDS: 10**3,
    TimeUnit.NANOSECONDS: 1,
}


class _DeferredTimestamp(str):
    """A timestamp in milliseconds since 1970, to be converted to the unit of its record."""

    @property
    def nanoseconds(self) -> int:
        return int(Decimal(self).scaleb(6))


def build_measure_value(type: object, name: object, value: object) -> TimeSeriesMeasureValue:
    """Build one measure of a MULTI record."""
    kind = _single_type("type", type)
    return TimeSeriesMeasureValue.model_construct(
        type=kind, name=validate_name("name", name), value=_format_value("value", value, kind)
    )


def build_dimension(dimensionValueType: object, name: object, value: object) -> TimeSeriesDimension:
    """Build one dimension of a record."""
    return TimeSeriesDimension(
        dimensionValueType=validation.parse_enum(
            "dimensionValueType", dimensionValueType, DimensionValueType
        ),
        name=validate_name("name", name),
        value=_check_length("value", validation.require_str("value", value, allow_blank=True)),
    )


def build_input_record(
    time: object,
    timeUnit: object,
    measureName: object,
    measureValueType: object,
    measureValue: object,
    measureValues: object,
    dimensions: object,
    version: object,
) -> TimeSeriesInputRecord:
    """Build one record."""
    unit = validation.parse_enum("timeUnit", timeUnit, TimeUnit)
    kind = validation.parse_enum("measureValueType", measureValueType, MeasureValueType)
    text, measures = _parse_values(kind, unit, measureValue, measureValues)
    record = TimeSeriesInputRecord(
        time=format_record_time(time, unit),
        timeUnit=unit,
        measureName=validate_name("measureName", measureName),
        measureValue=text,
        measureValues=measures,
        measureValueType=kind,
        dimensions=_require_list("dimensions", dimensions, TimeSeriesDimension),
        version=validation.parse_int("version", version, 1, MAX_VERSION),
    )
    if measures is not None:
        _check_measures("record", measures)
    _check_dimensions("record", record.dimensions or [])
    return record


def _parse_values(
    kind: MeasureValueType, unit: TimeUnit, value: object, values: object
) -> tuple[str | None, list[TimeSeriesMeasureValue] | None]:
    """Parse the value of a record, or its measures if there are several."""
    if kind is not MeasureValueType.MULTI:
        if values:
            raise invalid_argument("measureValues", values, f"None when measureValueType is {kind}")
        return _format_value("measureValue", value, kind, unit), None
    measures = _require_list("measureValues", values, TimeSeriesMeasureValue)
    measures = [_in_unit(measure, unit) for measure in measures]
    if value is not None:
        raise invalid_argument("measureValue", value, "None when measureValueType is MULTI")
    return None, measures


def check_record(argument: str, record: object) -> TimeSeriesInputRecord:
    """Check a record as a whole. It may have been changed since it was built."""
    if not isinstance(record, TimeSeriesInputRecord):
        raise invalid_argument(argument, record, "a TimeSeriesInputRecord")
    format_record_time(record.time, record.timeUnit or TimeUnit.MILLISECONDS, f"{argument}.time")
    kind = record.measureValueType
    if kind is MeasureValueType.MULTI:
        _check_measures(argument, record.measureValues or [])
    elif kind is not None:
        _format_value(f"{argument}.measureValue", record.measureValue, kind)
    _check_dimensions(argument, record.dimensions or [])
    return record


def _check_measures(argument: str, measures: Sequence[TimeSeriesMeasureValue]) -> None:
    if not 1 <= len(measures) <= MAX_MEASURES:
        valid = f"1 to {MAX_MEASURES} measures if measureValueType is MULTI"
        raise invalid_argument(f"{argument}.measureValues", measures, valid)
    for measure in measures:
        validate_name(f"{argument}.measureValues.name", measure.name)
        value_argument = f"{argument}.measureValues.value ({measure.name})"
        _format_value(value_argument, measure.value, _single_type("type", measure.type))
    _require_unique_names(f"{argument}.measureValues", [measure.name for measure in measures])


def _check_dimensions(argument: str, dimensions: Sequence[TimeSeriesDimension]) -> None:
    if len(dimensions) > MAX_DIMENSIONS:
        valid = f"at most {MAX_DIMENSIONS} dimensions"
        raise invalid_argument(f"{argument}.dimensions", dimensions, valid)
    _require_unique_names(f"{argument}.dimensions", [dimension.name for dimension in dimensions])


def _single_type(argument: str, value: object) -> MeasureValueType:
    return validation.parse_enum(argument, value, SINGLE_TYPES)


def validate_name(argument: str, value: object) -> str:
    """Check the name of a measure, a dimension or a record."""
    name = validation.require_str(argument, value)
    if len(name.encode()) > MAX_NAME_BYTES:
        raise invalid_argument(argument, value, f"a name of at most {MAX_NAME_BYTES} bytes")
    if name in RESERVED_NAMES or name.startswith(RESERVED_PREFIX):
        valid = f"a name other than {', '.join(sorted(RESERVED_NAMES))} and {RESERVED_PREFIX}…"
        raise invalid_argument(argument, value, f"{valid}, which Timestream reserves")
    return name


def _check_length(argument: str, text: str) -> str:
    if len(text.encode()) > MAX_VALUE_BYTES:
        raise invalid_argument(argument, text, f"a value of at most {MAX_VALUE_BYTES} bytes")
    return text


def _require_unique_names(argument: str, names: Sequence[str]) -> None:
    if len(names) > 1 and len(set(names)) < len(names):
        duplicate = next(name for name in names if names.count(name) > 1)
        raise invalid_argument(
            argument, duplicate, "uniquely named", note="each name may occur once in a record"
        )


def _require_list(argument: str, value: object, kind: type[Any]) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise invalid_argument(argument, value, f"a list of {kind.__name__}")
    for index, item in enumerate(value):
        if not isinstance(item, kind):
            raise invalid_argument(f"{argument}[{index}]", item, f"a {kind.__name__}")
    return list(value)


def _format_value(
    argument: str, value: object, kind: MeasureValueType, unit: TimeUnit | None = None
) -> str:
    """Format the value of a measure as a string of its type, without losing digits."""
    value = unwrap_numpy(value)
    if kind is MeasureValueType.VARCHAR:
        text = to_str_if_lossless(argument, value)
        return _check_length(argument, validation.require_str(argument, text, allow_blank=True))
    if kind is MeasureValueType.BOOLEAN:
        text = str(value).strip().lower() if isinstance(value, (bool, str)) else ""
        if text not in ("true", "false"):
            raise invalid_argument(
                argument, value, 'True, False, "true" or "false", as the type is BOOLEAN'
            )
        return text
    if isinstance(value, bool):
        raise invalid_argument(argument, value, f"a number, as the type is {kind}")
    if kind is MeasureValueType.DOUBLE:
        return _format_double(argument, value)
    if kind is MeasureValueType.TIMESTAMP:
        return _format_timestamp_value(argument, value, unit)
    return _format_bigint(argument, value, f"a 64-bit integer, as the type is {kind}")


def unwrap_numpy(value: object) -> object:
    """Convert numbers and booleans of numpy to those of Python."""
    if type(value) is str:
        # Most values.
        return value
    is_scalar = type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0
    if not is_scalar or type(value).__name__.startswith(("datetime", "timedelta")):
        return value
    item: object = value.item()  # type: ignore[attr-defined]  # all numpy scalars have it
    return item


def to_str_if_lossless(argument: str, value: object) -> object:
    """Format a number, a boolean or a datetime as a string; return other values unchanged."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return format_timestamp(parse_timestamp_ns(argument, value))
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, Integral) and abs(int(value)) >= MAX_INTEGER:
        return value
    return str(value) if isinstance(value, (Integral, Decimal)) else value


def _format_double(argument: str, value: object) -> str:
    valid = "a finite number or a string of one, as the type is DOUBLE"
    # Most values are strings, and abstract types are slow to check.
    is_number = not isinstance(value, str) and isinstance(value, (Real, Decimal))
    text = to_str_if_lossless(argument, value) if is_number else value
    text = text.strip() if isinstance(text, str) else ""
    if not _NUMBER.fullmatch(text) or math.isinf(float(text)):
        raise invalid_argument(argument, value, valid)
    return _check_length(argument, text)


def _format_bigint(argument: str, value: object, valid: str) -> str:
    if isinstance(value, (float, Decimal)) and _is_exact_integer(value):
        value = int(value)
    is_integer = not isinstance(value, str) and isinstance(value, Integral)
    text = to_str_if_lossless(argument, value) if is_integer else value
    text = text.strip() if isinstance(text, str) else ""
    if not _INTEGER.fullmatch(text) or len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise invalid_argument(argument, value, valid)
    return text


def _is_exact_integer(value: float | Decimal) -> bool:
    finite = value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    return finite and -(2**53) <= value <= 2**53 and value % 1 == 0


def _format_timestamp_value(argument: str, value: object, unit: TimeUnit | None) -> str:
    """Format a timestamp in the unit of its record, as Timestream does, once that is known."""
    if isinstance(value, _DeferredTimestamp):
        return value
    if isinstance(value, datetime):
        nanoseconds = parse_timestamp_ns(argument, value)
        if unit is None:
            return _DeferredTimestamp(f"{Decimal(nanoseconds).scaleb(-6).normalize():f}")
        return _count(argument, nanoseconds, unit, value)
    return _format_bigint(
        argument, value, "a datetime with a time zone, or an integer in the record's timeUnit"
    )


def _in_unit(measure: TimeSeriesMeasureValue, unit: TimeUnit) -> TimeSeriesMeasureValue:
    value = measure.value
    if not isinstance(value, _DeferredTimestamp):
        return measure
    text = _count(f"measureValues ({measure.name})", value.nanoseconds, unit, value)
    return measure.model_copy(update={"value": text})


def _count(argument: str, nanoseconds: int, unit: TimeUnit, value: object) -> str:
    count, rest = divmod(nanoseconds, UNIT_NANOSECONDS[unit])
    if rest:
        raise invalid_argument(
            argument, str(value), f"a time in whole {unit.lower()}, or of a finer timeUnit"
        )
    return str(count)


def format_record_time(time: object, unit: TimeUnit, argument: str = "time") -> str:
    """Format the time of a record as the number of units since 1970."""
    if (
        isinstance(time, str)
        and len(time) < 20
        and time.isascii()
        and time.isdecimal()
        and int(time) * UNIT_NANOSECONDS[unit] < 2**63
    ):
        # Most times, which the checks below would take ten times as long to accept.
        return str(time)
    time = unwrap_numpy(time)
    valid = f"a datetime with a time zone, or an integer number of {unit.lower()} since 1970"
    if isinstance(time, datetime):
        text = _count(argument, parse_timestamp_ns(argument, time), unit, time)
    elif isinstance(time, bool):
        raise invalid_argument(argument, time, valid)
    else:
        text = _format_bigint(argument, time, valid)
    if not -(2**63) <= int(text) * UNIT_NANOSECONDS[unit] < 2**63:
        raise invalid_argument(argument, time, f"{valid}, between the years 1677 and 2262")
    return text


def build_record_key(record: TimeSeriesInputRecord) -> Hashable:
    """Build what identifies a checked record among those of its asset."""
    unit = record.timeUnit or TimeUnit.MILLISECONDS
    count = record.time if isinstance(record.time, str) else format_record_time(record.time, unit)
    dimensions = (
        frozenset((entry.name, entry.value) for entry in record.dimensions)
        if record.dimensions
        else None
    )
    return int(count) * UNIT_NANOSECONDS[unit], record.measureName, dimensions
