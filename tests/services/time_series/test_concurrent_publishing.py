"""Publishing several batches at the same time: order, exact accounts, throttling, interruptions."""

import asyncio
import gc
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    PublishIncompleteError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.busy_server import BusyServer
from ...support.fake_platform import FakeResponse, error_response, graphql_error
from ...support.options import use_options
from ...support.sample_records import START, numbered_records, single_record

BATCH = 5
REFUSED = FakeResponse(403, b"{}")


@pytest.fixture(autouse=True)
def _short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(
        monkeypatch, max_batch_records=BATCH, initial_retry_delay=0.02, max_retry_delay=0.05
    )


@pytest.fixture
def server() -> Iterator[BusyServer]:
    with BusyServer().running() as server:
        yield server


@pytest.fixture
def client(server: BusyServer, connect: Connect) -> AvistaDigitalExchange:
    return connect("token", endpoint=server.endpoint)


def publish(
    exchange: AvistaDigitalExchange,
    batches: int,
    progress: Callable[[int, int], object] | None = None,
) -> None:
    exchange.publishToTimeSeriesDatabase(
        "db", "meter", numbered_records(exchange, BATCH * batches), progress=progress
    )


class TestConcurrency:
    def test_threads_publish_several_batches_each(
        self, server: BusyServer, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "avista_digital_exchange_sdk")
        publish(connect("token", debug=True, endpoint=server.endpoint), 40)
        threads = [record.threadName for record in caplog.records if "200 in" in record.message]
        assert len(threads) == 40
        assert len(set(threads)) < 40

    def test_batches_are_sent_concurrently_up_to_the_maximum(
        self, server: BusyServer, connect: Connect
    ) -> None:
        for maximum in (1, 3, 8):
            server.finished.clear()
            publish(connect("token", endpoint=server.endpoint, maxConcurrency=maximum), 20)
            assert server.peak == maximum
            sent = [value for request in server.finished for value in request.values]
            assert sorted(sent, key=int) == [str(n) for n in range(20 * BATCH)]

    def test_progress_never_goes_backwards(
        self, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        reports: list[tuple[int, int | None]] = []
        client.publishToTimeSeriesDatabase(
            "db",
            "meter",
            numbered_records(client, 53),
            progress=lambda *report: reports.append(report),
        )
        assert reports == [(min(n, 53), 53) for n in range(BATCH, 56, BATCH)]

    def test_records_with_the_same_identity_are_sent_in_order(
        self, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        same = [
            single_record(client, START, value="1"),
            *numbered_records(client, 4)[1:],
            single_record(client, START + 10),
            # The same identity in another unit, in the third batch.
            *numbered_records(client, 9)[5:],
            single_record(client, START + 11),
            single_record(client, START * 1000, value="2", version=2, unit="MILLISECONDS"),
        ]
        server.seconds = 0.2
        client.publishToTimeSeriesDatabase("db", "meter", same)
        first, second, third = sorted(server.finished, key=lambda request: request.received)
        assert second.received < first.answered
        assert third.received > first.answered

    def test_rows_of_the_same_time_are_published_in_order(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        times = pd.date_range("2024-05-01", periods=40, freq="min", tz="UTC")
        frame = pd.concat(
            [
                pd.DataFrame({"timestamp": times, "kW": range(40)}),
                pd.DataFrame({"timestamp": times[::-1], "V": range(40)}),
            ]
        )
        written = exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="meter")
        assert written.report.valuesStored == 80
        again = exchange.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="meter")
        assert (again.report.valuesStored, again.report.valuesUnchanged) == (0, 80)


class TestFailures:
    @pytest.mark.parametrize("failing", [0, 3, 7, 12])
    def test_refused_batch_leaves_an_exact_account(
        self, failing: int, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        first = str(failing * BATCH)
        server.respond = lambda values: REFUSED if first in values else None
        with pytest.raises(PublishIncompleteError) as caught:
            publish(client, 40)
        written = sorted(int(value) for request in server.finished for value in request.values)
        assert caught.value.written == written
        assert caught.value.unknown == []
        not_sent = set(range(40 * BATCH)) - set(written)
        assert caught.value.notSent == sorted(not_sent)
        # Only what was in flight was written besides.
        assert (failing + 8) * BATCH >= len(written) >= failing * BATCH
        assert isinstance(caught.value.__cause__, UnauthorizedError)

    def test_first_failure_is_the_cause_and_unknown_batches_are_listed(
        self, server: BusyServer, connect: Connect
    ) -> None:
        client = connect("token", endpoint=server.endpoint, maxRetries=0)
        server.respond = lambda values: (
            REFUSED if "0" in values else FakeResponse(502) if "10" in values else REFUSED
        )
        with pytest.raises(PublishIncompleteError) as caught:
            publish(client, 3)
        assert isinstance(caught.value.__cause__, UnauthorizedError)
        assert caught.value.unknown == list(range(10, 15))
        assert caught.value.notSent == list(range(10))

    def test_failure_of_all_batches_is_raised_unchanged(
        self, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        server.respond = lambda values: REFUSED
        with pytest.raises(UnauthorizedError):
            publish(client, 20)

    def test_rejected_records_of_several_batches_are_named(
        self, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        rejected = error_response(
            graphql_error(
                "RejectedRecordsException",
                "some",
                errorInfo={"RejectedRecords": [{"RecordIndex": 1, "Reason": "too old"}]},
            )
        )
        body = json.dumps(rejected).encode()
        server.respond = lambda values: (
            FakeResponse(200, body) if values[0] in ("0", "45", "95") else None
        )
        with pytest.raises(PublishIncompleteError) as caught:
            publish(client, 20)
        assert caught.value.rejected == dict.fromkeys((1, 46, 96), "too old")
        assert caught.value.written == [n for n in range(100) if n not in (1, 46, 96)]


class TestThrottling:
    @pytest.mark.parametrize(
        "response",
        [
            FakeResponse(429, b"{}"),
            FakeResponse(503),
            FakeResponse(
                200, b'{"errors": [{"errorType": "ThrottlingException", "message": "Rate"}]}'
            ),
        ],
        ids=["429", "503", "error"],
    )
    def test_throttling_lowers_concurrency_and_success_raises_it_again(
        self, response: FakeResponse, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        server.capacity, server.too_many = 2, response
        publish(client, 60)
        assert len(server.finished) == 60
        assert len(server.throttled) < 40
        server.capacity = 1000
        server.finished.clear()
        publish(client, 60)
        assert server.peak > 4

    def test_retry_after_is_respected_by_all_requests(
        self, server: BusyServer, client: AvistaDigitalExchange
    ) -> None:
        server.capacity, server.too_many = 4, FakeResponse(429, b"{}", {"Retry-After": "1"})
        server.seconds = 0.2
        publish(client, 12)
        pause_start = server.throttled[0]
        starts = [request.received - pause_start for request in server.finished]
        # The first four were accepted at the same time as others were throttled.
        assert len(starts) == 12
        assert len([start for start in starts if start >= 0.95]) == 8


class TestInterruptions:
    def test_cancellation_reports_batches_in_flight_as_unknown(self, server: BusyServer) -> None:
        async def run() -> list[str]:
            async with AsyncAvistaDigitalExchange("token", endpoint=server.endpoint) as client:
                some = [
                    await client.createTimeSeriesInputRecord(n, "SECONDS", "kW", "DOUBLE", n)
                    for n in range(100)
                ]
                with server.holding():
                    task = asyncio.create_task(
                        client.publishToTimeSeriesDatabase("db", "meter", some)
                    )
                    await asyncio.to_thread(server.wait_for_in_flight, 8)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError) as caught:
                        await task
                assert len(asyncio.all_tasks()) == 1
                return caught.value.__notes__

        (note,) = asyncio.run(run())
        assert "40 may have been written (0-39)" in note
        assert "60 were not sent (40-99)" in note

    def test_ctrl_c_ends_a_process_at_once_with_an_account(self, server: BusyServer) -> None:
        with server.holding():
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, server.endpoint],
                stdout=subprocess.PIPE,
                text=True,
            )
            try:
                server.wait_for_in_flight(8)
                process.send_signal(signal.SIGINT)
                output, _ = process.communicate(timeout=60)
            finally:
                process.kill()
        assert "800 may have been written (0-799)" in output
        assert "1200 were not sent (800-1999)" in output


PROGRAM = """
import sys
from avista_digital_exchange_sdk import AvistaDigitalExchange

client = AvistaDigitalExchange("token", endpoint=sys.argv[1])
records = [client.createTimeSeriesInputRecord(n, "SECONDS", "kW", "DOUBLE", n) for n in range(2000)]
try:
    client.publishToTimeSeriesDatabase("db", "meter", records)
except KeyboardInterrupt as interruption:
    print(*interruption.__notes__)
"""


def test_local_exchange_stores_every_record_of_concurrent_batches(
    local: LocalExchange, exchange: AvistaDigitalExchange, database: str
) -> None:
    written = exchange.publishToTimeSeriesDatabase(
        database, "meter", numbered_records(exchange, 100)
    )
    (attribute,) = written[0].attributes
    assert [point.value for point in attribute.data] == [str(n) for n in range(100)]


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    """The thresholds of the garbage collector."""
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


class TestGarbageCollection:
    def test_thresholds_are_restored_after_success_and_failure(
        self, client: AvistaDigitalExchange, thresholds: tuple[int, int, int]
    ) -> None:
        during = []
        publish(client, 2, lambda *_: during.append(gc.get_threshold()))
        assert min(during) > thresholds
        assert gc.get_threshold() == thresholds
        with pytest.raises(ZeroDivisionError):
            publish(client, 2, lambda *_: 1 / 0)
        assert gc.get_threshold() == thresholds

    @pytest.mark.parametrize("own", [(0, 10, 10), (1_000_000, 10, 10)], ids=["none", "rare"])
    def test_thresholds_of_the_application_remain(
        self,
        client: AvistaDigitalExchange,
        thresholds: tuple[int, int, int],
        own: tuple[int, int, int],
    ) -> None:
        gc.set_threshold(*own)
        during = []
        publish(client, 2, lambda *_: during.append(gc.get_threshold()))
        assert {*during, gc.get_threshold()} == {own}

    def test_threshold_that_the_application_sets_meanwhile_remains(
        self, client: AvistaDigitalExchange, thresholds: tuple[int, int, int]
    ) -> None:
        publish(client, 2, lambda *_: gc.set_threshold(900, 11, 12))
        assert gc.get_threshold() == (900, 11, 12)
