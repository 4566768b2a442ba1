"""Fetches what endpoints published, for streams that have missed events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from .._generated.fragments import IotAttributeValue
from .._generated.input_types import TimeSeriesQueryAssetInput
from .._secrets import Secret
from .._time_series.filter_query import FilterQuery
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressReporter
from ..errors import InvalidResponseError
from .endpoint_models import EndpointModels
from .last_values import list_last_values
from .live_records import IotLiveRecord
from .range_operations import RangeQueryOperations

if TYPE_CHECKING:
    from .._generated.client import Client

# The end of a range without an end: records may have times in the future.
END_MILLISECONDS = 9_223_372_036_854
MAX_ENDPOINTS_PER_QUERY = 100
# Maximum difference between the starts of the time ranges of endpoints in one query.
MAX_DIFFERENCE_MILLISECONDS = 3_600_000
MAX_CONCURRENT_REQUESTS = 8


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

    async def read_models(self) -> None:
        """Read the attributes of the endpoints. Raises an error if one does not exist."""
        assets = await EndpointModels(self._client, self._backend, self._endpoint_ids).get()
        self._attributes = {
            asset.assetId: [attribute.name for attribute in asset.attributes] for asset in assets
        }

    async def read_newest(self) -> list[int | None]:
        """Read the time of the latest record of each endpoint; None if there is none."""
        newest: list[int | None] = []
        for start in range(0, len(self._endpoint_ids), MAX_CONCURRENT_REQUESTS):
            batch = self._endpoint_ids[start : start + MAX_CONCURRENT_REQUESTS]
            tasks = [self._backend.spawn(self._read_newest(each)) for each in batch]
            try:
                newest += [await task.result() for task in tasks]
            finally:
                for task in tasks:
                    await task.cancel()
        return newest

    async def _read_newest(self, endpoint_id: str) -> int | None:
        operation = self._client.iot_list_endpoint_last_values
        values = await list_last_values(
            operation, "IoT endpoint", endpoint_id, self._transfers, ProgressReporter(None)
        )
        times = [int(value.timestamp or "") for value in values if _is_integer(value.timestamp)]
        return max(times, default=None)

    async def read(
        self, starts: Mapping[str, int]
    ) -> AsyncGenerator[tuple[str, list[IotLiveRecord]], None]:
        """Read records, page after page.

        Args:
            starts: The start of the time range of each endpoint, in milliseconds.

        Yields:
            The records of an endpoint, ordered by time. An endpoint may have several pages.
        """
        with_attributes = {each: start for each, start in starts.items() if self._attributes[each]}
        for endpoint_ids in _group(with_attributes):
            start = min(starts[endpoint_id] for endpoint_id in endpoint_ids)
            async with aclosing(self._read_pages(endpoint_ids, start)) as pages:
                async for page in pages:
                    for endpoint_id, records in page:
                        first = starts[endpoint_id]
                        yield endpoint_id, [each for each in records if each.milliseconds >= first]

    async def _read_pages(
        self, endpoint_ids: Sequence[str], start: int
    ) -> AsyncGenerator[list[tuple[str, list[IotLiveRecord]]], None]:
        filters = [
            TimeSeriesQueryAssetInput(assetId=each, attributeNamesFilter=self._attributes[each])
            for each in endpoint_ids
        ]
        time_range = (str(start), str(END_MILLISECONDS))
        operations = RangeQueryOperations(self._client, filters, time_range)
        query = FilterQuery(operations, self._backend, None)
        try:
            async with aclosing(query.pages()) as pages:
                async for page in pages:
                    if page.presignedUrl is None:
                        raise query.create_missing_chunk_error()
                    url = Secret(page.presignedUrl)
                    yield _parse_chunk(await self._transfers.fetch(url, "a result chunk"))
        except BaseException:
            await query.cancel()
            raise


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


def _is_integer(text: Any) -> bool:
    return isinstance(text, str) and text.removeprefix("-").isdecimal() and text.isascii()


def _parse_chunk(chunk: bytes) -> list[tuple[str, list[IotLiveRecord]]]:
    """Parse a JSON array of IotEndpointData."""
    try:
        return [
            (endpoint["iotEndpointId"], list(map(_to_record(endpoint), endpoint["records"] or ())))
            for endpoint in from_json(chunk)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # The cause would expose data values.
        kind = type(error).__name__
    raise InvalidResponseError(f"a result chunk is not a JSON array of endpoints ({kind})")


def _to_record(endpoint: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], IotLiveRecord]:
    endpoint_id = endpoint["iotEndpointId"]

    def convert(record: Mapping[str, Any]) -> IotLiveRecord:
        return IotLiveRecord.model_construct(
            iotEndpointId=endpoint_id,
            timestamp=str(int(record["timestamp"])),
            attributes=[
                IotAttributeValue.model_construct(name=entry["name"], value=entry["value"])
                for entry in record["attributes"] or ()
            ],
        )

    return convert
