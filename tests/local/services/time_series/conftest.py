"""Fixtures of the time series tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local.query_engine.engine import QueryEngine
from avista_digital_exchange_sdk.local.services.time_series import TimeSeriesStore

from .fakes import Exchange, Objects, dimensions, multi, record


@contextmanager
def running_exchange(folder: Path, *, keep_omitted_measures: bool = False) -> Iterator[Exchange]:
    """Run an exchange with its data in a folder."""
    (folder / "objects").mkdir()
    with asyncio.Runner() as runner:
        engine = QueryEngine(folder / "time series")
        store = TimeSeriesStore(engine, keep_omitted_measures=keep_omitted_measures)
        yield Exchange(runner, engine, store, Objects(folder / "objects", runner))
        engine.close()


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange whose data is deleted after the test."""
    with running_exchange(tmp_path) as exchange:
        yield exchange


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """An exchange with sample measurements."""
    with running_exchange(tmp_path_factory.mktemp("metrics")) as exchange:
        for host in ("h0", "h1"):
            records = [
                record(10 * i, str(i * 1.5), "cpu", Dimensions=dimensions(name="Server", host=host))
                for i in range(int(host[1]), 10, 2)
            ]
            exchange.publish(*records, asset="a1")
        exchange.publish(
            multi(5, ("V", "DOUBLE", "1.5"), ("v", "VARCHAR", 'te"x\nt'), ("n", "BIGINT", "7")),
            asset="a2",
        )
        yield exchange
