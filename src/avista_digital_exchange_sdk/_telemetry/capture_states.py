"""The states of captures: their changes, and waiting for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._generated.enums import DataCaptureState
from .._graphql.client import require_found
from .._graphql.event_buffer import BufferedEvent, BufferedGap
from .._graphql.event_source import StreamOptions, Subject, SubscriptionSource
from .._graphql.live_feed import FeedOptions
from ..errors import StateNotReachedError, StateTimeoutError, SubscriptionError

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import DataCapture

# Events only announce the start, the stop and the completion.
POLL_SECONDS = 15.0
# A state can't follow a state of a higher rank, or a final one.
RANKS = {
    DataCaptureState.CONFIGURATION_ERROR: 0,
    DataCaptureState.READY: 0,
    DataCaptureState.CAPTURING: 1,
    DataCaptureState.FINISHING: 2,
    DataCaptureState.COMPLETE: 3,
    DataCaptureState.COMPLETION_ERROR: 3,
    DataCaptureState.DELETING: 4,
}
FINAL_RANK = 3
# A wait needs no more than the last event.
WAIT_BUFFER_SIZE = 10


class CaptureStateSource(SubscriptionSource["DataCapture"]):
    """The capture as it is after each change of its state.

    Args:
        client: Reads the capture.
        capture_id: The capture.
        options: The options of the stream.
    """

    def __init__(self, client: Client, capture_id: str, options: StreamOptions) -> None:
        subscriptions = (
            client.on_start_capture(capture_id),
            client.on_stop_capture(capture_id),
            client.on_notify_capture_complete(capture_id),
        )
        subjects = [Subject(capture_id, subscription) for subscription in subscriptions]
        super().__init__(client, subjects, lambda capture: [capture], options)
        self._captures = client
        self._capture_id = capture_id
        self._known: tuple[str, int] | None = None
        # Whether the state may have changed since it was read: also if reading was interrupted.
        self._is_outdated = False

    async def open(self, timeout: float | None = None) -> None:
        """Subscribe, then read the present state."""
        await super().open(timeout)
        await self._read_change()

    async def next(self, timeout: float | None) -> DataCapture:
        """Wait for a change; raise StopAsyncIteration at the end, TimeoutError after `timeout`."""
        if self._is_outdated:
            self._pending.extend(await self._read_change())
        return await super().next(timeout)

    # An event contains what the program that started the capture selected, so the capture is read.
    # After a gap it is read too, so that no change is missed.

    async def _read(self, item: BufferedEvent) -> Iterable[DataCapture]:
        return await self._read_change()

    async def _handle_gap(self, gap: BufferedGap) -> None:
        self._pending.extend(await self._read_change())

    async def _read_change(self) -> Iterable[DataCapture]:
        self._is_outdated = True
        capture = await read_capture(self._captures, self._capture_id)
        self._is_outdated = False
        known, self._known = self._known, (str(capture.state), len(capture.stateHistory))
        return () if known == self._known else [capture]


async def read_capture(client: Client, capture_id: str) -> DataCapture:
    """Read a capture without its data model."""
    response = await client.data_capture_get_capture(capture_id, includeDataModel=False)
    return require_found(response, "data capture", capture_id)


async def wait_for_state(
    client: Client, capture_id: str, state: DataCaptureState, timeout: float
) -> DataCapture:
    """Wait until a capture has reached a state; it may be in a later one."""
    clock = client.backend.clock
    deadline = clock() + timeout
    options = StreamOptions(FeedOptions(reconnect=True, buffer_size=WAIT_BUFFER_SIZE), None)
    source = CaptureStateSource(client, capture_id, options)
    try:
        is_subscribed = await _try_to_open(source, timeout)
        while True:
            capture = await read_capture(client, capture_id)
            if _is_reached(capture, state):
                return capture
            seconds = min(POLL_SECONDS, deadline - clock())
            if seconds <= 0:
                raise StateTimeoutError(
                    f"data capture {capture_id} did not become {state} within {timeout:g} s; it is "
                    f"{capture.state}",
                    state=str(capture.state),
                )
            if is_subscribed:
                is_subscribed = await _wait_for_change(source, seconds)
            else:
                await client.backend.sleep(seconds)
    finally:
        await source.close()


async def _try_to_open(source: CaptureStateSource, timeout: float) -> bool:
    """Subscribe; return whether that was possible. Without a subscription the state is polled."""
    try:
        await source.open(timeout)
    except SubscriptionError:
        return False
    return True


async def _wait_for_change(source: CaptureStateSource, seconds: float) -> bool:
    """Wait for a change; return whether the subscription is still active."""
    try:
        await source.next(seconds)
    except TimeoutError:
        return True
    except (SubscriptionError, StopAsyncIteration):
        return False
    return True


def _is_reached(capture: DataCapture, state: DataCaptureState) -> bool:
    """Whether a capture has reached a state; raise an error if it can't any more."""
    if capture.state == state:
        return True
    rank, present = RANKS[state], RANKS.get(DataCaptureState(capture.state), -1)
    if present > rank and any(change.newState == state for change in capture.stateHistory):
        return True
    if present > rank or rank == present == FINAL_RANK:
        raise StateNotReachedError(
            f"data capture {capture.captureId} can't become {state}: it is {capture.state}",
            state=str(capture.state),
        )
    return False
