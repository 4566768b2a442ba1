"""Live records of endpoints: each exactly once, whatever happens to the connection."""

from collections.abc import Iterator
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    IotEndpoint,
    NotFoundError,
    StreamGap,
    SubscriptionError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk._telemetry.live_records import DeliveredRecords, IotLiveRecord
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.query_engine import results

from ...conftest import Connect
from ...support.admin_client import AdminClient
from ...support.faulty_proxy import Fault, FaultyProxy
from ...support.options import use_options

START = 1714521600000
SELECT_LITTLE = "mutation ($id: ID!, $data: [IotDataRecordInput]!) { %s }"


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, initial_retry_delay=0.02, max_retry_delay=0.1, stream_check_delay=0.2)


@pytest.fixture
def faulty_proxy(local: LocalExchange) -> Iterator[FaultyProxy]:
    with FaultyProxy(local.endpoint).running() as proxy:
        yield proxy


@pytest.fixture
def listener(
    connect: Connect, local: LocalExchange, faulty_proxy: FaultyProxy
) -> AvistaDigitalExchange:
    """A client of the owner that connects through the proxy."""
    return connect(local.token, endpoint=faulty_proxy.endpoint)


def publish(exchange: AvistaDigitalExchange, endpoint: IotEndpoint, *times: int) -> None:
    data = [{"timestamp": START + time, "attributes": {"Power": time}} for time in times]
    assert exchange.iot.publish(endpoint.iotEndpointId, data).recordsFailed == []


def read(records: Any, count: int) -> list[int]:
    """The times of the next records."""
    return [int(records.next(60).timestamp) - START for _ in range(count)]


def read_nothing(records: Any) -> bool:
    """Whether no record is delivered, even by the check after the start or a gap."""
    with pytest.raises(TimeoutError):
        records.next(0.5)
    return True


