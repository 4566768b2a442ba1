"""Queried endpoints in the form of assets: their names, and the attributes of their models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._backends import Backend
from .._backends.concurrency import run_for_each
from .._backends.prefetch import Prefetched
from .._generated.enums import MeasureValueType, ModelSchemaType
from .._generated.fragments import TimeSeriesAssetAttribute, TimeSeriesAssetData
from .._graphql.client import require_found

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import IotEndpoint

ATTRIBUTE_TYPES = {
    ModelSchemaType.boolean: MeasureValueType.BOOLEAN,
    ModelSchemaType.dateTime: MeasureValueType.TIMESTAMP,
    ModelSchemaType.double: MeasureValueType.DOUBLE,
    ModelSchemaType.integer: MeasureValueType.BIGINT,
}


class EndpointModels(Prefetched[list[TimeSeriesAssetData]]):
    """The endpoints of a query as assets, whose attributes have no values.

    Args:
        client: The client.
        backend: The backend.
        endpoint_ids: The endpoints.
    """

    def __init__(self, client: Client, backend: Backend, endpoint_ids: Sequence[str]) -> None:
        async def fetch_one(endpoint_id: str) -> TimeSeriesAssetData:
            endpoint = await client.iot_get_endpoint(endpoint_id)
            return _to_asset(require_found(endpoint, "IoT endpoint", endpoint_id))

        async def fetch() -> list[TimeSeriesAssetData]:
            return await run_for_each(backend, fetch_one, endpoint_ids)

        super().__init__(backend, fetch)


def _to_asset(endpoint: IotEndpoint) -> TimeSeriesAssetData:
    return TimeSeriesAssetData(
        assetId=endpoint.iotEndpointId,
        name=endpoint.name,
        attributes=[
            TimeSeriesAssetAttribute(
                attributeType=to_attribute_type(entry.schemaType),
                lastValue="",
                lastValueTime="",
                name=entry.name,
                data=[],
            )
            for entry in endpoint.telemetry
        ],
    )


def to_attribute_type(schema_type: ModelSchemaType | None) -> MeasureValueType:
    """Return the type of a time series that holds the values of a telemetry attribute."""
    if schema_type is None:
        return MeasureValueType.VARCHAR
    return ATTRIBUTE_TYPES.get(schema_type, MeasureValueType.VARCHAR)
