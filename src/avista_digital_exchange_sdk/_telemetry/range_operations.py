"""The operations of the platform for range queries of IoT endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._generated.enums import ExportFileFormat, TimeSeriesQueryOutputFileType
from .._generated.input_types import EndpointQueryFilter
from .._graphql.client import Subscription
from .._time_series.query_operations import FilterQueryOperations, ReadRows

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotQueryPage
    from .._generated.input_types import TimeSeriesQueryAssetInput


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
        self._filters = [
            EndpointQueryFilter(
                iotEndpointId=entry.assetId, attributeNames=list(entry.attributeNamesFilter or ())
            )
            for entry in filters
        ]
        self._time_range = time_range

    @property
    def is_divisible(self) -> bool:
        """Whether the query can be split."""
        return False

    def split(self, _count: int, _rows: ReadRows | None) -> Sequence[FilterQueryOperations]:
        """Return nothing, as the query can't be split."""
        return ()

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
