"""A frame that was given: its columns, as the texts in which their values are published."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .._generated.enums import MeasureValueType
from .._time_series.record_validation import LONGEST_VALUE
from .._time_series.zones import zone
from .._utils import validation as _checks
from ..errors import InvalidParameterError
from .arrow_types import INSTANT, TEXT, TYPES, Values, plain

VALID_FRAME = (
    "a frame of pandas or polars, an Arrow table, or what offers Arrow's PyCapsule interface"
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
_NATURAL: dict[MeasureValueType, list[Callable[[Any], bool]]] = {
    BOOLEAN: [kinds.is_boolean],
    BIGINT: [kinds.is_integer],
    DOUBLE: [kinds.is_floating, kinds.is_decimal],
    VARCHAR: [kinds.is_string],
    TIMESTAMP: [kinds.is_timestamp, kinds.is_date],
}
_WORDS = {
    BOOLEAN: "truths",
    BIGINT: "whole numbers",
    DOUBLE: "numbers with a fraction",
    VARCHAR: "texts",
    TIMESTAMP: "times",
}
_MADE_FROM = {
    BOOLEAN: {BOOLEAN, VARCHAR},
    BIGINT: {BIGINT, DOUBLE, VARCHAR},
    DOUBLE: {DOUBLE, BIGINT, VARCHAR},
    VARCHAR: set(_NATURAL),
    TIMESTAMP: {TIMESTAMP, VARCHAR},
}
"""What the values of a type can be made from without losing any of it."""

_UNZONED = pa.timestamp("ns")


class GivenFrame:
    """A frame's columns.

    Args:
        frame: What was given.
        timeColumn: What an index of pandas is called that has no name, if it holds times.
        timeZone: The zone of times that say none.
    """

    def __init__(self, frame: object, timeColumn: str, timeZone: str | None) -> None:
        self._table = indexed_by_time(table_of("frame", frame), timeColumn)
        self._timeZone = None if timeZone is None else zone("timeZone", timeZone).key

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return list(self._table.column_names)

    def column(self, argument: str, name: object) -> Values:
        """A column, by the name that an argument holds."""
        if name not in self.names:
            listed = ", ".join(map(repr, self.names))
            raise _checks.invalid(argument, name, f"one of the frame's columns: {listed}")
        column = self._table[name].combine_chunks()
        return _without_nan(column.cast(pa.float64())) if kinds.is_floating(column.type) else column

    def type_of(self, argument: str, name: object) -> MeasureValueType | None:
        """The type that a column's values have on the platform; None if it has no values."""
        kind = self.column(argument, name).type
        if kinds.is_null(kind):
            return None
        for measure_type, tests in _NATURAL.items():
            if any(is_natural(kind) for is_natural in tests):
                return measure_type
        raise InvalidParameterError(
            f"frame: column {name!r} is of type {kind}, which the platform does not have; "
            "valid are truths, numbers, texts and times"
        )

    def texts(self, argument: str, name: object, wanted: MeasureValueType) -> Values:
        """A column's values as texts of a type; null where there is none."""
        natural = self.type_of(argument, name)
        column = self.column(argument, name)
        if natural is None:
            return pa.nulls(len(column), TEXT)
        if natural not in _MADE_FROM[wanted]:
            valid = " or ".join(_WORDS[kind] for kind in _NATURAL if kind in _MADE_FROM[wanted])
            raise InvalidParameterError(
                f"frame: column {name!r} is of type {column.type}; {wanted} is made of {valid}"
            )
        try:
            return self._made(str(name), column, wanted)
        except pa.ArrowException as error:
            reason = str(error).partition("\n")[0]
            raise InvalidParameterError(
                f"frame: column {name!r} can't be published as {wanted}: {reason}"
            ) from None

    def complete(self, argument: str, name: object, wanted: MeasureValueType) -> Values:
        """A column's values as texts, none of them missing."""
        texts = self.texts(argument, name, wanted)
        _refuse(texts.is_null(), name, "holds nothing, where every row needs a value")
        return texts

    def _made(self, name: str, column: Values, wanted: MeasureValueType) -> Values:
        if wanted is TIMESTAMP:
            return self._instants(name, column).cast(pa.int64()).cast(TEXT)
        # A decimal is written as it is: not every one is a number that a column of floats holds.
        if not kinds.is_decimal(column.type) or wanted is not DOUBLE:
            column = column.cast(TYPES[wanted])
        if kinds.is_floating(column.type):
            column = _without_nan(column)
            _refuse(pc.is_inf(column), name, "is infinite, which no DOUBLE is")
        texts = column.cast(TEXT)
        length = pc.binary_length(texts)
        _refuse(pc.equal(length, 0), name, "is an empty text; leave it out, as a missing value")
        _refuse(pc.greater(length, LONGEST_VALUE), name, f"is longer than {LONGEST_VALUE} bytes")
        return texts

    def _instants(self, name: str, column: Values) -> Values:
        if not kinds.is_temporal(column.type):
            column = _read_times(column)
        if kinds.is_timestamp(column.type) and column.type.tz is not None:
            return column.cast(INSTANT)
        if self._timeZone is None:
            raise InvalidParameterError(
                f"frame: the times of column {name!r} are in no time zone; "
                'say which with timeZone=, such as "UTC" or "America/Los_Angeles"'
            )
        return pc.assume_timezone(column.cast(_UNZONED), self._timeZone).cast(INSTANT)


def table_of(argument: str, frame: object, valid: str = VALID_FRAME) -> pa.Table:
    """A frame of any library as a table."""
    try:
        return plain(pa.table(frame))
    except (pa.ArrowException, UnicodeError) as error:
        reason = "; ".join(map(str, error.args))
        raise InvalidParameterError(
            f"{argument}: its columns can't be read: {reason}; valid is {valid}"
        ) from None
    except (TypeError, ValueError):
        raise _checks.invalid(argument, frame, valid) from None


def indexed_by_time(table: pa.Table, timeColumn: str) -> pa.Table:
    """Make a column of an index of times; an index that only numbers rows is not wanted."""
    if UNNAMED_INDEX not in table.column_names:
        return table
    holds_times = kinds.is_timestamp(table.schema.field(UNNAMED_INDEX).type)
    if not holds_times or timeColumn in table.column_names:
        return table.drop_columns([UNNAMED_INDEX])
    return table.rename_columns({UNNAMED_INDEX: timeColumn})


def _without_nan(floats: Values) -> Values:
    """What is not a number is not a value."""
    return pc.if_else(pc.is_nan(floats), None, floats)


def _read_times(texts: Values) -> Values:
    try:
        return texts.cast(INSTANT)
    except pa.ArrowInvalid:
        return texts.cast(_UNZONED)


def _refuse(wrong: Values, name: object, what: str) -> None:
    """Refuse a column that has a wrong value, telling the first row of one."""
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise InvalidParameterError(f"frame: row {row} of column {name!r} {what}")
