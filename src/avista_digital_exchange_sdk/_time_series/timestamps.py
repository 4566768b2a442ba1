"""Timestamps as integer nanoseconds since 1970 in UTC, so that no digit is lost."""

import re
from datetime import UTC, datetime, timedelta

from .._utils.validation import invalid_argument

NANOSECONDS = 1_000_000_000
VALID_TIMESTAMP = (
    'an ISO 8601 timestamp with a time zone, such as "2022-09-27T10:22:45.000Z", or a datetime '
    "with a time zone"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"(.+:\d\d|.+T\d{6})[.,](\d+)(.*)", re.DOTALL)


def parse_timestamp_ns(argument: str, value: object) -> int:
    """Parse an ISO 8601 string or a datetime, both with a time zone."""
    if isinstance(value, datetime):
        return _from_datetime(argument, value)
    if not isinstance(value, str):
        raise invalid_argument(argument, value, VALID_TIMESTAMP)
    lifted = _FRACTION.fullmatch(value)
    whole, fraction = (lifted[1] + lifted[3], lifted[2]) if lifted else (value, "")
    fraction = fraction.rstrip("0")
    if len(fraction) > 9:
        raise invalid_argument(
            argument, value, "a timestamp with at most nine decimal places (nanoseconds)"
        )
    if "." in whole or "," in whole:
        # Python would take a fraction of an hour or minute for one of a second.
        raise invalid_argument(argument, value, VALID_TIMESTAMP)
    try:
        timestamp = datetime.fromisoformat(whole)
    except ValueError:
        raise invalid_argument(argument, value, VALID_TIMESTAMP) from None
    return _from_datetime(argument, timestamp, value) + int(fraction.ljust(9, "0"))


def _from_datetime(argument: str, timestamp: datetime, value: object = None) -> int:
    value = timestamp if value is None else value
    if timestamp.tzinfo is None:
        raise invalid_argument(argument, value, VALID_TIMESTAMP)
    try:
        since: timedelta = timestamp.astimezone(UTC) - _EPOCH
    except OverflowError:
        raise invalid_argument(argument, value, VALID_TIMESTAMP) from None
    # A pandas.Timestamp is a datetime with nanoseconds besides its microseconds.
    nanoseconds = int(getattr(timestamp, "nanosecond", 0))
    seconds = since.days * 86_400 + since.seconds
    return seconds * NANOSECONDS + since.microseconds * 1000 + nanoseconds


def format_timestamp(nanoseconds: int) -> str:
    """Format a timestamp as the platform does: with three decimal places, or nine if needed."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    timestamp = _EPOCH + timedelta(seconds=seconds)
    digits = f"{fraction:09d}"
    if digits.endswith("000000"):
        digits = digits[:3]
    # Not strftime: it does not pad years to four digits on every system.
    return f"{timestamp.replace(tzinfo=None).isoformat(timespec='seconds')}.{digits}Z"
