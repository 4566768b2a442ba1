"""Time zones by name, or as a fixed offset from UTC."""

import re
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from .._utils.validation import invalid_argument

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII)


class FixedOffset(tzinfo):
    """A time zone that always has the same offset from UTC.

    Args:
        minutes: The offset in minutes.
    """

    def __init__(self, minutes: int) -> None:
        self._offset = timedelta(minutes=minutes)
        hours, rest = divmod(abs(minutes), 60)
        self.key = f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"

    def utcoffset(self, when: datetime | None) -> timedelta:
        """Return the offset."""
        return self._offset

    def dst(self, when: datetime | None) -> timedelta:
        """Return no daylight saving time."""
        return timedelta()

    def tzname(self, when: datetime | None) -> str:
        """Return the offset as a name."""
        return self.key

    def __repr__(self) -> str:
        return f"FixedOffset({self.key})"

    def __reduce__(self) -> tuple[type["FixedOffset"], tuple[int]]:
        return FixedOffset, (int(self._offset.total_seconds()) // 60,)


TimeZone: TypeAlias = ZoneInfo | FixedOffset


def parse_time_zone(argument: str, value: object) -> TimeZone:
    """Parse the name of a time zone, or an offset from UTC."""
    if isinstance(value, str) and (found := _OFFSET.fullmatch(value)):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= 18 * 60 and int(found[3] or 0) < 60:
            return FixedOffset(-minutes if found[1] == "-" else minutes)
    try:
        return ZoneInfo(value)  # type: ignore[arg-type]  # raises TypeError
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        valid = (
            'the name of a time zone, such as "UTC" or "America/Los_Angeles", or an offset from '
            'UTC, such as "-08:00"'
        )
        if not available_timezones():
            valid += "; no time zones are installed: pip install tzdata"
        raise invalid_argument(argument, value, valid) from None
