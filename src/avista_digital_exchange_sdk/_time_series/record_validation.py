"""Records to publish: their texts written without losing digits, their rules checked.

The rules are those of AWS Timestream's write API: see `Record` and `MeasureValue` in its reference,
and "Naming constraints" and "Quotas" in its developer guide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from .. import types
from .._generated.enums import DimensionValueType, MeasureValueType, TimeUnit
from .._utils import validation as _checks
from .._utils.validation import invalid
from .timestamps import instant, iso_text

LONGEST_NAME = 256
LONGEST_VALUE = 2048
MOST_DIMENSIONS = 128
MOST_MEASURES = 256
HIGHEST_VERSION = 2**31 - 1
LARGEST_INTEGER = 10**LONGEST_VALUE
"""Python refuses to write out integers that are very much longer."""
RESERVED_NAMES = frozenset({"measure_value", "measure_name", "time"})
RESERVED_PREFIX = "ts_"
SINGLE_TYPES = [kind for kind in MeasureValueType if kind is not MeasureValueType.MULTI]

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_UNIT_NANOSECONDS = {
    TimeUnit.SECONDS: 10**9,
    TimeUnit.MILLISECONDS: 10**6,
    TimeUnit.MICROSECONDS: 10**3,
    TimeUnit.NANOSECONDS: 1,
}


class _InstantText(str):
    """An instant as milliseconds since 1970, to be counted anew in the unit of its record."""

    @property
    def nanoseconds(self) -> int:
        return int(Decimal(self).scaleb(6))


def measure_value(type: object, name: object, value: object) -> types.TimeSeriesMeasureValue:
    """Make one measure of a MULTI record."""
    kind = _single_type("type", type)
    return types.TimeSeriesMeasureValue.model_construct(
        type=kind, name=checked_name("name", name), value=_value_text("value", value, kind)
    )


def dimension(dimensionValueType: object, name: object, value: object) -> types.TimeSeriesDimension:
    """Make one dimension of a record."""
    return types.TimeSeriesDimension(
        dimensionValueType=_checks.choice(
            "dimensionValueType", dimensionValueType, DimensionValueType
        ),
        name=checked_name("name", name),
        value=_bounded("value", _checks.text("value", value, blank=True)),
    )


def input_record(
    time: object,
    timeUnit: object,
    measureName: object,
    measureValueType: object,
    measureValue: object,
    measureValues: object,
    dimensions: object,
    version: object,
) -> types.TimeSeriesInputRecord:
    """Make one record."""
    unit = _checks.choice("timeUnit", timeUnit, TimeUnit)
    kind = _checks.choice("measureValueType", measureValueType, MeasureValueType)
    record = types.TimeSeriesInputRecord(
        time=_time_text(time, unit),
        timeUnit=unit,
        measureName=checked_name("measureName", measureName),
        measureValueType=kind,
        dimensions=_list("dimensions", dimensions, types.TimeSeriesDimension),
        version=_checks.whole_number("version", version, 1, HIGHEST_VERSION),
    )
    if kind is MeasureValueType.MULTI:
        measures = _list("measureValues", measureValues, types.TimeSeriesMeasureValue)
        record.measureValues = [_in_unit(measure, unit) for measure in measures]
        if measureValue is not None:
            raise invalid("measureValue", measureValue, "None when measureValueType is MULTI")
    else:
        if measureValues:
            raise invalid("measureValues", measureValues, f"None when measureValueType is {kind}")
        record.measureValue = _value_text("measureValue", measureValue, kind, unit)
    check_record("record", record)
    return record


def check_record(argument: str, record: object) -> types.TimeSeriesInputRecord:
    """Check what a record must hold together; it may have been changed since it was made."""
    if not isinstance(record, types.TimeSeriesInputRecord):
        raise invalid(argument, record, "a TimeSeriesInputRecord")
    _time_text(record.time, record.timeUnit or TimeUnit.MILLISECONDS, f"{argument}.time")
    kind = record.measureValueType
    measures, dimensions = record.measureValues or [], record.dimensions or []
    if kind is MeasureValueType.MULTI:
        if not 1 <= len(measures) <= MOST_MEASURES:
            valid = f"1 to {MOST_MEASURES} measures when measureValueType is MULTI"
            raise invalid(f"{argument}.measureValues", record.measureValues, valid)
        for measure in measures:
            checked_name(f"{argument}.measureValues.name", measure.name)
            given = f"{argument}.measureValues.value ({measure.name})"
            _value_text(given, measure.value, _single_type("type", measure.type))
    elif kind is not None:
        _value_text(f"{argument}.measureValue", record.measureValue, kind)
    if len(dimensions) > MOST_DIMENSIONS:
        valid = f"at most {MOST_DIMENSIONS} dimensions, not {len(dimensions)}"
        raise invalid(f"{argument}.dimensions", dimensions, valid)
    _no_name_twice(f"{argument}.measureValues", [measure.name for measure in measures])
    _no_name_twice(f"{argument}.dimensions", [dimension.name for dimension in dimensions])
    return record


def _single_type(argument: str, value: object) -> MeasureValueType:
    return _checks.choice(argument, value, SINGLE_TYPES)


def checked_name(argument: str, value: object) -> str:
    """A name that Timestream takes for a measure, a dimension or a record."""
    name = _checks.text(argument, value)
    if len(name.encode()) > LONGEST_NAME:
        raise invalid(argument, value, f"a name of at most {LONGEST_NAME} bytes")
    if name in RESERVED_NAMES or name.startswith(RESERVED_PREFIX):
        valid = f"a name other than {', '.join(sorted(RESERVED_NAMES))} and {RESERVED_PREFIX}…"
        raise invalid(argument, value, f"{valid}, which Timestream keeps for itself")
    return name


def _bounded(argument: str, text: str) -> str:
    if len(text.encode()) > LONGEST_VALUE:
        raise invalid(argument, text, f"a value of at most {LONGEST_VALUE} bytes")
    return text


def _no_name_twice(argument: str, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise invalid(argument, twice, "each name once in a record")


def _list(argument: str, value: object, kind: type[Any]) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise invalid(argument, value, f"a list of {kind.__name__}")
    for index, item in enumerate(value):
        if not isinstance(item, kind):
            raise invalid(f"{argument}[{index}]", item, f"a {kind.__name__}")
    return list(value)


def _value_text(
    argument: str, value: object, kind: MeasureValueType, unit: TimeUnit | None = None
) -> str:
    """Write a measure's value as text of its type, without losing digits."""
    value = _plain(value)
    if kind is MeasureValueType.VARCHAR:
        return _bounded(argument, _checks.text(argument, _as_text(argument, value), blank=True))
    if kind is MeasureValueType.BOOLEAN:
        text = str(value).strip().lower() if isinstance(value, (bool, str)) else ""
        if text not in ("true", "false"):
            raise invalid(argument, value, "True, False or their text, as the type is BOOLEAN")
        return text
    if isinstance(value, bool):
        raise invalid(argument, value, f"a number, as the type is {kind}")
    if kind is MeasureValueType.DOUBLE:
        return _double_text(argument, value)
    if kind is MeasureValueType.TIMESTAMP:
        return _timestamp_text(argument, value, unit)
    return _bigint_text(argument, value, f"a whole number of 64 bits, as the type is {kind}")


