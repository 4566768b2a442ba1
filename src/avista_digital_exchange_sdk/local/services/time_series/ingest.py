"""Write a batch of records in one transaction, with duplicates, versions and new columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any, NamedTuple

import duckdb

from ...values import Value
from .catalog import (
    PHYSICAL_TYPES,
    Catalog,
    Series,
    create_tables,
    plain_column,
    text_column,
)
from .duckdb_sql import value_text
from .records import Measure, Record, RejectedError, Rejection
from .schema_changes import SchemaChanges

Key = tuple[Series, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored record of a key. `sequence` is None if it is only in this batch."""

    version: int
    fingerprint: int
    sequence: int | None


def write_batch(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    asset_id: str,
    records: Sequence[Record],
    *,
    keep_omitted_measures: bool = False,
) -> tuple[list[Record], list[Rejection]]:
    """Write the valid records of a batch; return the accepted and the rejected records.

    A record that is already stored with the same values is accepted without any change.

    Args:
        connection: The connection to write through.
        catalog: The catalog of the database.
        asset_id: The asset of the records.
        records: The batch.
        keep_omitted_measures: Whether a record of a higher version leaves the measures that it
            does not have as they are, rather than removing them.
    """
    connection.execute("BEGIN")
    try:
        if not catalog.has_tables:
            create_tables(connection, catalog.schema)
        additions = SchemaChanges(catalog)
        batch = _Batch(connection, catalog, additions, asset_id, records, keep_omitted_measures)
        accepted, rejections = batch.validate()
        batch.write()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    catalog.has_tables = True
    additions.commit()
    batch.update_catalog()
    return accepted, rejections


