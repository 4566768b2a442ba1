"""DataFrames to publish: columns converted to the strings that Timestream accepts."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
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
from .input_shapes import (
    VALUE,
    check_levels,
    has_levels,
    is_long,
    spread_values,
    stack_levels,
)
from .pandas_objects import check_objects
from .string_types import infer_type

VALID_FRAME = (
    "a pandas or polars DataFrame, an Arrow table, or an object with Arrow's PyCapsule interface"
)
# What Arrow calls a pandas index without a name.
UNNAMED_INDEX = "__index_level_0__"
UNNAMED_INDEX_NAME = re.compile(r"__index_level_\d+__")

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
    BOOLEAN: "boolean",
    BIGINT: "integer",
    DOUBLE: "float",
    VARCHAR: "string",
    TIMESTAMP: "timestamp",
}
# The types whose values can be converted to a type without loss.
_CONVERTIBLE_FROM = {
    BOOLEAN: {BOOLEAN, VARCHAR},
    BIGINT: {BIGINT, DOUBLE, VARCHAR},
    DOUBLE: {DOUBLE, BIGINT, VARCHAR},
    VARCHAR: set(_TYPE_TESTS),
    TIMESTAMP: {TIMESTAMP, VARCHAR},
}

_NAIVE = pa.timestamp("ns")
# A DOUBLE holds all integers up to this one, and all with so many digits.
MAX_EXACT_INTEGER = 2**53
MAX_EXACT_DIGITS = 15


class InputFrame:
    """The columns of a DataFrame.

    Args:
        frame: The DataFrame.
        time_column: The name for an unnamed pandas DatetimeIndex.
        time_zone: The time zone of naive timestamps.
        max_value_bytes: Maximum size of a string. Defaults to the limit of Timestream.
    """

    def __init__(
        self,
        frame: object,
        time_column: str,
        time_zone: str | None,
        max_value_bytes: int = MAX_VALUE_BYTES,
    ) -> None:
        self._max_value_bytes = max_value_bytes
        check_objects(frame)
        table = to_arrow_table("frame", frame)
        check_levels(table)
        self._table = convert_time_index(table, time_column)
        self._bigint_names = marked_bigint_names(table.schema) | _marked_in_pandas(frame)
        self._has_untyped_strings = False
        self._time_zone = None if time_zone is None else parse_time_zone("timeZone", time_zone).key

    @property
    def has_levels(self) -> bool:
        """Whether columns have two levels, of assets and attributes."""
        return has_levels(self._table)

    def stack_levels(self, asset_column: str) -> None:
        """Turn columns of two levels into a column of assets and one per attribute."""
        self._table = stack_levels(self._table, asset_column)

    def spread_values(self, keys: Iterable[str]) -> None:
        """Turn one value per row, if that is what rows are, into a column per attribute."""
        if is_long(self._table, keys):
            self._has_untyped_strings = kinds.is_string(self._table.schema.field(VALUE).type)
            self._table = spread_values(self._table)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self._table.column_names)

    def is_marked_bigint(self, name: str) -> bool:
        """Whether a column is that of a BIGINT attribute in a result."""
        return name in self._bigint_names

    def default_type(self, name: str, natural: MeasureValueType) -> MeasureValueType:
        """Return the type of a new attribute.

        Args:
            name: The attribute's column.
            natural: The type of the column.

        Raises:
            InvalidParameterError: Its values are strings of several types, one per row.
        """
        if natural is VARCHAR and self._has_untyped_strings:
            is_bigint = self.is_marked_bigint(name)
            return BIGINT if is_bigint else infer_type(name, self.column("frame", name))
        # A column may have nothing but integers by chance, and types are permanent.
        is_number = natural is BIGINT and not self.is_marked_bigint(name)
        return DOUBLE if is_number else natural

    def column(self, argument: str, name: object) -> Values:
        """Return the column that an argument names."""
        if name not in self.names:
            listed = ", ".join(map(repr, self.names))
            raise validation.invalid_argument(argument, name, f"one of the columns {listed}")
        if (count := self.names.count(str(name))) > 1:
            raise InvalidParameterError(
                f"frame must have columns of different names, got {count} columns {name!r}"
            )
        column = self._table[name].combine_chunks()
        return _nan_to_null(column.cast(pa.float64())) if kinds.is_floating(column.type) else column

    def get_type(self, argument: str, name: object) -> MeasureValueType | None:
        """Return the type of a column's values on the platform; None if it has no values."""
        kind = self.column(argument, name).type
        if kinds.is_null(kind):
            return None
        for measure_type, tests in _TYPE_TESTS.items():
            if any(is_natural(kind) for is_natural in tests):
                return measure_type
        raise InvalidParameterError(
            f"frame must have columns of booleans, numbers, strings or timestamps, got {kind} "
            f"in column {name!r}"
        )

    def to_strings(self, argument: str, name: object, target: MeasureValueType) -> Values:
        """Convert a column's values to strings of a type; missing values stay null."""
        natural = self.get_type(argument, name)
        column = self.column(argument, name)
        if natural is None:
            return pa.nulls(len(column), STRING)
        if natural not in _CONVERTIBLE_FROM[target]:
            valid = " or ".join(
                _TYPE_NAMES[kind] for kind in _TYPE_TESTS if kind in _CONVERTIBLE_FROM[target]
            )
            raise InvalidParameterError(
                f"frame: column {name!r} must be of type {valid} to be published as {target}, "
                f"got {column.type}"
            )
        try:
            return self._to_strings(str(name), column, target)
        except pa.ArrowException as error:
            reason = str(error).partition("\n")[0]
            raise InvalidParameterError(
                f"frame: column {name!r} can't be published as {target}: {reason}"
            ) from None

    def required_strings(self, argument: str, name: object, target: MeasureValueType) -> Values:
        """Convert a column's values to strings, none of which may be missing."""
        strings = self.to_strings(argument, name, target)
        _reject_rows(strings.is_null(), name, "must have a value, got null")
        return strings

    def _to_strings(self, name: str, column: Values, target: MeasureValueType) -> Values:
        if target is TIMESTAMP:
            return self._format_timestamps(name, column).cast(pa.int64()).cast(STRING)
        if kinds.is_decimal(column.type) and target is DOUBLE:
            _check_digits(column, name)
        else:
            column = column.cast(TYPES[target])
        if kinds.is_floating(column.type):
            column = _nan_to_null(column)
            _reject_rows(pc.is_inf(column), name, "must be a finite number, got infinity")
        strings = column.cast(STRING)
        length = pc.binary_length(strings)
        _reject_rows(pc.equal(length, 0), name, "must be a non-empty string or null, got ''")
        _reject_rows(
            pc.greater(length, self._max_value_bytes),
            name,
            f"must have at most {self._max_value_bytes} bytes",
        )
        return strings

    def _format_timestamps(self, name: str, column: Values) -> Values:
        if not kinds.is_temporal(column.type):
            column = _parse_times(column, name)
        if kinds.is_timestamp(column.type) and column.type.tz is not None:
            return column.cast(TIMESTAMP_NS)
        if self._time_zone is None:
            raise InvalidParameterError(
                f"frame: column {name!r} must have timestamps with a time zone, got naive ones; "
                'pass timeZone=, such as "UTC" or "America/Los_Angeles"'
            )
        return _to_utc(column.cast(_NAIVE), self._time_zone, name)


