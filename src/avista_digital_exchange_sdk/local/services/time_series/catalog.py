"""The catalog of one database: dimensions, measures, assets, series and their DuckDB tables.

DuckDB takes column names that differ only in letter case for the same column, and names come from
outside. So a dimension or measure is stored under a column name of our own (`d1`, `m1`, …), and
the names people gave live in a table. A plain record's value goes into one column a type, as its
measure may have any of thousands of names; the measures of MULTI records have a column each.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

PHYSICAL_TYPES = {
    "DOUBLE": "DOUBLE",
    "BIGINT": "BIGINT",
    "VARCHAR": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMP_NS",
}


def plain_column(measure_type: str) -> str:
    """Return the column of the values of plain records of a type."""
    return f"plain_{measure_type.lower()}"


def text_column(column: str) -> str:
    """Return the column of strings that a DOUBLE column can't reproduce exactly."""
    return f"{column}_text"


class Series(NamedTuple):
    """The records that share an asset, a measure name and dimensions."""

    asset_id: str
    measure_name: str
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A dimension or a measure of MULTI records, and the physical column behind it."""

    name: str
    type: str
    physical: str


@dataclass
class Catalog:
    """The names in one database. Only the writer changes it, after committing its transaction."""

    schema: str
    has_tables: bool = False
    dimensions: dict[str, Column] = field(default_factory=dict)
    measures: dict[str, Column] = field(default_factory=dict)
    measure_names: dict[str, str] = field(default_factory=dict)
    """The type of each record measure name, MULTI included."""
    assets: dict[str, str | None] = field(default_factory=dict)
    """The latest name of each asset."""
    series: dict[Series, int] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)
    """The latest time of each series. Later points are new, so no lookup is needed."""
    last_sequence: int = 0
    """The highest sequence of a point."""

    def table(self, name: str) -> str:
        """Return the qualified name of a table of the database."""
        return f"{self.schema}.{name}"

    def attribute_type(self, name: str) -> str | None:
        """Return the type of an attribute, which is the same in plain and MULTI records."""
        if name in self.measures:
            return self.measures[name].type
        measure_type = self.measure_names.get(name)
        return measure_type if measure_type != "MULTI" else None


def schema_name(time_series_db_id: str) -> str:
    """Return the DuckDB schema name of a database: unique and safe in SQL."""
    return "db_" + hashlib.sha256(time_series_db_id.encode()).hexdigest()[:32]


def create_tables(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Create the tables of a database if they do not exist."""
    plain = ", ".join(
        f"{plain_column(name)} {physical}" for name, physical in PHYSICAL_TYPES.items()
    )
    connection.execute(f"CREATE SCHEMA {schema}")
    for table, columns in {
        "columns": "name VARCHAR, type VARCHAR, physical VARCHAR",
        "measure_names": "name VARCHAR, type VARCHAR",
        "assets": "asset_id VARCHAR PRIMARY KEY, name VARCHAR",
        "series": "series_id INTEGER, asset_id VARCHAR, measure_name VARCHAR",
        "points": "sequence BIGINT, series_id INTEGER, time TIMESTAMP_NS, version BIGINT, "
        f"fingerprint BIGINT, {plain}, {text_column(plain_column('DOUBLE'))} VARCHAR",
    }.items():
        connection.execute(f"CREATE TABLE {schema}.{table} ({columns})")


def load_catalog(connection: duckdb.DuckDBPyConnection, time_series_db_id: str) -> Catalog:
    """Read the catalog of a database. It is empty before the first write."""
    catalog = Catalog(schema_name(time_series_db_id))
    exists = connection.execute(
        "SELECT 1 FROM duckdb_schemas() WHERE schema_name = ?", [catalog.schema]
    ).fetchone()
    if not exists:
        return catalog
    catalog.has_tables = True
    rows = connection.execute(f"SELECT * FROM {catalog.table('columns')}").fetchall()
    for column in (Column(*row) for row in rows):
        kind = catalog.dimensions if column.physical[0] == "d" else catalog.measures
        kind[column.name] = column
    for name in ("measure_names", "assets"):
        rows = connection.execute(f"SELECT * FROM {catalog.table(name)}").fetchall()
        getattr(catalog, name).update(rows)
    _load_series(connection, catalog)
    newest = f"SELECT series_id, epoch_ns(max(time)) FROM {catalog.table('points')} GROUP BY ALL"
    catalog.newest.update(connection.execute(newest).fetchall())
    last = f"SELECT coalesce(max(sequence), 0) FROM {catalog.table('points')}"
    (catalog.last_sequence,) = connection.execute(last).fetchall()[0]
    return catalog


def _load_series(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Read the series with their dimensions."""
    dimensions = list(catalog.dimensions.values())
    columns = ", ".join(
        ["series_id", "asset_id", "measure_name", *(column.physical for column in dimensions)]
    )
    rows = connection.execute(f"SELECT {columns} FROM {catalog.table('series')}").fetchall()
    for series_id, asset_id, measure_name, *values in rows:
        items = zip(dimensions, values, strict=True)
        pairs = sorted((column.name, value) for column, value in items if value is not None)
        catalog.series[Series(asset_id, measure_name, tuple(pairs))] = series_id
