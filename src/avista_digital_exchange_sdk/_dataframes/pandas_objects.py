"""Values of pandas DataFrames that Arrow would convert to something else."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..errors import InvalidParameterError


def is_pandas_frame(frame: object) -> bool:
    """Whether an object is a pandas DataFrame."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def check_objects(frame: Any) -> None:
    """Refuse columns without a name of their own, mixed dates and times, and infinite decimals.

    Arrow takes all objects of a column for what the first one is: a naive timestamp among those
    with a time zone for one in UTC, a timestamp among dates for its date.

    Args:
        frame: An object to publish, of pandas or not.

    Raises:
        InvalidParameterError: The DataFrame has such a column.
    """
    if not is_pandas_frame(frame):
        return
    for name in frame.columns:
        if name == "" or _is_missing(name):
            raise InvalidParameterError(
                f"frame must have a name for each column, got {name!r}; rename the column, or drop "
                "it"
            )
    for name, count in Counter(map(str, frame.columns)).items():
        if count > 1:
            raise InvalidParameterError(
                f"frame must have columns of different names, got {count} columns {name!r}"
            )
    for name, values in _object_columns(frame):
        _check_values(name, values)


def _object_columns(frame: Any) -> Iterator[tuple[object, Iterable[object]]]:
    """The columns, and levels of the index, that hold Python objects."""
    index = frame.index
    for level in range(index.nlevels):
        values = index.get_level_values(level)
        if str(values.dtype) == "object":
            yield index.names[level], values
    for position, kind in enumerate(frame.dtypes):
        if str(kind) == "object":
            yield frame.columns[position], frame.iloc[:, position]


def _check_values(name: object, values: Iterable[object]) -> None:
    first: str | None = None
    for row, value in enumerate(values):
        if _is_missing(value):
            continue
        if isinstance(value, Decimal):
            if value.is_infinite():
                raise InvalidParameterError(
                    f"frame: row {row} of column {name!r} must be a finite number, got {value}"
                )
            continue
        if not isinstance(value, date):
            return
        kind = _kind_of_time(value)
        first = first or kind
        if kind != first:
            raise InvalidParameterError(
                f"frame: row {row} of column {name!r} must be {first} like those before, got "
                f"{value!r}; convert the column, such as with pandas.to_datetime(..., utc=True)"
            )


def _is_missing(value: object) -> bool:
    pandas = sys.modules["pandas"]
    return value is None or value is pandas.NA or value is pandas.NaT or _is_nan(value)


def _is_nan(value: object) -> bool:
    return isinstance(value, (float, Decimal)) and value != value


def _kind_of_time(value: date) -> str:
    if not isinstance(value, datetime):
        return "a date"
    is_naive = value.utcoffset() is None
    return "a timestamp without a time zone" if is_naive else "a timestamp with a time zone"
