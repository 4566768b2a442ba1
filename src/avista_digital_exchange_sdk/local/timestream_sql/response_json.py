"""Results as the JSON of a Timestream query's response."""

from __future__ import annotations

import json
from collections.abc import Sequence

from .casts import to_text
from .expressions import Expression
from .sizes import Size, add_sizes, fixed_size, is_growable, scale_size
from .types import VARCHAR, Array, Row, TimeSeries, Type

# Size of a number or a time as JSON, with the string overhead of DuckDB.
_VALUE_BYTES = 64
# Nested strings are copied at each level.
_COPIES = 4


def row_sql(types: Sequence[Type]) -> str:
    """Return the SQL that formats a row of columns `c0`, `c1`, … as JSON."""
    return _row([Expression(f"c{i}", kind) for i, kind in enumerate(types)])


def row_size(types: Sequence[Type]) -> Size:
    """Compute the cost of formatting a row as JSON, from its strings and arrays."""
    sizes = [_size(kind, f"c{i}") for i, kind in enumerate(types) if is_growable(kind)]
    return scale_size(add_sizes(sizes), _COPIES)


def _size(kind: Type, sql: str, depth: int = 0) -> Size:
    """Estimate the length of a value as JSON."""
    if isinstance(kind, TimeSeries):
        return _size(Array(kind.point), sql, depth)
    if isinstance(kind, Array):
        if not is_growable(kind.element):
            length = _size(kind.element, "").limit
            return Size(f"coalesce(len({sql}) * {length}, 0)")
        item = f"json_{depth}"
        lengths = (
            f"list_transform({sql}, lambda {item}: {_size(kind.element, item, depth + 1).sql})"
        )
        return Size(f"coalesce(list_sum({lengths}), 0)")
    if isinstance(kind, Row):
        fields = (f"struct_extract({sql}, 'f{i}')" for i in range(len(kind.fields)))
        parts = zip(kind.fields, fields, strict=True)
        return add_sizes((_size(part, field, depth) for (_, part), field in parts), _VALUE_BYTES)
    if kind == VARCHAR:
        return Size(f"coalesce(strlen({sql}) + {_VALUE_BYTES}, 0)")
    return fixed_size(_VALUE_BYTES)


def _row(values: Sequence[Expression], depth: int = 0) -> str:
    """Write a row: `{"Data":[…]}`."""
    data = ", ".join(_datum(value, depth) for value in values)
    return f"""concat('{{"Data":[', concat_ws(',', {data}), ']}}')"""


def _datum(value: Expression, depth: int) -> str:
    """Write a value of any type."""
    item = f"v{depth}"
    if isinstance(value.type, Array):
        element = _datum(Expression(item, value.type.element), depth + 1)
        content = _object("ArrayValue", _list(value.sql, item, element))
    elif isinstance(value.type, TimeSeries):
        time, point = (Expression(*field) for field in _fields(item, value.type.point))
        entry = (
            f"""concat('{{"Time":"', {to_text(time).sql}, '","Value":', """
            f"""{_datum(point, depth + 1)}, '}}')"""
        )
        content = _object("TimeSeriesValue", _list(value.sql, item, entry))
    elif isinstance(value.type, Row):
        fields = [Expression(*field) for field in _fields(value.sql, value.type)]
        content = _object("RowValue", _row(fields, depth + 1))
    else:
        content = _object("ScalarValue", _string(value))
    return f"""CASE WHEN ({value.sql}) IS NULL THEN '{{"NullValue":true}}' ELSE {content} END"""


def _object(name: str, value: str) -> str:
    """Write an object of one member. `concat` builds one string, `||` one at each step."""
    return f"""concat('{{"{name}":', {value}, '}}')"""


def _string(value: Expression) -> str:
    """Write a scalar as a JSON string."""
    text = to_text(value).sql
    return (
        f"results.json_string({text})" if value.type == VARCHAR else f"""concat('"', {text}, '"')"""
    )


def _list(items: str, item: str, element: str) -> str:
    """Write a JSON array of a list's items."""
    strings = f"list_transform({items}, lambda {item}: {element})"
    return f"concat('[', array_to_string({strings}, ','), ']')"


def _fields(value: str, row: Row) -> list[tuple[str, Type]]:
    """Take a row's fields out of it."""
    return [(f"struct_extract({value}, 'f{i}')", kind) for i, (_, kind) in enumerate(row.fields)]


def response(
    query_id: str,
    next_token: str | None,
    rows: Sequence[str],
    columns: Sequence[tuple[str | None, Type]],
    progress: float,
    scanned: int,
) -> str:
    """Return the JSON of a response with a page of rows, which are already JSON."""
    head = {"QueryId": query_id} | ({"NextToken": next_token} if next_token else {})
    tail = {
        "ColumnInfo": [
            {"Name": name or f"_col{i}", "Type": kind.column_info()}
            for i, (name, kind) in enumerate(columns)
        ],
        "QueryStatus": {
            "ProgressPercentage": progress,
            "CumulativeBytesScanned": scanned,
            "CumulativeBytesMetered": scanned,
        },
    }
    return f'{_json(head)[:-1]},"Rows":[{",".join(rows)}],{_json(tail)[1:]}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