class _Batch:
    """A batch that is being written."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        additions: SchemaChanges,
        asset_id: str,
        records: Sequence[Record],
        keep_omitted_measures: bool,
    ) -> None:
        self._connection = connection
        self._keep_omitted_measures = keep_omitted_measures
        self._additions = additions
        self._catalog = catalog
        self._records = [
            (Series(asset_id, record.measure_name, record.dimensions), record) for record in records
        ]
        self._pending: dict[Key, Record] = {}
        self._replaced: set[int] = set()
        self._fields: dict[tuple[bool, str, str], tuple[_Field, _Field]] = {}

    def validate(self) -> tuple[list[Record], list[Rejection]]:
        """Accept or reject each record, in order."""
        stored = self._find_stored()
        accepted, rejections = [], []
        for series, record in self._records:
            key = (series, record.time)
            try:
                if self._is_change(stored.get(key), record):
                    self._additions.add(series, record)
                    written = self._replace(key, stored.get(key), record)
                    stored[key] = Stored(record.version, written.fingerprint, None)
                    self._pending[key] = written
            except RejectedError as rejected:
                rejections.append(Rejection(record.index, str(rejected), rejected.existing_version))
            else:
                accepted.append(record)
        return accepted, rejections

    def write(self) -> None:
        """Write the new columns, names and series, then the records."""
        self._write_columns()
        self._write_names()
        if self._replaced:
            self._connection.execute(
                f"DELETE FROM {self._catalog.table('points')} WHERE list_contains(?, sequence)",
                [list(self._replaced)],
            )
        self._write_records()

    def update_catalog(self) -> None:
        """Update the latest times and the sequence after the records are written."""
        self._catalog.last_sequence += len(self._pending)
        known, newest = self._catalog.series, self._catalog.newest
        for series, time in self._pending:
            series_id = known[series]
            newest[series_id] = max(time, newest.get(series_id, time))

    @staticmethod
    def _is_change(existing: Stored | None, record: Record) -> bool:
        """Return whether a record replaces the existing one. Raise if it is rejected."""
        if existing is None or record.version > existing.version:
            return True
        if record.fingerprint == existing.fingerprint:
            return False
        raise RejectedError(
            "A record with the same dimensions, measure name and time exists with different values "
            f"and version {existing.version}. A higher version is required to replace it.",
            existing.version,
        )

    def _replace(self, key: Key, existing: Stored | None, record: Record) -> Record:
        """Mark the replaced record; return the record to write."""
        if existing is None:
            return record
        if existing.sequence is not None:
            self._replaced.add(existing.sequence)
        if not (self._keep_omitted_measures and record.multi):
            return record
        measures = (
            self._pending[key].measures
            if existing.sequence is None
            else self._read_measures(existing.sequence)
        )
        names = {measure.name for measure in record.measures}
        omitted = [measure for measure in measures if measure.name not in names]
        return replace(record, measures=(*record.measures, *omitted))

    def _read_measures(self, sequence: int) -> tuple[Measure, ...]:
        """Read the measures of a stored MULTI record."""
        columns = list(self._catalog.measures.values())
        values = ", ".join(
            f"epoch_ns({column.physical})" if column.type == "TIMESTAMP" else column.physical
            for column in columns
        )
        strings = ", ".join(value_text(column.physical, column.type) for column in columns)
        row = self._connection.execute(
            f"SELECT {values}, {strings} FROM {self._catalog.table('points')} WHERE sequence = ?",
            [sequence],
        ).fetchone()
        assert row is not None
        count = len(columns)
        return tuple(
            Measure(column.name, column.type, value, text)
            for column, value, text in zip(columns, row[:count], row[count:], strict=True)
            if value is not None
        )

    def _find_stored(self) -> dict[Key, Stored]:
        """Look up the stored records of the keys in the batch."""
        known, newest = self._catalog.series, self._catalog.newest
        keys = {
            (known[series], record.time)
            for series, record in self._records
            if series in known and record.time <= newest[known[series]]
        }
        if not keys:
            return {}
        times = [time for _, time in keys]
        rows = self._connection.execute(
            f"""
            SELECT series_id, epoch_ns(time), version, fingerprint, sequence
            FROM {self._catalog.table("points")}
            SEMI JOIN (
                SELECT make_timestamp_ns(key[2]) AS time, key[1]::INTEGER AS series_id
                FROM (SELECT unnest(?::BIGINT[][]) AS key)
            ) USING (series_id, time)
            WHERE time BETWEEN make_timestamp_ns(?) AND make_timestamp_ns(?)
            """,
            [[list(key) for key in keys], min(times), max(times)],
        ).fetchall()
        by_id = {known[series]: series for series, _ in self._records if series in known}
        return {(by_id[row[0]], row[1]): Stored(*row[2:]) for row in rows}

    def _write_columns(self) -> None:
        """Add the new columns of the batch and store their names."""
        table = self._catalog.table
        dimensions, measures = self._additions.dimensions.maps[0], self._additions.measures.maps[0]
        for column in dimensions.values():
            self._connection.execute(
                f"ALTER TABLE {table('series')} ADD COLUMN {column.physical} VARCHAR"
            )
        for column in measures.values():
            columns = {column.physical: PHYSICAL_TYPES[column.type]}
            if column.type == "DOUBLE":
                columns[text_column(column.physical)] = "VARCHAR"
            for name, physical_type in columns.items():
                self._connection.execute(
                    f"ALTER TABLE {table('points')} ADD COLUMN {name} {physical_type}"
                )
        self._insert("columns", [astuple(c) for c in (*dimensions.values(), *measures.values())])

    def _write_names(self) -> None:
        """Store the new measure names, assets and series of the batch."""
        self._insert("measure_names", self._additions.measure_names.maps[0].items())
        for asset_id, name in self._additions.assets.maps[0].items():
            self._connection.execute(
                f"INSERT OR REPLACE INTO {self._catalog.table('assets')} VALUES (?, ?)",
                [asset_id, name],
            )
        for series, series_id in self._additions.series.maps[0].items():
            row: dict[str, object] = {
                "series_id": series_id,
                "asset_id": series.asset_id,
                "measure_name": series.measure_name,
            }
            for name, value in series.dimensions:
                row[self._additions.dimensions[name].physical] = value
            self._insert(f"series ({', '.join(row)})", [tuple(row.values())])

    def _insert(self, target: str, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            self._connection.execute(
                f"INSERT INTO {self._catalog.table(target)} VALUES ({marks})", row
            )

    def _write_records(self) -> None:
        """Insert the records in one statement, with one parameter for each column."""
        if not self._pending:
            return
        records = self._pending.values()
        count, first = len(records), self._catalog.last_sequence + 1
        series_ids = {key: self._additions.series[key] for key in {key for key, _ in self._pending}}
        columns: dict[_Field, list[Any]] = {
            _SEQUENCE: list(range(first, first + count)),
            _SERIES_ID: [series_ids[key] for key, _ in self._pending],
            _TIME: [record.time for record in records],
            _VERSION: [record.version for record in records],
            _FINGERPRINT: [record.fingerprint for record in records],
        }
        for row, record in enumerate(records):
            for measure in record.measures:
                field, text_field = self._find_fields(record.multi, measure.name, measure.type)
                _set_cell(columns, field, row, measure.value, count)
                # DuckDB formats a DOUBLE like Python.
                if measure.type == "DOUBLE" and measure.text != repr(measure.value):
                    _set_cell(columns, text_field, row, measure.text, count)
        self._connection.execute(
            f"""
            INSERT INTO {self._catalog.table("points")} ({", ".join(f.column for f in columns)})
            SELECT {", ".join(f.expression or f.column for f in columns)}
            FROM (SELECT {", ".join(f"unnest(?::{f.type}[]) AS {f.column}" for f in columns)})
            """,
            list(columns.values()),
        )

    def _find_fields(self, multi: bool, name: str, measure_type: str) -> tuple[_Field, _Field]:
        """Return the columns of the values of a measure, and of their strings."""
        key = multi, name, measure_type
        if key not in self._fields:
            column = (
                self._additions.measures[name].physical if multi else plain_column(measure_type)
            )
            text_field = _Field(text_column(column), "VARCHAR")
            self._fields[key] = _measure_field(column, measure_type), text_field
        return self._fields[key]


class _Field(NamedTuple):
    """A column of the points: the type of the parameter, and the SQL that converts it."""

    column: str
    type: str
    expression: str | None = None


_SEQUENCE = _Field("sequence", "BIGINT")
_SERIES_ID = _Field("series_id", "INTEGER")
_TIME = _Field("time", "BIGINT", "make_timestamp_ns(time)")
_VERSION = _Field("version", "BIGINT")
_FINGERPRINT = _Field("fingerprint", "BIGINT")


def _set_cell(
    columns: dict[_Field, list[Any]], field: _Field, row: int, value: Value, count: int
) -> None:
    """Set the value of a row in a column of `count` rows."""
    if field not in columns:
        columns[field] = [None] * count
    columns[field][row] = value


def _measure_field(column: str, measure_type: str) -> _Field:
    if measure_type == "TIMESTAMP":
        return _Field(column, "BIGINT", f"make_timestamp_ns({column})")
    return _Field(column, measure_type)
