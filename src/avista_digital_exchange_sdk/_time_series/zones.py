"""Time zones by name."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .._utils.validation import invalid_argument


def parse_time_zone(argument: str, value: object) -> ZoneInfo:
    """Parse the name of a time zone."""
    try:
        return ZoneInfo(value)  # type: ignore[arg-type]  # raises TypeError
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        valid = 'the name of a time zone, such as "UTC" or "America/Los_Angeles"'
        raise invalid_argument(argument, value, valid) from None
