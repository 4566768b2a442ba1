"""A fake real-time server."""

from collections.abc import Iterator

import pytest

from ..support.realtime import FakeRealtimeServer


@pytest.fixture
def realtime() -> Iterator[FakeRealtimeServer]:
    with FakeRealtimeServer().running() as realtime:
        yield realtime
    assert realtime.failures == []
