"""Parse and format measure values and timestamps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

NANOSECONDS = {
    "SECONDS": 1_000_000_000,
    "MILLISECONDS": 1_000_000,
    "MICROSECONDS": 1_000,
    "NANOSECONDS": 1,
}
# The range of 64-bit nanoseconds, without the extremes that DuckDB uses for infinity.
EARLIEST = -(2**63) + 2
LATEST = 2**63 - 2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")
_ISO_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?(Z|z|[+-]\d\d(?::?\d\d)?)", re.ASCII
)

Value = float | int | str | bool


def parse_value(measure_type: str, text: str, time_unit: str) -> tuple[Value, str]:
    """Parse a measure value; return the stored value and the string that queries return.

    Raises:
        ValueError: If the string is not a value of the type. The message has the reason.
    """
    match measure_type:
        case "VARCHAR":
            return text, text
        case "DOUBLE":
            return parse_double(text)
        case "BIGINT":
            number = _parse_integer(text)
            if not -(2**63) <= number < 2**63:
                raise ValueError("is outside the range of a BIGINT")
            return number, str(number)
        case "BOOLEAN":
            if text.lower() not in ("true", "false"):
                raise ValueError("is not a BOOLEAN, which is true or false")
            return text.lower() == "true", text.lower()
        case _:
            nanoseconds = parse_time(text, time_unit)
            return nanoseconds, format_timestamp(nanoseconds)


def parse_double(text: str) -> tuple[float, str]:
    """Parse a finite DOUBLE; return the number and the string that queries return."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("is not a DOUBLE")
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("is outside the range of a DOUBLE")
    shortest = repr(number)
    is_exact = text == shortest or Decimal(text) == Decimal(shortest)
    return number, text if is_exact else shortest


def _parse_integer(text: str) -> int:
    """Read plain decimal digits: no spaces, underscores or other scripts' digits."""
    if not _INTEGER.fullmatch(text):
        raise ValueError("is not an integer")
    return int(text)


def parse_time(text: str, time_unit: str) -> int:
    """Read a count of time units since 1970 as nanoseconds.

    Raises:
        ValueError: If the text is no integer or lies outside the years that can be stored.
    """
    nanoseconds = _parse_integer(text) * NANOSECONDS[time_unit]
    if not EARLIEST <= nanoseconds <= LATEST:
        raise ValueError("is outside the range from 1677-09-21 to 2262-04-11")
    return nanoseconds


def parse_iso_timestamp(text: str) -> int:
    """Read an ISO 8601 date and time with a zone as nanoseconds since 1970.

    An instant beyond the years that can be stored becomes the nearest one that can be.

    Raises:
        ValueError: If the text is no such date and time.
    """
    match = _ISO_TIMESTAMP.fullmatch(text)
    if not match:
        raise ValueError("is not an ISO 8601 date and time with a zone")
    date, time, fraction, zone = match.groups()
    whole = datetime.fromisoformat(f"{date}T{time}{zone.upper()}") - _EPOCH
    seconds = whole.days * 86_400 + whole.seconds
    nanoseconds = seconds * 1_000_000_000 + int((fraction or "0")[:9].ljust(9, "0"))
    return min(max(nanoseconds, EARLIEST), LATEST)


def format_timestamp(nanoseconds: int) -> str:
    """Format a timestamp like Timestream: `2024-03-19 10:39:31.942000000`, in UTC."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    return f"{_to_utc(seconds).isoformat(' ')}.{fraction:09}"


def format_iso(nanoseconds: int) -> str:
    """Format a timestamp as ISO 8601, with milliseconds, or nanoseconds if necessary."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    digits = f"{fraction:09}" if fraction % 1_000_000 else f"{fraction // 1_000_000:03}"
    return f"{_to_utc(seconds).isoformat()}.{digits}Z"


def _to_utc(seconds: int) -> datetime:
    """Return the date and time of seconds since 1970, in UTC and without a time zone."""
    return _NAIVE_EPOCH + timedelta(seconds=seconds)
