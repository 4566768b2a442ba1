"""Live data of captures, changes of their state, and waiting for one."""

import asyncio
import contextlib
import threading
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    DataCapture,
    NotFoundError,
    StateNotReachedError,
    StateTimeoutError,
    StreamGap,
)
from avista_digital_exchange_sdk._telemetry import capture_states
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform
from ...support.faulty_proxy import Fault, FaultyProxy
from ...support.options import use_options
from ...support.proxy import Proxy

ASSETS = [
    {
        "userDefinedId": "mast-1",
        "attributes": [{"userDefinedId": "speed", "schemaType": "double"}],
    }
]
START_CAPTURE = "mutation ($id: ID!) { dataCapture_startCapture(captureId: $id) { captureId } }"


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, initial_retry_delay=0.02, max_retry_delay=0.05)


@pytest.fixture
def capture(exchange: AvistaDigitalExchange) -> str:
    """The ID of a capture that is READY."""
    created = exchange.dataCapture.createCapture("Night test")
    exchange.dataCapture.updateDataModel(created.captureId, ASSETS)
    return created.captureId


def publish(exchange: AvistaDigitalExchange, capture: str, *times: int) -> None:
    data = [{"timestamp": time, "attributeValues": {"speed": time}} for time in times]
    exchange.dataCapture.publishData(capture, data)


