"""Python values of properties that contain strings."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from .keys import KeyMixin

Value = bool | int | float | str | datetime


class _Point(Protocol):
    @property
    def value(self) -> str: ...


class _TypedAttribute(Protocol):
    @property
    def attributeType(self) -> object: ...
    @property
    def lastValue(self) -> str | None: ...
    @property
    def data(self) -> Sequence[_Point]: ...


class AttributeValueMixin:
    """Adds typed values to an attribute of an asset."""

    @property
    def value(self: _TypedAttribute) -> Value | None:
        """`lastValue` in its type: a float, int, bool, str, or a datetime in UTC.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.lastValue, self.attributeType)

    @property
    def typedValues(self: _TypedAttribute) -> list[Value]:
        """The values of `data`, in their order and in the type of the attribute."""
        parse = _get_parser(self.attributeType)
        return [parse(point.value) for point in self.data]


class _Telemetry(Protocol):
    @property
    def schemaType(self) -> object: ...


class _LastTelemetry(_Telemetry, Protocol):
    @property
    def lastValue(self) -> str | None: ...


class EndpointValueMixin:
    """Adds the typed value to the latest value of a telemetry attribute."""

    @property
    def value(self: _LastTelemetry) -> Value | None:
        """`lastValue` in its type: a float, int, bool, str, or a datetime. None if there is none.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.lastValue, self.schemaType)


class _TelemetryValue(_Telemetry, Protocol):
    @property
    def value(self) -> str | None: ...


class TypedValueMixin:
    """Adds the typed value to a value of an endpoint."""

    @property
    def typedValue(self: _TelemetryValue) -> Value | None:
        """`value` in its type: a float, int, bool, str, or a datetime. None if there is none.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.value, self.schemaType)


class IotAttributeValueMixin(TypedValueMixin, KeyMixin):
    """The base class of the values of a record."""


class _Property(_Telemetry, Protocol):
    @property
    def defaultValue(self) -> str | None: ...


class ModelPropertyMixin:
    """Adds the typed initial value to a property of a model."""

    @property
    def typedDefaultValue(self: _Property) -> Value | None:
        """`defaultValue` in its type: float, int, bool, str, or datetime. None if there is none.

        A value that does not have the type is returned as a string.
        """
        return _parse(self.defaultValue, self.schemaType)


class EndpointPropertyMixin(TypedValueMixin, ModelPropertyMixin):
    """The base class of the properties of an endpoint."""


def _parse(text: str | None, kind: object) -> Value | None:
    return None if text is None else _get_parser(kind)(text)


def _get_parser(kind: object) -> Callable[[str], Value]:
    """Return the function that converts strings of a type; it returns other strings unchanged."""
    convert = _PARSERS.get(str(kind), str)

    def parse(text: str) -> Value:
        try:
            return convert(text)
        except ValueError:
            return text

    return parse


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