def to_arrow_table(argument: str, frame: object, valid: str = VALID_FRAME) -> pa.Table:
    """Convert a DataFrame of any library to a table."""
    try:
        return normalize_types(pa.table(frame))
    except OverflowError:
        reason = "integers must fit in 64 bits"
    except (pa.ArrowException, UnicodeError, TypeError, ValueError) as error:
        is_frame = hasattr(frame, "__arrow_c_stream__")
        if not (is_frame or isinstance(error, (pa.ArrowException, UnicodeError))):
            raise validation.invalid_argument(argument, frame, valid) from None
        reason = "; ".join(map(str, error.args))
    raise InvalidParameterError(f"{argument} must be {valid}; its columns can't be read: {reason}")


def _marked_in_pandas(frame: object) -> set[str]:
    attributes = getattr(frame, "attrs", None)
    names = attributes.get(BIGINT_ATTRIBUTE) if isinstance(attributes, dict) else None
    return set(map(str, names)) if isinstance(names, (list, tuple)) else set()


def convert_time_index(table: pa.Table, time_column: str) -> pa.Table:
    """Convert an unnamed index of times to a column, and drop one of row numbers.

    Raises:
        InvalidParameterError: An unnamed index holds something else.
    """
    for name in filter(_is_unnamed_index, table.column_names):
        kind = table.schema.field(name).type
        if kinds.is_timestamp(kind) and time_column not in table.column_names:
            table = table.rename_columns({name: time_column})
        elif kinds.is_integer(kind) or _is_repeated(table, name, time_column):
            table = table.drop_columns([name])
        else:
            raise InvalidParameterError(
                f"frame has an index without a name, of type {kind}; name it to publish it, such "
                "as with frame.rename_axis(index='NAME'), or drop it with "
                "frame.reset_index(drop=True)"
            )
    return table


