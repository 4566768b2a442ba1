"""The time settings of captures: manual or scheduled start and stop."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from ...database import Row
from ...errors import bad_request, shorten
from ...values import parse_iso_timestamp

SCHEDULED = "SCHEDULED"


def check_time(argument: str, text: str | None) -> None:
    """Raise if a time is invalid."""
    if text is None:
        return
    try:
        parse_iso_timestamp(text)
    except ValueError:
        raise bad_request(
            f"{argument} must be a date and time with a zone in ISO 8601, got {shorten(text)}."
        ) from None


def start_time(capture: Row) -> int | None:
    """Return the scheduled start of a capture in nanoseconds, or None."""
    return _parse_time(capture, "startTimeType", "scheduledStartTime")


def stop_time(capture: Row) -> int | None:
    """Return the scheduled stop of a capture in nanoseconds, or None."""
    return _parse_time(capture, "stopTimeType", "scheduledStopTime")


def find_errors(capture: Row) -> Iterator[str]:
    """Yield the errors in the time settings of a capture that has not started."""
    now = time.time_ns()
    start, stop = start_time(capture), stop_time(capture)
    if capture["startTimeType"] == SCHEDULED and start is None:
        yield "The start is scheduled, but there is no scheduledStartTime."
    if capture["stopTimeType"] == SCHEDULED and stop is None:
        yield "The stop is scheduled, but there is no scheduledStopTime."
    if start is not None and start <= now:
        yield "The scheduledStartTime has passed."
    if stop is not None and stop <= now:
        yield "The scheduledStopTime has passed."
    if start is not None and stop is not None and stop <= start:
        yield "The scheduledStopTime is not after the scheduledStartTime."


def serialize_times(capture: Row) -> Row:
    """Convert a row to a DataCaptureTimeConfiguration."""
    errors = json.loads(capture["timeErrors"])
    names = ("startTimeType", "stopTimeType", "scheduledStartTime", "scheduledStopTime")
    times = {name: capture[name] for name in (*names, "actualStartTime", "actualStopTime")}
    return times | {"state": "ERROR" if errors else "GOOD", "errors": errors}


def _parse_time(capture: Row, time_type: str, scheduled: str) -> int | None:
    if capture[time_type] != SCHEDULED or capture[scheduled] is None:
        return None
    return parse_iso_timestamp(capture[scheduled])
