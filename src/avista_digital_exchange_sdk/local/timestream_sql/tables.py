"""The tables a query can read: a database's records, with its names for the columns."""

from __future__ import annotations

from dataclasses import dataclass

from ..services.time_series.catalog import Catalog, plain_column
from ..services.time_series.records import ASSET_ID
from .scopes import Source
from .types import BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR, Type

_TYPES: dict[str, Type] = {
    "BIGINT": BIGINT,
    "BOOLEAN": BOOLEAN,
    "DOUBLE": DOUBLE,
    "TIMESTAMP": TIMESTAMP,
    "VARCHAR": VARCHAR,
}


@dataclass(frozen=True)
class TableColumn:
    """A column of a table; `kind` is what DESCRIBE calls it."""

    name: str
    type: Type
    kind: str
    sql: str


def table_columns(catalog: Catalog) -> list[TableColumn]:
    """List the columns in the order of `SELECT *` and DESCRIBE."""
    columns = [TableColumn(ASSET_ID, VARCHAR, "DIMENSION", "series.asset_id")]
    for dimension in list(catalog.dimensions.values()):
        sql = f"series.{dimension.physical}"
        columns.append(TableColumn(dimension.name, VARCHAR, "DIMENSION", sql))
    columns.append(TableColumn("measure_name", VARCHAR, "MEASURE_NAME", "series.measure_name"))
    columns.append(TableColumn("time", TIMESTAMP, "TIMESTAMP", "points.time"))
    for kind in sorted(set(catalog.measure_names.values()) - {"MULTI"}):
        sql = f"points.{plain_column(kind)}"
        name = f"measure_value::{_TYPES[kind]}"
        columns.append(TableColumn(name, _TYPES[kind], "MEASURE_VALUE", sql))
    for measure in list(catalog.measures.values()):
        sql = f"points.{measure.physical}"
        columns.append(TableColumn(measure.name, _TYPES[measure.type], "MULTI", sql))
    return columns


def table_source(catalog: Catalog) -> Source:
    """Return the query that selects all of a table."""
    columns = table_columns(catalog)
    names = [(column.name, column.type) for column in columns]
    if not catalog.has_tables:
        nulls = ", ".join(f"NULL::{c.type.duckdb()} AS c{i}" for i, c in enumerate(columns))
        return Source(f"SELECT {nulls} WHERE false", names)
    selected = ", ".join(f"{column.sql} AS c{i}" for i, column in enumerate(columns))
    sql = (
        f"SELECT {selected} FROM {catalog.table('points')} AS points "
        f"JOIN {catalog.table('series')} AS series USING (series_id)"
    )
    return Source(sql, names)
