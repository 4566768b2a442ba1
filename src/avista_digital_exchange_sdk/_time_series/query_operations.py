"""The operations of the platform for queries by time range."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .._generated.enums import TimeSeriesDbQueryType, TimeSeriesQueryOutputFileType
from .._graphql.client import Subscription
from .._graphql.pagination import TokenPage
from .timestamps import format_timestamp, parse_timestamp_ns

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import FilterQueryPage
    from .._generated.input_types import TimeSeriesQueryAssetInput

# In nanoseconds.
MILLISECOND = 1_000_000


class QueryPage(TokenPage, Protocol):
    """A page of the result of a query."""

    @property
    def queryId(self) -> str | None:
        """The ID of the query."""

    @property
    def presignedUrl(self) -> str | None:
        """The URL of the chunk with the rows of the page."""


class ReadRows(NamedTuple):
    """The rows that were read of the asset that a result has reached.

    Attributes:
        asset_id: The asset.
        first_time: The time of its first row, in nanoseconds since 1970.
        last_time: The time of its last row so far.
        first_page: The number of the page with its first row.
        last_page: The number of the page with its last row so far.
    """

    asset_id: str
    first_time: int
    last_time: int
    first_page: int
    last_page: int

    def estimate_pages(self, end: int) -> int:
        """Estimate how many pages follow until a time."""
        pages = self.last_page - self.first_page + 1
        duration = self.last_time - self.first_time
        return pages * (end - self.last_time) // duration if duration else pages


class FilterQueryOperations(Protocol):
    """The operations of one query."""

    @property
    def has_exact_chunks(self) -> bool:
        """Whether the chunks have all that the export has."""

    def split(self, count: int, rows: ReadRows | None) -> Sequence[FilterQueryOperations]:
        """Split the rest of the result into queries whose results follow each other.

        If the chunks are not exact, the queries have the whole result instead, each of them a time
        range of all assets.

        Args:
            count: About how many queries. There may be none, if the rest is too small.
            rows: What was read; the rest begins with the last row. None if there were no rows.
        """

    async def read_first_page(self) -> QueryPage | None:
        """Start the query and read its first page."""

    async def read_page_after(self, page: Any) -> QueryPage | None:
        """Read the page after another one of the same query."""

    async def request_export(
        self, query_id: str, file_format: TimeSeriesQueryOutputFileType
    ) -> None:
        """Request the whole result as a file."""

    def create_export_subscription(self, query_id: str) -> Subscription[Any]:
        """Create the subscription whose event announces the file."""

    def find_export_url(self, query_id: str, event: Any) -> str | None:
        """Return the URL of the file; None if the event is that of another query."""

    async def cancel(self, query_id: str) -> None:
        """Stop the query on the platform."""


class TimeSeriesQueryOperations:
    """The operations of a query of a time series database."""

    def __init__(
        self,
        client: Client,
        database_id: str,
        assets: list[TimeSeriesQueryAssetInput],
        time_range: tuple[str, str],
        max_rows: int | None,
    ) -> None:
        self._client = client
        self._database_id = database_id
        self._assets = assets
        self._time_range = time_range
        self._max_rows = max_rows

    @property
    def has_exact_chunks(self) -> bool:
        """Whether the chunks have all that the export has."""
        return True

    def split(self, count: int, rows: ReadRows | None) -> list[TimeSeriesQueryOperations]:
        """Split the rest of the result by asset, and into time ranges if there are few assets.

        Adjacent time ranges have their common boundary, so it does not matter whether the platform
        includes the ends of a range.
        """
        if count < 2:
            return []
        start, end = (parse_timestamp_ns("time range", text) for text in self._time_range)
        assets = self._assets
        queries: list[TimeSeriesQueryOperations] = []
        if rows is not None:
            position = [asset.assetId for asset in assets].index(rows.asset_id)
            first, assets = assets[position], assets[position + 1 :]
            share = min(-(-count // (1 + len(assets))), rows.estimate_pages(end))
            ranges = split_range(rows.last_time, end, max(1, share))
            queries += [self._restrict([first], *own) for own in ranges]
        if assets:
            groups = _group(assets, max(1, count - len(queries)))
            ranges = split_range(start, end, max(1, (count - len(queries)) // len(assets)))
            queries += [self._restrict(group, *own) for group in groups for own in ranges]
        return queries if len(queries) > 1 else []

    def _restrict(
        self, assets: list[TimeSeriesQueryAssetInput], start: int, end: int
    ) -> TimeSeriesQueryOperations:
        time_range = (format_timestamp(start), format_timestamp(end))
        return TimeSeriesQueryOperations(
            self._client, self._database_id, assets, time_range, self._max_rows
        )

    async def read_first_page(self) -> FilterQueryPage | None:
        """Start the query and read its first page."""
        start, end = self._time_range
        return await self._client.time_series_db_query_database(
            self._database_id,
            TimeSeriesDbQueryType.TIME_PERIOD,
            self._assets,
            startTime=start,
            endTime=end,
            maxRows=self._max_rows,
        )

    async def read_page_after(self, page: FilterQueryPage) -> FilterQueryPage | None:
        """Read the next page."""
        return await self._client.time_series_db_query_database(
            self._database_id,
            TimeSeriesDbQueryType.NEXT_TOKEN,
            self._assets,
            maxRows=self._max_rows,
            nextToken=page.nextToken,
            clientToken=page.clientToken,
            queryString=page.queryString,
        )

    async def request_export(
        self, query_id: str, file_format: TimeSeriesQueryOutputFileType
    ) -> None:
        """Request the whole result as a file."""
        await self._client.time_series_db_generate_query_result_export_file(
            self._database_id, query_id, file_format
        )

    def create_export_subscription(self, query_id: str) -> Subscription[Any]:
        """Create the subscription whose event announces the file."""
        return self._client.on_notify_time_series_query_export_complete(query_id)

    def find_export_url(self, query_id: str, event: Any) -> str | None:
        """Return the URL of the file; None if the event is that of another query."""
        export = event.onNotifyTimeSeriesQueryExportComplete
        return export.url if export is not None and export.queryId == query_id else None

    async def cancel(self, query_id: str) -> None:
        """Stop the query on the platform."""
        await self._client.for_cleanup().time_series_db_cancel_database_query(
            self._database_id, query_id
        )


def split_range(start: int, end: int, count: int) -> list[tuple[int, int]]:
    """Split a time range into about `count` adjacent ones, at whole milliseconds."""
    step = (end - start) // count
    inner = {(start + step * index) // MILLISECOND * MILLISECOND for index in range(1, count)}
    bounds = [start, *sorted(bound for bound in inner if start < bound < end), end]
    return list(pairwise(bounds))


def _group(
    assets: list[TimeSeriesQueryAssetInput], count: int
) -> list[list[TimeSeriesQueryAssetInput]]:
    """Split assets into at most `count` groups of about the same size."""
    count = min(count, len(assets))
    bounds = [len(assets) * index // count for index in range(count + 1)]
    return [assets[start:end] for start, end in pairwise(bounds)]
