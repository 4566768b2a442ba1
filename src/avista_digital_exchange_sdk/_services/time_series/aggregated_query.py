"""A query of aggregates from its checked arguments to its result, in a file or a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from ..._backends import Backend
from ..._time_series.aggregation import Aggregation, build_query, list_columns
from ..._time_series.asset_patterns import expand_patterns
from ..._time_series.csv_time_zone import convert_csv
from ..._time_series.latest_values import list_latest_values
from ..._time_series.missing_data import MissingSeries, Series, report_missing
from ..._time_series.sql_paging import iter_sql_pages
from ..._time_series.table_columns import read_table_columns, read_table_name
from ..._time_series.timestamps import parse_timestamp_ns
from ..._transfer.output_file import Output
from ..._utils.extras import require_extra
from ..._utils.temporary_files import explain_full_disk, open_temporary_file
from .filtered_query import QueryRequest, ResultFileFormat

if TYPE_CHECKING:
    import pyarrow as pa

    from ..._dataframes.aggregates import AggregateTable
    from ..._generated.client import Client
    from ..._generated.fragments import TimeSeriesAssetData
    from ..._generated.input_types import TimeSeriesQueryAssetInput

# Characters of the IDs in a query, of which Timestream accepts 262,144 characters.
MAX_ID_CHARACTERS = 100_000


class AggregatedQuery:
    """Runs a query of aggregates, which the platform computes.

    Args:
        client: The client.
        backend: The backend.
        request: The arguments.
        aggregation: The periods and functions.
    """

    def __init__(
        self, client: Client, backend: Backend, request: QueryRequest, aggregation: Aggregation
    ) -> None:
        self._client = client
        self._backend = backend
        self._request = request
        self._aggregation = aggregation

    async def read_table(self, shape: str) -> pa.Table:
        """Return the result as a table, wide or long."""
        from ..._dataframes.time_zones import convert_timestamps

        result = await self._run()
        table = result.wide() if shape == "wide" else result.long()
        return convert_timestamps(table, self._request.zone)

    async def write(self, file_format: ResultFileFormat, output: Output) -> None:
        """Write the result to a file."""
        require_extra("arrow", "pyarrow")
        result = await self._run()
        zone = self._request.zone
        if file_format is ResultFileFormat.CSV and zone is not None:
            with open_temporary_file() as source:
                with explain_full_disk():
                    result.write_csv(source)
                async with output() as file:
                    convert_csv(source, file, zone)
            return
        writers = {
            ResultFileFormat.CSV: result.write_csv,
            ResultFileFormat.JSON: result.write_json,
            ResultFileFormat.PARQUET: result.write_parquet,
        }
        async with output() as file:
            writers[file_format](file)

    async def _run(self) -> AggregateTable:
        from ..._dataframes.aggregates import AggregateTable

        request = self._request
        assets = await list_latest_values(self._client, request.database_id)
        known = {asset.assetId: asset for asset in assets}
        filters = expand_patterns(request.filters, assets)
        names = {
            entry.assetId: known[entry.assetId].name if entry.assetId in known else None
            for entry in filters
        }
        result = AggregateTable(names, self._aggregation, request.zone)
        table = await read_table_name(self._client, request.database_id)
        columns = await read_table_columns(self._client, self._backend, request.database_id, table)
        for types, requested, asset_ids in _group(filters, known):
            selected = list_columns(self._aggregation, types, requested)
            needed = {column.attribute: types[column.attribute] for column in selected}
            if needed:
                query = build_query(
                    table,
                    columns,
                    asset_ids,
                    needed,
                    selected,
                    self._aggregation,
                    _clip(request.time_range, assets),
                    request.zone,
                )
                result.add(await self._run_query(query), selected)
        series = [
            Series(entry.assetId, name)
            for entry in filters
            for name in (*(entry.attributeNamesFilter or ()),) or (None,)
        ]
        missing = MissingSeries(series, not result.row_count)
        report_missing(missing, assets, request.time_range, request.error_handling)
        return result

    async def _run_query(self, query: str) -> pa.Table:
        from ..._dataframes.sql_pages import concat_pages, parse_page

        request = self._request
        pages = request.reporter.track_pages(
            "query",
            iter_sql_pages(
                self._client, self._backend, request.database_id, query, None, parse_page
            ),
        )
        async with aclosing(pages):
            return concat_pages([page.table() async for page in pages])


def _group(
    filters: Iterable[TimeSeriesQueryAssetInput], known: Mapping[str, TimeSeriesAssetData]
) -> Iterator[tuple[dict[str, str], Sequence[str], list[str]]]:
    """Group assets by their attributes.

    Yields:
        The type of each attribute, the attributes that were requested by name, and the assets.
    """
    groups: dict[tuple[object, ...], tuple[dict[str, str], Sequence[str], list[str]]] = {}
    for entry in filters:
        asset = known.get(entry.assetId)
        requested: Sequence[str] = entry.attributeNamesFilter or ()
        types = {
            attribute.name: str(attribute.attributeType)
            for attribute in (asset.attributes if asset else ())
            if not requested or attribute.name in requested
        }
        order = [name for name in requested if name in types] or sorted(types)
        if order:
            types = {name: types[name] for name in order}
            key = (*types.items(), bool(requested))
            groups.setdefault(key, (types, requested, []))[2].append(entry.assetId)
    for types, requested, asset_ids in groups.values():
        yield from ((types, requested, part) for part in _split(asset_ids))


def _split(asset_ids: Sequence[str]) -> Iterator[list[str]]:
    """Split assets so that the text of a query is not too long."""
    part: list[str] = []
    for asset_id in asset_ids:
        if part and sum(map(len, part)) + len(asset_id) > MAX_ID_CHARACTERS:
            yield part
            part = []
        part.append(asset_id)
    yield part


def _clip(time_range: tuple[str, str], assets: Iterable[TimeSeriesAssetData]) -> tuple[int, int]:
    """End a time range at the latest value, so that a time zone is looked up no further."""
    start, end = (parse_timestamp_ns("time", time) for time in time_range)
    latest = [
        parse_timestamp_ns("lastValueTime", attribute.lastValueTime)
        for asset in assets
        for attribute in asset.attributes
    ]
    return start, max(start, min(end, max(latest, default=end)))