def _plain(value: object) -> object:
    """Numbers and booleans of numpy as Python's own."""
    is_scalar = type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0
    if not is_scalar or type(value).__name__.startswith(("datetime", "timedelta")):
        return value
    item: object = value.item()  # type: ignore[attr-defined]  # every scalar of numpy has it
    return item


def _as_text(argument: str, value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return iso_text(instant(argument, value))
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, Integral) and abs(int(value)) >= LARGEST_INTEGER:
        return value
    return str(value) if isinstance(value, (Integral, Decimal)) else value


def _double_text(argument: str, value: object) -> str:
    valid = "a finite number or its text, as the type is DOUBLE"
    text = _as_text(argument, value) if isinstance(value, (Real, Decimal)) else value
    text = text.strip() if isinstance(text, str) else ""
    if not _NUMBER.fullmatch(text) or float(text) in (float("inf"), float("-inf")):
        raise invalid(argument, value, valid)
    return _bounded(argument, text)


def _bigint_text(argument: str, value: object, valid: str) -> str:
    if isinstance(value, (float, Decimal)) and _is_exact_integer(value):
        value = int(value)
    text = _as_text(argument, value) if isinstance(value, Integral) else value
    text = text.strip() if isinstance(text, str) else ""
    if not _INTEGER.fullmatch(text) or len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise invalid(argument, value, valid)
    return text


def _is_exact_integer(value: float | Decimal) -> bool:
    finite = value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    return finite and -(2**53) <= value <= 2**53 and value % 1 == 0


def _timestamp_text(argument: str, value: object, unit: TimeUnit | None) -> str:
    """Count an instant in its record's unit, as Timestream does, as soon as that is known."""
    if isinstance(value, _InstantText):
        return value
    if isinstance(value, datetime):
        nanoseconds = instant(argument, value)
        if unit is None:
            return _InstantText(f"{Decimal(nanoseconds).scaleb(-6).normalize():f}")
        return _count(argument, nanoseconds, unit, value)
    return _bigint_text(
        argument, value, "a datetime with a time zone, or a whole number of the record's timeUnit"
    )


def _in_unit(measure: types.TimeSeriesMeasureValue, unit: TimeUnit) -> types.TimeSeriesMeasureValue:
    value = measure.value
    if not isinstance(value, _InstantText):
        return measure
    text = _count(f"measureValues ({measure.name})", value.nanoseconds, unit, value)
    return measure.model_copy(update={"value": text})


def _count(argument: str, nanoseconds: int, unit: TimeUnit, given: object) -> str:
    count, rest = divmod(nanoseconds, _UNIT_NANOSECONDS[unit])
    if rest:
        raise invalid(argument, str(given), f"a time in whole {unit.lower()}, or a finer timeUnit")
    return str(count)


def _time_text(time: object, unit: TimeUnit, argument: str = "time") -> str:
    time = _plain(time)
    valid = f"a datetime with a time zone, or a whole number of {unit.lower()} since 1970"
    if isinstance(time, datetime):
        text = _count(argument, instant(argument, time), unit, time)
    elif isinstance(time, bool):
        raise invalid(argument, time, valid)
    else:
        text = _bigint_text(argument, time, valid)
    if not -(2**63) <= int(text) * _UNIT_NANOSECONDS[unit] < 2**63:
        raise invalid(argument, time, f"{valid}, between the years 1677 and 2262")
    return text
