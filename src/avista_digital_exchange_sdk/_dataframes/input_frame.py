"""A frame that was given: its columns, as the texts in which their values are published."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .._generated.enums import MeasureValueType
from .._time_series.record_validation import MAX_VALUE_BYTES
from .._time_series.zones import parse_time_zone
from .._utils import validation
from ..errors import InvalidParameterError
from .arrow_types import (
    STRING,
    TIMESTAMP_NS,
    TYPES,
    Values,
    marked_bigint_names,
    normalize_types,
)
from .convert import BIGINT_ATTRIBUTE

VALID_FRAME = (
    "a pandas or polars DataFrame, an Arrow table, or an object with Arrow's PyCapsule interface"
)
UNNAMED_INDEX = "__index_level_0__"
"""What Arrow calls an index of pandas that has no name."""

BOOLEAN, BIGINT, DOUBLE, VARCHAR, TIMESTAMP = (
    MeasureValueType.BOOLEAN,
    MeasureValueType.BIGINT,
    MeasureValueType.DOUBLE,
    MeasureValueType.VARCHAR,
    MeasureValueType.TIMESTAMP,
)
_TYPE_TESTS: dict[MeasureValueType, list[Callable[[Any], bool]]] = {
    BOOLEAN: [kinds.is_boolean],
    BIGINT: [kinds.is_integer],
    DOUBLE: [kinds.is_floating, kinds.is_decimal],
    VARCHAR: [kinds.is_string],
    TIMESTAMP: [kinds.is_timestamp, kinds.is_date],
}
_TYPE_NAMES = {
    BOOLEAN: "truths",
    BIGINT: "whole numbers",
    DOUBLE: "numbers with a fraction",
    VARCHAR: "texts",
    TIMESTAMP: "times",
}
_CONVERTIBLE_FROM = {
    BOOLEAN: {BOOLEAN, VARCHAR},
    BIGINT: {BIGINT, DOUBLE, VARCHAR},
    DOUBLE: {DOUBLE, BIGINT, VARCHAR},
    VARCHAR: set(_TYPE_TESTS),
    TIMESTAMP: {TIMESTAMP, VARCHAR},
}
"""What the values of a type can be made from without losing any of it."""

_NAIVE = pa.timestamp("ns")


class InputFrame:
    """A frame's columns.

    Args:
        frame: What was given.
        time_column: What an index of pandas is called that has no name, if it holds times.
        time_zone: The zone of times that say none.
    """

    def __init__(self, frame: object, time_column: str, time_zone: str | None) -> None:
        table = to_arrow_table("frame", frame)
        self._table = is_indexed_by_time(table, time_column)
        self._bigint_names = marked_bigint_names(table.schema) | _marked_in_pandas(frame)
        self._time_zone = None if time_zone is None else parse_time_zone("timeZone", time_zone).key

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self._table.column_names)

    def is_marked_bigint(self, name: str) -> bool:
        """Whether a column is that of a BIGINT in a result, and not whole numbers by chance."""
        return name in self._bigint_names

    def column(self, argument: str, name: object) -> Values:
        """A column, by the name that an argument holds."""
        if name not in self.names:
            listed = ", ".join(map(repr, self.names))
            raise validation.invalid_argument(
                argument, name, f"one of the frame's columns: {listed}"
            )
        column = self._table[name].combine_chunks()
        return _nan_to_null(column.cast(pa.float64())) if kinds.is_floating(column.type) else column

    def get_type(self, argument: str, name: object) -> MeasureValueType | None:
        """The type that a column's values have on the platform; None if it has no values."""
        kind = self.column(argument, name).type
        if kinds.is_null(kind):
            return None
        for measure_type, tests in _TYPE_TESTS.items():
            if any(is_natural(kind) for is_natural in tests):
                return measure_type
        raise InvalidParameterError(
            f"frame: column {name!r} is of type {kind}, which the platform does not have; "
            "valid are truths, numbers, texts and times"
        )

    def to_strings(self, argument: str, name: object, wanted: MeasureValueType) -> Values:
        """A column's values as texts of a type; null where there is none."""
        natural = self.get_type(argument, name)
        column = self.column(argument, name)
        if natural is None:
            return pa.nulls(len(column), STRING)
        if natural not in _CONVERTIBLE_FROM[wanted]:
            valid = " or ".join(
                _TYPE_NAMES[kind] for kind in _TYPE_TESTS if kind in _CONVERTIBLE_FROM[wanted]
            )
            raise InvalidParameterError(
                f"frame: column {name!r} is of type {column.type}; {wanted} is made of {valid}"
            )
        try:
            return self._to_strings(str(name), column, wanted)
        except pa.ArrowException as error:
            reason = str(error).partition("\n")[0]
            raise InvalidParameterError(
                f"frame: column {name!r} can't be published as {wanted}: {reason}"
            ) from None

    def required_strings(self, argument: str, name: object, wanted: MeasureValueType) -> Values:
        """A column's values as texts, none of them missing."""
        texts = self.to_strings(argument, name, wanted)
        _reject_rows(texts.is_null(), name, "holds nothing, where every row needs a value")
        return texts

    def _to_strings(self, name: str, column: Values, wanted: MeasureValueType) -> Values:
        if wanted is TIMESTAMP:
            return self._format_timestamps(name, column).cast(pa.int64()).cast(STRING)
        # A decimal is written as it is: not every one is a number that a column of floats holds.
        if not kinds.is_decimal(column.type) or wanted is not DOUBLE:
            column = column.cast(TYPES[wanted])
        if kinds.is_floating(column.type):
            column = _nan_to_null(column)
            _reject_rows(pc.is_inf(column), name, "is infinite, which no DOUBLE is")
        texts = column.cast(STRING)
        length = pc.binary_length(texts)
        _reject_rows(
            pc.equal(length, 0), name, "is an empty text; leave it out, as a missing value"
        )
        _reject_rows(
            pc.greater(length, MAX_VALUE_BYTES), name, f"is longer than {MAX_VALUE_BYTES} bytes"
        )
        return texts

    def _format_timestamps(self, name: str, column: Values) -> Values:
        if not kinds.is_temporal(column.type):
            column = _read_times(column)
        if kinds.is_timestamp(column.type) and column.type.tz is not None:
            return column.cast(TIMESTAMP_NS)
        if self._time_zone is None:
            raise InvalidParameterError(
                f"frame: the times of column {name!r} are in no time zone; "
                'say which with timeZone=, such as "UTC" or "America/Los_Angeles"'
            )
        return pc.assume_timezone(column.cast(_NAIVE), self._time_zone).cast(TIMESTAMP_NS)


