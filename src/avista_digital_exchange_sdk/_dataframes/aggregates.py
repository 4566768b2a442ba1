"""Results of aggregates as tables and files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic_core import to_json

from .._time_series.aggregation import Aggregation, Column
from .._time_series.csv_result_writer import CsvFile
from .._time_series.result_writers import to_iso_timestamp
from .._time_series.zones import TimeZone
from .arrow_types import (
    STRING,
    TIMESTAMP_NS,
    KeyColumns,
    LongTableBuilder,
    common_type,
    mark_bigint_fields,
    wide_column_names,
)
from .time_zones import convert_timestamps

_NAIVE = pa.timestamp("ns")
_NAMES_BY_TYPE = {
    pa.float64(): "DOUBLE",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    TIMESTAMP_NS: "TIMESTAMP",
}


class AggregateTable:
    """Merges the results of several queries.

    Args:
        names: The name of each requested asset, in the requested order.
        aggregation: What is aggregated.
        zone: The time zone whose periods are meant.
    """

    def __init__(
        self, names: Mapping[str, str | None], aggregation: Aggregation, zone: TimeZone | None
    ) -> None:
        self._names = names
        self._aggregation = aggregation
        self._zone = zone
        self._tables: list[pa.Table] = []
        self._columns: dict[str, None] = {}

    @property
    def row_count(self) -> int:
        """How many rows the table has."""
        return sum(len(table) for table in self._tables)

    def add(self, result: pa.Table, columns: Sequence[Column]) -> None:
        """Add the result of a query: asset, period, and the columns."""
        names = [column.name for column in columns]
        self._columns |= dict.fromkeys(names)
        self._tables.append(result.rename_columns(["", " ", *(f"+{name}" for name in names)]))

    def wide(self) -> pa.Table:
        """Return the table with one row per asset and period."""
        names = list(self._columns)
        keys = pa.table({"": pa.array([], STRING), " ": pa.array([], TIMESTAMP_NS)})
        merged = pa.concat_tables([keys, *self._tables], promote_options="default")
        position = pc.index_in(merged[""], pa.array(list(self._names), STRING))
        ordered = merged.append_column("  ", position).sort_by(
            [("  ", "ascending"), (" ", "ascending")]
        )
        assets = ordered[""]
        labels = pa.array([name or None for name in self._names.values()], STRING)
        table = pa.table(
            [
                assets,
                labels.take(ordered["  "].combine_chunks()),
                self._to_instants(ordered[" "]),
                *(ordered[f"+{name}"] for name in names),
            ],
            names=wide_column_names(names),
        )
        return table.cast(mark_bigint_fields(table.schema))

    def long(self) -> pa.Table:
        """Return the table with one row per value."""
        table = self.wide()
        width = len(KeyColumns._fields)
        values = table.columns[width:]
        kind = common_type(column.type for column in values) if values else pa.float64()
        builder = LongTableBuilder(kind)
        for name, column in zip(self._columns, values, strict=True):
            builder.add(KeyColumns(*table.columns[:width]), name, column)
        return builder.table()

    def write_csv(self, file: IO[bytes]) -> None:
        """Write the wide table as the platform writes a CSV file."""
        lines = CsvFile(file)
        lines.writerow([*KeyColumns._fields, *self._columns])
        lines.writerows(zip(*map(_format_column, self.wide().columns), strict=True))

    def write_json(self, file: IO[bytes]) -> None:
        """Write an array of TimeSeriesAssetData."""
        assets: dict[str, dict[str, Any]] = {}
        for asset_id, name, attribute, kind, time, value in self._iter_values():
            asset = assets.setdefault(asset_id, {"assetId": asset_id, "name": name})
            entry = asset.setdefault("attributes", {}).setdefault(
                attribute, {"attributeType": kind, "name": attribute, "data": []}
            )
            entry |= {"lastValue": value, "lastValueTime": time}
            entry["data"].append({"timestamp": time, "value": value})
        for asset in assets.values():
            asset["attributes"] = list(asset["attributes"].values())
        file.write(to_json(list(assets.values())) + b"\n")

    def write_parquet(self, file: IO[bytes]) -> None:
        """Write the wide table as Parquet, its timestamps in the time zone."""
        pq.write_table(convert_timestamps(self.wide(), self._zone), file)

    def _iter_values(self) -> Iterator[tuple[str, str | None, str, str, str, str]]:
        """Iterate over the values, attribute by attribute."""
        table = self.wide()
        width = len(KeyColumns._fields)
        ids, names, times = map(_format_column, table.columns[:width])
        times = [to_iso_timestamp(time) for time in times]
        for attribute, column in zip(self._columns, table.columns[width:], strict=True):
            kind = _NAMES_BY_TYPE.get(column.type, "VARCHAR")
            rows = zip(ids, names, times, _format_column(column), strict=True)
            for asset_id, name, time, value in rows:
                if value is not None:
                    yield asset_id, name, attribute, kind, time, value

    def _to_instants(self, times: pa.ChunkedArray) -> pa.ChunkedArray:
        """Convert what a clock shows to instants, if periods are longer than an hour."""
        if self._zone is None or self._aggregation.has_instants(self._zone):
            return times
        local = pc.assume_timezone(
            times.cast(_NAIVE), self._zone.key, ambiguous="earliest", nonexistent="latest"
        )
        return local.cast(TIMESTAMP_NS)


def _format_column(column: pa.ChunkedArray) -> list[Any]:
    if column.type == TIMESTAMP_NS:
        column = column.cast(_NAIVE)
    strings: list[Any] = column.cast(STRING).to_pylist()
    return strings
