"""Subscriptions: their authorization, and the mutations that trigger them.

The contract also has mutations that only the platform itself uses, to announce events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..authorization import Access
from ..errors import unauthorized
from ..graphql.pubsub import EventBus, Subscription
from ..state import Context, Resolver, Source
from .iot import telemetry_resolvers as iot
from .time_series import resolvers as time_series


@dataclass(frozen=True)
class Announcement:
    """The subscription that a mutation triggers, and the fields that its arguments match.

    As in AppSync, these are the selected fields of the result of the mutation. Arguments of the
    mutation replace only fields that the result type does not have.
    """

    subscription: str
    result_fields: tuple[str, ...]
    argument_fields: tuple[str, ...] = ()


ANNOUNCEMENTS = {
    "timeSeriesDb_publishToDatabase": Announcement(
        "onTimeSeriesDbPublish", ("assetId",), ("timeSeriesDbId",)
    ),
    "iot_publish": Announcement("onIotPublish", ("iotEndpointId",)),
    "dataCapture_publishData": Announcement("onCapturePublishData", ("captureId",)),
    "dataCapture_startCapture": Announcement("onStartCapture", ("captureId",)),
    "dataCapture_stopCapture": Announcement("onStopCapture", ("captureId",)),
}


async def announce(
    events: EventBus, mutation: str, arguments: Mapping[str, Any], result: Any
) -> None:
    """Publish the event of a mutation, if it has one, with the selected fields of its result."""
    announcement = ANNOUNCEMENTS.get(mutation)
    if announcement is None:
        return
    items = result if isinstance(result, list) else [result]
    arguments_only = {name: arguments[name] for name in announcement.argument_fields}
    for values in {tuple(item.get(name) for name in announcement.result_fields) for item in items}:
        matched = arguments_only | dict(zip(announcement.result_fields, values, strict=True))
        await events.publish(announcement.subscription, matched, result)


def _listen(
    context: Context, subscription: str, arguments: Mapping[str, str], check: Callable[[], object]
) -> Subscription:
    """Subscribe as long as the token is valid and a check passes."""
    exchange, caller = context.exchange, context.caller

    def check_all() -> None:
        exchange.tokens.check(caller)
        check()

    return exchange.events.subscribe(subscription, arguments, check_all)


async def on_time_series_query_export_complete(context: Context, queryId: str) -> Subscription:
    """Subscribe to the export of one of the caller's queries."""
    return _listen(
        context,
        "onNotifyTimeSeriesQueryExportComplete",
        {"queryId": queryId},
        lambda: context.exchange.queries.require_own(context.caller, queryId, time_series.KINDS),
    )


async def on_time_series_db_publish(
    context: Context, timeSeriesDbId: str, assetId: str
) -> Subscription:
    """Subscribe to the data published for an asset of a database that the caller may read."""
    return _listen(
        context,
        "onTimeSeriesDbPublish",
        {"timeSeriesDbId": timeSeriesDbId, "assetId": assetId},
        lambda: context.exchange.accounts.read_database(context.caller, timeSeriesDbId),
    )


async def on_iot_query_export_complete(context: Context, queryId: str) -> Subscription:
    """Subscribe to the export of one of the caller's queries."""
    return _listen(
        context,
        iot.EXPORT_COMPLETE,
        {"queryId": queryId},
        lambda: iot.own_query(context, queryId),
    )


async def on_iot_publish(context: Context, iotEndpointId: str) -> Subscription:
    """Subscribe to the data published for an endpoint that the caller may read."""
    return _listen(
        context,
        "onIotPublish",
        {"iotEndpointId": iotEndpointId},
        lambda: context.exchange.endpoints.find(context.caller, iotEndpointId, Access.READ),
    )


def _listen_to_capture(subscription: str) -> Source:
    """Create the resolver of a subscription to events of a capture."""

    async def listen(context: Context, captureId: str) -> Subscription:
        return _listen(
            context,
            subscription,
            {"captureId": captureId},
            lambda: context.exchange.captures.find(context.caller, captureId, Access.READ),
        )

    return listen


async def refuse(_context: Context, **_arguments: object) -> None:
    """Reject an announcement that only the platform itself may make."""
    raise unauthorized("what the platform itself announces")


CAPTURE_SUBSCRIPTIONS = (
    "onCapturePublishData",
    "onStartCapture",
    "onStopCapture",
    "onNotifyCaptureComplete",
)
SUBSCRIPTIONS: dict[str, Source] = {
    "onNotifyTimeSeriesQueryExportComplete": on_time_series_query_export_complete,
    "onTimeSeriesDbPublish": on_time_series_db_publish,
    "onNotifyIotQueryExportComplete": on_iot_query_export_complete,
    "onIotPublish": on_iot_publish,
    **{name: _listen_to_capture(name) for name in CAPTURE_SUBSCRIPTIONS},
}
MUTATIONS: dict[str, Resolver] = {
    "dataCapture_handleCompletion": refuse,
    "dataCapture_notifyCaptureComplete": refuse,
    "iot_notifyQueryExportComplete": refuse,
    "notifications_notifyUploadComplete": refuse,
    "timeSeriesDb_notifyTimeSeriesQueryExportComplete": refuse,
}
