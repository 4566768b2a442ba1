"""Parses times: ISO 8601, or relative to now."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from .._utils import validation

NOW = "now"
HELP = "ISO 8601, or relative to now: -90s, -15m, -12h, -7d, -2w."

_AGO = re.compile(r"-([0-9]{1,9})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_timestamp(option: str, text: str, zone: tzinfo) -> str | datetime:
    """Parse a time; naive times are in `zone`."""
    if text == NOW:
        return datetime.now(UTC)
    if text.startswith("-"):
        return _parse_relative(option, text)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        # The library parses more digits than Python, and raises the error.
        return text
    return text if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _parse_relative(option: str, text: str) -> datetime:
    if ago := _AGO.fullmatch(text):
        count, unit = ago.groups()
        with suppress(OverflowError):
            return datetime.now(UTC) - timedelta(**{_UNITS[unit]: int(count)})
    raise validation.invalid_argument(option, text, HELP.rstrip("."))