def _is_unnamed_index(name: str) -> bool:
    return UNNAMED_INDEX_NAME.fullmatch(name) is not None


def _is_repeated(table: pa.Table, name: str, time_column: str) -> bool:
    """Whether an index holds what the column of times holds."""
    if time_column not in table.column_names:
        return False
    return bool(table[name].equals(table[time_column]))


def _nan_to_null(floats: Values) -> Values:
    """Replace NaN by null."""
    return pc.if_else(pc.is_nan(floats), None, floats)


def _parse_times(strings: Values, name: str) -> Values:
    for kind in (TIMESTAMP_NS, _NAIVE):
        try:
            return strings.cast(kind)
        except pa.ArrowInvalid:
            continue
    row, like = _find_unparsed(strings)
    raise InvalidParameterError(
        f"frame: row {row} of column {name!r} must be a timestamp in ISO 8601{like}, got "
        f"{strings[row].as_py()!r}"
    )


def _find_unparsed(strings: Values) -> tuple[int, str]:
    """The first row that is no timestamp, or not like those before it."""
    like: dict[pa.DataType, str] = {
        TIMESTAMP_NS: " with a time zone, like those before",
        _NAIVE: " without a time zone, like those before",
    }
    alive = list(like)
    for row, text in enumerate(strings):
        found = [kind for kind in alive if _is_castable(text, kind)]
        if not found:
            return row, "" if len(alive) > 1 else like[alive[0]]
        alive = found
    raise AssertionError("all rows are timestamps")


def _is_castable(scalar: Any, kind: pa.DataType) -> bool:
    try:
        scalar.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _to_utc(times: Values, zone: str, name: str) -> Values:
    """Convert local times, each of which must occur once."""
    try:
        return pc.assume_timezone(times, zone).cast(TIMESTAMP_NS)
    except pa.ArrowInvalid:
        first, last = (
            pc.assume_timezone(times, zone, ambiguous=which, nonexistent=which).cast(pa.int64())
            for which in ("earliest", "latest")
        )
        row = pc.index(pc.not_equal(first, last), True).as_py()
        # The times around a gap are those before and after the change.
        is_gap = last[row].as_py() - first[row].as_py() == 1
        what = "doesn't exist" if is_gap else "is ambiguous"
        raise InvalidParameterError(
            f"frame: row {row} of column {name!r} must be a time that occurs once in {zone}, got "
            f"{str(times[row])!r}, which {what}; convert the column to a time zone first, such as "
            "with tz_localize of pandas"
        ) from None


def _check_digits(decimals: Values, name: str) -> None:
    """Refuse numbers whose digits before the decimal point a DOUBLE doesn't hold."""
    if decimals.type.precision - decimals.type.scale <= MAX_EXACT_DIGITS:
        return
    for row, number in enumerate(decimals.to_pylist()):
        if (
            number is not None
            and abs(number) > MAX_EXACT_INTEGER
            and Decimal(float(number)) != number
        ):
            raise InvalidParameterError(
                f"frame: row {row} of column {name!r} can't be published as DOUBLE without "
                f"rounding, got {number}; pass measureTypes={{{name!r}: 'VARCHAR'}} to keep all "
                "digits"
            )


def _reject_rows(wrong: Values, name: object, what: str) -> None:
    """Raise an error that names the first row with a wrong value."""
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise InvalidParameterError(f"frame: row {row} of column {name!r} {what}")
