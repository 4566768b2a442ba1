"""Formats names and values for Timestream SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesDb


def quote_identifier(name: str) -> str:
    """Quote the name of a table or column."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def quote_table(database: TimeSeriesDb) -> str:
    """Quote the name of a database's table."""
    names = (database.databaseName or "", database.tableName or "")
    return ".".join(map(quote_identifier, names))


def quote_string(value: str) -> str:
    """Quote a string."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def time_literal(nanoseconds: int) -> str:
    """Format a time in nanoseconds since 1970."""
    return f"from_nanoseconds({nanoseconds})"
