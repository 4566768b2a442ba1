# Generated from src/avista_digital_exchange_sdk/_services/data_capture/live.py by scripts/generate.

"""The sync variant of: Live data of captures, and changes of their state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._backends import run_sync
from ..._graphql.event_streams import EventStream
from ..._services.base import SyncService
from ..._services.data_capture.live import CaptureStreamService

if TYPE_CHECKING:
    from ..._generated.enums import DataCaptureState
    from ..._generated.fragments import DataCapture
    from ..._graphql.event_source import OnGap
    from ..._telemetry.capture_types import (
        PublishCaptureDataResult,
        PublishCaptureDataSuccessfulRecord,
    )

__all__ = ["SyncCaptureStreamService"]


class SyncCaptureStreamService(SyncService):
    """Calls that receive what happens to captures."""

    def subscribeToData(
        self,
        captureId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> EventStream[PublishCaptureDataResult]:
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
            >>> started = digitalExchange.dataCapture.startCapture(captureId)
            >>> with digitalExchange.dataCapture.subscribeToData(captureId) as events:
            ...     record = {"timestamp": 1, "attributeValues": {"inverter-1-power": 12.5}}
            ...     result = digitalExchange.dataCapture.publishData(captureId, [record])
            ...     (written,) = events.next(timeout=10).recordsWritten
            ...     print(written.attributeId, written.attributeValue)
            inverter-1-power 12.5
        """
        return EventStream(
            CaptureStreamService.subscribeToData(
                self._calls, captureId, reconnect=reconnect, bufferSize=bufferSize, onGap=onGap
            )
        )

    def subscribeToDataRecords(
        self,
        captureId: str,
        *,
        reconnect: bool = True,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> EventStream[PublishCaptureDataSuccessfulRecord]:
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
            >>> started = digitalExchange.dataCapture.startCapture(captureId)
            >>> with digitalExchange.dataCapture.subscribeToDataRecords(captureId) as values:
            ...     record = {"timestamp": 1, "attributeValues": {"inverter-1-power": 12.5}}
            ...     result = digitalExchange.dataCapture.publishData(captureId, [record])
            ...     value = values.next(timeout=10)
            ...     print(value.attributeId, value.attributeValue)
            inverter-1-power 12.5
        """
        return EventStream(
            CaptureStreamService.subscribeToDataRecords(
                self._calls, captureId, reconnect=reconnect, bufferSize=bufferSize, onGap=onGap
            )
        )

    def subscribeToState(
        self,
        captureId: str,
        *,
        reconnect: bool = False,
        bufferSize: int = 10_000,
        onGap: OnGap | None = None,
    ) -> EventStream[DataCapture]:
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
            >>> with digitalExchange.dataCapture.subscribeToState(captureId) as changes:
            ...     started = digitalExchange.dataCapture.startCapture(captureId)
            ...     print(changes.next(timeout=10).state)
            CAPTURING
        """
        return EventStream(
            CaptureStreamService.subscribeToState(
                self._calls, captureId, reconnect=reconnect, bufferSize=bufferSize, onGap=onGap
            )
        )

    def waitForState(
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
            >>> started = digitalExchange.dataCapture.startCapture(captureId)
            >>> stopped = digitalExchange.dataCapture.stopCapture(captureId)
            >>> digitalExchange.dataCapture.waitForState(captureId, "COMPLETE").state
            <DataCaptureState.COMPLETE: 'COMPLETE'>
        """
        return run_sync(CaptureStreamService.waitForState(self._calls, captureId, state, timeout))
