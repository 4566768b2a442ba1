"""Live data of captures, and changes of their state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._utils import validation
from ..base import BaseService
from ..streams import parse_stream_options

if TYPE_CHECKING:
    from ..._generated.enums import DataCaptureState
    from ..._generated.fragments import DataCapture
    from ..._graphql.event_source import OnGap
    from ..._graphql.event_streams import AsyncEventStream
    from ..._telemetry.capture_types import (
        PublishCaptureDataResult,
        PublishCaptureDataSuccessfulRecord,
    )


class CaptureStreamService(BaseService):
    """Calls that receive what happens to captures."""

    def subscribeToData(
        self,
        captureId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[PublishCaptureDataResult]:
        """Receive what is published to a capture from now on.

        Args:
            captureId: The ID of the capture.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Events that were published meanwhile are missed, and a gap is reported. Defaults to
                False, which raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, the stream
                raises `SubscriptionError`, or with `reconnect`, reports a gap.
            onGap: Called with a `StreamGap` for each time in which events may have been missed.
                Defaults to a `StreamGapWarning`. All are also in the stream's `gaps`.

        Returns:
            A stream of one `DxTypes.PublishCaptureDataResult` per publish. Of a failed record, only
            the message, the type of the error and the indexes are known. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            SubscriptionError: The subscription was refused, the connection failed or was lost, or
                events were read too slowly.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> async with digitalExchange.dataCapture.subscribeToData(captureId) as events:
            ...     record = {"timestamp": 1, "attributeValues": {"inverter-1-power": 12.5}}
            ...     result = await digitalExchange.dataCapture.publishData(captureId, [record])
            ...     (written,) = (await events.next(timeout=10)).recordsWritten
            ...     print(written.attributeId, written.attributeValue)
            inverter-1-power 12.5
        """
        validation.require_id("captureId", captureId)
        options = parse_stream_options(reconnect, bufferSize, onGap)
        from ..._graphql.event_source import Subject, SubscriptionSource
        from ..._graphql.event_streams import AsyncEventStream
        from ..._telemetry.capture_publisher import to_event

        subject = Subject(captureId, self._client.on_capture_publish_data(captureId))
        return AsyncEventStream(
            SubscriptionSource(
                self._client, [subject], lambda response: [to_event(response)], options
            )
        )

    def subscribeToDataRecords(
        self,
        captureId: str,
        *,
        reconnect: bool = True,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[PublishCaptureDataSuccessfulRecord]:
        """Receive each value that is written to a capture from now on.

        Args:
            captureId: The ID of the capture.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours.
                Values that were published meanwhile can't be fetched, so a gap is reported.
                Defaults to True. False raises `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read. If there are more, a gap is
                reported, or the stream raises `SubscriptionError` if `reconnect` is False.
            onGap: Called with a `StreamGap` for each time in which values may have been missed.
                Defaults to a `StreamGapWarning`. All are also in the stream's `gaps`.

        Returns:
            A stream of one `DxTypes.PublishCaptureDataSuccessfulRecord` per value. It ends when it
            is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            SubscriptionError: The subscription was refused or failed.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> async with digitalExchange.dataCapture.subscribeToDataRecords(captureId) as values:
            ...     record = {"timestamp": 1, "attributeValues": {"inverter-1-power": 12.5}}
            ...     result = await digitalExchange.dataCapture.publishData(captureId, [record])
            ...     value = await values.next(timeout=10)
            ...     print(value.attributeId, value.attributeValue)
            inverter-1-power 12.5
        """
        validation.require_id("captureId", captureId)
        options = parse_stream_options(reconnect, bufferSize, onGap)
        from ..._graphql.event_source import Subject, SubscriptionSource
        from ..._graphql.event_streams import AsyncEventStream
        from ..._telemetry.capture_publisher import to_event

        subject = Subject(captureId, self._client.on_capture_publish_data(captureId))
        return AsyncEventStream(
            SubscriptionSource(
                self._client,
                [subject],
                lambda response: to_event(response).recordsWritten,
                options,
            )
        )

    def subscribeToState(
        self,
        captureId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> AsyncEventStream[DataCapture]:
        """Receive a capture each time it is started, stopped or completed from now on.

        Args:
            captureId: The ID of the capture.
            reconnect: Whether to connect again after the connection is lost, with exponential
                backoff, as long as it takes, and before the platform closes it after 24 hours. A
                change that happened meanwhile is received then. Defaults to False, which raises
                `SubscriptionError`.
            bufferSize: Maximum number of events that wait to be read.
            onGap: Not called, as the state is read again after each gap.

        Returns:
            A stream of the `DataCapture` as it is after each change, without its data model. Of
            several changes in quick succession only the last may be received; `stateHistory` has
            them all. It ends when it is closed.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            NotFoundError: No capture with this ID exists.
            SubscriptionError: The subscription was refused, or the connection failed or was lost.

        Example:
            >>> async with digitalExchange.dataCapture.subscribeToState(captureId) as changes:
            ...     started = await digitalExchange.dataCapture.startCapture(captureId)
            ...     print((await changes.next(timeout=10)).state)
            CAPTURING
        """
        validation.require_id("captureId", captureId)
        options = parse_stream_options(reconnect, bufferSize, onGap)
        from ..._graphql.event_streams import AsyncEventStream
        from ..._telemetry.capture_states import CaptureStateSource

        return AsyncEventStream(CaptureStateSource(self._client, captureId, options))

    async def waitForState(
        self, captureId: str, state: DataCaptureState | str, timeout: float = 300
    ) -> DataCapture:
        """Wait until a capture has reached a state.

        It is notified of changes, and reads the state every 15 seconds otherwise.

        Args:
            captureId: The ID of the capture.
            state: The state, such as `COMPLETE`.
            timeout: Timeout in seconds. Defaults to 300.

        Returns:
            The capture, without its data model. Its state may be a later one, if the state was
            passed meanwhile.

        Raises:
            InvalidParameterError: An argument is invalid. No request was made.
            NotFoundError: No capture with this ID exists, or it was deleted meanwhile.
            StateNotReachedError: The capture can't reach the state any more, such as COMPLETE after
                COMPLETION_ERROR.
            StateTimeoutError: The capture did not reach the state in time.

        Example:
            >>> started = await digitalExchange.dataCapture.startCapture(captureId)
            >>> stopped = await digitalExchange.dataCapture.stopCapture(captureId)
            >>> (await digitalExchange.dataCapture.waitForState(captureId, "COMPLETE")).state
            <DataCaptureState.COMPLETE: 'COMPLETE'>
        """
        from ..._generated.enums import DataCaptureState
        from ..._telemetry.capture_states import wait_for_state

        validation.require_id("captureId", captureId)
        expected = validation.parse_enum("state", state, DataCaptureState)
        seconds = validation.parse_duration("timeout", timeout)
        return await wait_for_state(self._client, captureId, expected, seconds)
