"""The date and time functions, calculated in nanoseconds, which DuckDB's own do not keep.

Units and patterns must be literals here: what they mean decides what SQL is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from ..errors import PlatformError
from ..query_engine.sql import quote
from ..values import parse_iso_timestamp
from .budget import MemoryBudget
from .date_patterns import joda_pattern, mysql_pattern
from .expressions import Expression, coerce, not_supported, sql_error, timestamp_constant
from .sizes import fixed_size
from .types import BIGINT, DATE, DOUBLE, INTERVAL, MONTHS, TIMESTAMP, VARCHAR, Type

_UNITS = {
    "nanosecond": 1,
    "microsecond": 1_000,
    "millisecond": 1_000_000,
    "second": 1_000_000_000,
    "minute": 60_000_000_000,
    "hour": 3_600_000_000_000,
    "day": 86_400_000_000_000,
    "week": 604_800_000_000_000,
}
_MONTH_UNITS = {"month": 1, "quarter": 3, "year": 12}
DURATION_UNITS = {
    "ns": "nanosecond",
    "us": "microsecond",
    "ms": "millisecond",
    "s": "second",
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
    "y": "year",
} | {unit: unit for unit in [*_UNITS, "month", "year"]}
# Maximum length of the output of one pattern character, such as the name of a month.
_FORMATTED_BYTES = 16
_TEXT_BYTES = 64
_DURATION = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*", re.ASCII)


@dataclass(frozen=True)
class Call:
    """A call of a function: its node, its translated arguments, and the start of the query."""

    node: exp.Expression
    name: str
    arguments: list[Expression]
    now: int
    budget: MemoryBudget

    def unexpected(self) -> PlatformError:
        """Create the error for arguments that the function does not accept."""
        kinds = ", ".join(str(argument.type) for argument in self.arguments)
        return sql_error(self.node, f"Unexpected parameters ({kinds}) for function {self.name}")

    def take(self, *types: Type) -> list[Expression]:
        """Return the arguments as the requested types."""
        if len(types) != len(self.arguments):
            raise self.unexpected()
        coerced = [coerce(a, kind) for a, kind in zip(self.arguments, types, strict=True)]
        found = [argument for argument in coerced if argument is not None]
        if len(found) < len(types):
            raise self.unexpected()
        return found

    def literal(self, index: int) -> str:
        """Return an argument that must be a string literal."""
        if index >= len(self.arguments):
            raise self.unexpected()
        constant = self.arguments[index].constant
        if not isinstance(constant, str):
            raise not_supported(self.node, f"A computed {self.name} unit or pattern")
        return constant


def to_interval(amount: Decimal, unit: str) -> Expression | None:
    """Make an interval of a number of units, or None for one that does not exist."""
    if unit in _UNITS:
        nanoseconds = amount * _UNITS[unit]
        exact = abs(nanoseconds) < 2**63 and nanoseconds == int(nanoseconds)
        return Expression(str(int(nanoseconds)), INTERVAL) if exact else None
    if unit in _MONTH_UNITS:
        months = amount * _MONTH_UNITS[unit]
        exact = abs(months) < 2**31 and months == int(months)
        return Expression(str(int(months)), MONTHS) if exact else None
    return None


def duration(text: str) -> Expression | None:
    """Read a duration such as `15m`, or None."""
    match = _DURATION.fullmatch(text)
    return to_interval(Decimal(match[1]), DURATION_UNITS.get(match[2], "")) if match else None


def add(left: Expression, right: Expression, sign: int) -> Expression | None:
    """Add an interval to a time, or subtract it; None if that is not what the operands are."""
    if left.type in (INTERVAL, MONTHS) and right.type in (TIMESTAMP, DATE) and sign > 0:
        left, right = right, left
    change = right.sql if sign > 0 else f"-({right.sql})"
    operation = _ADDITIONS.get((left.type, right.type))
    if operation:
        return Expression(operation.format(left.sql, change), left.type)
    if left.type == right.type and left.type in (INTERVAL, MONTHS):
        return Expression(f"({left.sql} + {change})", left.type)
    return None


_ADDITIONS: dict[tuple[Type, Type], str] = {
    (TIMESTAMP, INTERVAL): "make_timestamp_ns(epoch_ns({0}) + {1})",
    (TIMESTAMP, MONTHS): "results.add_months({0}, {1})",
    (DATE, INTERVAL): "results.add_to_date({0}, {1})",
    (DATE, MONTHS): "results.add_months_to_date({0}, {1})",
}


def _ago(call: Call) -> Expression:
    """`ago(1h)`: the time that long before the query began."""
    (interval,) = call.take(INTERVAL)
    return Expression(f"make_timestamp_ns({call.now} - ({interval.sql}))", TIMESTAMP)


def _bin(call: Call) -> Expression:
    """`bin(time, 15m)`: the time rounded down to a multiple of the interval since 1970."""
    time, width = call.take(TIMESTAMP, INTERVAL)
    # A macro that may fail can't stand in OVER.
    macro = "bin_time" if width.sql.isdigit() and int(width.sql) else "checked_bin_time"
    return Expression(f"results.{macro}({time.sql}, {width.sql})", TIMESTAMP)


def _parse_duration(call: Call) -> Expression:
    """`parse_duration('1h')`, and the duration literals, which are made into it."""
    interval = duration(call.literal(0))
    if interval is None or len(call.arguments) > 1:
        raise sql_error(call.node, f"Invalid duration: {call.literal(0)}")
    return interval


def _unit(call: Call) -> str:
    """Read the unit a function's first argument names."""
    unit = call.literal(0).lower()
    if unit not in _UNITS and unit not in _MONTH_UNITS:
        raise sql_error(call.node, f"'{unit}' is not a valid TIMESTAMP field")
    return unit