class TestData:
    def test_event_has_what_was_written_and_what_was_rejected(
        self, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        exchange.dataCapture.startCapture(capture)
        with exchange.dataCapture.subscribeToData(capture) as events:
            exchange.dataCapture.publishData(
                capture,
                [
                    {"timestamp": 1, "attributeValues": {"speed": 4.5}},
                    {"timestamp": 2, "attributeValues": {"speed": "fast"}},
                ],
            )
            event = events.next(60)
        assert (event.success, event.captureId) == (True, capture)
        (written,) = event.recordsWritten
        assert written.toDict() == {
            "timestamp": "1",
            "timeUnit": "MILLISECONDS",
            "attributeId": "speed",
            "attributeValue": "4.5",
        }
        (failed,) = event["recordsFailed"]
        assert (failed.errorType, failed.recordIndex) == ("ValueTypeError", 1)
        assert failed.timestamp is failed.attributeValue is None

    def test_values_after_a_lost_connection_follow_the_report_of_the_gap(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        capture: str,
    ) -> None:
        exchange.dataCapture.startCapture(capture)
        gaps: list[StreamGap] = []
        with FaultyProxy(local.endpoint).running() as proxy:
            listener = connect(local.token, endpoint=proxy.endpoint)
            with listener.dataCapture.subscribeToDataRecords(capture, onGap=gaps.append) as values:
                publish(exchange, capture, 1)
                assert values.next(60).attributeValue == "1"
                proxy.expect(Fault("data", "response", "close"))
                publish(exchange, capture, 2)
                with pytest.raises(TimeoutError):
                    values.next(0.5)
                publish(exchange, capture, 3)
                assert values.next(60).attributeValue == "3"
        (gap,) = gaps
        assert gap.subjectIds == (capture,)
        assert gap.recoveredFrom is None


class TestStates:
    def test_start_stop_and_completion_are_received(
        self, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        with exchange.dataCapture.subscribeToState(capture) as changes:
            exchange.execute(START_CAPTURE, {"id": capture})
            started = changes.next(60)
            assert isinstance(started, DataCapture)
            assert started.state == "CAPTURING"
            exchange.dataCapture.stopCapture(capture)
            while (changed := changes.next(60)).state != "COMPLETE":
                assert changed.state == "FINISHING"
        states = [change.newState for change in changed.stateHistory]
        assert states[-3:] == ["CAPTURING", "FINISHING", "COMPLETE"]

    def test_change_without_a_connection_is_received_afterwards(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        capture: str,
    ) -> None:
        with FaultyProxy(local.endpoint).running() as proxy:
            listener = connect(local.token, endpoint=proxy.endpoint)
            with listener.dataCapture.subscribeToState(capture, reconnect=True) as changes:
                proxy.expect(Fault("data", "response", "close"))
                exchange.dataCapture.startCapture(capture)
                assert changes.next(60).state == "CAPTURING"
                assert changes.gaps == []

    def test_change_is_received_after_the_wait_for_it_was_cancelled(
        self, local: LocalExchange, capture: str
    ) -> None:
        async def receive(proxy: FaultyProxy) -> str | None:
            async with (
                AsyncAvistaDigitalExchange(local.token, endpoint=proxy.endpoint) as client,
                client.dataCapture.subscribeToState(capture) as changes,
            ):
                proxy.expect(Fault("dataCapture_getCapture", "response", "stall"))
                await client.dataCapture.startCapture(capture)
                waiting = asyncio.create_task(changes.next(60))
                assert await asyncio.to_thread(proxy.stalled.wait, 60)
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await waiting
                return (await changes.next(60)).state

        with FaultyProxy(local.endpoint).running() as proxy:
            assert asyncio.run(receive(proxy)) == "CAPTURING"

    def test_missing_capture_is_not_found(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError):
            exchange.dataCapture.waitForState("dataCapture.none", "COMPLETE")


class TestWaiting:
    @pytest.mark.parametrize("state", ["READY", "ready"])
    def test_present_state_is_returned_at_once(
        self, state: str, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        assert exchange.dataCapture.waitForState(capture, state).state == "READY"

    def test_wait_ends_when_the_state_is_reached(
        self,
        exchange: AvistaDigitalExchange,
        local: LocalExchange,
        capture: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Only the event can end the wait in time.
        monkeypatch.setattr(capture_states, "POLL_SECONDS", 3600)
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as other:
            timer = threading.Timer(0.3, other.dataCapture.startCapture, [capture])
            timer.start()
            assert exchange.dataCapture.waitForState(capture, "CAPTURING", 60).state == "CAPTURING"
            timer.join()

    @pytest.mark.parametrize("state", ["READY", "CAPTURING", "FINISHING", "COMPLETE"])
    def test_state_that_was_passed_counts_as_reached(
        self, state: str, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        exchange.dataCapture.startCapture(capture)
        exchange.dataCapture.stopCapture(capture)
        assert exchange.dataCapture.waitForState(capture, "COMPLETE", 30).state == "COMPLETE"
        assert exchange.dataCapture.waitForState(capture, state, 30).state == "COMPLETE"

    def test_unreachable_state_is_an_error(
        self, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        exchange.dataCapture.startCapture(capture)
        exchange.dataCapture.stopCapture(capture)
        exchange.dataCapture.waitForState(capture, "COMPLETE", 30)
        with pytest.raises(StateNotReachedError, match="can't become COMPLETION_ERROR") as caught:
            exchange.dataCapture.waitForState(capture, "COMPLETION_ERROR", 30)
        assert caught.value.state == "COMPLETE"

    def test_timeout_is_an_error_that_says_the_state(
        self, exchange: AvistaDigitalExchange, capture: str
    ) -> None:
        with pytest.raises(TimeoutError) as caught:
            exchange.dataCapture.waitForState(capture, "COMPLETE", 0.2)
        assert isinstance(caught.value, StateTimeoutError)
        assert caught.value.state == "READY"
        assert "did not become COMPLETE within 0.2 s; it is READY" in str(caught.value)

    def test_timeout_includes_the_time_to_subscribe(
        self,
        connect: Connect,
        local: LocalExchange,
        capture: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, subscription_start_timeout=3600)
        with FaultyProxy(local.endpoint).running() as proxy:
            proxy.expect(Fault("connection_init", "request", "stall"))
            client = connect(local.token, endpoint=proxy.endpoint)
            with pytest.raises(StateTimeoutError):
                client.dataCapture.waitForState(capture, "COMPLETE", 0.5)

    def test_state_is_polled_where_websockets_are_blocked(
        self,
        exchange: AvistaDigitalExchange,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        capture: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(capture_states, "POLL_SECONDS", 0.1)
        proxy.blocks_websockets = True
        timer = threading.Timer(0.3, lambda: start(exchange, capture))
        if isinstance(exchange, AvistaDigitalExchange):
            timer.start()
        else:
            exchange.dataCapture.startCapture(capture)
        assert proxied_client.dataCapture.waitForState(capture, "CAPTURING", 30)
        timer.join() if timer.is_alive() else None

    def test_state_that_the_platform_added_later_is_no_reason_to_fail(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        capture: dict[str, Any] = {
            "captureId": "c",
            "captureType": "STANDARD",
            "displayName": "Test",
            "description": None,
            "ownerUserId": "u",
            "state": "PAUSED",
            "dateCreated": "d",
            "dateUpdated": "d",
        }
        fake_platform.add_data("dataCapture_getCapture", capture)
        with pytest.raises(StateTimeoutError, match="it is PAUSED"):
            fake_platform_client.dataCapture.waitForState("c", "COMPLETE", 1e-9)


def start(exchange: AvistaDigitalExchange, capture: str) -> None:
    exchange.dataCapture.startCapture(capture)
