"""Streams of events: how they start, end, reconnect and report what may be missing."""

import asyncio
import gc
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    ExchangeClosedError,
    InvalidParameterError,
    StreamGap,
    StreamGapWarning,
    SubscriptionError,
)

from ..conftest import Connect
from ..support.clients import RUNNER
from ..support.fake_platform import TOKEN
from ..support.forked import run_forked
from ..support.options import use_options
from ..support.realtime import FakeConnection, FakeRealtimeServer


@pytest.fixture
def exchange(connect: Connect, realtime: FakeRealtimeServer) -> AvistaDigitalExchange:
    return connect(TOKEN, endpoint=realtime.endpoint, maxRetries=0)


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, initial_retry_delay=0.02, max_retry_delay=0.05)


def event(value: object) -> dict[str, Any]:
    """The payload of an event with one record."""
    attributes = [{"name": "Power", "schemaType": "double", "value": str(value)}]
    record = {"iotEndpointId": "e", "timestamp": "1", "attributes": attributes}
    return {"data": {"onIotPublish": {"iotEndpointId": "e", "recordsWritten": [record]}}}


def send(connection: FakeConnection, identifier: str, *values: object) -> None:
    for value in values:
        connection.send({"type": "data", "id": identifier, "payload": event(value)})


def value_of(received: Any) -> str:
    return received.recordsWritten[0].attributes[0].value


def types_of(realtime: FakeRealtimeServer) -> list[str]:
    return [message["type"] for message in realtime.messages]


def sends(*values: object) -> Callable[[FakeConnection], None]:
    """Handles a connection: acknowledges the subscription and sends events."""

    def talk(connection: FakeConnection) -> None:
        connection.acknowledge()
        send(connection, connection.start(), *values)

    return talk


def in_turn(*handlers: Callable[[FakeConnection], None]) -> Callable[[FakeConnection], None]:
    """Handles the first connections, each in its way, and all others as the last one."""
    left = list(handlers)
    return lambda connection: (left.pop(0) if len(left) > 1 else left[0])(connection)


def sends_and_closes(*values: object) -> Callable[[FakeConnection], None]:
    def talk(connection: FakeConnection) -> None:
        sends(*values)(connection)
        connection.close()

    return talk


