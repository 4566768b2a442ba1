"""Aggregates in Timestream's SQL: values by asset and period of time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from .._generated.enums import MeasureValueType
from .._utils import validation
from ..errors import InvalidParameterError
from .sql_text import quote_identifier, quote_string, time_literal
from .table_columns import ASSET_ID, MEASURE_VALUE, TableColumns
from .timestamps import NANOSECONDS
from .zones import FixedOffset, TimeZone

How = Literal["mean", "min", "max", "sum", "count", "first", "last"]

# Values are v, their timestamps t.
_FUNCTIONS = {
    "mean": "avg({v})",
    "min": "min({v})",
    "max": "max({v})",
    "sum": "sum({v})",
    # NULL is no value, and 0 would be one.
    "count": "nullif(count({v}), 0)",
    "first": "min_by({v}, CASE WHEN {v} IS NOT NULL THEN t END)",
    "last": "max_by({v}, CASE WHEN {v} IS NOT NULL THEN t END)",
}
NUMERIC_ONLY = frozenset({"mean", "sum"})
_NUMBERS = frozenset({MeasureValueType.DOUBLE, MeasureValueType.BIGINT})

_PERIOD = re.compile(r"([0-9]{1,6})(s|m|min|h|d|w|mo|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_CALENDAR = {"1w": "week", "1mo": "month", "3mo": "quarter", "1y": "year"}
VALID_PERIOD = 'a period such as "15m", "1h", "1d", "1w", "1mo", "3mo" or "1y", or a timedelta'

HOUR = 3600
# Changes of a time zone's offset are further apart than that.
_OFFSET_STEP = timedelta(days=7)


class Aggregation(NamedTuple):
    """What is aggregated.

    Attributes:
        seconds: The length of a period, or None for a unit of the calendar.
        unit: The unit of the calendar.
        functions: The names of the functions.
        is_named: Whether columns are named after the functions, as there are several.
    """

    seconds: int | None
    unit: str
    functions: list[str]
    is_named: bool

    def has_instants(self, zone: TimeZone) -> bool:
        """Return whether a query returns times in UTC, not in the time zone.

        Short periods in the hour that is repeated when clocks are set back are distinguished.
        """
        is_short = self.seconds is not None and self.seconds <= HOUR
        return is_short or isinstance(zone, FixedOffset)

    def name_column(self, attribute: str, function: str) -> str:
        """Name the column of an attribute."""
        return f"{attribute} {function}" if self.is_named else attribute


class Column(NamedTuple):
    """A column of aggregates.

    Attributes:
        attribute: The attribute.
        function: The function.
        name: The name of the column.
    """

    attribute: str
    function: str
    name: str


def parse_aggregation(every: object, how: object) -> Aggregation:
    """Parse the period and the functions of aggregates."""
    seconds, unit = _parse_period(every)
    is_named = not isinstance(how, str)
    names = [how] if not is_named else validation.require_items("how", how, "functions")
    functions = [validation.parse_choice("how", name, tuple(_FUNCTIONS)) for name in names]
    return Aggregation(seconds, unit, list(dict.fromkeys(functions)), is_named)


def _parse_period(every: object) -> tuple[int | None, str]:
    if isinstance(every, timedelta):
        every = f"{every.total_seconds():.9g}s"
    match = _PERIOD.fullmatch(every) if isinstance(every, str) else None
    if match is None:
        raise validation.invalid_argument("every", every, VALID_PERIOD)
    count, unit = int(match[1]), match[2].replace("min", "m")
    if f"{count}{unit}" in _CALENDAR:
        return None, _CALENDAR[f"{count}{unit}"]
    if not count or unit not in _SECONDS:
        raise validation.invalid_argument("every", every, VALID_PERIOD)
    return count * _SECONDS[unit], ""


def list_columns(
    aggregation: Aggregation, types: Mapping[str, str], requested: Sequence[str]
) -> list[Column]:
    """List the columns of the result.

    Args:
        aggregation: What is aggregated.
        types: The type of each attribute.
        requested: The attributes that were requested by name, which must have all functions.

    Raises:
        InvalidParameterError: A function needs numbers, and an attribute has none.
    """
    columns = []
    for attribute, kind in types.items():
        for function in aggregation.functions:
            if function not in NUMERIC_ONLY or kind in _NUMBERS:
                name = aggregation.name_column(attribute, function)
                columns.append(Column(attribute, function, name))
            elif attribute in requested:
                raise InvalidParameterError(
                    f"how must be min, max, count, first or last for the attribute {attribute!r}, "
                    f"which is a {kind}, got {function!r}"
                )
    return columns


def build_query(
    table: str,
    columns: TableColumns,
    asset_ids: Sequence[str],
    types: Mapping[str, str],
    selected: Sequence[Column],
    aggregation: Aggregation,
    time_range: tuple[int, int],
    zone: TimeZone | None,
) -> str:
    """Build the query, whose result has the columns asset, period and one per selected one.

    Args:
        table: The table, quoted.
        columns: The columns of the table.
        asset_ids: The assets.
        types: The type of each attribute.
        selected: The columns of the result.
        aggregation: What is aggregated.
        time_range: The start and end in nanoseconds since 1970, both inclusive.
        zone: The time zone whose periods are meant. Defaults to UTC.
    """
    start, end = time_range
    values = {name: f"v{index}" for index, name in enumerate(types)}
    points = ", ".join(
        f"max({_select_value(name, kind, columns)}) AS {values[name]}"
        for name, kind in types.items()
    )
    listed = ", ".join(map(quote_string, asset_ids))
    asset = quote_identifier(ASSET_ID)
    aggregates = ", ".join(
        _FUNCTIONS[column.function].format(v=values[column.attribute]) + f" AS c{index}"
        for index, column in enumerate(selected)
    )
    # A value may be stored in several records, and counts once.
    return (
        f"WITH points AS (SELECT {asset} AS a, time AS t, {points} FROM {table} "
        f"WHERE {asset} IN ({listed}) "
        f"AND time BETWEEN {time_literal(start)} AND {time_literal(end)} "
        f"GROUP BY {asset}, time), "
        f"periods AS (SELECT *, {_select_period(aggregation, time_range, zone)} AS p FROM points "
        f"WHERE {' OR '.join(f'{value} IS NOT NULL' for value in values.values())}) "
        f"SELECT a, p, {aggregates} FROM periods GROUP BY a, p"
    )


def _select_value(name: str, kind: str, columns: TableColumns) -> str:
    """Select the value of an attribute, of records of several measures or of a single one."""
    values = []
    if name in columns.multi:
        values.append(quote_identifier(name))
    if kind in columns.single_types:
        is_named = f"measure_name = {quote_string(name)}"
        values.append(f"CASE WHEN {is_named} THEN {MEASURE_VALUE}{kind.lower()} END")
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _select_period(
    aggregation: Aggregation, time_range: tuple[int, int], zone: TimeZone | None
) -> str:
    if zone is None:
        return _truncate("t", aggregation)
    shift = _select_offset(list(_iter_offsets(zone, *time_range)))
    local = _truncate(f"date_add('second', {shift}, t)", aggregation)
    return f"date_add('second', -({shift}), {local})" if aggregation.has_instants(zone) else local


def _truncate(time: str, aggregation: Aggregation) -> str:
    if aggregation.seconds is None:
        return f"date_trunc('{aggregation.unit}', {time})"
    return f"bin({time}, {aggregation.seconds}s)"


def _select_offset(offsets: Sequence[tuple[int, int]]) -> str:
    """Select the offset of the time zone in seconds."""
    *earlier, (_, last) = offsets
    if not earlier:
        return str(last)
    cases = " ".join(f"WHEN t < {time_literal(until)} THEN {offset}" for until, offset in earlier)
    return f"(CASE {cases} ELSE {last} END)"


def _iter_offsets(zone: TimeZone, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Iterate over the offsets of a time zone, and the times in nanoseconds until which they are.

    The last one has no such time, which is 0.
    """
    time, last = (datetime.fromtimestamp(ns // NANOSECONDS, UTC) for ns in (start, end))
    offset = _get_offset(zone, time)
    while time < last:
        following = min(time + _OFFSET_STEP, last)
        if _get_offset(zone, following) != offset:
            low, high = time, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if _get_offset(zone, middle) == offset else (low, middle)
            yield int(high.timestamp()) * NANOSECONDS, offset
            following, offset = high, _get_offset(zone, high)
        time = following
    yield 0, offset


def _get_offset(zone: TimeZone, time: datetime) -> int:
    offset = time.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
