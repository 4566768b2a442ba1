"""Interrupting a filter query: cancelled on the server, no file left, and soon over."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from .support.measurements import START, single
from .support.platform import Platform
from .support.proxy import Proxy
from .support.scripted import Answer

QUERY = "timeSeriesDb_queryDatabase"
EXPORT = "timeSeriesDb_generateQueryResultExportFile"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
WHOLE = ["1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z"]
SWALLOWED = Answer(200, json.dumps({"data": {EXPORT: {"queryId": "x"}}}).encode())
ROOT = Path(__file__).parents[1]

Program = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def measured(local: LocalExchange, platform: Platform) -> str:
    database = platform.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        records = [single(exchange, START + n) for n in range(3)]
        exchange.publishToTimeSeriesDatabase(database, "meter", records)
    return database


@pytest.fixture(params=["blocking", "async"])
def colour(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def program(
    proxy: Proxy, local: LocalExchange, measured: str, tmp_path: Path, colour: str
) -> Iterator[Program]:
    """Starts a program that runs the query through the proxy."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        arguments = json.dumps([measured, [{"assetId": "meter"}], *WHOLE, str(tmp_path)])
        command = [sys.executable, "-m", "tests.support.interrupted_query"]
        process = subprocess.Popen(
            [*command, colour, proxy.endpoint, local.token, arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def interrupt(process: "subprocess.Popen[str]") -> tuple[str, str, float]:
    """Press Ctrl-C; return what the program printed, and how long it took to end."""
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    return out, err, time.monotonic() - pressed


def assert_cancelled(proxy: Proxy, local: LocalExchange, database: str) -> None:
    """The query was cancelled on the server, which will not go on with it."""
    (cancelled,) = proxy.named(CANCEL)
    queryId = cancelled.operation["variables"]["queryId"]
    answer = httpx.post(
        local.endpoint,
        headers={"Authorization": local.token},
        json={
            "query": f"mutation m($d: ID!, $q: String!) {{ {EXPORT}(timeSeriesDbId: $d, "
            "queryId: $q, fileFormat: CSV) { queryId } }",
            "variables": {"d": database, "q": queryId},
        },
    )
    assert "cancelled" in answer.json()["errors"][0]["message"]


class TestCtrlC:
    def test_while_the_export_is_waited_for(
        self,
        program: Program,
        proxy: Proxy,
        local: LocalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        proxy.answers[EXPORT] = [SWALLOWED]
        process = program()
        proxy.wait_for(EXPORT)
        out, err, duration = interrupt(process)
        assert (out, err) == ("interrupted\n", "")
        assert duration < 5
        assert list(tmp_path.iterdir()) == []
        assert_cancelled(proxy, local, measured)

    def test_while_the_file_is_on_its_way(
        self,
        program: Program,
        proxy: Proxy,
        local: LocalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        # Without real time the bytes come through the proxy, which here holds them back.
        proxy.blocks_websockets = True
        held = threading.Event()
        proxy.before_download = lambda: held.wait(20)
        process = program()
        proxy.wait_for("GET")
        try:
            out, err, duration = interrupt(process)
        finally:
            held.set()
        assert (out, err) == ("interrupted\n", "")
        assert duration < 5
        assert list(tmp_path.iterdir()) == []
        assert_cancelled(proxy, local, measured)


class TestTaskCancellation:
    def test_cancels_the_query_too(
        self, proxy: Proxy, local: LocalExchange, measured: str, tmp_path: Path
    ) -> None:
        proxy.answers[EXPORT] = [SWALLOWED]

        async def run() -> None:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=proxy.endpoint) as exchange:
                query = asyncio.create_task(
                    exchange.queryTimeSeriesDatabaseWithFilters(
                        measured, [{"assetId": "meter"}], *WHOLE, tmp_path
                    )
                )
                await asyncio.to_thread(proxy.wait_for, EXPORT)
                query.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await query

        asyncio.run(run())
        assert list(tmp_path.iterdir()) == []
        assert_cancelled(proxy, local, measured)


class TestSignals:
    def test_no_handler_is_ever_installed(
        self,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def mine(number: int, frame: object) -> None:
            raise AssertionError

        # An event loop's runner puts a handler of its own only in the place of Python's default.
        before = signal.signal(signal.SIGINT, mine)
        monkeypatch.setattr(signal, "signal", lambda *_: pytest.fail("a handler was installed"))
        try:
            for aggregate in ("server", "client"):
                exchange.queryTimeSeriesDatabaseWithFilters(
                    measured, [{"assetId": "meter"}], *WHOLE, tmp_path, aggregate=aggregate
                )
            assert signal.getsignal(signal.SIGINT) is mine
        finally:
            monkeypatch.undo()
            signal.signal(signal.SIGINT, before)
