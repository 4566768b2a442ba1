"""The columns of a database's table in Timestream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from .._generated.enums import MeasureValueType
from .._graphql.client import require_found
from ..errors import InvalidResponseError
from .sql_paging import iter_sql_pages
from .sql_text import quote_table

if TYPE_CHECKING:
    from .._backends import Backend
    from .._generated.client import Client
    from .sql_results import QueryResult_TimestreamVariables

ASSET_ID = "assetId"
MEASURE_VALUE = "measure_value::"


class TableColumns(NamedTuple):
    """The columns of a table.

    Attributes:
        dimensions: The names of the dimensions, without that of the asset.
        single_types: The types of the records of a single measure.
        multi: The type of each measure of the records of several, by name.
    """

    dimensions: list[str]
    single_types: list[MeasureValueType]
    multi: dict[str, MeasureValueType]


async def read_table_name(client: Client, database_id: str) -> str:
    """Read the name of a database's table, quoted for SQL."""
    database = await client.time_series_db_get_database(database_id)
    return quote_table(require_found(database, "time series database", database_id))


async def read_table_columns(
    client: Client, backend: Backend, database_id: str, table: str
) -> TableColumns:
    """Read which columns a table has."""
    rows = await read_rows(client, backend, database_id, f"DESCRIBE {table}")
    return _parse_columns(rows or [])


async def read_rows(
    client: Client, backend: Backend, database_id: str, query: str, limit: int | None = None
) -> list[list[str | None]] | None:
    """Run a query and read the strings of its rows; None if there are more than `limit`."""
    # Imported on first use, as it needs pydantic.
    from .sql_results import parse_result

    rows: list[list[str | None]] = []
    async with aclosing(
        iter_sql_pages(client, backend, database_id, query, None, parse_result)
    ) as pages:
        async for page in pages:
            rows += _read_cells(page)
            if limit is not None and len(rows) > limit:
                return None
    return rows


def _read_cells(page: QueryResult_TimestreamVariables) -> list[list[str | None]]:
    """Read the strings of a page; None for NULL."""
    try:
        return [[datum.get("ScalarValue") for datum in row["Data"]] for row in page.rows]
    except (KeyError, TypeError, AttributeError):
        raise InvalidResponseError("the response has no Timestream result") from None


def _parse_columns(rows: Iterable[Sequence[str | None]]) -> TableColumns:
    columns = TableColumns([], [], {})
    for name, kind, role in ((str(cell) for cell in row[:3]) for row in rows):
        if role == "DIMENSION" and name != ASSET_ID:
            columns.dimensions.append(name)
        elif name.startswith(MEASURE_VALUE):
            columns.single_types.append(MeasureValueType(kind.upper()))
        elif role == "MULTI":
            columns.multi[name] = MeasureValueType(kind.upper())
    return columns
