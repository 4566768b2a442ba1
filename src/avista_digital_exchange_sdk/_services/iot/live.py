"""Live data of IoT endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._utils import validation
from ..._utils.validation import invalid_argument
from ..base import BaseService
from ..streams import parse_stream_options
from .endpoint_ids import parse_endpoint_ids

if TYPE_CHECKING:
    from ..._generated.fragments import PublishIotDataResult
    from ..._graphql.event_source import OnGap, Subject
    from ..._graphql.event_streams import AsyncEventStream
    from ..._telemetry.live_records import IotLiveRecord


class EndpointStreamService(BaseService):
    """Calls that receive what endpoints publish."""

    def subscribeToEndpoint(
        self,
        iotEndpointId: str | None = None,
        *,
        endpointId: str | None = None,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[PublishIotDataResult]:
        """Receive what is published to an endpoint from now on.

        Args:
            iotEndpointId: The ID of the endpoint.
            endpointId: Another name of `iotEndpointId`.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Events that were published meanwhile are missed, and a gap is reported. Defaults to
                False, which raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                raises `SubscriptionError`, or with `reconnect`, reports a gap.
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
            >>> async with digitalExchange.iot.subscribeToEndpoint(iotEndpointId) as events:
            ...     result = await digitalExchange.iot.publish(
            ...         iotEndpointId, [{"attributes": {"Power": 4.2}}])
            ...     event = await events.next(timeout=10)
            ...     print([value.value for value in event.recordsWritten[0].attributes])
            ['4.2']
        """
        if endpointId is None:
            endpoint_id = validation.require_id("iotEndpointId", iotEndpointId)
        elif iotEndpointId is None:
            endpoint_id = validation.require_id("endpointId", endpointId)
        else:
            raise invalid_argument("endpointId", endpointId, "None if iotEndpointId is passed")
        return self._subscribe([endpoint_id], reconnect, bufferSize, onGap)

    def subscribeToEndpoints(
        self,
        iotEndpointIds: str | Sequence[str],
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[PublishIotDataResult]:
        """Receive what is published to several endpoints from now on.

        They share connections, each with at most 100 subscriptions.

        Args:
            iotEndpointIds: The IDs of the endpoints, or a single ID.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Events that were published meanwhile are missed, and a gap is reported. Defaults to
                False, which raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                raises `SubscriptionError`, or with `reconnect`, reports a gap.
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
            >>> async with digitalExchange.iot.subscribeToEndpoints([iotEndpointId]) as events:
            ...     result = await digitalExchange.iot.publish(
            ...         iotEndpointId, [{"attributes": {"Power": 4.2}}])
            ...     event = await events.next(timeout=10)
            ...     print(event.iotEndpointId == iotEndpointId, len(event.recordsWritten))
            True 1
        """
        return self._subscribe(parse_endpoint_ids(iotEndpointIds), reconnect, bufferSize, onGap)

    def subscribeToEndpointRecords(
        self,
        iotEndpointIds: str | Sequence[str],
        *,
        lookback: float = 300,
        reconnect: bool = True,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[IotLiveRecord]:
        """Receive each record of one or more endpoints exactly once, from now on.

        After the connection was lost, or when events were read too slowly, what was published
        meanwhile is fetched. A query shortly after each connection, and every ten minutes, finds
        records whose events the platform did not deliver. The endpoints share connections, each
        with at most 100 subscriptions.

        Records are identified by their endpoint and timestamp in milliseconds. The records of an
        endpoint are ordered by timestamp, except for those that are published or found late, which
        have `isLate`.

        Args:
            iotEndpointIds: The IDs of the endpoints, or a single ID.
            lookback: How far back missed records are searched, in seconds: up to this much before
                the latest known timestamp of the endpoint. Defaults to 300. The records of this
                time are read when the stream starts.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Defaults to True. False raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read.
            onGap: Called with a `StreamGap` for each time without a connection, after what was
                published meanwhile was fetched. `recoveredFrom` says from which timestamp on. If it
                could not be fetched, the default is a `StreamGapWarning`. All are also in the
                stream's `gaps`.

        Returns:
            A stream of one `IotLiveRecord` per record: an `IotDataRecord` with `isLate`, and with
            `isRecovered` if it was fetched. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            NotFoundError: No endpoint with this ID exists.
            UnauthorizedError: You may not read the endpoint.
            SubscriptionError: The subscription was refused or failed.

        Example:
            >>> async with digitalExchange.iot.subscribeToEndpointRecords(iotEndpointId) as records:
            ...     result = await digitalExchange.iot.publish(
            ...         iotEndpointId, [{"attributes": {"Power": 4.2}}])
            ...     record = await records.next(timeout=10)
            ...     print(record.attributes[0].value, record.isLate)
            4.2 False
        """
        endpoint_ids = parse_endpoint_ids(iotEndpointIds)
        seconds = validation.parse_duration("lookback", lookback)
        options = parse_stream_options(reconnect, bufferSize, onGap)
        from ..._graphql.event_streams import AsyncEventStream
        from ..._telemetry.record_source import EndpointRecordSource

        subjects = self._create_subjects(endpoint_ids)
        return AsyncEventStream(EndpointRecordSource(self._client, subjects, options, seconds))

    def _subscribe(
        self,
        endpoint_ids: Sequence[str],
        reconnect: object,
        buffer_size: object,
        on_gap: OnGap | None,
    ) -> AsyncEventStream[PublishIotDataResult]:
        options = parse_stream_options(reconnect, buffer_size, on_gap)
        from ..._graphql.event_source import SubscriptionSource
        from ..._graphql.event_streams import AsyncEventStream

        source: SubscriptionSource[PublishIotDataResult] = SubscriptionSource(
            self._client, self._create_subjects(endpoint_ids), lambda result: [result], options
        )
        return AsyncEventStream(source)

    def _create_subjects(self, endpoint_ids: Sequence[str]) -> list[Subject]:
        from ..._graphql.event_source import Subject

        return [
            Subject(endpoint_id, self._client.on_iot_publish(endpoint_id))
            for endpoint_id in dict.fromkeys(endpoint_ids)
        ]
