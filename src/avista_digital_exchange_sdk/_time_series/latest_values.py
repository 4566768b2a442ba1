"""The latest values of a database's attributes, page after page, and what they tell of types."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._utils.progress import NO_PROGRESS, ProgressReporter
from ..errors import InvalidResponseError
from .batch_publisher import merge_asset_data

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import LatestValuesPage, TimeSeriesAssetData


async def latest_values(
    client: Client, timeSeriesDbId: str, watch: ProgressReporter = NO_PROGRESS
) -> list[TimeSeriesAssetData]:
    """Every asset, its attributes with their latest values."""
    pages = watch.track_pages("latest values", _iter_pages(client, timeSeriesDbId))
    return merge_asset_data([asset async for page in pages for asset in page.data])


async def _iter_pages(
    client: Client, timeSeriesDbId: str
) -> AsyncGenerator[LatestValuesPage, None]:
    nextToken: str | None = None
    clientToken: str | None = None
    while True:
        page = await client.time_series_db_list_all_asset_last_values(
            timeSeriesDbId, nextToken, clientToken
        )
        page = require_found(page, "latest values of", timeSeriesDbId)
        yield page
        if not page.nextToken:
            return
        if page.nextToken == nextToken:
            raise InvalidResponseError("the platform gave the same page token twice")
        nextToken, clientToken = page.nextToken, page.clientToken


async def attribute_types(
    client: Client, timeSeriesDbId: str, assetIds: Collection[str]
) -> dict[str, str]:
    """The type of each attribute that some assets have; text where they do not agree.

    A result in CSV does not tell types, and nothing but these values tells them by attribute.
    """
    types: dict[str, str] = {}
    for asset in await latest_values(client, timeSeriesDbId):
        if asset.assetId in assetIds:
            for attribute in asset.attributes:
                known = types.setdefault(attribute.name, attribute.attributeType)
                if known != attribute.attributeType:
                    types[attribute.name] = "VARCHAR"
    return types
