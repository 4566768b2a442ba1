"""The latest values of a database's attributes."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from .._graphql.client import require_found
from .._graphql.pagination import paginate
from .._utils.progress import NO_PROGRESS, ProgressReporter
from .asset_data import merge_asset_data

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import LatestValuesPage, TimeSeriesAssetData


async def list_latest_values(
    client: Client, database_id: str, reporter: ProgressReporter = NO_PROGRESS
) -> list[TimeSeriesAssetData]:
    """List every asset, its attributes with their latest values."""

    async def read_page(before: LatestValuesPage | None) -> LatestValuesPage:
        tokens = (before.nextToken, before.clientToken) if before else ()
        page = await client.time_series_db_list_all_asset_last_values(database_id, *tokens)
        return require_found(page, "latest values of", database_id)

    async with aclosing(
        reporter.track_pages("latest values", paginate(read_page, prefetch=client.backend))
    ) as pages:
        return merge_asset_data([asset async for page in pages for asset in page.data])
