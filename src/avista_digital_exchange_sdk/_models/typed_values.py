"""Latest values as Python values, beside their strings."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Value = bool | int | float | str | datetime


class _LastValue(Protocol):
    @property
    def lastValue(self) -> str | None: ...


class AttributeValueMixin:
    """Adds the typed value to the latest value of an attribute of an asset."""

    @property
    def value(self: "_TypedAttribute") -> Value | None:
        """`lastValue` in its type: a float, int, bool, str, or a datetime in UTC.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.lastValue, str(self.attributeType))


class EndpointValueMixin:
    """Adds the typed value to the latest value of a telemetry attribute."""

    @property
    def value(self: "_TypedTelemetry") -> Value | None:
        """`lastValue` in its type: a float, int, bool, str, or a datetime. None if there is none.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.lastValue, str(self.schemaType))


class _TypedAttribute(_LastValue, Protocol):
    @property
    def attributeType(self) -> object: ...


class _TypedTelemetry(_LastValue, Protocol):
    @property
    def schemaType(self) -> object: ...


def _parse(text: str | None, kind: str) -> Value | None:
    if text is None:
        return None
    try:
        return _PARSERS.get(kind, str)(text)
    except ValueError:
        return text


def _parse_boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _parse_timestamp(text: str) -> datetime:
    """Parse a timestamp of Timestream, in UTC, whose nanoseconds are cut to microseconds."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{seconds}.{fraction[:6] or 0}").replace(tzinfo=UTC)


# Types of time series, then of telemetry.
_PARSERS: dict[str, Callable[[str], Value]] = {
    "DOUBLE": float,
    "BIGINT": int,
    "BOOLEAN": _parse_boolean,
    "TIMESTAMP": _parse_timestamp,
    "double": float,
    "integer": int,
    "boolean": _parse_boolean,
    "dateTime": datetime.fromisoformat,
}
