"""The operations of the platform for queries by time range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .._generated.enums import TimeSeriesDbQueryType, TimeSeriesQueryOutputFileType
from .._graphql.client import Subscription
from .._graphql.pagination import TokenPage

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import FilterQueryPage
    from .._generated.input_types import TimeSeriesQueryAssetInput


class QueryPage(TokenPage, Protocol):
    """A page of the result of a query."""

    @property
    def queryId(self) -> str | None:
        """The ID of the query."""

    @property
    def presignedUrl(self) -> str | None:
        """The URL of the chunk with the rows of the page."""


class FilterQueryOperations(Protocol):
    """The operations of one query."""

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
