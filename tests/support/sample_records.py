"""Records of measurements, made with few words."""

from collections.abc import Mapping
from typing import Any

from avista_digital_exchange_sdk import AvistaDigitalExchange, TimeSeriesInputRecord

START = 1_700_000_000
"""2023-11-14T22:13:20Z, in seconds."""

TYPES = {str: "VARCHAR", bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}


def single(
    exchange: AvistaDigitalExchange,
    time: int,
    attribute: str = "kW",
    value: Any = "1",
    *,
    kind: str = "DOUBLE",
    unit: str = "SECONDS",
    name: str | None = None,
    version: int = 1,
) -> TimeSeriesInputRecord:
    """A record of one measure; `name` is the asset's."""
    return exchange.createTimeSeriesInputRecord(
        time, unit, attribute, kind, value, dimensions=named(exchange, name), version=version
    )


def multi(
    exchange: AvistaDigitalExchange,
    time: int,
    measures: Mapping[str, Any],
    *,
    unit: str = "SECONDS",
    name: str | None = None,
) -> TimeSeriesInputRecord:
    """A record of several measures, each of the type its value has in Python.

    A pair is a type and a value.
    """
    values = []
    for attribute, value in measures.items():
        kind, value = value if isinstance(value, tuple) else (TYPES[type(value)], value)
        values.append(exchange.createTimeSeriesMeasureValue(kind, attribute, value))
    return exchange.createTimeSeriesInputRecord(
        time, unit, "measurements", "MULTI", None, values, named(exchange, name)
    )


def named(exchange: AvistaDigitalExchange, name: str | None) -> list[Any]:
    """The dimension that holds the asset's name."""
    if name is None:
        return []
    return [exchange.createTimeSeriesDimension("VARCHAR", "name", name)]
