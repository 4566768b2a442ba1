"""The types of attribute values in models and captures, and how to validate strings of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..values import parse_double, parse_iso_timestamp

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DURATION = re.compile(
    r"-?P(?=[0-9T])([0-9]{1,18}Y)?([0-9]{1,18}M)?([0-9]{1,18}W)?([0-9]{1,18}D)?"
    r"(T(?=[0-9])([0-9]{1,18}H)?([0-9]{1,18}M)?([0-9]{1,18}([.,][0-9]{1,18})?S)?)?"
)
_DESCRIPTIONS = {
    "integer": "an integer of 64 bits",
    "double": "a finite number",
    "boolean": "true or false",
    "dateTime": "a date and time with a zone in ISO 8601",
    "duration": "a duration in ISO 8601",
}


def check_value(schema_type: str, text: str) -> None:
    """Raise if a string is not a value of a type.

    Raises:
        ValueError: The message says what the string must be.
    """
    if not _is_value(schema_type, text):
        raise ValueError(f"must be {_DESCRIPTIONS[schema_type]}")


def _is_value(schema_type: str, text: str) -> bool:
    """Return whether a string is a value of a type."""
    match schema_type:
        case "integer":
            return bool(_INTEGER.fullmatch(text)) and -(2**63) <= int(text) < 2**63
        case "double":
            return _is_read(parse_double, text)
        case "boolean":
            return text.lower() in ("true", "false")
        case "dateTime":
            return _is_read(parse_iso_timestamp, text)
        case "duration":
            return bool(_DURATION.fullmatch(text))
        case _:
            return True


def _is_read(parse: Callable[[str], object], text: str) -> bool:
    """Return whether a parser takes a string."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
