"""Timestream's data types, and how each is represented in DuckDB.

An interval of days and shorter is an integer number of nanoseconds, one of months and longer an
integer number of months: DuckDB's own intervals end at microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Type:
    """A data type."""

    def duckdb(self) -> str:
        """Name the DuckDB type that represents it."""
        raise NotImplementedError

    def column_info(self) -> dict[str, Any]:
        """Describe it the way a query's response describes the types of its columns."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scalar(Type):
    """A type without parts."""

    name: str

    def __str__(self) -> str:
        return self.name

    def duckdb(self) -> str:
        """Name the DuckDB type that represents it."""
        return _DUCKDB_NAMES[self.name]

    def column_info(self) -> dict[str, Any]:
        """Describe it as a response does."""
        return {"ScalarType": self.name.upper().replace(" ", "_")}


@dataclass(frozen=True)
class Array(Type):
    """A list of values of one type."""

    element: Type

    def __str__(self) -> str:
        return f"array({self.element})"

    def duckdb(self) -> str:
        """Name the DuckDB type that represents it."""
        return f"{self.element.duckdb()}[]"

    def column_info(self) -> dict[str, Any]:
        """Describe it as a response does."""
        return {"ArrayColumnInfo": {"Type": self.element.column_info()}}


@dataclass(frozen=True)
class Row(Type):
    """A row of fields, each with a type and an optional name."""

    fields: tuple[tuple[str | None, Type], ...]

    def __str__(self) -> str:
        fields = (f'"{name}" {kind}' if name else str(kind) for name, kind in self.fields)
        return f"row({', '.join(fields)})"

    def duckdb(self) -> str:
        """Name the DuckDB type that represents it."""
        fields = (f"f{i} {kind.duckdb()}" for i, (_, kind) in enumerate(self.fields))
        return f"STRUCT({', '.join(fields)})"

    def column_info(self) -> dict[str, Any]:
        """Describe it as a response does."""
        return {
            "RowColumnInfo": [
                ({"Name": name} if name else {}) | {"Type": kind.column_info()}
                for name, kind in self.fields
            ]
        }


@dataclass(frozen=True)
class TimeSeries(Type):
    """Values of one type, each with its time, ordered by time."""

    value: Type

    def __str__(self) -> str:
        return f"timeseries({self.value})"

    def duckdb(self) -> str:
        """Name the DuckDB type that represents it."""
        return Array(self.point).duckdb()

    @property
    def point(self) -> Row:
        """One value with its time."""
        return Row((("time", TIMESTAMP), ("value", self.value)))

    def column_info(self) -> dict[str, Any]:
        """Describe it as a response does."""
        return {"TimeSeriesMeasureValueColumnInfo": {"Type": self.value.column_info()}}


INTEGER = Scalar("integer")
BIGINT = Scalar("bigint")
DOUBLE = Scalar("double")
BOOLEAN = Scalar("boolean")
VARCHAR = Scalar("varchar")
TIMESTAMP = Scalar("timestamp")
DATE = Scalar("date")
INTERVAL = Scalar("interval day to second")
MONTHS = Scalar("interval year to month")
UNKNOWN = Scalar("unknown")
"""The type of NULL."""

_DUCKDB_NAMES: dict[str, str] = {
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "varchar": "VARCHAR",
    "timestamp": "TIMESTAMP_NS",
    "date": "DATE",
    "interval day to second": "BIGINT",
    "interval year to month": "INTEGER",
    "unknown": "INTEGER",
}
_WIDER: dict[Type, tuple[Type, ...]] = {
    INTEGER: (BIGINT, DOUBLE),
    BIGINT: (DOUBLE,),
    DATE: (TIMESTAMP,),
}


def converts(source: Type, target: Type) -> bool:
    """Return whether a value of one type may be used where another is expected."""
    if source in (target, UNKNOWN):
        return True
    if isinstance(source, Array) and isinstance(target, Array):
        return converts(source.element, target.element)
    if isinstance(source, TimeSeries) and isinstance(target, TimeSeries):
        return converts(source.value, target.value)
    if isinstance(source, Row) and isinstance(target, Row):
        return len(source.fields) == len(target.fields) and all(
            converts(a, b) for (_, a), (_, b) in zip(source.fields, target.fields, strict=True)
        )
    return isinstance(source, Scalar) and target in _WIDER.get(source, ())


def common_type(one: Type, other: Type) -> Type | None:
    """Find the type that values of two types have in common, if they have one."""
    if converts(one, other):
        return other
    if converts(other, one):
        return one
    if isinstance(one, Array) and isinstance(other, Array):
        element = common_type(one.element, other.element)
        return element and Array(element)
    if isinstance(one, Row) and isinstance(other, Row) and len(one.fields) == len(other.fields):
        pairs = zip(one.fields, other.fields, strict=True)
        fields = [(name, common_type(a, b)) for (name, a), (_, b) in pairs]
        if all(kind is not None for _, kind in fields):
            return Row(tuple((name, kind) for name, kind in fields if kind is not None))
    return None


def is_numeric(kind: Type) -> bool:
    """Return whether values can be calculated with."""
    return kind in (INTEGER, BIGINT, DOUBLE)


def is_orderable(kind: Type) -> bool:
    """Return whether values can be ordered."""
    if isinstance(kind, Array):
        return is_orderable(kind.element)
    if isinstance(kind, Row):
        return all(is_orderable(part) for _, part in kind.fields)
    return not isinstance(kind, TimeSeries)
