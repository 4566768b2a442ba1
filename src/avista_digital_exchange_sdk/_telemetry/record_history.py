"""Fetches what endpoints published, for streams that have missed events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from .._backends.concurrency import run_for_each
from .._generated.input_types import TimeSeriesQueryAssetInput
from .._secrets import Secret
from .._time_series.filter_query import FilterQuery
from .._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from .._transfer.output_file import write_spool
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressReporter
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from ..errors import InvalidResponseError, QueryIncompleteError
from .endpoint_models import EndpointModels
from .last_values import list_last_values
from .live_records import IotLiveRecord
from .range_operations import RangeQueryOperations
from .range_result import RangeResultSink, RequestedRecords
from .record_results import parse_chunk, read_csv

if TYPE_CHECKING:
    from .._generated.client import Client

# The end of a range without an end: records may have times in the future.
END_MILLISECONDS = 9_223_372_036_854
MAX_ENDPOINTS_PER_QUERY = 100
# Maximum difference between the starts of the time ranges of endpoints in one query.
MAX_DIFFERENCE_MILLISECONDS = 3_600_000
EXPORT_TIMEOUT_SECONDS = 300.0


class RecordHistory:
    """Reads the records of endpoints.

    Args:
        client: Runs the operations.
        endpoint_ids: The endpoints.
    """

    def __init__(self, client: Client, endpoint_ids: Sequence[str]) -> None:
        self._client = client
        self._endpoint_ids = endpoint_ids
        self._backend = client.backend
        self._transfers = Transfers(client.backend, client.retry_policy)
        self._attributes: dict[str, list[str]] = {}
        self._uses_export = False

    async def read_models(self) -> None:
        """Read the attributes of the endpoints. Raises an error if one does not exist."""
        assets = await EndpointModels(self._client, self._backend, self._endpoint_ids).get()
        self._attributes = {
            asset.assetId: [attribute.name for attribute in asset.attributes] for asset in assets
        }

    async def read_newest(self) -> list[int | None]:
        """Read the time of the latest record of each endpoint; None if there is none."""
        return await run_for_each(self._backend, self._read_newest, self._endpoint_ids)

    async def _read_newest(self, endpoint_id: str) -> int | None:
        operation = self._client.iot_list_endpoint_last_values
        values = await list_last_values(
            operation,
            "IoT endpoint",
            endpoint_id,
            self._backend,
            self._transfers,
            ProgressReporter(None),
        )
        times = [int(value.timestamp or "") for value in values if is_integer(value.timestamp)]
        return max(times, default=None)

    async def read(
        self, starts: Mapping[str, int]
    ) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
        """Read records, page after page.

        Args:
            starts: The start of the time range of each endpoint, in milliseconds.

        Yields:
            The records of an endpoint, ordered by time. An endpoint may have several pages, but
            all records of a millisecond are on the same one.
        """
        with_attributes = {each: start for each, start in starts.items() if self._attributes[each]}
        for endpoint_ids in _group(with_attributes):
            start = min(starts[endpoint_id] for endpoint_id in endpoint_ids)
            async with aclosing(self._read_endpoints(endpoint_ids, start)) as batches:
                async for endpoint_id, records in batches:
                    first = starts[endpoint_id]
                    yield endpoint_id, [each for each in records if each.milliseconds >= first]

    async def _read_endpoints(
        self, endpoint_ids: Sequence[str], start: int
    ) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
        """Read the records of endpoints from the pages of a query, or else from its export."""
        if not self._uses_export:
            try:
                pages = _join_milliseconds(self._read_pages(endpoint_ids, start))
                async with aclosing(pages):
                    async for endpoint_id, records in pages:
                        yield endpoint_id, records
                return
            except (InvalidResponseError, QueryIncompleteError) as error:
                if error.__cause__ is not None:
                    raise
                # The format of the pages is not documented, that of the export is.
                self._client.log.info("%s; exporting the result", error)
                self._uses_export = True
        batches = _join_milliseconds(self._read_export(endpoint_ids, start))
        async with aclosing(batches):
            async for endpoint_id, records in batches:
                yield endpoint_id, records

    async def _read_pages(
        self, endpoint_ids: Sequence[str], start: int
    ) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
        operations = self._create_operations(self._create_filters(endpoint_ids), start)
        query = FilterQuery(operations, self._backend, None)
        try:
            async with aclosing(query.pages()) as pages:
                async for page in pages:
                    if page.presignedUrl is None:
                        raise query.create_missing_chunk_error()
                    chunk = await self._transfers.fetch(Secret(page.presignedUrl), "a result chunk")
                    for endpoint_id, records in parse_chunk(chunk):
                        yield endpoint_id, records
        except BaseException:
            await query.cancel()
            raise

    async def _read_export(
        self, endpoint_ids: Sequence[str], start: int
    ) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
        filters = self._create_filters(endpoint_ids)
        request = RequestedRecords(filters)
        spec = FilterQuerySpec(
            self._create_operations(filters, start),
            request,
            EXPORT_TIMEOUT_SECONDS,
            "server",
            ProgressReporter(None),
        )
        models = EndpointModels(self._client, self._backend, endpoint_ids)
        with open_temporary_file() as file, explain_full_disk():
            sink = RangeResultSink(request, models, partial(write_spool, file))
            await FilterQueryRunner(self._client, self._backend, self._transfers, spec).run(sink)
            for endpoint_id, records in read_csv(file):
                yield endpoint_id, records

    def _create_filters(self, endpoint_ids: Sequence[str]) -> list[TimeSeriesQueryAssetInput]:
        return [
            TimeSeriesQueryAssetInput(assetId=each, attributeNamesFilter=self._attributes[each])
            for each in endpoint_ids
        ]

    def _create_operations(
        self, filters: list[TimeSeriesQueryAssetInput], start: int
    ) -> RangeQueryOperations:
        return RangeQueryOperations(self._client, filters, (str(start), str(END_MILLISECONDS)))


async def _join_milliseconds(
    pages: AsyncGenerator[tuple[str, list[IotLiveRecord]], None],
) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
    """Move records to the page that has the last ones of the same millisecond."""
    held: dict[str, list[IotLiveRecord]] = {}
    async with aclosing(pages):
        async for endpoint_id, page in pages:
            records = held.pop(endpoint_id, []) + page
            split = len(records)
            while split and records[split - 1].milliseconds == records[-1].milliseconds:
                split -= 1
            held[endpoint_id] = records[split:]
            yield endpoint_id, records[:split]
    for endpoint_id, records in held.items():
        yield endpoint_id, records


def _group(starts: Mapping[str, int]) -> list[list[str]]:
    """Group endpoints with similar time ranges, so that they are read with few queries."""
    groups: list[list[str]] = []
    group_start = 0
    for endpoint_id, start in sorted(starts.items(), key=lambda entry: entry[1]):
        is_near = start <= group_start + MAX_DIFFERENCE_MILLISECONDS
        if not groups or not is_near or len(groups[-1]) == MAX_ENDPOINTS_PER_QUERY:
            groups.append([])
            group_start = start
        groups[-1].append(endpoint_id)
    return groups


def is_integer(text: Any) -> bool:
    return isinstance(text, str) and text.removeprefix("-").isdecimal() and text.isascii()
