"""Reads stored records, to compare published values with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from .._generated.enums import MeasureValueType
from .record_planner import RecordKey, StoredRecord, Value
from .sql_text import quote_identifier, quote_string, time_literal
from .table_columns import (
    ASSET_ID,
    MEASURE_VALUE,
    TableColumns,
    read_rows,
    read_table_columns,
    read_table_name,
)

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client

# A time range is read as a whole unless it contains far more rows than requested.
MAX_EXCESS_ROWS = 3000


class StoredRecordReader:
    """Reads the records of assets at some times.

    Args:
        client: Sends the queries.
        backend: Prefetches pages.
        database_id: The database.
    """

    def __init__(self, client: Client, backend: Backend, database_id: str) -> None:
        self._client = client
        self._backend = backend
        self._database_id = database_id
        self._table: str | None = None
        self._columns: TableColumns | None = None

    async def read(
        self, asset_id: str, times: Collection[int], names: Collection[str] | None = None
    ) -> list[StoredRecord]:
        """Read all records of an asset at some times.

        Args:
            asset_id: The asset.
            times: The times in nanoseconds since 1970.
            names: The attributes to read. Defaults to all that the database has.

        Returns:
            The records, those without a value of these attributes too.
        """
        columns = await self._read_columns(names or ())
        if names is not None:
            wanted = {name: kind for name, kind in columns.multi.items() if name in names}
            columns = columns._replace(multi=wanted)
        lowest, highest = min(times), max(times)
        query = self._build_query(asset_id, columns, lowest, highest)
        rows = await self._run(query, MAX_EXCESS_ROWS + len(times))
        if rows is None:
            listed = ", ".join(map(str, sorted(times)))
            rows = await self._run(f"{query} AND to_nanoseconds(time) IN ({listed})")
        records = (_parse_row(row, columns, names) for row in rows or ())
        return [record for record in records if record.key.time in times]

    def _build_query(self, asset_id: str, columns: TableColumns, lowest: int, highest: int) -> str:
        selected = [
            "to_nanoseconds(time)",
            "measure_name",
            *map(quote_identifier, columns.dimensions),
            *(_select(f"{MEASURE_VALUE}{kind.lower()}", kind) for kind in columns.single_types),
            *(_select(quote_identifier(name), kind) for name, kind in columns.multi.items()),
        ]
        return (
            f"SELECT {', '.join(selected)} FROM {self._table} "
            f"WHERE {quote_identifier(ASSET_ID)} = {quote_string(asset_id)} "
            f"AND time BETWEEN {time_literal(lowest)} AND {time_literal(highest)}"
        )

    async def _run(self, query: str, limit: int | None = None) -> list[list[str | None]] | None:
        return await read_rows(self._client, self._backend, self._database_id, query, limit)

    async def _read_columns(self, names: Collection[str]) -> TableColumns:
        """Read which columns there are; again if an attribute has got none yet."""
        if self._columns is not None and all(name in self._columns.multi for name in names):
            return self._columns
        if self._table is None:
            self._table = await read_table_name(self._client, self._database_id)
        self._columns = await read_table_columns(
            self._client, self._backend, self._database_id, self._table
        )
        return self._columns


def _select(column: str, kind: str) -> str:
    """Build an expression that formats a column as values are published."""
    return f"to_nanoseconds({column})" if kind == MeasureValueType.TIMESTAMP else column


def _parse_row(
    row: Sequence[Any], columns: TableColumns, names: Collection[str] | None
) -> StoredRecord:
    time, measure_name, *cells = row
    first_value, first_multi = (
        len(columns.dimensions),
        len(columns.dimensions + columns.single_types),
    )
    dimensions = sorted(
        (name, value)
        for name, value in zip(columns.dimensions, cells[:first_value], strict=True)
        if value is not None
    )
    key = RecordKey(int(time), tuple(dimensions), measure_name)
    for kind, text in zip(columns.single_types, cells[first_value:first_multi], strict=True):
        if text is not None:
            is_wanted = names is None or measure_name in names
            value = Value(measure_name, kind, text)
            return StoredRecord(key, kind, {measure_name: value} if is_wanted else {})
    values = {
        name: Value(name, kind, text)
        for (name, kind), text in zip(columns.multi.items(), cells[first_multi:], strict=True)
        if text is not None
    }
    return StoredRecord(key, MeasureValueType.MULTI, values)
