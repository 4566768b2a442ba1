"""The subscriptions: who may listen to what, and which mutations fire them.

The contract also has mutations with which the platform itself announces something.
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
    """The subscription a mutation fires, and the fields its arguments are matched against.

    As in AppSync, these are fields of what the mutation returned, as far as its document selected
    them. No argument of the mutation replaces what was not selected, except where the response has
    no such field.
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
    """Send the event that a mutation fires, if it fires one: the response as it was selected."""
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
    """Listen for as long as the token is valid and a check passes."""
    exchange, caller = context.exchange, context.caller

    def check_all() -> None:
        exchange.tokens.check(caller)
        check()

    return exchange.events.subscribe(subscription, arguments, check_all)


async def on_time_series_query_export_complete(context: Context, queryId: str) -> Subscription:
    """Listen for an export of the caller's own query."""
    return _listen(
        context,
        "onNotifyTimeSeriesQueryExportComplete",
        {"queryId": queryId},
        lambda: context.exchange.queries.require_own(context.caller, queryId, time_series.KINDS),
    )


async def on_time_series_db_publish(
    context: Context, timeSeriesDbId: str, assetId: str
) -> Subscription:
    """Listen for what is published for an asset of a database the caller may read."""
    return _listen(
        context,
        "onTimeSeriesDbPublish",
        {"timeSeriesDbId": timeSeriesDbId, "assetId": assetId},
        lambda: context.exchange.accounts.read_database(context.caller, timeSeriesDbId),
    )


async def on_iot_query_export_complete(context: Context, queryId: str) -> Subscription:
    """Listen for an export of the caller's own query."""
    return _listen(
        context,
        iot.EXPORT_COMPLETE,
        {"queryId": queryId},
        lambda: iot.own_query(context, queryId),
    )


async def on_iot_publish(context: Context, iotEndpointId: str) -> Subscription:
    """Listen for what is published for an endpoint the caller may read."""
    return _listen(
        context,
        "onIotPublish",
        {"iotEndpointId": iotEndpointId},
        lambda: context.exchange.endpoints.find(context.caller, iotEndpointId, Access.READ),
    )


def _listen_to_capture(subscription: str) -> Source:
    """Make the source of one of the events of captures."""

    async def listen(context: Context, captureId: str) -> Subscription:
        return _listen(
            context,
            subscription,
            {"captureId": captureId},
            lambda: context.exchange.captures.find(context.caller, captureId, Access.READ),
        )

    return listen


async def refuse(_context: Context, **_arguments: object) -> None:
    """Reject what only the platform itself may announce."""
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