def to_arrow_table(argument: str, frame: object, valid: str = VALID_FRAME) -> pa.Table:
    """A frame of any library as a table."""
    try:
        return normalize_types(pa.table(frame))
    except (pa.ArrowException, UnicodeError) as error:
        reason = "; ".join(map(str, error.args))
        raise InvalidParameterError(
            f"{argument} must be {valid}; its columns can't be read: {reason}"
        ) from None
    except (TypeError, ValueError):
        raise validation.invalid_argument(argument, frame, valid) from None


def _marked_in_pandas(frame: object) -> set[str]:
    attributes = getattr(frame, "attrs", None)
    names = attributes.get(BIGINT_ATTRIBUTE) if isinstance(attributes, dict) else None
    return set(map(str, names)) if isinstance(names, (list, tuple)) else set()


def is_indexed_by_time(table: pa.Table, time_column: str) -> pa.Table:
    """Make a column of an index of times; an index that only numbers rows is not wanted."""
    if UNNAMED_INDEX not in table.column_names:
        return table
    holds_times = kinds.is_timestamp(table.schema.field(UNNAMED_INDEX).type)
    if not holds_times or time_column in table.column_names:
        return table.drop_columns([UNNAMED_INDEX])
    return table.rename_columns({UNNAMED_INDEX: time_column})


def _nan_to_null(floats: Values) -> Values:
    """What is not a number is not a value."""
    return pc.if_else(pc.is_nan(floats), None, floats)


def _read_times(texts: Values) -> Values:
    try:
        return texts.cast(TIMESTAMP_NS)
    except pa.ArrowInvalid:
        return texts.cast(_NAIVE)


def _reject_rows(wrong: Values, name: object, what: str) -> None:
    """Refuse a column that has a wrong value, telling the first row of one."""
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise InvalidParameterError(f"frame: row {row} of column {name!r} {what}")
