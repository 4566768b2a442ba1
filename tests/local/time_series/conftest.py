"""Fixtures of the time series tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from stand_ins import Exchange, Objects

from avista_digital_exchange_sdk.local.time_series import TimeSeriesStore


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange whose data goes with the test."""
    (tmp_path / "objects").mkdir()
    with asyncio.Runner() as runner:
        store = TimeSeriesStore(tmp_path / "time series")
        yield Exchange(runner, store, Objects(tmp_path / "objects"))
        store.close()
