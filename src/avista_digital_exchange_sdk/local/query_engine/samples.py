"""Samples: values of attributes of sources at a time, stored as strings and never replaced."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from ..errors import invalid_request
from .engine import QueryEngine
from .filter_results import AssetFilter, Attribute, FilterResult, list_requested_names
from .results import count_result_sql, measure, result_budget_statement

# {"name":"…","value":…}, and a comma
_BYTES_AROUND_VALUE = 24
# {"timestamp":"1714521600000","attributes":[]}, and a comma
_BYTES_AROUND_ROW = 48
# DuckDB does not apply its memory limit while it builds lists.
MAX_RANGE_BYTES = 512 * 1024**2
_BYTES_PER_VALUE = 40

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of a source at one time in nanoseconds since 1970. They are written atomically."""

    time: int
    values: tuple[tuple[str, str], ...]
    """Names and values of attributes."""


class Samples:
    """The samples of one service, in one table."""

    def __init__(self, engine: QueryEngine, table: str, *, one_at_a_time: bool) -> None:
        """Read and write a table, which is created by the first write.

        Args:
            engine: The engine that holds the table.
            table: The name of the table.
            one_at_a_time: Whether a source has one sample at a time. If not, it has one value of
                each attribute at a time.
        """
        self._engine = engine
        self._table = table
        self._one_at_a_time = one_at_a_time
        self._exists = False
        self._newest: dict[str, dict[str, int]] = {}

    # Writing

    async def write(self, source: str, samples: Sequence[Sample]) -> list[bool]:
        """Write samples of a source; return whether each was written.

        A sample is not written if its time is already taken by a stored or an earlier sample.
        """

        def write(cursor: duckdb.DuckDBPyConnection) -> list[bool]:
            self._create(cursor)
            taken = self._find_stored(cursor, source, samples)
            written = []
            for sample in samples:
                keys = self._keys(sample)
                written.append(not keys & taken)
                if written[-1]:
                    taken |= keys
            chosen = [sample for sample, new in zip(samples, written, strict=True) if new]
            self._insert(cursor, source, chosen)
            self._note_newest(source, chosen)
            return written

        return await self._engine.write(write)

    async def delete(self, source: str) -> None:
        """Delete the samples of a source, and cancel the queries that read them."""
        await self._engine.queries.cancel_for_resource(source)

        def delete(cursor: duckdb.DuckDBPyConnection) -> None:
            if self._is_there(cursor):
                cursor.execute(f"DELETE FROM {self._table} WHERE source = ?", [source])
            self._newest.pop(source, None)

        await self._engine.write(delete)

    async def clear(self) -> None:
        """Delete all samples."""

        def clear(cursor: duckdb.DuckDBPyConnection) -> None:
            cursor.execute(f"DROP TABLE IF EXISTS {self._table}")
            self._exists = False
            self._newest.clear()

        await self._engine.write(clear)

    async def flush(self) -> None:
        """Wait for all earlier writes."""
        await self._engine.write(lambda _cursor: None)

    def _keys(self, sample: Sample) -> set[Key]:
        """Return the keys of a sample, which are unique for its source."""
        if self._one_at_a_time:
            return {(sample.time, "")}
        return {(sample.time, name) for name, _ in sample.values}

    def _find_stored(
        self, cursor: duckdb.DuckDBPyConnection, source: str, samples: Sequence[Sample]
    ) -> set[Key]:
        """Find which keys of the samples are already stored."""
        if source not in self._newest:
            self._newest[source] = self._read_newest(cursor, source)
        newest = self._newest[source]
        keys = set().union(*map(self._keys, samples))
        times = [time for time, name in keys if name in newest and time <= newest[name]]
        if not times:
            return set()
        name = "''" if self._one_at_a_time else "name"
        rows = cursor.execute(
            f"""
            SELECT DISTINCT epoch_ns(time), {name} FROM {self._table}
            SEMI JOIN (SELECT make_timestamp_ns(unnest(?::BIGINT[])) AS time) USING (time)
            WHERE source = ? AND time BETWEEN make_timestamp_ns(?) AND make_timestamp_ns(?)
            """,
            [times, source, min(times), max(times)],
        ).fetchall()
        return {(time, name) for time, name in rows}

    def _read_newest(self, cursor: duckdb.DuckDBPyConnection, source: str) -> dict[str, int]:
        """Read the latest time of a source, or of each of its attributes."""
        name = "''" if self._one_at_a_time else "name"
        rows = cursor.execute(
            f"""
            SELECT {name} AS key, epoch_ns(max(time)) FROM {self._table}
            WHERE source = ? GROUP BY key
            """,
            [source],
        ).fetchall()
        return dict(rows)

    def _note_newest(self, source: str, samples: Iterable[Sample]) -> None:
        """Update the latest times after the samples are written."""
        newest = self._newest[source]
        for sample in samples:
            for time, name in self._keys(sample):
                newest[name] = max(time, newest.get(name, time))

    def _insert(
        self, cursor: duckdb.DuckDBPyConnection, source: str, samples: Sequence[Sample]
    ) -> None:
        """Insert samples in one statement. One JSON parameter is faster than one per value."""
        rows = [
            {"time": sample.time, "name": name, "value": value}
            for sample in samples
            for name, value in sample.values
        ]
        if rows:
            structure = '[{"time":"BIGINT","name":"VARCHAR","value":"VARCHAR"}]'
            cursor.execute(
                f"""
                INSERT INTO {self._table} SELECT ?, make_timestamp_ns(time), name, value
                FROM (SELECT unnest(from_json(?, ?), recursive := true))
                """,
                [source, json.dumps(rows), structure],
            )

    def _create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Create the table if it does not exist."""
        if not self._exists:
            columns = "source VARCHAR, time TIMESTAMP_NS, name VARCHAR, value VARCHAR"
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {self._table} ({columns})")
            self._exists = True

    # Reading

    def read_range(
        self,
        cursor: duckdb.DuckDBPyConnection,
        result_table: str,
        filters: Sequence[AssetFilter],
        names: Sequence[str | None],
        start: int,
        end: int,
    ) -> FilterResult:
        """Read values of attributes of sources in a time range, both ends included.

        Args:
            cursor: The cursor of the job.
            result_table: The name of the table to fill.
            filters: The requested sources and attributes.
            names: The name of each source.
            start: Start in nanoseconds since 1970.
            end: End in nanoseconds since 1970.
        """
        attributes = [Attribute(name, "VARCHAR") for name in self._find_names(cursor, filters)]
        if not attributes:
            empty = "asset_index INTEGER, time TIMESTAMP_NS, bytes INT"
            cursor.execute(f"CREATE TABLE {result_table} ({empty})")
            return FilterResult(result_table, 0, 0, filters, names, [])
        parameters: list[str | int] = [*_filters_json(filters, attributes), start, end]
        self._check_size(cursor, parameters)
        cursor.execute(result_budget_statement())
        cells = ", ".join(f"cells[{i}] AS c{i}" for i in range(len(attributes)))
        columns = ", ".join(f"c{i}" for i in range(len(attributes)))
        sizes = f"list_transform([{columns}], lambda value: strlen(results.json_string(value)))"
        around = _BYTES_AROUND_ROW + sum(
            len(attribute.name.encode()) + _BYTES_AROUND_VALUE for attribute in attributes
        )
        cursor.execute(
            f"""
            CREATE TABLE {result_table} AS SELECT * FROM (
                SELECT *, coalesce(list_sum({sizes}), 0) + {around} AS bytes FROM (
                    SELECT asset_index, time, {cells} FROM (
                        SELECT asset_index, time,
                            map_from_entries(list((attribute, value))) AS cells
                        FROM {self._selection_sql()} GROUP BY asset_index, time
                    )
                )
            ) WHERE {count_result_sql("bytes")} ORDER BY asset_index, time
            """,
            parameters,
        )
        rows, size = measure(cursor, result_table)
        return FilterResult(result_table, rows, size, filters, names, attributes)

    def read_latest(
        self, cursor: duckdb.DuckDBPyConnection, sources: Sequence[str]
    ) -> dict[tuple[str, str], tuple[str, int]]:
        """Read the latest value of each attribute of sources, with its time."""
        if not self._is_there(cursor):
            return {}
        rows = cursor.execute(
            f"""
            SELECT source, name, max_by(value, time), epoch_ns(max(time)) FROM {self._table}
            SEMI JOIN (SELECT unnest(?::JSON::VARCHAR[]) AS source) USING (source)
            GROUP BY source, name
            """,
            [json.dumps(sources)],
        ).fetchall()
        return {(source, name): (value, time) for source, name, value, time in rows}

    def has_any(self, cursor: duckdb.DuckDBPyConnection, source: str) -> bool:
        """Return whether a source has samples."""
        if not self._is_there(cursor):
            return False
        sql = f"SELECT 1 FROM {self._table} WHERE source = ? LIMIT 1"
        return cursor.execute(sql, [source]).fetchone() is not None

    def _find_names(
        self, cursor: duckdb.DuckDBPyConnection, filters: Sequence[AssetFilter]
    ) -> list[str]:
        """List the attributes requested by name that have values, in request order."""
        if not self._is_there(cursor):
            return []
        rows = cursor.execute(
            f"""
            SELECT DISTINCT name FROM {self._table}
            SEMI JOIN (SELECT unnest(?::JSON::VARCHAR[]) AS source) USING (source)
            """,
            [json.dumps([asset.asset_id for asset in filters])],
        ).fetchall()
        stored = {name for (name,) in rows}
        return [name for name in list_requested_names(filters) if name in stored]

    def _check_size(
        self, cursor: duckdb.DuckDBPyConnection, parameters: Sequence[str | int]
    ) -> None:
        """Raise if reading the range would take too much memory."""
        size_sql = f"count(*) * {_BYTES_PER_VALUE} + sum(strlen(value))"
        sql = f"SELECT {size_sql} FROM {self._selection_sql()}"
        (size,) = cursor.execute(sql, parameters).fetchall()[0]
        if size is not None and size > MAX_RANGE_BYTES:
            raise invalid_request(
                f"The result is larger than {MAX_RANGE_BYTES} bytes. Query a shorter time range."
            )

    def _selection_sql(self) -> str:
        """Return the FROM and WHERE clauses that select the requested values in a time range."""
        return f"""
            {self._table} JOIN (
                SELECT place[1] AS asset_index, place[2] AS attribute,
                    sources[place[1] + 1] AS source, names[place[2] + 1] AS name
                FROM (
                    SELECT unnest(?::JSON::INTEGER[][]) AS place, ?::JSON::VARCHAR[] AS sources,
                        ?::JSON::VARCHAR[] AS names
                )
            ) USING (source, name)
            WHERE time BETWEEN make_timestamp_ns(?) AND make_timestamp_ns(?)
        """

    def _is_there(self, cursor: duckdb.DuckDBPyConnection) -> bool:
        """Return whether the table exists."""
        sql = "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND database_name != 'results'"
        return self._exists or cursor.execute(sql, [self._table]).fetchone() is not None


def _filters_json(filters: Sequence[AssetFilter], attributes: Sequence[Attribute]) -> list[str]:
    """Return the requested sources and attributes as JSON."""
    numbers = {attribute.name: i for i, attribute in enumerate(attributes)}
    places = [
        [index, numbers[name]]
        for index, asset in enumerate(filters)
        for name in asset.names or ()
        if name in numbers
    ]
    sources = [asset.asset_id for asset in filters]
    return [json.dumps(item) for item in (places, sources, list(numbers))]
