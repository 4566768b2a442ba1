# Generated from src/avista_digital_exchange_sdk/_services/iot/live.py by scripts/generate.

"""The sync variant of: Live data of IoT endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._graphql.event_streams import EventStream
from ..._services.base import SyncService
from ..._services.iot.live import EndpointStreamService
from ..._services.streams import DEFAULT_BUFFER_SIZE

if TYPE_CHECKING:
    from ..._generated.fragments import PublishIotDataResult
    from ..._graphql.event_source import OnGap

__all__ = ["SyncEndpointStreamService"]


class SyncEndpointStreamService(SyncService):
    """Calls that receive what endpoints publish."""

    def subscribeToEndpoint(
        self,
        iotEndpointId: str | None = None,
        *,
        endpointId: str | None = None,
        reconnect: bool = False,
        bufferSize: int = DEFAULT_BUFFER_SIZE,
        onGap: OnGap | None = None,
    ) -> EventStream[PublishIotDataResult]:
        """Receive what is published to an endpoint from now on.

        Args:
            iotEndpointId: The ID of the endpoint.
            endpointId: Another name of `iotEndpointId`.
            reconnect: Whether to connect again after the connection is lost, with
                exponential backoff, as long as it takes, and before the platform closes it after 24
                hours. Events that were published meanwhile are missed, and a gap is reported.
                Defaults to raising `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                fails with `SubscriptionError`, or with `reconnect`, reports a gap.
            onGap: Called with a `StreamGap` for each time in which events may have been missed.
                Defaults to a `StreamGapWarning`. All are also in the stream's `gaps`.

        Returns:
            A stream of one `PublishIotDataResult` per publish: the records that were written, and
            those that were rejected. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            SubscriptionError: The subscription was refused, the connection failed or was lost, or
                events were read too slowly.

        Example:
            >>> with digitalExchange.iot.subscribeToEndpoint(iotEndpointId) as events:
            ...     result = digitalExchange.iot.publish(
            ...         iotEndpointId, [{"attributes": {"Power": 4.2}}])
            ...     event = events.next(timeout=10)
            ...     print([value.value for value in event.recordsWritten[0].attributes])
            ['4.2']
        """
        return EventStream(
            EndpointStreamService.subscribeToEndpoint(
                self._calls,
                iotEndpointId,
                endpointId=endpointId,
                reconnect=reconnect,
                bufferSize=bufferSize,
                onGap=onGap,
            )
        )

    def subscribeToEndpoints(
        self,
        iotEndpointIds: str | Sequence[str],
        *,
        reconnect: bool = False,
        bufferSize: int = DEFAULT_BUFFER_SIZE,
        onGap: OnGap | None = None,
    ) -> EventStream[PublishIotDataResult]:
        """Receive what is published to several endpoints from now on.

        They share connections, each with at most 100 subscriptions.

        Args:
            iotEndpointIds: The IDs of the endpoints, or a single ID.
            reconnect: Whether to connect again after the connection is lost, with
                exponential backoff, as long as it takes, and before the platform closes it after 24
                hours. Events that were published meanwhile are missed, and a gap is reported.
                Defaults to raising `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                fails with `SubscriptionError`, or with `reconnect`, reports a gap.
            onGap: Called with a `StreamGap` for each time in which events may have been missed.
                Defaults to a `StreamGapWarning`. All are also in the stream's `gaps`.

        Returns:
            A stream of one `PublishIotDataResult` per publish, whose `iotEndpointId` says to which
            endpoint. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            SubscriptionError: The subscription was refused, the connection failed or was lost, or
                events were read too slowly.

        Example:
            >>> with digitalExchange.iot.subscribeToEndpoints([iotEndpointId]) as events:
            ...     result = digitalExchange.iot.publish(
            ...         iotEndpointId, [{"attributes": {"Power": 4.2}}])
            ...     event = events.next(timeout=10)
            ...     print(event.iotEndpointId == iotEndpointId, len(event.recordsWritten))
            True 1
        """
        return EventStream(
            EndpointStreamService.subscribeToEndpoints(
                self._calls, iotEndpointIds, reconnect=reconnect, bufferSize=bufferSize, onGap=onGap
            )
        )
