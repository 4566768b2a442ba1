"""Short functions to create records."""

from collections.abc import Mapping
from typing import Any

from avista_digital_exchange_sdk import AvistaDigitalExchange, TimeSeriesInputRecord

START = 1_700_000_000
"""2023-11-14T22:13:20Z, in seconds."""

TYPES = {str: "VARCHAR", bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}


def single_record(
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
    """A record with one measure; `name` is the name of the asset."""
    return exchange.createTimeSeriesInputRecord(
        time,
        unit,
        attribute,
        kind,
        value,
        dimensions=name_dimension(exchange, name),
        version=version,
    )


def numbered_records(exchange: AvistaDigitalExchange, count: int) -> list[TimeSeriesInputRecord]:
    """Records with the values 0, 1, 2 …, one per second."""
    return [single_record(exchange, START + n, value=n) for n in range(count)]


def multi_record(
    exchange: AvistaDigitalExchange,
    time: int,
    measures: Mapping[str, Any],
    *,
    unit: str = "SECONDS",
    name: str | None = None,
) -> TimeSeriesInputRecord:
    """A record with several measures, whose types follow from their Python values.

    A tuple holds an explicit type and a value.
    """
    values = []
    for attribute, value in measures.items():
        kind, value = value if isinstance(value, tuple) else (TYPES[type(value)], value)
        values.append(exchange.createTimeSeriesMeasureValue(kind, attribute, value))
    return exchange.createTimeSeriesInputRecord(
        time, unit, "measurements", "MULTI", None, values, name_dimension(exchange, name)
    )


def name_dimension(exchange: AvistaDigitalExchange, name: str | None) -> list[Any]:
    """The dimension with the name of the asset."""
    if name is None:
        return []
    return [exchange.createTimeSeriesDimension("VARCHAR", "name", name)]
