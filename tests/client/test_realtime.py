"""The real-time connection: the correct file or error, whatever a server sends."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpx import HTTPXMock

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ExportTimeoutError,
    SubscriptionError,
    TransferError,
)
from avista_digital_exchange_sdk._graphql.appsync_protocol import build_realtime_url

from ..conftest import Connect
from ..services.time_series.test_result_chunks import CANCEL, QUERY, WHOLE, asset, at, request_asset
from ..support.fake_platform import TOKEN, FakePlatform, FakeResponse, error_response, graphql_error
from ..support.options import use_options
from ..support.realtime import FakeConnection, FakeRealtimeServer

EXPORT = "timeSeriesDb_generateQueryResultExportFile"
URL = "https://objects.test/export?X-Amz-Signature=5ec7e7"
HEADER = b"assetId,name,timestamp,kW\n"
CONTENT = HEADER + b"a,,2024-01-01 00:00:00.000000000,2\n"


@pytest.fixture
def exchange(connect: Connect, realtime: FakeRealtimeServer) -> AvistaDigitalExchange:
    return connect(TOKEN, endpoint=realtime.endpoint, maxRetries=0)


PAGE = {
    "queryId": "query-1",
    "clientToken": "c",
    "nextToken": None,
    "queryString": "SELECT",
    "presignedUrl": "https://objects.test/chunk",
}
EMPTY_PAGE = {**PAGE, "nextToken": "more", "presignedUrl": "https://objects.test/empty"}


@pytest.fixture
def platform(request: pytest.FixtureRequest, httpx_mock: HTTPXMock) -> FakePlatform:
    """The HTTP responses for a query that is exported, by default one of one page."""
    fake_platform = FakePlatform(httpx_mock)
    fake_platform.add_data(QUERY, *getattr(request, "param", [PAGE, PAGE]))
    fake_platform.add_url_responses("GET https://objects.test/empty", [])
    fake_platform.add_data(EXPORT, {"queryId": "query-1"})
    fake_platform.add_data(CANCEL, {"httpStatusCode": 200, "errorMessage": None})
    fake_platform.add_url_responses(f"GET {URL}", FakeResponse(body=CONTENT))
    fake_platform.add_url_responses(
        "GET https://objects.test/chunk", [asset("a", {"kW": [(at(0), "1")]})]
    )
    return fake_platform


Query = Callable[..., bytes]


@pytest.fixture
def query(exchange: AvistaDigitalExchange, platform: FakePlatform, tmp_path: Path) -> Query:
    """Runs the query and returns the content of the file; checks that there is no other file."""

    def run(aggregate: Any = "server", **options: Any) -> bytes:
        exchange.queryTimeSeriesDatabaseWithFilters(
            "db",
            [request_asset("a", "kW")],
            *WHOLE,
            tmp_path,
            aggregate=aggregate,
            errors="ignore",
            **options,
        )
        assert [path.name for path in tmp_path.iterdir()] == ["result.csv"]
        return (tmp_path / "result.csv").read_bytes()

    return run


def export_normally(connection: FakeConnection) -> None:
    connection.acknowledge()
    connection.send_export_ready(connection.start(), "query-1", URL)


class TestServerExport:
    def test_server_export_is_downloaded_after_its_notification(
        self, query: Query, realtime: FakeRealtimeServer, platform: FakePlatform
    ) -> None:
        realtime.handler = export_normally
        assert query() == CONTENT
        assert platform.operations == [QUERY, EXPORT, f"GET {URL}"]
        assert platform.variables(EXPORT) == [
            {"timeSeriesDbId": "db", "queryId": "query-1", "fileFormat": "CSV"}
        ]

    def test_server_export_is_subscribed_to_before_it_is_requested(
        self, query: Query, realtime: FakeRealtimeServer, platform: FakePlatform
    ) -> None:
        requested_too_early: list[bool] = []

        def subscribe_late(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.receive("start")["id"]
            requested_too_early.append(EXPORT in platform.operations)
            connection.send({"type": "start_ack", "id": identifier})
            connection.send_export_ready(identifier, "query-1", URL)

        realtime.handler = subscribe_late
        assert query() == CONTENT
        assert requested_too_early == [False]

    def test_server_export_subscription_names_the_query_and_carries_the_token(
        self, query: Query, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = export_normally
        query()
        realtime.wait_until_disconnected()
        init, start, stop = realtime.messages
        assert init == {"type": "connection_init"}
        authorization = {"host": realtime.host, "Authorization": TOKEN}
        assert start["payload"]["extensions"] == {"authorization": authorization}
        assert '"variables":{"queryId":"query-1"}' in start["payload"]["data"]
        assert stop == {"type": "stop", "id": start["id"]}

    def test_server_export_handshake_has_no_token_in_its_url(
        self, query: Query, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = export_normally
        query()
        assert realtime.paths == ["/graphql/realtime"]
        assert realtime.authorization() == {"host": realtime.host, "Authorization": TOKEN}
        assert "Authorization" not in realtime.headers[0]

    def test_server_export_ignores_other_messages(
        self, query: Query, realtime: FakeRealtimeServer
    ) -> None:
        def send_other_messages(connection: FakeConnection) -> None:
            connection.receive("connection_init")
            connection.send({"type": "ka"})
            connection.send({"type": "connection_ack"})
            connection.send({"type": "added tomorrow", "payload": None})
            identifier = connection.start()
            connection.send({"type": "ka"})
            connection.send_export_ready(
                "another subscription", "query-1", "https://objects.test/other"
            )
            connection.send_export_ready(identifier, "query-2", "https://objects.test/other")
            nothing = {"onNotifyTimeSeriesQueryExportComplete": None}
            connection.send({"type": "data", "id": identifier, "payload": {"data": nothing}})
            errors = {"data": None, "errors": [{"message": "Cannot return null"}]}
            connection.send({"type": "data", "id": identifier, "payload": errors})
            connection.send({"type": "complete", "id": "another subscription"})
            connection.send_export_ready(identifier, "query-1", URL)
            connection.send_export_ready(identifier, "query-1", "https://objects.test/other")

        realtime.handler = send_other_messages
        assert query() == CONTENT

    @pytest.mark.parametrize(
        ("endpoint", "url"),
        [
            (
                "https://abc.appsync-api.us-west-2.amazonaws.com/graphql",
                "wss://abc.appsync-realtime-api.us-west-2.amazonaws.com/graphql",
            ),
            ("https://exchange.example/graphql", "wss://exchange.example/graphql/realtime"),
            ("https://exchange.example/graphql/", "wss://exchange.example/graphql/realtime"),
            ("http://127.0.0.1:8080/graphql", "ws://127.0.0.1:8080/graphql/realtime"),
        ],
    )
    def test_realtime_url_follows_from_the_endpoint(self, endpoint: str, url: str) -> None:
        assert build_realtime_url(endpoint) == url


def reject_token(connection: FakeConnection) -> None:
    connection.receive("connection_init")
    refused = {"errorType": "UnauthorizedException", "message": f"no: {TOKEN}", "errorCode": 401}
    connection.send({"type": "connection_error", "payload": {"errors": [refused]}})
    connection.close()


def close_at_once(connection: FakeConnection) -> None:
    connection.close()


def send_invalid_json(connection: FakeConnection) -> None:
    connection.receive("connection_init")
    connection.send("<html>")


def send_invalid_message(connection: FakeConnection) -> None:
    connection.receive("connection_init")
    connection.send(["connection_ack"])


def reject_subscription(connection: FakeConnection) -> None:
    connection.acknowledge()
    identifier = connection.receive("start")["id"]
    denied = {"errorType": "Unauthorized", "message": "Not yours"}
    connection.send({"type": "error", "id": identifier, "payload": {"errors": [denied]}})


def reject_with_an_object_without_id(connection: FakeConnection) -> None:
    connection.acknowledge()
    connection.receive("start")
    denied = {"errorType": "Unauthorized", "message": "Not yours"}
    connection.send({"type": "error", "payload": {"errors": denied}})


def reject_without_reason(connection: FakeConnection) -> None:
    connection.acknowledge()
    connection.receive("start")
    connection.send({"type": "error"})


def close_before_event(connection: FakeConnection) -> None:
    connection.acknowledge()
    connection.start()
    connection.close()


def complete_before_event(connection: FakeConnection) -> None:
    connection.acknowledge()
    identifier = connection.start()
    connection.send({"type": "complete", "id": identifier})


def send_mismatched_event(connection: FakeConnection) -> None:
    connection.acknowledge()
    identifier = connection.start()
    data = {"onNotifyTimeSeriesQueryExportComplete": {"queryId": 7}}
    connection.send({"type": "data", "id": identifier, "payload": {"data": data}})


def send_nothing(connection: FakeConnection) -> None:
    connection.acknowledge(connectionTimeoutMs=100)
    connection.start()


FAILURES = [
    (reject_token, "UnauthorizedException: no: <secret>"),
    (close_at_once, "closed"),
    (send_invalid_json, "invalid message"),
    (send_invalid_message, "invalid message"),
    (reject_subscription, "Unauthorized: Not yours"),
    (reject_with_an_object_without_id, "Unauthorized: Not yours"),
    (reject_without_reason, "error"),
    (close_before_event, "closed"),
    (complete_before_event, "ended the subscription"),
    (send_mismatched_event, "does not match the schema"),
    (send_nothing, "keep-alive"),
]


@pytest.fixture
def short_start_timeout(monkeypatch: pytest.MonkeyPatch) -> float:
    use_options(monkeypatch, subscription_start_timeout=0.2)
    return 0.2


class TestConnectionFailures:
    @pytest.mark.parametrize(("converse", "reason"), FAILURES)
    def test_failed_connection_raises_an_error_with_its_reason_and_cancels_the_query(
        self,
        converse: Callable[[FakeConnection], None],
        reason: str,
        query: Query,
        realtime: FakeRealtimeServer,
        platform: FakePlatform,
        tmp_path: Path,
    ) -> None:
        realtime.handler = converse
        with pytest.raises(SubscriptionError) as caught:
            query()
        assert reason in str(caught.value)
        assert TOKEN not in str(caught.value)
        assert list(tmp_path.iterdir()) == []
        assert platform.operations.count(QUERY) == platform.operations.count(CANCEL)

    @pytest.mark.parametrize(("converse", "reason"), FAILURES)
    # A result of one page needs no connection.
    @pytest.mark.parametrize("platform", [[EMPTY_PAGE, PAGE] * 2], indirect=True, ids=["pages"])
    def test_failed_connection_falls_back_to_client_aggregation_unless_excluded(
        self,
        converse: Callable[[FakeConnection], None],
        reason: str,
        query: Query,
        realtime: FakeRealtimeServer,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        realtime.handler = converse
        assert query("auto") == HEADER + b"a,,2024-01-01 00:00:00.000000000,1\n"
        (warning,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
        assert reason in warning.getMessage()

    def test_handshake_without_a_response_times_out(
        self, short_start_timeout: float, query: Query, realtime: FakeRealtimeServer
    ) -> None:
        with pytest.raises(SubscriptionError, match=r"connection_init within 0\.2 s"):
            query()

    def test_subscription_without_an_acknowledgement_times_out(
        self, short_start_timeout: float, query: Query, realtime: FakeRealtimeServer
    ) -> None:
        realtime.handler = FakeConnection.acknowledge
        with pytest.raises(SubscriptionError, match=r"no response to start within 0\.2 s"):
            query()


class TestExportFailures:
    def test_export_without_a_notification_times_out(
        self,
        query: Query,
        realtime: FakeRealtimeServer,
        platform: FakePlatform,
        tmp_path: Path,
    ) -> None:
        def send_no_notification(connection: FakeConnection) -> None:
            connection.acknowledge()
            identifier = connection.start()
            connection.send({"type": "ka"})
            connection.send_export_ready(identifier, "query-2", "https://objects.test/other")

        realtime.handler = send_no_notification
        with pytest.raises(ExportTimeoutError, match=r"not announced within 0\.3 s") as caught:
            query(exportTimeout=0.3)
        assert isinstance(caught.value, TimeoutError)
        assert caught.value.queryId == "query-1"
        assert list(tmp_path.iterdir()) == []
        assert platform.variables(CANCEL) == [{"timeSeriesDbId": "db", "queryId": "query-1"}]

    def test_export_that_is_refused_raises_the_error_of_the_platform(
        self,
        exchange: AvistaDigitalExchange,
        fake_platform: FakePlatform,
        realtime: FakeRealtimeServer,
        tmp_path: Path,
    ) -> None:
        page = {"queryId": "query-1", "nextToken": None}
        fake_platform.add_data(QUERY, page)
        fake_platform.add_responses(
            EXPORT, error_response(graphql_error("ValidationException", "too large"))
        )
        fake_platform.add_data(CANCEL, None)
        realtime.handler = export_normally
        with pytest.raises(ApiError, match=r"too large"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "db", [request_asset("a")], *WHOLE, tmp_path
            )
        assert list(tmp_path.iterdir()) == []
        assert fake_platform.operations[-1] == CANCEL

    @pytest.mark.parametrize(
        "response",
        [
            FakeResponse(403, b"<Code>AccessDenied</Code>"),
            FakeResponse(body=b"h", headers={"Content-Length": "9"}),
        ],
    )
    def test_export_that_cannot_be_downloaded_leaves_no_file(
        self,
        response: FakeResponse,
        exchange: AvistaDigitalExchange,
        fake_platform: FakePlatform,
        realtime: FakeRealtimeServer,
        tmp_path: Path,
    ) -> None:
        fake_platform.add_data(QUERY, {"queryId": "query-1", "nextToken": None})
        fake_platform.add_data(EXPORT, {"queryId": "query-1"})
        fake_platform.add_data(CANCEL, None)
        fake_platform.add_url_responses(f"GET {URL}", response)
        realtime.handler = export_normally
        with pytest.raises(TransferError) as caught:
            exchange.queryTimeSeriesDatabaseWithFilters(
                "db", [request_asset("a")], *WHOLE, tmp_path
            )
        assert "5ec7e7" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []
        assert fake_platform.operations[-1] == CANCEL

    def test_export_at_an_unsafe_url_is_not_downloaded(
        self, query: Query, realtime: FakeRealtimeServer, tmp_path: Path
    ) -> None:
        def announce_unsafe_url(connection: FakeConnection) -> None:
            connection.acknowledge()
            connection.send_export_ready(
                connection.start(), "query-1", "http://objects.test/export"
            )

        realtime.handler = announce_unsafe_url
        with pytest.raises(TransferError, match=r"not https"):
            query()
        assert list(tmp_path.iterdir()) == []
