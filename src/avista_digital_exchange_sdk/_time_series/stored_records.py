"""Reads stored records, to compare published values with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

from .._generated.enums import MeasureValueType
from .._graphql.client import require_found
from ..errors import InvalidResponseError
from .record_planner import RecordKey, StoredRecord, Value
from .sql_paging import iter_sql_pages
from .sql_results import QueryResult_TimestreamVariables, parse_result
from .sql_text import quote_identifier, quote_string, quote_table, time_literal

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client

ASSET_ID = "assetId"
# A time range is read as a whole unless it contains far more rows than requested.
MAX_EXCESS_ROWS = 3000

_MEASURE_VALUE = "measure_value::"


class _Columns(NamedTuple):
    """The columns of a database's table that a record is read from.

    Attributes:
        dimensions: Names of the dimensions, without that of the asset.
        single_types: Types of the records of a single measure.
        multi: The types of the measures of multi-measure records, by name.
    """

    dimensions: list[str]
    single_types: list[MeasureValueType]
    multi: dict[str, MeasureValueType]


class StoredRecordReader:
    """Reads the records of assets at some times.

    Args:
        client: Sends the queries.
        backend: Waits for delays.
        database_id: The database.
    """

    def __init__(self, client: Client, backend: Backend, database_id: str) -> None:
        self._client = client
        self._backend = backend
        self._database_id = database_id
        self._table: str | None = None
        self._columns: _Columns | None = None

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

    def _build_query(self, asset_id: str, columns: _Columns, lowest: int, highest: int) -> str:
        selected = [
            "to_nanoseconds(time)",
            "measure_name",
            *map(quote_identifier, columns.dimensions),
            *(_select(f"{_MEASURE_VALUE}{kind.lower()}", kind) for kind in columns.single_types),
            *(_select(quote_identifier(name), kind) for name, kind in columns.multi.items()),
        ]
        return (
            f"SELECT {', '.join(selected)} FROM {self._table} "
            f"WHERE {quote_identifier(ASSET_ID)} = {quote_string(asset_id)} "
            f"AND time BETWEEN {time_literal(lowest)} AND {time_literal(highest)}"
        )

    async def _run(self, query: str, limit: int | None = None) -> list[list[str | None]] | None:
        """Run a query; None if it returns more than `limit` rows."""
        rows: list[list[str | None]] = []
        pages = iter_sql_pages(
            self._client, self._backend, self._database_id, query, None, parse_result
        )
        async with aclosing(pages):
            async for page in pages:
                rows += _read_cells(page)
                if limit is not None and len(rows) > limit:
                    return None
        return rows

    async def _read_columns(self, names: Collection[str]) -> _Columns:
        """Read the columns, and read them again if that of an attribute is missing."""
        if self._columns is not None and all(name in self._columns.multi for name in names):
            return self._columns
        if self._table is None:
            database = require_found(
                await self._client.time_series_db_get_database(self._database_id),
                "time series database",
                self._database_id,
            )
            self._table = quote_table(database)
        rows = await self._run(f"DESCRIBE {self._table}")
        self._columns = _parse_columns(rows or [])
        return self._columns


def _select(column: str, kind: str) -> str:
    """Build an expression that formats a column as values are published."""
    return f"to_nanoseconds({column})" if kind == MeasureValueType.TIMESTAMP else column


def _read_cells(page: QueryResult_TimestreamVariables) -> list[list[str | None]]:
    """Read the strings of a page; None for NULL."""
    try:
        return [[datum.get("ScalarValue") for datum in row["Data"]] for row in page.rows]
    except (KeyError, TypeError, AttributeError):
        raise InvalidResponseError("the response has no Timestream result") from None


def _parse_columns(rows: Iterable[Sequence[str | None]]) -> _Columns:
    columns = _Columns([], [], {})
    for name, kind, role in ((str(cell) for cell in row[:3]) for row in rows):
        if role == "DIMENSION" and name != ASSET_ID:
            columns.dimensions.append(name)
        elif name.startswith(_MEASURE_VALUE):
            columns.single_types.append(MeasureValueType(kind.upper()))
        elif role == "MULTI":
            columns.multi[name] = MeasureValueType(kind.upper())
    return columns


def _parse_row(
    row: Sequence[Any], columns: _Columns, names: Collection[str] | None
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
