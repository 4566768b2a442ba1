"""How many bytes values take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .types import VARCHAR, Array, Row, TimeSeries, Type

ENTRY_BYTES = 16
"""What DuckDB keeps of a number, or of a string next to its characters."""


@dataclass(frozen=True)
class Size:
    """SQL that computes an upper bound of a value's bytes, and a bound that always holds."""

    sql: str
    limit: int | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the size depends on no data."""
        return self.sql == str(self.limit)


def fixed_size(size: float) -> Size:
    """Create a constant size."""
    return Size(str(int(size)), int(size))


def combine_sizes(sql: str, limit: float, sizes: Iterable[Size]) -> Size:
    """Combine sizes. The result has a limit if all of them have one."""
    sizes = list(sizes)
    if all(size.is_constant for size in sizes):
        return fixed_size(limit)
    return Size(sql, int(limit) if all(size.limit is not None for size in sizes) else None)


def add_sizes(sizes: Iterable[Size], extra: int = 0) -> Size:
    """Add sizes."""
    sizes = list(sizes)
    sql = " + ".join([*(size.sql for size in sizes), str(extra)])
    return combine_sizes(f"({sql})", sum(size.limit or 0 for size in sizes) + extra, sizes)


def max_size(sizes: Iterable[Size]) -> Size:
    """Return the largest of several sizes."""
    sizes = list(sizes)
    sql = ", ".join(["0", *(size.sql for size in sizes)])
    return combine_sizes(
        f"greatest({sql})", max((size.limit or 0 for size in sizes), default=0), sizes
    )


def scale_size(size: Size, factor: float, extra: int = 0) -> Size:
    """Multiply a size by a factor."""
    limit = (size.limit or 0) * factor + extra
    return combine_sizes(f"({size.sql} * {factor} + {extra})", limit, [size])


def multiply_sizes(one: Size, other: Size, factor: float = 1) -> Size:
    """Multiply two sizes."""
    limit = (one.limit or 0) * (other.limit or 0) * factor
    return combine_sizes(f"({one.sql}::DOUBLE * {other.sql} * {factor})", limit, [one, other])


def is_growable(kind: Type) -> bool:
    """Return whether values of a type have no size limit."""
    if isinstance(kind, Row):
        return any(is_growable(part) for _, part in kind.fields)
    return kind == VARCHAR or isinstance(kind, Array | TimeSeries)


def measure_size(kind: Type, sql: str, depth: int = 0) -> Size:
    """Return the size of an existing value, computed from it."""
    if isinstance(kind, TimeSeries):
        return measure_size(Array(kind.point), sql, depth)
    if isinstance(kind, Array):
        if not is_growable(kind.element):
            width = measure_size(kind.element, "").limit or ENTRY_BYTES
            return Size(f"coalesce(len({sql}) * {width}, 0)")
        item = f"size_{depth}"
        entry = measure_size(kind.element, item, depth + 1).sql
        sizes = f"list_transform({sql}, lambda {item}: {entry} + {ENTRY_BYTES})"
        return Size(f"coalesce(list_sum({sizes}), 0)")
    if isinstance(kind, Row):
        fields = (f"struct_extract({sql}, 'f{i}')" for i in range(len(kind.fields)))
        parts = zip(kind.fields, fields, strict=True)
        return add_sizes(measure_size(part, field, depth) for (_, part), field in parts)
    return Size(f"coalesce(strlen({sql}), 0)") if kind == VARCHAR else fixed_size(ENTRY_BYTES)