class TestEnds:
    def test_stream_closed_by_with_unsubscribes(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends(1, 2)
        with exchange.iot.subscribeToEndpoint("e") as events:
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
        realtime.wait_until_disconnected()
        assert types_of(realtime) == ["connection_init", "start", "stop"]
        assert list(events) == []
        with pytest.raises(SubscriptionError, match="the stream is closed"):
            events.next(1)

    def test_stream_left_by_break_unsubscribes(self, realtime: FakeRealtimeServer) -> None:
        realtime.handler = sends(1)
        with AvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint) as exchange:
            for received in exchange.iot.subscribeToEndpoint("e"):
                assert value_of(received) == "1"
                break
            gc.collect()
            realtime.wait_until_disconnected()
        assert types_of(realtime)[-1] == "stop"

    def test_async_stream_left_by_break_unsubscribes(self, realtime: FakeRealtimeServer) -> None:
        realtime.handler = sends(1)

        async def receive() -> None:
            async with AsyncAvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint) as exchange:
                async for received in exchange.iot.subscribeToEndpoint("e"):
                    assert value_of(received) == "1"
                    break
                gc.collect()
                await asyncio.to_thread(realtime.wait_until_disconnected)

        RUNNER.run(receive())
        assert types_of(realtime)[-1] == "stop"

    def test_cancelled_task_closes_its_stream(self, realtime: FakeRealtimeServer) -> None:
        realtime.handler = sends(1)
        received = []

        async def consume(stream: Any) -> None:
            async for each in stream:
                received.append(value_of(each))

        async def cancel() -> Any:
            async with AsyncAvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint) as exchange:
                stream = exchange.iot.subscribeToEndpoint("e")
                task = asyncio.create_task(consume(stream))
                async with asyncio.timeout(60):
                    while not received:
                        await asyncio.sleep(0.01)
                task.cancel()
                await asyncio.wait([task])
                await asyncio.to_thread(realtime.wait_until_disconnected)
                with pytest.raises(SubscriptionError, match="interrupted by CancelledError"):
                    await anext(stream)
                return task

        assert RUNNER.run(cancel()).cancelled()
        assert received == ["1"]
        assert types_of(realtime)[-1] == "stop"

    def test_stream_closed_by_another_thread_ends(self, realtime: FakeRealtimeServer) -> None:
        realtime.handler = sends()
        with AvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint) as exchange:
            events = exchange.iot.subscribeToEndpoint("e")
            threading.Timer(0.1, events.close).start()
            assert list(events) == []

    def test_stream_of_a_closed_client_raises(self, realtime: FakeRealtimeServer) -> None:
        realtime.handler = sends(1)
        exchange = AvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint)
        events = exchange.iot.subscribeToEndpoint("e")
        assert value_of(next(events)) == "1"
        exchange.close()
        with pytest.raises(ExchangeClosedError):
            next(events)
        with pytest.raises(ExchangeClosedError):
            exchange.iot.subscribeToEndpoint("e")
        realtime.wait_until_disconnected()

    def test_forked_child_leaves_the_stream_of_its_parent_alone(
        self, realtime: FakeRealtimeServer
    ) -> None:
        second = threading.Event()

        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            send(connection, identifier, 1)
            assert second.wait(60)
            send(connection, identifier, 2)

        realtime.handler = talk
        with AvistaDigitalExchange(TOKEN, endpoint=realtime.endpoint) as exchange:
            events = exchange.iot.subscribeToEndpoint("e")
            assert value_of(next(events)) == "1"
            assert "in another process" in str(run_forked(lambda: next(events)))
            assert run_forked(events.close) is None
            second.set()
            assert value_of(next(events)) == "2"
            events.close()

    @pytest.mark.parametrize("client", ["sync", "async"])
    def test_ctrl_c_while_a_program_waits_unsubscribes(
        self, client: str, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends(1)
        command = [sys.executable, "-c", PROGRAMS[client], realtime.endpoint]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        # It continues until its standard input is closed, at the end of the block.
        with subprocess.Popen(command, text=True, **pipes) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "1\n"
            time.sleep(0.1)
            program.send_signal(signal.SIGINT)
            assert program.stdout.readline() == "interrupted\n"
            realtime.wait_until_disconnected()
        assert program.returncode == 0
        assert types_of(realtime)[-1] == "stop"

    @pytest.mark.parametrize("client", ["sync", "async"])
    def test_program_that_leaves_a_stream_open_ends_quietly(
        self, client: str, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends(1)
        options = ["-X", "dev", "-W", "error::ResourceWarning"]
        command = [sys.executable, *options, "-c", UNCLOSED[client], realtime.endpoint]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout == "1\n"
        assert [line for line in done.stderr.splitlines() if " took " not in line] == []
        assert done.returncode == 0


UNCLOSED = {
    "sync": """
import sys
from avista_digital_exchange_sdk import AvistaDigitalExchange
exchange = AvistaDigitalExchange("token", endpoint=sys.argv[1])
events = exchange.iot.subscribeToEndpoint("e", reconnect=True)
print(next(events).recordsWritten[0].attributes[0].value)
""",
    "async": """
import asyncio, sys
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange
async def main():
    exchange = AsyncAvistaDigitalExchange("token", endpoint=sys.argv[1])
    events = await exchange.iot.subscribeToEndpoint("e", reconnect=True)
    print((await anext(events)).recordsWritten[0].attributes[0].value)
    return events
events = asyncio.run(main())
""",
}
PROGRAMS = {
    "sync": """
import sys, signal
from avista_digital_exchange_sdk import AvistaDigitalExchange
signal.signal(signal.SIGINT, signal.default_int_handler)
exchange = AvistaDigitalExchange("token", endpoint=sys.argv[1])
try:
    for event in exchange.iot.subscribeToEndpoint("e"):
        print(event.recordsWritten[0].attributes[0].value, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
""",
    "async": """
import asyncio, sys, signal
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange
signal.signal(signal.SIGINT, signal.default_int_handler)
async def main():
    async with AsyncAvistaDigitalExchange("token", endpoint=sys.argv[1]) as exchange:
        async for event in exchange.iot.subscribeToEndpoint("e"):
            print(event.recordsWritten[0].attributes[0].value, flush=True)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
""",
}


class TestEvents:
    def test_next_without_an_event_in_time_leaves_the_stream_open(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        late = threading.Event()

        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            assert late.wait(60)
            send(connection, identifier, 1)

        realtime.handler = talk
        with exchange.iot.subscribeToEndpoint("e") as events:
            with pytest.raises(TimeoutError):
                events.next(0.05)
            late.set()
            assert value_of(events.next(60)) == "1"

    @pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), "5", True, [], 1e10])
    def test_next_refuses_an_invalid_timeout(
        self, timeout: Any, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends(1)
        with exchange.iot.subscribeToEndpoint("e") as events:
            with pytest.raises(InvalidParameterError, match=r"^timeout must be a number"):
                events.next(timeout)
            assert value_of(events.next(60)) == "1"
            with pytest.raises(TimeoutError):
                events.next(0)

    @pytest.mark.parametrize(
        "payload",
        [
            {"data": None, "errors": [{"message": "Cannot return null for non-nullable type"}]},
            {"data": {"onIotPublish": None}, "errors": [{"message": "null"}]},
            {"data": {"onIotPublish": None}},
            {"data": {"onIotPublish": 7}},
            {"errors": "null"},
            {},
            None,
        ],
    )
    def test_event_with_errors_instead_of_data_is_skipped_and_logged(
        self,
        payload: object,
        exchange: AvistaDigitalExchange,
        realtime: FakeRealtimeServer,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            connection.send({"type": "data", "id": identifier, "payload": payload})
            send(connection, identifier, 2)

        realtime.handler = talk
        with exchange.iot.subscribeToEndpoint("e") as events:
            assert value_of(next(events)) == "2"
        assert "an event of e was skipped" in caplog.text

    def test_event_with_partial_data_is_received(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        payload = event(1) | {"errors": [{"message": "failedRecords is null"}]}

        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            connection.send({"type": "data", "id": connection.start(), "payload": payload})

        realtime.handler = talk
        with exchange.iot.subscribeToEndpoint("e") as events:
            assert value_of(next(events)) == "1"

    def test_endpoints_share_connections_of_limited_size(
        self,
        connect: Connect,
        realtime: FakeRealtimeServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, max_subscriptions=2)
        started: list[str] = []
        lock = threading.Lock()

        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            with lock:
                expected = 1 if len(started) == 4 else 2
                for _ in range(expected):
                    started.append(connection.start())
                    send(connection, started[-1], len(started))

        realtime.handler = talk
        client = connect(TOKEN, endpoint=realtime.endpoint, maxRetries=0)
        ids = ["a", "b", "c", "d", "a", "b", "c", "d"]
        with client.iot.subscribeToEndpoints(ids) as events:
            assert {value_of(next(events)) for _ in range(4)} == {"1", "2", "3", "4"}
        assert len(realtime.headers) == 2

    def test_debug_log_shows_no_token(
        self, connect: Connect, realtime: FakeRealtimeServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        realtime.handler = in_turn(sends_and_closes(1), sends(2))
        caplog.set_level(logging.DEBUG)
        client = connect(TOKEN, True, endpoint=realtime.endpoint, maxRetries=0)
        gaps: list[StreamGap] = []
        with client.iot.subscribeToEndpoint("e", reconnect=True, onGap=gaps.append) as events:
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
        assert "subscriptions are active" in caplog.text
        assert TOKEN not in caplog.text + repr(gaps) + repr(events)


class TestArguments:
    @pytest.mark.parametrize("name", ["iotEndpointId", "endpointId"])
    def test_both_names_of_the_endpoint_are_accepted(
        self, name: str, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends(1)
        with exchange.iot.subscribeToEndpoint(**{name: "endpoint-7"}) as events:
            next(events)
        (start,) = (message for message in realtime.messages if message["type"] == "start")
        assert '"variables":{"iotEndpointId":"endpoint-7"}' in start["payload"]["data"]

    def test_both_names_together_are_refused(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(InvalidParameterError, match="endpointId must be None"):
            exchange.iot.subscribeToEndpoint("e", endpointId="e")


class TestFailures:
    def test_lost_connection_raises_after_the_events_before(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = sends_and_closes(1, 2)
        events = exchange.iot.subscribeToEndpoint("e")
        assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
        with pytest.raises(SubscriptionError, match="was closed"):
            next(events)
        with pytest.raises(SubscriptionError, match="the stream is closed: it has failed"):
            next(events)

    def test_silent_connection_raises_after_the_keep_alive_timeout(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        def talk(connection: FakeConnection) -> None:
            connection.acknowledge(connectionTimeoutMs=200)
            connection.start()

        realtime.handler = talk
        events = exchange.iot.subscribeToEndpoint("e")
        with pytest.raises(SubscriptionError, match="keep-alive"):
            events.next(60)

    def test_connection_with_keep_alives_stays_open(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        def talk(connection: FakeConnection) -> None:
            connection.acknowledge(connectionTimeoutMs=1000)
            identifier = connection.start()
            for _ in range(12):
                time.sleep(0.1)
                connection.send({"type": "ka"})
            send(connection, identifier, 1)

        realtime.handler = talk
        with exchange.iot.subscribeToEndpoint("e") as events:
            assert value_of(events.next(60)) == "1"

    @pytest.mark.parametrize("reconnect", [False, True])
    @pytest.mark.parametrize("kind", ["UnauthorizedException", "Unauthorized", "NotFound"])
    def test_refused_subscription_raises_at_once(
        self, kind: str, reconnect: bool, connect: Connect, realtime: FakeRealtimeServer
    ) -> None:
        def talk(connection: FakeConnection) -> None:
            connection.receive("connection_init")
            error = {"errorType": kind, "message": f"not with {TOKEN}", "errorCode": 401}
            connection.send({"type": "connection_error", "payload": {"errors": [error]}})

        realtime.handler = talk
        client = connect(TOKEN, endpoint=realtime.endpoint, maxRetries=3)
        with pytest.raises(SubscriptionError, match=kind) as caught:
            client.iot.subscribeToEndpoint("e", reconnect=reconnect)
        assert caught.value.errorType == kind
        assert TOKEN not in str(caught.value)
        assert len(realtime.headers) == 1

    def test_transient_failure_to_connect_is_retried(
        self, connect: Connect, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = in_turn(FakeConnection.close, FakeConnection.close, sends(1))
        client = connect(TOKEN, endpoint=realtime.endpoint, maxRetries=3)
        with client.iot.subscribeToEndpoint("e") as events:
            assert value_of(next(events)) == "1"
        assert len(realtime.headers) == 3

    def test_full_buffer_raises_after_the_events_that_fit(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        sent = threading.Event()

        def talk(connection: FakeConnection) -> None:
            sends(1, 2, 3, 4)(connection)
            sent.set()

        realtime.handler = talk
        with exchange.iot.subscribeToEndpoint("e", bufferSize=2) as events:
            assert sent.wait(60)
            let_receive(events)
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
            with pytest.raises(SubscriptionError, match="the buffer was full"):
                next(events)
            let_receive(events)


def let_receive(events: Any) -> None:
    """Give the background the time to receive what was sent."""
    if hasattr(events, "stream"):
        RUNNER.run(asyncio.sleep(0.5))
    else:
        time.sleep(0.5)


class TestReconnecting:
    def test_lost_connection_is_replaced_and_the_gap_reported(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = in_turn(
            sends_and_closes(1), FakeConnection.close, FakeConnection.close, sends(2)
        )
        gaps: list[StreamGap] = []
        with exchange.iot.subscribeToEndpoint("e", reconnect=True, onGap=gaps.append) as events:
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
            assert events.gaps == gaps
        (gap,) = gaps
        assert gap.subjectIds == ("e",)
        assert "was closed" in gap.reason
        assert gap.start <= gap.end
        assert gap.recoveredFrom is None
        assert str(gap).startswith(f"events of e from {gap.start.isoformat()}")

    def test_gap_without_a_callback_is_a_warning(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = in_turn(sends_and_closes(1), sends(2))
        with exchange.iot.subscribeToEndpoint("e", reconnect=True) as events:
            next(events)
            with pytest.warns(StreamGapWarning, match="events of e from .* may be missing"):
                assert value_of(next(events)) == "2"

    def test_warning_as_an_error_does_not_close_the_stream(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = in_turn(sends_and_closes(1), sends(2))
        with exchange.iot.subscribeToEndpoint("e", reconnect=True) as events:
            next(events)
            with pytest.raises(StreamGapWarning):
                next(events)
            assert value_of(next(events)) == "2"

    @pytest.mark.parametrize("ending", ["complete", "error"])
    def test_subscription_ended_by_the_server_is_started_again(
        self, ending: str, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            send(connection, identifier, 1)
            error = {"errors": {"errorType": "InternalFailure", "message": "oops"}}
            connection.send({"type": ending, "id": identifier, "payload": error})

        realtime.handler = in_turn(talk, sends(2))
        with exchange.iot.subscribeToEndpoint("e", reconnect=True, onGap=repr) as events:
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]

    def test_silent_connection_is_replaced(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        def stall(connection: FakeConnection) -> None:
            connection.acknowledge(connectionTimeoutMs=150)
            connection.start()

        realtime.handler = in_turn(stall, sends(1))
        with exchange.iot.subscribeToEndpoint("e", reconnect=True, onGap=repr) as events:
            assert value_of(events.next(60)) == "1"
            assert "keep-alive" in events.gaps[0].reason

    def test_token_refused_after_a_lost_connection_ends_the_stream(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        def refuse(connection: FakeConnection) -> None:
            connection.receive("connection_init")
            error = {"errorType": "UnauthorizedException", "message": "expired", "errorCode": 401}
            connection.send({"type": "connection_error", "payload": {"errors": [error]}})

        realtime.handler = in_turn(sends_and_closes(1), refuse)
        events = exchange.iot.subscribeToEndpoint("e", reconnect=True)
        assert value_of(next(events)) == "1"
        with pytest.raises(SubscriptionError, match="expired") as caught:
            events.next(60)
        assert caught.value.errorType == "UnauthorizedException"
        assert len(realtime.headers) == 2

    def test_close_while_reconnecting_takes_effect_at_once(
        self, connect: Connect, realtime: FakeRealtimeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use_options(monkeypatch, initial_retry_delay=3600, max_retry_delay=3600)
        realtime.handler = in_turn(sends_and_closes(1), FakeConnection.close)
        client = connect(TOKEN, endpoint=realtime.endpoint, maxRetries=0)
        events = client.iot.subscribeToEndpoint("e", reconnect=True)
        assert value_of(next(events)) == "1"
        let_receive(events)
        events.close()
        assert list(events) == []

    def test_full_buffer_is_reported_as_a_gap(
        self, exchange: AvistaDigitalExchange, realtime: FakeRealtimeServer
    ) -> None:
        more, sent = threading.Event(), threading.Event()

        def talk(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            send(connection, identifier, 1, 2, 3, 4)
            sent.set()
            assert more.wait(60)
            send(connection, identifier, 5)

        realtime.handler = talk
        gaps: list[StreamGap] = []
        with exchange.iot.subscribeToEndpoint(
            "e", reconnect=True, bufferSize=2, onGap=gaps.append
        ) as events:
            assert sent.wait(60)
            let_receive(events)
            assert [value_of(next(events)), value_of(next(events))] == ["1", "2"]
            with pytest.raises(TimeoutError):
                events.next(0.05)
            more.set()
            assert value_of(events.next(60)) == "5"
        assert ["the buffer was full (2 events" in gap.reason for gap in gaps] == [True]

    def test_connection_is_renewed_without_missing_or_repeating_events(
        self,
        exchange: AvistaDigitalExchange,
        realtime: FakeRealtimeServer,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, max_connection_seconds=0.2, connection_overlap_seconds=0.2)
        renewed = threading.Event()
        first: list[Any] = []

        def serve_first(connection: FakeConnection) -> None:
            connection.acknowledge()
            first[:] = connection, connection.start()
            send(*first, "a", "a")
            assert renewed.wait(60)
            send(*first, "b", "c", "c")

        def serve_second(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            # Both connections get the same events for a while.
            send(connection, identifier, "b", "c", "c", "d")
            renewed.set()

        def idle(connection: FakeConnection) -> None:
            connection.acknowledge()
            connection.start()

        realtime.handler = in_turn(serve_first, serve_second, idle)
        client = connect(TOKEN, endpoint=realtime.endpoint, maxRetries=0)
        with client.iot.subscribeToEndpoint("e", reconnect=True) as events:
            received = [value_of(events.next(60)) for _ in range(6)]
            with pytest.raises(TimeoutError):
                events.next(0.2)
            assert events.gaps == []
        assert received == ["a", "a", "b", "c", "c", "d"]