def _date_add(call: Call) -> Expression:
    """`date_add('hour', 2, time)`."""
    unit = _unit(call)
    kind = call.arguments[-1].type if call.arguments[-1].type == DATE else TIMESTAMP
    _, amount, time = call.take(VARCHAR, BIGINT, kind)
    if unit in _UNITS:
        change = Expression(f"(({amount.sql}) * {_UNITS[unit]}::BIGINT)", INTERVAL)
    else:
        change = Expression(f"(({amount.sql}) * {_MONTH_UNITS[unit]})", MONTHS)
    added = add(time, change, 1)
    assert added is not None
    return added


def _date_diff(call: Call) -> Expression:
    """`date_diff('hour', earlier, later)`: whole units between two times."""
    unit = _unit(call)
    _, start, end = call.take(VARCHAR, TIMESTAMP, TIMESTAMP)
    if unit in _UNITS:
        sql = f"((epoch_ns({end.sql}) - epoch_ns({start.sql})) // {_UNITS[unit]})"
    else:
        sql = f"(results.months_between({start.sql}, {end.sql}) // {_MONTH_UNITS[unit]})"
    return Expression(sql, BIGINT)


def _date_trunc(call: Call) -> Expression:
    """`date_trunc('month', time)`."""
    unit = _unit(call)
    kind = call.arguments[-1].type if call.arguments[-1].type == DATE else TIMESTAMP
    _, time = call.take(VARCHAR, kind)
    if unit in _UNITS and unit != "week":
        if kind == DATE:
            return time if unit == "day" else _no_such_field(call, unit)
        return Expression(f"results.bin_time({time.sql}, {_UNITS[unit]})", TIMESTAMP)
    date = time.sql if kind == DATE else f"results.date_of({time.sql})"
    truncated = f"CAST(date_trunc('{unit}', {date}) AS DATE)"
    return Expression(truncated if kind == DATE else f"results.timestamp_of({truncated})", kind)


def _no_such_field(call: Call, unit: str) -> Expression:
    """Reject a unit a date does not have."""
    raise sql_error(call.node, f"'{unit}' is not a valid DATE field")


def _formatter(
    pattern_of: Callable[..., str | None], *, parsing: bool
) -> Callable[[Call], Expression]:
    """Create a function that formats or parses times with patterns of a kind."""

    def translate(call: Call) -> Expression:
        pattern = pattern_of(call.literal(1), parsing=parsing)
        if pattern is None:
            raise not_supported(call.node, f"The pattern '{call.literal(1)}'")
        if parsing:
            text, _ = call.take(VARCHAR, VARCHAR)
            parsed = f"CAST(strptime({text.sql}, {quote(pattern)}) AS TIMESTAMP_NS)"
            return Expression(parsed, TIMESTAMP)
        time, _ = call.take(TIMESTAMP, VARCHAR)
        size = fixed_size(_FORMATTED_BYTES * (len(pattern) + 1))
        return Expression(_strftime(time.sql, pattern), VARCHAR, known_size=size)

    return translate


def _strftime(time: str, pattern: str) -> str:
    """Write a time with a pattern; what follows %n DuckDB would write over its last digits."""
    nanoseconds = f" || lpad((results.time_of_day({time}) % 1000000000)::VARCHAR, 9, '0') || "
    parts = (
        f"strftime({time}, {quote(part)})" if part else "''"
        for part in _split_at_nanoseconds(pattern)
    )
    return f"({nanoseconds.join(parts)})"


def _split_at_nanoseconds(pattern: str) -> list[str]:
    """Split a pattern at each %n, of which %%n is none."""
    parts = [""]
    for specifier in re.findall(r"%-?.|[^%]+", pattern, re.DOTALL):
        if specifier == "%n":
            parts.append("")
        else:
            parts[-1] += specifier
    return parts


def _from_iso8601_timestamp(call: Call) -> Expression:
    """`from_iso8601_timestamp('2022-06-17T08:04:05Z')`."""
    (text,) = call.take(VARCHAR)
    if isinstance(text.constant, str):
        try:
            return timestamp_constant(parse_iso_timestamp(text.constant))
        except ValueError:
            pass  # DuckDB parses a date alone, or a time without a zone
    return Expression(f"results.from_iso({text.sql})", TIMESTAMP)


