"""Timestamps of tables in a time zone."""

from datetime import tzinfo

import pyarrow as pa

from .arrow_types import TIMESTAMP_NS


def convert_timestamps(table: pa.Table, zone: tzinfo | None) -> pa.Table:
    """Convert the timestamps of a table to a time zone; they stay the same instants.

    Args:
        table: The table.
        zone: The time zone. Defaults to UTC.
    """
    return table if zone is None else table.cast(convert_schema(table.schema, zone))


def convert_schema(schema: pa.Schema, zone: tzinfo) -> pa.Schema:
    """Convert the types of timestamps to a time zone."""
    local = pa.timestamp("ns", str(zone))
    return pa.schema(
        [field.with_type(local) if field.type == TIMESTAMP_NS else field for field in schema],
        metadata=schema.metadata,
    )
