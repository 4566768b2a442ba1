"""The options of calls that return streams of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._utils import validation
from .._utils.validation import invalid_argument

if TYPE_CHECKING:
    from .._graphql.event_source import OnGap, StreamOptions

MAX_BUFFER_SIZE = 10_000_000


def parse_stream_options(
    reconnect: object, bufferSize: object, onGap: OnGap | None
) -> StreamOptions:
    """Parse the options of a stream."""
    from .._graphql.event_source import StreamOptions
    from .._graphql.live_feed import FeedOptions

    if onGap is not None and not callable(onGap):
        raise invalid_argument("onGap", onGap, "a function or None")
    return StreamOptions(
        FeedOptions(
            validation.parse_bool("reconnect", reconnect),
            validation.parse_int("bufferSize", bufferSize, 1, MAX_BUFFER_SIZE),
        ),
        onGap,
    )
