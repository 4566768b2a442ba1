"""Start, stop, finish and delete captures, on request and on schedule."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from ...authorization import Access
from ...caller import Caller
from ...database import Row
from ...graphql.pubsub import EventBus
from ...query_engine.engine import QueryEngine
from ...query_engine.samples import Samples
from .attachments import Attachments
from .captures import NOT_STARTED, Captures
from .exports import CaptureExports
from .time_settings import start_time, stop_time

# Maximum time between two readings of the clock, as the clock may be changed.
MAX_SLEEP_SECONDS = 60.0


class Lifecycle:
    """Changes the states of the captures of one exchange. Not thread-safe."""

    def __init__(
        self,
        captures: Captures,
        samples: Samples,
        exports: CaptureExports,
        attachments: Attachments,
        engine: QueryEngine,
        events: EventBus,
    ) -> None:
        self._captures = captures
        self._samples = samples
        self._exports = exports
        self._attachments = attachments
        self._engine = engine
        self._events = events
        self._schedules: dict[str, asyncio.Task[None]] = {}

    def start(self, caller: Caller, capture_id: str) -> Row:
        """Start a capture that is READY; return the DataCapture."""
        capture = self._captures.start(caller, capture_id)
        self.schedule(capture_id)
        return capture

    def stop(self, caller: Caller, capture_id: str) -> Row:
        """Stop a capture that is CAPTURING; return the DataCapture, which is FINISHING."""
        capture = self._captures.stop(caller, capture_id)
        self.schedule(capture_id)
        self._engine.start_task(self._finish(capture_id))
        return capture

    async def delete(self, caller: Caller, capture_id: str) -> Row:
        """Delete the caller's own capture with its data."""
        capture = self._captures.find(caller, capture_id, Access.OWN)
        self._captures.set_state(capture_id, "DELETING", "The capture was deleted.")
        result = self._captures.get(caller, capture_id)
        self._captures.delete_token(capture_id)
        self._cancel_schedule(capture_id)
        self._exports.delete(capture)
        self._attachments.delete_all(capture_id)
        self._captures.remove(capture_id)
        await self._samples.delete(capture_id)
        return result

    # Schedules

    def schedule(self, capture_id: str) -> None:
        """Schedule a capture according to its time settings."""
        self._cancel_schedule(capture_id)
        task = self._engine.start_task(self._follow_schedule(capture_id))
        self._schedules[capture_id] = task
        task.add_done_callback(lambda done: self._forget_schedule(capture_id, done))

    async def resume(self) -> None:
        """Resume all captures after a restart of the exchange."""
        for capture in self._captures.list_in_states(*NOT_STARTED):
            self._captures.refresh(capture["captureId"])
        for capture in self._captures.list_in_states(*NOT_STARTED, "CAPTURING"):
            if _due_times(capture):
                self.schedule(capture["captureId"])
        for capture in self._captures.list_in_states("FINISHING"):
            self._engine.start_task(self._finish(capture["captureId"]))

    async def stop_all(self) -> None:
        """Stop all schedules and exports."""
        for capture_id in list(self._schedules):
            self._cancel_schedule(capture_id)
        await self._exports.stop_all()

    def _cancel_schedule(self, capture_id: str) -> None:
        """Cancel the schedule of a capture."""
        task = self._schedules.pop(capture_id, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _forget_schedule(self, capture_id: str, done: asyncio.Task[None]) -> None:
        """Remove a schedule that has ended."""
        if self._schedules.get(capture_id) is done:
            del self._schedules[capture_id]

    async def _follow_schedule(self, capture_id: str) -> None:
        """Start and stop a capture at its scheduled times."""
        while times := _due_times(self._captures.find_any(capture_id)):
            seconds = (min(times) - time.time_ns()) / 1e9
            if seconds > 0:
                await asyncio.sleep(min(seconds, MAX_SLEEP_SECONDS))
            else:
                await self._follow(self._captures.find_any(capture_id))

    async def _follow(self, capture: Row) -> None:
        """Start or stop a capture if it is due."""
        capture_id, now = capture["captureId"], time.time_ns()
        start, stop = start_time(capture), stop_time(capture)
        if capture["state"] == "CAPTURING":
            message = "The capture was stopped as scheduled."
            stopped = self._captures.set_stopped(capture_id, message)
            await self._publish("onStopCapture", stopped)
            self._engine.start_task(self._finish(capture_id))
        elif capture["state"] == "READY" and start is not None and start <= now:
            if stop is not None and stop <= now:
                self._captures.refresh(capture_id)
                return
            message = "The capture was started as scheduled."
            started = self._captures.set_started(capture_id, message)
            await self._publish("onStartCapture", started)
        else:
            self._captures.refresh(capture_id)

    async def _finish(self, capture_id: str) -> None:
        """Write the export of a stopped capture, and announce its completion."""
        if not self._captures.exists(capture_id):
            return
        capture = self._captures.find_any(capture_id)
        data_export = await self._exports.write_full(capture)
        if not self._captures.exists(capture_id):
            return self._exports.discard(data_export)
        if data_export["state"] == "COMPLETE":
            state, message = "COMPLETE", "The export is complete."
        else:
            state, message = "COMPLETION_ERROR", data_export["logs"][0]
        finished = self._captures.set_finished(capture_id, state, message, data_export)
        await self._publish("onNotifyCaptureComplete", finished)

    async def _publish(self, subscription: str, capture: Row) -> None:
        """Publish an event of the platform with all fields of the DataCapture."""
        arguments = {"captureId": capture["captureId"]}
        await self._events.publish(subscription, arguments, capture)


def _due_times(capture: Row) -> list[int]:
    """Return the scheduled times in nanoseconds."""
    times: Iterable[int | None] = ()
    if capture["state"] == "READY":
        times = (start_time(capture), stop_time(capture))
    elif capture["state"] == "CAPTURING":
        times = (stop_time(capture),)
    return [due for due in times if due is not None]
