"""Publishing several batches to an endpoint or a capture at the same time."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas
import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    IotEndpoint,
    IotHub,
    PublishIncompleteError,
    PublishReport,
    UnauthorizedError,
)
from avista_digital_exchange_sdk._telemetry import row_publisher

from ...conftest import Connect
from ...support.busy_server import BusyServer
from ...support.fake_platform import FakeResponse
from ...support.options import use_options
from ...support.proxy import Proxy

BATCH = 5
START = 1714521600000
REFUSED = FakeResponse(403, b"{}")
Publish = Callable[..., Any]


@pytest.fixture(autouse=True)
def _short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(
        monkeypatch, max_batch_records=BATCH, initial_retry_delay=0.02, max_retry_delay=0.05
    )


@pytest.fixture
def server() -> Iterator[BusyServer]:
    with BusyServer().running() as server:
        yield server


def publish_to_endpoint(client: Any, times: list[int], **options: Any) -> Any:
    data = [{"timestamp": START + time, "attributes": {"Power": n}} for n, time in enumerate(times)]
    return client.iot.publish("e", data, **options)


def publish_to_capture(client: Any, times: list[int], **options: Any) -> Any:
    data = [
        {"timestamp": START + time, "attributeValues": {"a": n}} for n, time in enumerate(times)
    ]
    return client.dataCapture.publishData("c", data, **options)


@pytest.fixture(params=[publish_to_endpoint, publish_to_capture], ids=["endpoint", "capture"])
def publish(request: pytest.FixtureRequest) -> Publish:
    """Publishes a record at each of some times, whose values are their indexes."""
    result: Publish = request.param
    return result


def frame_of(numbers: range) -> pandas.DataFrame:
    times = pandas.Timestamp("2024-05-01", tz="UTC") + pandas.to_timedelta(list(numbers), "s")
    return pandas.DataFrame({"timestamp": times, "Power": [float(n) for n in numbers]})


class TestRecords:
    def test_batches_are_sent_concurrently_up_to_the_maximum(
        self, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        for maximum in (1, 8):
            server.finished.clear()
            client = connect("token", endpoint=server.endpoint, maxConcurrency=maximum)
            publish(client, list(range(20 * BATCH)))
            assert server.peak == maximum
            sent = [int(value) for request in server.finished for value in request.values]
            assert sorted(sent) == list(range(20 * BATCH))
            assert maximum > 1 or sent == sorted(sent)

    def test_records_of_the_same_time_are_sent_in_order(
        self, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        times = list(range(4 * BATCH))
        times[2 * BATCH] = times[0]
        server.seconds = 0.2
        publish(connect("token", endpoint=server.endpoint), times)
        first, *others = sorted(server.finished, key=lambda request: int(request.values[0]))
        assert others[0].received < first.answered
        assert others[1].received > first.answered

    @pytest.mark.parametrize("failing", [0, 3, 12])
    def test_refused_batch_leaves_an_exact_account(
        self, failing: int, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        first = str(failing * BATCH)
        server.respond = lambda values: REFUSED if first in values else None
        with pytest.raises(PublishIncompleteError) as caught:
            publish(connect("token", endpoint=server.endpoint), list(range(40 * BATCH)))
        written = sorted(int(value) for request in server.finished for value in request.values)
        assert caught.value.written == written
        assert caught.value.unknown == []
        assert caught.value.notSent == sorted(set(range(40 * BATCH)) - set(written))
        assert (failing + 8) * BATCH >= len(written) >= failing * BATCH
        assert isinstance(caught.value.__cause__, UnauthorizedError)

    def test_throttling_lowers_concurrency(
        self, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        server.capacity = 2
        publish(connect("token", endpoint=server.endpoint), list(range(30 * BATCH)))
        assert len(server.finished) == 30
        assert len(server.throttled) < 30

    def test_progress_never_goes_backwards(
        self, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        reports: list[tuple[int, int | None]] = []
        publish(
            connect("token", endpoint=server.endpoint),
            list(range(23)),
            progress=lambda *report: reports.append(report),
        )
        assert reports == [(min(n, 23), 23) for n in range(BATCH, 26, BATCH)]

    def test_exception_of_a_progress_callback_is_raised_with_an_account(
        self, publish: Publish, server: BusyServer, connect: Connect
    ) -> None:
        def stop(*_: object) -> None:
            raise UnauthorizedError("stop")

        with pytest.raises(UnauthorizedError, match="stop") as caught:
            publish(
                connect("token", endpoint=server.endpoint), list(range(30 * BATCH)), progress=stop
            )
        written = sum(len(request.values) for request in server.finished)
        assert (
            f"{written} of 150 records were written (0-{written - 1})" in caught.value.__notes__[0]
        )

    def test_cancellation_reports_batches_in_flight_as_unknown(
        self, publish: Publish, server: BusyServer
    ) -> None:
        async def run() -> list[str]:
            async with AsyncAvistaDigitalExchange("token", endpoint=server.endpoint) as client:
                with server.holding():
                    task = asyncio.create_task(publish(client, list(range(100))))
                    await asyncio.to_thread(server.wait_for_in_flight, 8)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError) as caught:
                        await task
                assert len(asyncio.all_tasks()) == 1
                return caught.value.__notes__

        (note,) = asyncio.run(run())
        assert "40 may have been written (0-39)" in note
        assert "60 were not sent (40-99)" in note

    def test_result_has_the_order_of_the_records(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        data = [
            {"timestamp": START + n, "attributes": {"Power": "high" if n % 7 == 3 else n}}
            for n in range(10 * BATCH)
        ]
        result = exchange.iot.publish(endpoint.iotEndpointId, data)
        refused = [n for n in range(10 * BATCH) if n % 7 == 3]
        assert [int(each.record.timestamp or 0) - START for each in result.recordsFailed] == refused
        times = [int(each.timestamp or 0) - START for each in result.recordsWritten]
        assert times == sorted(set(range(10 * BATCH)) - set(refused))


class TestRows:
    @pytest.fixture(autouse=True)
    def _few_compared_records(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(row_publisher, "MAX_COMPARED_RECORDS", 12)

    def test_rows_are_published_and_compared_by_endpoint(
        self, exchange: AvistaDigitalExchange, hub: IotHub, endpoint: IotEndpoint
    ) -> None:
        other = exchange.iot.createEndpoint(hub.iotHubId, endpoint.modelId, "Mast 2")
        frame = pandas.concat(
            frame_of(range(40)).assign(iotEndpointId=each.iotEndpointId)
            for each in (endpoint, other)
        )
        publish = exchange.iot.publishDataFrame
        assert publish(frame.iloc[3:73]) == PublishReport(70, 70, 0, 0)
        assert publish(frame) == PublishReport(80, 10, 0, 70)
        frame.loc[frame["Power"] == 20.0, "Power"] = 0.5
        with pytest.raises(PublishIncompleteError) as caught:
            publish(frame)
        assert caught.value.rejected.keys() == {20, 60}
        assert caught.value.unchanged == [n for n in range(80) if n not in (20, 60)]

    def test_refused_batch_leaves_an_exact_account(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoint: IotEndpoint,
    ) -> None:
        publish = proxied_client.iot.publishDataFrame
        proxy.responses["iot_publish"] = [None, None, None, REFUSED]
        with pytest.raises(PublishIncompleteError) as caught:
            publish(frame_of(range(100)), iotEndpointId=endpoint.iotEndpointId)
        rows = proxied_client.iot.queryDataByTimeRange(
            endpoint.iotEndpointId, ["Power"], "2024-05-01", "2024-05-02"
        )
        assert caught.value.written == [row["Power"] for row in rows]
        assert caught.value.unknown == []
        assert caught.value.notSent == sorted(set(range(100)) - set(caught.value.written))

    def test_interruption_leaves_no_row_without_an_outcome(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        def stop(done: int, _total: int | None) -> None:
            if done >= 10:
                raise KeyboardInterrupt

        publish = exchange.iot.publishDataFrame
        publish(frame_of(range(30)), iotEndpointId=endpoint.iotEndpointId)
        with pytest.raises(KeyboardInterrupt) as caught:
            publish(frame_of(range(100)), iotEndpointId=endpoint.iotEndpointId, progress=stop)
        (note,) = caught.value.__notes__
        # They were sent and rejected; whether their values are stored is not known.
        assert "were rejected" in note or "were stored before" in note
        report = publish(frame_of(range(100)), iotEndpointId=endpoint.iotEndpointId)
        assert report.valuesStored + report.valuesUnchanged == 100

    def test_error_of_the_comparison_is_reported_with_its_rows(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, endpoint: IotEndpoint
    ) -> None:
        publish = proxied_client.iot.publishDataFrame
        publish(frame_of(range(10)), iotEndpointId=endpoint.iotEndpointId)
        body = json.dumps({"errors": [{"errorType": "BadRequest", "message": "no"}]}).encode()
        proxy.responses["iot_queryByTimeRange"] = [FakeResponse(200, body)] * 9
        with pytest.raises(PublishIncompleteError) as caught:
            publish(frame_of(range(30)), iotEndpointId=endpoint.iotEndpointId)
        assert caught.value.rejected.keys() == set(range(10))
        assert caught.value.written == list(range(10, 30))
