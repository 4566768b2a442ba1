"""Timestamps of tables in a time zone."""

import pyarrow as pa

from .._time_series.zones import TimeZone
from .arrow_types import TIMESTAMP_NS


def convert_timestamps(table: pa.Table, zone: TimeZone | None) -> pa.Table:
    """Convert the timestamps of a table to a time zone; they stay the same instants.

    Args:
        table: The table.
        zone: The time zone. Defaults to UTC.
    """
    return table if zone is None else table.cast(convert_schema(table.schema, zone))


def convert_schema(schema: pa.Schema, zone: TimeZone) -> pa.Schema:
    """Convert the types of timestamps to a time zone."""
    local = pa.timestamp("ns", zone.key)
    return pa.schema(
        [field.with_type(local) if field.type == TIMESTAMP_NS else field for field in schema],
        metadata=schema.metadata,
    )
