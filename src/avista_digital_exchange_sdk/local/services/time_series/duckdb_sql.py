"""SQL expressions that read stored time series."""

from __future__ import annotations

from ...query_engine.sql import timestamp_text
from .catalog import text_column


def value_text(column: str, value_type: str) -> str:
    """Return the SQL of a stored value as the string that was published."""
    match value_type:
        case "DOUBLE":
            return f"coalesce({text_column(column)}, {column}::VARCHAR)"
        case "TIMESTAMP":
            return timestamp_text(column)
        case "VARCHAR":
            return column
        case _:
            return f"{column}::VARCHAR"
