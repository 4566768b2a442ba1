"""Times as arguments: ISO 8601, dates, datetimes, or how long ago."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError
from .timestamps import VALID_TIMESTAMP, format_timestamp, parse_timestamp_ns

NOW = "now"
VALID_TIME = (
    'an ISO 8601 timestamp with a time zone such as "2022-09-27T10:22:45.000Z", a date, "now", or '
    'how long ago ("-90s", "-15m", "-12h", "-7d", "-2w")'
)

_AGO = re.compile(r"-([0-9]{1,9})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_time_range(
    start: tuple[str, object], end: tuple[str, object], zone: tzinfo | None = None
) -> tuple[str, str]:
    """Parse the two ends of a time range, each an (argument, value) pair.

    Args:
        start: The start.
        end: The end.
        zone: The time zone of times without one. Without it, dates are in UTC, and times of day
            are rejected.

    Raises:
        InvalidParameterError: One of them is not a time, or the start is not before the end.
    """
    # Both ends count back from the same time.
    now = datetime.now(UTC)
    first, last = _parse_time(*start, zone, now), _parse_time(*end, zone, now)
    if first >= last:
        raise InvalidParameterError(
            f"{start[0]} must be before {end[0]} ({end[1]!s}), got {start[1]!s}"
        )
    return format_timestamp(first), format_timestamp(last)


def _parse_time(argument: str, value: object, zone: tzinfo | None, now: datetime) -> int:
    """Parse a time into nanoseconds since 1970."""
    if isinstance(value, str):
        return _parse_str(argument, value, zone, now)
    if isinstance(value, date) and not isinstance(value, datetime):
        return _to_ns(argument, datetime.combine(value, time(), zone or UTC), value)
    if isinstance(value, datetime) and value.tzinfo is None and zone is not None:
        # Not `combine`: a Timestamp of pandas has nanoseconds too.
        return _to_ns(argument, value.replace(tzinfo=zone), value)
    return _to_ns(argument, value, value)


def _parse_str(argument: str, text: str, zone: tzinfo | None, now: datetime) -> int:
    if text == NOW:
        return _to_ns(argument, now, text)
    if ago := _AGO.fullmatch(text):
        count, unit = ago.groups()
        try:
            return _to_ns(argument, now - timedelta(**{_UNITS[unit]: int(count)}), text)
        except OverflowError:
            raise invalid_argument(argument, text, VALID_TIME) from None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        # `parse_timestamp_ns` reads more digits than Python does.
        return _to_ns(argument, text, text)
    if _DATE.fullmatch(text):
        return _to_ns(argument, parsed.replace(tzinfo=zone or UTC), text)
    if parsed.tzinfo is None and zone is not None:
        local = parsed.replace(tzinfo=zone)
        # Python drops the digits after microseconds, so a text with a fraction is read itself.
        has_fraction = "." in text or "," in text
        return _to_ns(argument, text + local.strftime("%z") if has_fraction else local, text)
    return _to_ns(argument, text, text)


def _to_ns(argument: str, value: object, given: object) -> int:
    try:
        return parse_timestamp_ns(argument, value)
    except InvalidParameterError as error:
        if VALID_TIMESTAMP in str(error):
            raise invalid_argument(argument, given, VALID_TIME) from None
        raise