def _date(call: Call) -> Expression:
    if [argument.type for argument in call.arguments] == [TIMESTAMP]:
        return Expression(f"results.date_of({call.arguments[0].sql})", DATE)
    return call.take(DATE)[0]


def _from_time(result: Type, template: str) -> Callable[[Call], Expression]:
    """Create a function of one time."""

    def translate(call: Call) -> Expression:
        (time,) = call.take(TIMESTAMP)
        return Expression(template.format(time.sql), result, known_size=fixed_size(_TEXT_BYTES))

    return translate


def _from_date(template: str) -> Callable[[Call], Expression]:
    """Create a function that returns a part of the date of a time."""
    return _from_time(BIGINT, template.format("results.date_of({0})"))


def _from_day(template: str) -> Callable[[Call], Expression]:
    """Create a function that returns a part of the nanoseconds since midnight of a time."""
    return _from_time(BIGINT, template.format("results.time_of_day({0})"))


def _from_number(kind: Type, template: str) -> Callable[[Call], Expression]:
    """Create a function that converts a number to a time."""

    def translate(call: Call) -> Expression:
        (number,) = call.take(kind)
        return Expression(template.format(number.sql), TIMESTAMP)

    return translate


def _to_number(divisor: int) -> Callable[[Call], Expression]:
    """Create a function that counts the units of a time since 1970 or of an interval."""

    def translate(call: Call) -> Expression:
        if [argument.type for argument in call.arguments] == [INTERVAL]:
            return Expression(f"(({call.arguments[0].sql}) // {divisor})", BIGINT)
        (time,) = call.take(TIMESTAMP)
        rounded = f"epoch_ns({time.sql}) - results.floor_mod(epoch_ns({time.sql}), {divisor})"
        return Expression(f"(({rounded}) // {divisor})", BIGINT)

    return translate


def _now(call: Call) -> Expression:
    """`now()`: when the query began, the same on every page."""
    call.take()
    return timestamp_constant(call.now)


def _current_timezone(call: Call) -> Expression:
    call.take()
    return Expression("'UTC'", VARCHAR, "UTC")


FIELDS: dict[str, Callable[[Call], Expression]] = {
    "year": _from_date("year({0})"),
    "quarter": _from_date("quarter({0})"),
    "month": _from_date("month({0})"),
    "week": _from_date("week({0})"),
    "day": _from_date("day({0})"),
    "day_of_month": _from_date("day({0})"),
    "day_of_week": _from_date("isodow({0})"),
    "dow": _from_date("isodow({0})"),
    "day_of_year": _from_date("dayofyear({0})"),
    "doy": _from_date("dayofyear({0})"),
    "year_of_week": _from_date("isoyear({0})"),
    "yow": _from_date("isoyear({0})"),
    "hour": _from_day("({0} // 3600000000000)"),
    "minute": _from_day("({0} // 60000000000 % 60)"),
    "second": _from_day("({0} // 1000000000 % 60)"),
    "millisecond": _from_day("({0} // 1000000 % 1000)"),
    "nanosecond": _from_day("({0} % 1000000000)"),
}
"""What EXTRACT takes out of a time; each is a function, too."""

DATE_FUNCTIONS: dict[str, Callable[[Call], Expression]] = FIELDS | {
    "ago": _ago,
    "bin": _bin,
    "current_timezone": _current_timezone,
    "date": _date,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_format": _formatter(mysql_pattern, parsing=False),
    "date_parse": _formatter(mysql_pattern, parsing=True),
    "date_trunc": _date_trunc,
    "format_datetime": _formatter(joda_pattern, parsing=False),
    "from_iso8601_date": lambda call: call.take(DATE)[0],
    "from_iso8601_timestamp": _from_iso8601_timestamp,
    "from_milliseconds": _from_number(BIGINT, "make_timestamp_ns(({0}) * 1000000::BIGINT)"),
    "from_nanoseconds": _from_number(BIGINT, "make_timestamp_ns({0})"),
    "from_unixtime": _from_number(
        DOUBLE, "make_timestamp_ns(CAST(round(({0}) * 1000) AS BIGINT) * 1000000)"
    ),
    "last_day_of_month": _from_time(DATE, "last_day(results.date_of({0}))"),
    "now": _now,
    "parse_datetime": _formatter(joda_pattern, parsing=True),
    "parse_duration": _parse_duration,
    "to_iso8601": _from_time(VARCHAR, "strftime({0}, '%Y-%m-%dT%H:%M:%S.%n') || 'Z'"),
    "to_milliseconds": _to_number(1_000_000),
    "to_nanoseconds": _to_number(1),
    "to_unixtime": _from_time(DOUBLE, "(epoch_ns({0}) / 1e9)"),
    "week_of_year": _from_date("week({0})"),
}
