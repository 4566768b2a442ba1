"""How large the functions' values become, and what else they cost, before they are called.

A function that is not listed here makes a value no larger than its arguments together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from .expressions import Expression
from .sizes import (
    ENTRY_BYTES,
    Size,
    add_sizes,
    fixed_size,
    is_growable,
    max_size,
    multiply_sizes,
    scale_size,
)
from .types import TIMESTAMP, VARCHAR, Array, Type

Rule = Callable[[Sequence[Expression]], Size]

# Memory overhead of DuckDB for each string in a list.
_PART_BYTES = 24
# Cost of one step of a quadratic algorithm, on two characters or entries.
_STEP_BYTES = 1 / 16
_MAX_ENTRIES = 10_000
_POINT_BYTES = 32
_LITERAL = re.compile(r"([0-9]+)|CAST\(([0-9]+) AS BIGINT\)")
# Maximum length of SQL that may be evaluated twice to find its size.
_SHORT_SQL = 200
_DAY = 86_400_000_000_000
# Functions whose results DuckDB references instead of copying.
_REFERENCES = {"element_at", "array_max", "array_min"}
_CHOICES = {"coalesce", "greatest", "least", "nullif"}


def function_cost(name: str, arguments: Sequence[Expression], result: Type) -> Size | None:
    """Return the cost of a call, or None if it builds nothing that may be large."""
    if name in _REFERENCES or (name in _CHOICES and result == VARCHAR):
        return None
    if name in _COSTS:
        return _COSTS[name](arguments)
    return function_size(name, arguments) if is_growable(result) else None


def function_size(name: str, arguments: Sequence[Expression]) -> Size | None:
    """Return the maximum size of a result, or None if only the value determines it."""
    if name in _REFERENCES:
        return None
    rule = _SIZES.get(name) or _COSTS.get(name) or _add_all
    return rule(arguments)


def aggregate_size(name: str, arguments: Sequence[Expression], modifiers: str) -> Size:
    """Return the maximum size of the result of an aggregate. The modifiers include its FILTER."""
    if name in ("array_agg", "create_time_series"):
        entries = add_sizes((argument.size for argument in arguments), ENTRY_BYTES).sql
        return Size(f"coalesce(sum({entries}){modifiers}, 0)")
    value = arguments[-1] if name == "approx_percentile" else arguments[0]
    size = value.size
    return Size(f"coalesce(max({size.sql}){modifiers}, 0)", size.limit)


def _add_all(arguments: Sequence[Expression]) -> Size:
    """Return the total size of the arguments that may be large."""
    return add_sizes(argument.size for argument in arguments if is_growable(argument.type))


def _get_first(arguments: Sequence[Expression]) -> Size:
    """Return the size of the first argument."""
    return arguments[0].size


def _size_case_change(arguments: Sequence[Expression]) -> Size:
    """Return the size of a string whose letters may become longer."""
    return scale_size(arguments[0].size, 3)


def _size_pad(arguments: Sequence[Expression]) -> Size:
    """Return the size of a string with a number of characters."""
    return _repeat_size(arguments[1], fixed_size(4))


def _repeat_size(count: Expression, size: Size, limit: int | None = None) -> Size:
    """Return the size of a number of values."""
    if (known := _parse_integer_literal(count.sql)) is not None:
        return scale_size(size, known if limit is None else min(known, limit))
    number = f"greatest(coalesce(({count.sql})::DOUBLE, 0), 0)"
    if limit is None:
        return Size(f"({number} * {size.sql})")
    most = None if size.limit is None else limit * size.limit
    return Size(f"(least({number}, {limit}) * {size.sql})", most)


def _parse_integer_literal(sql: str) -> int | None:
    """Parse an integer literal; return None if it is computed."""
    match = _LITERAL.fullmatch(sql)
    return int(match[1] or match[2]) if match else None


def _size_replace(arguments: Sequence[Expression]) -> Size:
    """Return the size of a string with all occurrences of another replaced."""
    if len(arguments) < 3:
        return arguments[0].size
    text, searched, replacement = arguments
    shortest = max(1, len(searched.constant.encode())) if isinstance(searched.constant, str) else 1
    grown = multiply_sizes(text.size, replacement.size, 1 / shortest)
    return add_sizes([text.size, grown])


def _size_regexp_replace(arguments: Sequence[Expression]) -> Size:
    """Return the size of a string with all matches replaced, which may repeat the match."""
    if len(arguments) < 3:
        return arguments[0].size
    text, _, replacement = arguments
    positions = scale_size(text.size, 1, 1)
    return add_sizes([text.size, multiply_sizes(positions, scale_size(replacement.size, 1, 1))])


def _size_split(arguments: Sequence[Expression]) -> Size:
    """Return the size of the parts of a string, at most one for each character."""
    text, separator = arguments[0], arguments[1].constant
    length = len(separator.encode()) if isinstance(separator, str) else 0
    most = scale_size(text.size, 1 + _PART_BYTES / max(1, length), _PART_BYTES)
    if not length or most.is_constant or len(text.sql) > _SHORT_SQL:
        return most
    rest = f"strlen(replace({text.sql}, {arguments[1].sql}, ''))"
    separators = f"(coalesce(strlen({text.sql}) - {rest}, 0) / {length})"
    return Size(f"({text.size.sql} + {separators} * {_PART_BYTES} + {_PART_BYTES})", most.limit)


def _size_matches(arguments: Sequence[Expression]) -> Size:
    """Return the size of the matches in a string: at most one per character and one at its end."""
    return scale_size(arguments[0].size, 1 + _PART_BYTES, _PART_BYTES)


def _cost_comparison(arguments: Sequence[Expression]) -> Size:
    """Return the cost of comparing all characters of two strings or all entries of two arrays."""
    sizes = [argument.size for argument in arguments]
    if isinstance(arguments[0].type, Array):
        steps = _STEP_BYTES / ENTRY_BYTES**2
        return add_sizes([*sizes, multiply_sizes(add_sizes(sizes), add_sizes(sizes), steps)])
    return multiply_sizes(sizes[0], sizes[1], _STEP_BYTES)


def _cost_join(arguments: Sequence[Expression]) -> Size:
    """Return the cost of joining the strings of an array, with separators and values for NULL."""
    entries = scale_size(arguments[0].size, 1 / ENTRY_BYTES)
    between = add_sizes(argument.size for argument in arguments[1:])
    return add_sizes([arguments[0].size, multiply_sizes(entries, between)])


def _size_repeat(arguments: Sequence[Expression]) -> Size:
    """Return the size of an array that repeats one value."""
    return _repeat_size(arguments[1], add_sizes([arguments[0].size], ENTRY_BYTES), _MAX_ENTRIES)


def _size_sequence(arguments: Sequence[Expression]) -> Size:
    """Return the size of an array of numbers or times."""
    first, last, *steps = (_to_sql_number(argument) for argument in arguments)
    step = steps[0] if steps else str(_DAY if arguments[0].type == TIMESTAMP else 1)
    limit = _MAX_ENTRIES * ENTRY_BYTES
    start, end, width = (
        _parse_integer_literal(first),
        _parse_integer_literal(last),
        _parse_integer_literal(step),
    )
    if start is not None and end is not None and width:
        return fixed_size(min((abs(end - start) // width + 1) * ENTRY_BYTES, limit))
    entries_sql = f"abs(({last})::DOUBLE - ({first})) / abs(({step})::DOUBLE) + 1"
    return Size(f"(coalesce(least({entries_sql}, {_MAX_ENTRIES}), 0) * {ENTRY_BYTES})", limit)


def _to_sql_number(value: Expression) -> str:
    """Return the SQL of a number or of the nanoseconds of a time."""
    return f"epoch_ns({value.sql})" if value.type == TIMESTAMP else value.sql


def _cost_interpolation(arguments: Sequence[Expression]) -> Size:
    """Return the cost of comparing each point of a series with each requested time."""
    points, times = arguments[0].size, arguments[1].size
    steps = _STEP_BYTES / (_POINT_BYTES * ENTRY_BYTES)
    return add_sizes([points, scale_size(times, 2), multiply_sizes(points, times, steps)])


def _cost_spline(arguments: Sequence[Expression]) -> Size:
    """Return the cost of a spline, which lists all points for each point."""
    points = arguments[0].size
    steps = 1 / (32 * _POINT_BYTES)
    return add_sizes(
        [
            _cost_interpolation(arguments),
            scale_size(points, 8),
            multiply_sizes(points, points, steps),
        ]
    )


def _size_interpolation(arguments: Sequence[Expression]) -> Size:
    """Return the size of an interpolated series."""
    return scale_size(arguments[1].size, _POINT_BYTES / ENTRY_BYTES)


def _max_argument(arguments: Sequence[Expression]) -> Size:
    """Return the size of the largest argument."""
    return max_size(argument.size for argument in arguments)


_COSTS: Mapping[str, Rule] = {
    "array_distinct": _cost_comparison,
    "array_except": _cost_comparison,
    "array_intersect": _cost_comparison,
    "array_join": _cost_join,
    "array_union": _cost_comparison,
    "arrays_overlap": _cost_comparison,
    "coalesce": _max_argument,
    "greatest": _max_argument,
    "interpolate_fill": _cost_interpolation,
    "interpolate_linear": _cost_interpolation,
    "interpolate_locf": _cost_interpolation,
    "interpolate_spline_cubic": _cost_spline,
    "least": _max_argument,
    "levenshtein_distance": _cost_comparison,
    "lower": _size_case_change,
    "lpad": _size_pad,
    "regexp_extract_all": _size_matches,
    "regexp_replace": _size_regexp_replace,
    "regexp_split": _size_matches,
    "repeat": _size_repeat,
    "replace": _size_replace,
    "rpad": _size_pad,
    "sequence": _size_sequence,
    "split": _size_split,
    "split_part": _size_split,
    "upper": _size_case_change,
}
_SIZES: Mapping[str, Rule] = {
    "array_distinct": _get_first,
    "array_except": _get_first,
    "array_intersect": _get_first,
    "array_union": _add_all,
    "interpolate_fill": _size_interpolation,
    "interpolate_linear": _size_interpolation,
    "interpolate_locf": _size_interpolation,
    "interpolate_spline_cubic": _size_interpolation,
    "nullif": _get_first,
    "split_part": _get_first,
}
