"""The time series databases of one Local Exchange, in one DuckDB file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ...query_engine.engine import QueryEngine
from ...timestream_sql.budget import budget_statements, overdraws_macro
from ...timestream_sql.macros import macro_statements
from .asset_data import to_written_data
from .catalog import Catalog, load_catalog, schema_name
from .ingest import write_batch
from .records import Rejection, check_length, read_records

MAX_ASSET_ID_BYTES = 2048


@dataclass(frozen=True)
class Written:
    """The result of a publish: TimeSeriesDbAssetData, and the rejected records."""

    assets: list[dict[str, Any]]
    rejections: list[Rejection]


class TimeSeriesStore:
    """Publishes to and reads from time series databases. Callers check access."""

    def __init__(self, engine: QueryEngine, *, keep_omitted_measures: bool = False) -> None:
        self._engine = engine
        self._keep_omitted_measures = keep_omitted_measures
        self._catalogs: dict[str, Catalog] = {}
        engine.run_statements([*macro_statements(), *budget_statements(), overdraws_macro()])

    async def publish(
        self, time_series_db_id: str, asset_id: str, records: Sequence[Mapping[str, Any] | None]
    ) -> Written:
        """Write a batch of records for an asset."""
        check_length("assetId", asset_id, MAX_ASSET_ID_BYTES)
        valid, unreadable = read_records(records)

        def write(cursor: duckdb.DuckDBPyConnection) -> Written:
            catalog = self._catalog(cursor, time_series_db_id)
            accepted, refused = write_batch(
                cursor,
                catalog,
                asset_id,
                valid,
                keep_omitted_measures=self._keep_omitted_measures,
            )
            written = to_written_data(asset_id, catalog.assets.get(asset_id), accepted)
            rejections = sorted([*unreadable, *refused], key=lambda rejection: rejection.index)
            return Written(written, rejections)

        return await self._engine.write(write)

    async def drop(self, time_series_db_id: str) -> None:
        """Delete the data of a database, and cancel the queries that read it."""
        await self._engine.queries.cancel_for_resource(time_series_db_id)

        def drop(cursor: duckdb.DuckDBPyConnection) -> None:
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema_name(time_series_db_id)} CASCADE")
            self._catalogs.pop(time_series_db_id, None)

        await self._engine.write(drop)

    def catalog(self, cursor: duckdb.DuckDBPyConnection, time_series_db_id: str) -> Catalog:
        """Return the catalog of a database. Must be called from a job.

        A catalog that is loaded needs no lock, so that queries do not wait for writes.
        """
        catalog = self._catalogs.get(time_series_db_id)
        if catalog is not None:
            return catalog
        with self._engine.writer_lock:
            return self._catalog(cursor, time_series_db_id)

    def _catalog(self, cursor: duckdb.DuckDBPyConnection, time_series_db_id: str) -> Catalog:
        """Return the catalog of a database. The writer lock must be held."""
        if time_series_db_id not in self._catalogs:
            self._catalogs[time_series_db_id] = load_catalog(cursor, time_series_db_id)
        return self._catalogs[time_series_db_id]
