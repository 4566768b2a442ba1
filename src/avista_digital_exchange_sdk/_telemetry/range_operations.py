"""The operations of the platform for range queries of IoT endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._generated.enums import ExportFileFormat, TimeSeriesQueryOutputFileType
from .._generated.input_types import EndpointQueryFilter
from .._graphql.client import Subscription
from .._time_series.query_operations import MILLISECOND, ReadRows, split_range

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotQueryPage
    from .._generated.input_types import TimeSeriesQueryAssetInput

# How many pages must follow for each one that was read, as those are read again.
MIN_REMAINING = 2


class RangeQueryOperations:
    """The operations of a range query.

    Args:
        client: Runs the operations.
        filters: The endpoints and their attributes, all by name.
        time_range: The start and the end, as milliseconds since 1970.
    """

    def __init__(
        self,
        client: Client,
        filters: list[TimeSeriesQueryAssetInput],
        time_range: tuple[str, str],
    ) -> None:
        self._client = client
        self._assets = filters
        self._filters = [
            EndpointQueryFilter(
                iotEndpointId=entry.assetId, attributeNames=list(entry.attributeNamesFilter or ())
            )
            for entry in filters
        ]
        self._time_range = time_range

    @property
    def has_exact_chunks(self) -> bool:
        """Whether the chunks have all that the export has: their times have only milliseconds."""
        return False

    def split(self, count: int, rows: ReadRows | None) -> list[RangeQueryOperations]:
        """Split the query into time ranges, if that is worth reading some pages again.

        Adjacent time ranges have their common boundary, so it does not matter whether the platform
        includes the ends of a range.
        """
        if rows is None:
            return []
        remaining = self._estimate_remaining(rows)
        count = min(count, rows.last_page + remaining)
        if count < 2 or remaining < MIN_REMAINING * rows.last_page:
            return []
        ranges = split_range(*self._parse_range(), count)
        return [self._restrict(*own) for own in ranges] if len(ranges) > 1 else []

    def _estimate_remaining(self, rows: ReadRows) -> int:
        """Estimate how many pages follow, if all endpoints have about as many records."""
        _, end = self._parse_range()
        position = [asset.assetId for asset in self._assets].index(rows.asset_id)
        own = rows.estimate_pages(end)
        following = len(self._assets) - position - 1
        return own + following * (rows.last_page + own) // (position + 1)

    def _parse_range(self) -> tuple[int, int]:
        start, end = self._time_range
        return int(start) * MILLISECOND, int(end) * MILLISECOND

    def _restrict(self, start: int, end: int) -> RangeQueryOperations:
        bounds = str(start // MILLISECOND), str(end // MILLISECOND)
        return RangeQueryOperations(self._client, self._assets, bounds)

    async def read_first_page(self) -> IotQueryPage | None:
        """Start the query and read its first page."""
        return await self._client.iot_query_by_time_range(self._filters, *self._time_range)

    async def read_page_after(self, page: IotQueryPage) -> IotQueryPage | None:
        """Read the page after another one of the same query."""
        return await self._client.iot_query_by_time_range(
            self._filters,
            *self._time_range,
            nextToken=page.nextToken,
            clientToken=page.clientToken,
            queryString=page.queryString,
            queryId=page.queryId,
        )

    async def request_export(
        self, query_id: str, _file_format: TimeSeriesQueryOutputFileType
    ) -> None:
        """Request the whole result as a CSV file, the only format that there is."""
        await self._client.iot_generate_query_result_export(query_id, ExportFileFormat.CSV)

    def create_export_subscription(self, query_id: str) -> Subscription[Any]:
        """Create the subscription whose event announces the file."""
        return self._client.on_notify_iot_query_export_complete(query_id)

    def find_export_url(self, query_id: str, event: Any) -> str | None:
        """Return the URL of the file; None if the event is that of another query."""
        export = event.onNotifyIotQueryExportComplete
        return export.url if export is not None and export.queryId == query_id else None

    async def cancel(self, query_id: str) -> None:
        """Stop the query on the platform."""
        await self._client.for_cleanup().iot_cancel_query(query_id)
