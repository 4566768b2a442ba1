"""The subscriptions: who may listen to what."""

from __future__ import annotations

from avista_digital_exchange_sdk.local.graphql.pubsub import Subscription
from avista_digital_exchange_sdk.local.state import Context, Source


async def on_query_export_complete(context: Context, queryId: str) -> Subscription:
    """Listen for an export of the caller's own query."""
    exchange, caller = context.exchange, context.caller

    def check() -> None:
        exchange.accounts.check_token(caller)
        exchange.time_series.check_own_query(caller, queryId)

    return exchange.events.subscribe(
        "onNotifyTimeSeriesQueryExportComplete", {"queryId": queryId}, check
    )


async def on_time_series_db_publish(
    context: Context, timeSeriesDbId: str, assetId: str
) -> Subscription:
    """Listen for what is published for an asset of a database the caller may read."""
    exchange, caller = context.exchange, context.caller

    def check() -> None:
        exchange.accounts.check_token(caller)
        exchange.accounts.read_database(caller, timeSeriesDbId)

    return exchange.events.subscribe(
        "onTimeSeriesDbPublish", {"timeSeriesDbId": timeSeriesDbId, "assetId": assetId}, check
    )


SUBSCRIPTIONS: dict[str, Source] = {
    "onNotifyTimeSeriesQueryExportComplete": on_query_export_complete,
    "onTimeSeriesDbPublish": on_time_series_db_publish,
}
