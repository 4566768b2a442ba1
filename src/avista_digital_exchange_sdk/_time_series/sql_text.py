"""Names and values as Timestream's SQL writes them."""

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


def quote_string(text: str) -> str:
    """Quote a string."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def time_literal(nanoseconds: int) -> str:
    """Write a time, given in nanoseconds since 1970."""
    return f"from_nanoseconds({nanoseconds})"