class TestEvents:
    def test_event_has_what_was_written_and_what_was_rejected(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        with exchange.iot.subscribeToEndpoint(endpoint.iotEndpointId) as events:
            data = [{"timestamp": START, "attributes": {"Power": 1}}]
            exchange.iot.publish(endpoint.iotEndpointId, data)
            exchange.iot.publish(endpoint.iotEndpointId, data)
            first, second = events.next(60), events.next(60)
        assert first["recordsWritten"][0]["attributes"][0]["value"] == "1"
        assert second.recordsWritten == []
        assert second.recordsFailed[0].errors[0].errorType == "DUPLICATE_ENTRY"

    def test_missing_endpoint_is_refused(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(SubscriptionError) as caught:
            exchange.iot.subscribeToEndpoint("iotEndpointId.none")
        assert caught.value.errorType == "NotFound"
        with pytest.raises(NotFoundError):
            exchange.iot.subscribeToEndpointRecords("iotEndpointId.none")

    def test_endpoint_token_receives_its_own_endpoint(
        self,
        connect: Connect,
        local: LocalExchange,
        exchange: AvistaDigitalExchange,
        endpoint: IotEndpoint,
    ) -> None:
        token = exchange.iot.getEndpointToken(endpoint.iotEndpointId).tokenValue
        device = connect(token, endpoint=local.endpoint)
        with device.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            publish(exchange, endpoint, 1)
            assert read(records, 1) == [1]

    @pytest.mark.parametrize("call", ["subscribeToEndpoint", "subscribeToEndpointRecords"])
    def test_revoked_token_ends_the_stream(
        self,
        call: str,
        connect: Connect,
        local: LocalExchange,
        exchange: AvistaDigitalExchange,
        endpoint: IotEndpoint,
    ) -> None:
        token = exchange.iot.getEndpointToken(endpoint.iotEndpointId).tokenValue
        device = connect(token, endpoint=local.endpoint)
        with getattr(device.iot, call)(endpoint.iotEndpointId, reconnect=True) as events:
            exchange.iot.regenerateEndpointToken(endpoint.iotEndpointId)
            publish(exchange, endpoint, 1)
            with pytest.raises((SubscriptionError, UnauthorizedError)) as caught:
                events.next(60)
        assert token not in str(caught.value)


class TestRecords:
    def test_records_published_before_the_stream_are_not_delivered(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        publish(exchange, endpoint, 1, 2, 3)
        with exchange.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            assert read_nothing(records)
            publish(exchange, endpoint, 4)
            record = records.next(60)
            assert (int(record.timestamp) - START, record.isLate, record.isRecovered) == (
                4,
                False,
                False,
            )
            assert record.attributes[0].value == "4"
            assert read_nothing(records)

    @pytest.mark.parametrize("action", ["close", "reset"])
    def test_records_published_without_a_connection_are_fetched_once_and_in_order(
        self,
        action: str,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        publish(exchange, endpoint, 1)
        gaps: list[StreamGap] = []
        with listener.iot.subscribeToEndpointRecords(
            endpoint.iotEndpointId, onGap=gaps.append
        ) as records:
            publish(exchange, endpoint, 2)
            assert read(records, 1) == [2]
            faulty_proxy.expect(
                Fault("data", "response", action, 0.5),
                Fault("handshake", "request", "close", times=2),
            )
            for time in range(3, 10):
                publish(exchange, endpoint, time)
            assert read(records, 7) == [3, 4, 5, 6, 7, 8, 9]
            publish(exchange, endpoint, 10)
            assert read(records, 1) == [10]
            assert read_nothing(records)
        (gap,) = gaps
        assert gap.recoveredFrom is not None
        # Five minutes before what was known at the last check.
        assert round(gap.recoveredFrom.timestamp() * 1000) - START + 300_000 in (1, 2)
        assert "were fetched, except for those with timestamps before" in str(gap)

    def test_late_records_are_marked(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        with listener.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            assert read_nothing(records)
            publish(exchange, endpoint, 10, 20)
            publish(exchange, endpoint, 15)
            marks = [records.next(60).isLate for _ in range(3)]
            assert marks == [False, False, True]
            faulty_proxy.expect(Fault("data", "response", "close"))
            publish(exchange, endpoint, 30)
            publish(exchange, endpoint, 5)
            publish(exchange, endpoint, 25)
            found = {}
            for _ in range(3):
                record = records.next(60)
                found[int(record.timestamp) - START] = record.isLate, record.isRecovered
        assert found == {5: (True, True), 25: (False, True), 30: (False, True)}

    def test_lost_and_repeated_events_are_delivered_once(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        with listener.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            faulty_proxy.expect(
                Fault("data", "response", "drop"), Fault("data", "response", "double", after=1)
            )
            publish(exchange, endpoint, 1)
            publish(exchange, endpoint, 2)
            publish(exchange, endpoint, 3)
            # The event of the first one is lost: it is found by the check after the start.
            assert sorted(read(records, 3)) == [1, 2, 3]
            assert read_nothing(records)

    @pytest.mark.parametrize(
        "selection",
        [
            "iot_publish(iotEndpointId: $id, data: $data) { iotEndpointId }",
            "iot_publish(iotEndpointId: $id, data: $data) "
            "{ iotEndpointId recordsWritten { timestamp } }",
            "iot_publish(iotEndpointId: $id, data: $data) "
            "{ iotEndpointId recordsWritten { iotEndpointId attributes { name value } } }",
        ],
    )
    def test_records_that_the_publisher_did_not_select_are_fetched(
        self,
        selection: str,
        exchange: AvistaDigitalExchange,
        endpoint: IotEndpoint,
        admin_client: AdminClient,
    ) -> None:
        record = {
            "timestamp": str(START + 5),
            "timeUnit": "MILLISECONDS",
            "attributes": [{"name": "Power", "value": "5"}],
        }
        with exchange.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            read_nothing(records)
            exchange.execute(
                SELECT_LITTLE % selection, {"id": endpoint.iotEndpointId, "data": [record]}
            )
            assert read(records, 1) == [5]

    def test_records_that_did_not_fit_into_the_buffer_are_fetched(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        with exchange.iot.subscribeToEndpointRecords(
            endpoint.iotEndpointId, bufferSize=2
        ) as records:
            for time in range(6):
                publish(exchange, endpoint, time)
            assert read(records, 6) == [0, 1, 2, 3, 4, 5]
            assert read_nothing(records)

    def test_missed_records_are_fetched_again_after_a_failure(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        with listener.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            publish(exchange, endpoint, 1)
            assert read(records, 1) == [1]
            faulty_proxy.expect(
                Fault("data", "response", "close"),
                Fault("iot_queryByTimeRange", "request", "reset", times=7),
            )
            publish(exchange, endpoint, 2)
            publish(exchange, endpoint, 3)
            assert read(records, 2) == [2, 3]

    def test_records_that_cannot_be_fetched_are_reported_as_missing(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        refused = b'{"data": null, "errors": [{"errorType": "BadRequest", "message": "too long"}]}'
        gaps: list[StreamGap] = []
        with listener.iot.subscribeToEndpointRecords(
            endpoint.iotEndpointId, onGap=gaps.append
        ) as records:
            assert read_nothing(records)
            faulty_proxy.expect(
                Fault("data", "response", "close"),
                Fault("iot_queryByTimeRange", "response", lambda body: refused),
            )
            publish(exchange, endpoint, 1)
            assert read_nothing(records)
            publish(exchange, endpoint, 2)
            assert read(records, 1) == [2]
        (gap,) = gaps
        assert gap.recoveredFrom is None
        assert "could not be fetched" in gap.reason
        assert "too long" in gap.reason

    def test_missed_records_are_read_from_the_export_if_pages_have_another_format(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        publish(exchange, endpoint, 1)
        faulty_proxy.expect(Fault("GET", "response", lambda body: b'{"rows": []}'))
        with listener.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            assert faulty_proxy.triggered
            faulty_proxy.expect(Fault("data", "response", "close"))
            data = [
                {"timestamp": START + 2, "attributes": {"Power": 0.25, "Status": 'a, "b"'}},
                {"timestamp": START + 3, "attributes": {"Online": True}},
            ]
            exchange.iot.publish(endpoint.iotEndpointId, data)
            received = [records.next(60), records.next(60)]
        assert [
            {value.name: value.value for value in record.attributes} for record in received
        ] == [{"Power": "0.25", "Status": 'a, "b"'}, {"Online": "true"}]
        assert [record.isRecovered for record in received] == [True, True]

    def test_several_endpoints_are_each_in_order(
        self,
        exchange: AvistaDigitalExchange,
        listener: AvistaDigitalExchange,
        faulty_proxy: FaultyProxy,
        endpoint: IotEndpoint,
    ) -> None:
        other = exchange.iot.createEndpoint(endpoint.iotHubId, endpoint.modelId, "Mast 2")
        both = [endpoint.iotEndpointId, other.iotEndpointId]
        publish(exchange, other, -(10**9))
        with listener.iot.subscribeToEndpointRecords(both) as records:
            faulty_proxy.expect(Fault("data", "response", "close"))
            for time in range(4):
                publish(exchange, endpoint, time)
                publish(exchange, other, time)
            received: dict[str, list[int]] = {each: [] for each in both}
            for _ in range(8):
                record = records.next(60)
                received[record.iotEndpointId].append(int(record.timestamp) - START)
        assert list(received.values()) == [[0, 1, 2, 3], [0, 1, 2, 3]]

    def test_records_within_a_millisecond_are_all_delivered(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        def publish_microseconds(*micros: int) -> None:
            data = [
                {
                    "timestamp": START * 1000 + t,
                    "timeUnit": "MICROSECONDS",
                    "attributes": {"Power": 7},
                }
                for t in micros
            ]
            exchange.iot.publish(endpoint.iotEndpointId, data)

        with exchange.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            publish_microseconds(1, 2, 3)
            assert read(records, 3) == [0, 0, 0]
            assert read_nothing(records)

    def test_records_within_a_millisecond_on_several_pages_are_all_fetched_once(
        self,
        exchange: AvistaDigitalExchange,
        endpoint: IotEndpoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(results, "PAGE_BYTES", 300)

        def publish_silently(microseconds: range) -> None:
            data = [
                {
                    "timestamp": str(START * 1000 + time),
                    "timeUnit": "MICROSECONDS",
                    "attributes": [{"name": "Power", "value": str(time)}],
                }
                for time in microseconds
            ]
            selection = "iot_publish(iotEndpointId: $id, data: $data) { iotEndpointId }"
            exchange.execute(
                SELECT_LITTLE % selection, {"id": endpoint.iotEndpointId, "data": data}
            )

        publish_silently(range(20))
        with exchange.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            assert read_nothing(records)
            publish_silently(range(20, 40))
            values = [int(records.next(60).attributes[0].value) for _ in range(20)]
            assert values == [*range(20, 40)]
            assert read_nothing(records)

    def test_deleted_endpoint_ends_the_stream(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        endpoint: IotEndpoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, stream_check_seconds=0.2)
        client = connect(local.token, endpoint=local.endpoint)
        with client.iot.subscribeToEndpointRecords(endpoint.iotEndpointId) as records:
            publish(exchange, endpoint, 1)
            assert read(records, 1) == [1]
            exchange.iot.deleteEndpoint(endpoint.iotEndpointId)
            with pytest.raises(NotFoundError):
                records.next(60)


def live(time: int, *values: str) -> IotLiveRecord:
    attributes = [{"name": "Power", "value": value} for value in values or (str(time),)]
    return IotLiveRecord.model_validate(
        {"iotEndpointId": "e", "timestamp": str(time), "attributes": attributes}
    )


def times(records: Iterator[IotLiveRecord]) -> list[int]:
    return [record.milliseconds for record in records]


class TestDeliveredRecords:
    def test_event_after_its_record_was_fetched_is_not_new(self) -> None:
        delivered = DeliveredRecords(1)
        assert times(delivered.add_fetched(0, [live(1, "1.0E1")])) == [1]
        # The platform may format the value differently.
        assert times(delivered.add_live(0, [live(1, "10")])) == []
        assert times(delivered.add_live(0, [live(1, "10")])) == []
        assert times(delivered.add_fetched(0, [live(1, "1.0E1")])) == []

    def test_record_with_other_values_in_the_same_millisecond_is_new(self) -> None:
        delivered = DeliveredRecords(1)
        assert times(delivered.add_live(0, [live(1, "a")])) == [1]
        assert times(delivered.add_live(0, [live(1, "b")])) == [1]
        assert times(delivered.add_fetched(0, [live(1, "a"), live(1, "b"), live(1, "c")])) == [1]

    def test_new_record_is_told_from_fetched_ones_of_the_same_millisecond(self) -> None:
        delivered = DeliveredRecords(1)
        assert times(delivered.add_fetched(0, [live(1, "a")])) == [1]
        # Its event may be that of the fetched one, until the next check.
        assert times(delivered.add_live(0, [live(1, "b")])) == []
        (new,) = delivered.add_fetched(0, [live(1, "a"), live(1, "b")])
        assert new.attributes[0].value == "b"
        assert times(delivered.add_live(0, [live(1, "b")])) == []

    def test_event_with_equal_records_after_they_were_fetched_is_not_new(self) -> None:
        delivered = DeliveredRecords(1)
        equal = [live(1, "a"), live(1, "a")]
        assert times(delivered.add_fetched(0, equal)) == [1, 1]
        assert times(delivered.add_live(0, equal)) == []

    def test_memory_is_limited_and_forgotten_records_are_not_fetched_again(self) -> None:
        delivered = DeliveredRecords(2, capacity=10)
        for time in range(100):
            assert times(delivered.add_live(0, [live(time)])) == [time]
        assert len(delivered._known) == 10
        assert delivered.endpoints[0].floor == 89
        assert times(delivered.add_fetched(0, [live(time) for time in range(101)])) == [100]
        assert times(delivered.add_fetched(1, [live(5)])) == [5]
