"""Filter queries over a faulty network: a complete file, or an error in time and no file."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    ExportTimeoutError,
    InvalidRequestError,
    QueryIncompleteError,
    SubscriptionError,
    TransferError,
)

from ..support.faulty_proxy import Fault
from ..support.options import use_options
from .conftest import (
    ENDLESS_TIMEOUT,
    RETRIES,
    SHORT_TIMEOUT_MANY_RETRIES,
    FaultyPlatform,
    OpenClient,
)
from .scenarios import (
    HTML,
    breaks_between,
    cuts,
    http,
    lateness,
    refusals,
    scenarios,
    silences,
)

PAGE = "timeSeriesDb_queryDatabase"
EXPORT = "timeSeriesDb_generateQueryResultExportFile"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
PAGES = 4
"""The first one is empty."""

OLD = b"what was there before"
EXPIRED = http(
    "403 Forbidden",
    b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
)
FROM_CLIENT = ("connection_init", "start")
FROM_SERVER = ("connection_ack", "start_ack", "data")


class Measured(NamedTuple):
    """A database, and the expected result of a query of all its data."""

    far: FaultyPlatform
    database: str
    expected: dict[str, bytes]

    def query(
        self, exchange: AvistaDigitalExchange, target: Path, aggregate: Any, **options: Any
    ) -> bool:
        return exchange.queryTimeSeriesDatabaseWithFilters(
            self.database,
            [{"assetId": "roof"}, {"assetId": "yard", "attributeNamesFilter": ["wind", "power"]}],
            "1970-01-01T00:00:00Z",
            "1970-01-02T00:00:00Z",
            target,
            maxRows=20,
            aggregate=aggregate,
            **options,
        )

    def all_cancelled(self) -> bool:
        return not self.far.running_queries(self.database)


@pytest.fixture(scope="session")
def _measurements(
    shared_faulty_platform: FaultyPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Measured:
    database = shared_faulty_platform.platform.create_database()
    measured = Measured(shared_faulty_platform, database, {})
    target = tmp_path_factory.mktemp("expected") / "result"
    with shared_faulty_platform.direct() as direct:
        for asset, attribute in product(("roof", "yard"), ("power", "wind")):
            records = [
                direct.createTimeSeriesInputRecord(n, "SECONDS", attribute, "DOUBLE", n / 8)
                for n in range(30)
            ]
            direct.publishToTimeSeriesDatabase(database, asset, records)
        for format_ in ("CSV", "JSON"):
            measured.query(direct, target, "client", exportFileFormat=format_)
            measured.expected[format_] = target.read_bytes()
    assert measured.expected["CSV"].count(b"\n") == 61
    return measured


@pytest.fixture
def measured(_measurements: Measured) -> Measured:
    """A database with measurements and no running query."""
    _measurements.far.local.exchange.queries._queries.clear()
    return _measurements


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The target path, where an older file exists."""
    path = tmp_path / "result.csv"
    path.write_bytes(OLD)
    return path


# Transient faults


@scenarios(
    cuts(PAGE, 2),
    cuts("GET"),
    breaks_between((PAGE, 0), (PAGE, 1), (PAGE, 3), (EXPORT, 0)),
    refusals(PAGE, 1),
    refusals(EXPORT)[::4],
    refusals("GET")[1::4],
    lateness(PAGE, 1),
    lateness("GET"),
)
def test_filter_query_succeeds_after_a_transient_fault(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == measured.expected["CSV"]
    assert [*target.parent.iterdir()] == [target]
    assert CANCEL not in faulty_platform.proxy.names


@scenarios(
    breaks_between(*(("GET", chunk) for chunk in range(PAGES)), (PAGE, 3)),
    refusals("GET", 1)[::4],
    silences("GET", 1)[1:],
)
def test_filter_query_with_client_aggregation_succeeds_after_a_transient_fault(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    format_ = "CSV" if fault.direction == "request" else "JSON"
    assert measured.query(exchange, target, "client", exportFileFormat=format_)
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == measured.expected[format_]
    assert [*target.parent.iterdir()] == [target]


@scenarios(silences(PAGE)[:1], silences(PAGE, 3)[1:], silences(EXPORT)[::2], silences("GET")[::2])
def test_filter_query_waits_for_a_silent_network_up_to_the_timeout(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == measured.expected["CSV"]


# The real-time connection

REALTIME_BREAKS = [
    *[Fault("websocket", direction, what, at)
      for direction in ("request", "response") for what in ("close", "reset") for at in (0, 0.5)],
    *[Fault(step, "request", what, at)
      for step in FROM_CLIENT for what in ("close", "reset") for at in (0, 0.5, 1)],
    *[Fault(step, "response", what, at)
      for step in FROM_SERVER for what in ("close", "reset") for at in (0, 0.5)],
    Fault("ka", "response", "close", 1),
    Fault("start_ack", "response", "reset", 1),
    Fault("stop", "request", "reset", 0.5),
    Fault("complete", "response", "close", 0.5),
]  # fmt: skip


@scenarios(
    REALTIME_BREAKS,
    [Fault("websocket", "request", http("403 Forbidden", HTML))],
    [Fault("websocket", "response", b"\x00 no HTTP at all\r\n\r\n")],
    [Fault(step, "response", what) for step in FROM_SERVER for what in ("delay", "throttle")],
)
def test_filter_query_falls_back_to_the_client_if_the_realtime_connection_fails(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "auto")
    assert target.read_bytes() == measured.expected["CSV"]
    assert [*target.parent.iterdir()] == [target]
    # Queries that were started and not completed were cancelled.
    assert len(faulty_platform.running_queries(measured.database)) == 1


@scenarios(
    [Fault(step, "request", "stall", 0.5) for step in ("websocket", *FROM_CLIENT)],
    [Fault(step, "response", "stall") for step in ("websocket", "connection_ack", "start_ack")],
)
def test_filter_query_falls_back_to_the_client_if_the_realtime_connection_is_silent(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_options(monkeypatch, subscription_start_timeout=0.5)
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "auto")
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == measured.expected["CSV"]


@scenarios(
    [Fault("data", "response", "close"), Fault("data", "response", "reset", 0.5)],
    [Fault("start_ack", "response", "close", 1), Fault("start_ack", "response", "close")],
    [Fault("websocket", "request", "reset"), Fault("connection_ack", "response", "close")],
    [Fault("websocket", "request", http("503 Service Unavailable"))],
)
def test_filter_query_reconnects_if_the_connection_fails_before_the_notification(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert faulty_platform.proxy.triggered
    assert faulty_platform.proxy.names.count("websocket") == 2
    assert faulty_platform.proxy.names.count(PAGE) == PAGES
    assert target.read_bytes() == measured.expected["CSV"]


def test_filter_query_reconnects_if_keep_alives_stop(
    measured: Measured, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    def shorten_keep_alive(_text: bytes) -> list[bytes]:
        return [b'{"type":"connection_ack","payload":{"connectionTimeoutMs":1500}}']

    exchange = open_client()
    faulty_platform.proxy.expect(
        Fault("connection_ack", "response", shorten_keep_alive),
        Fault("ka", "response", "drop"),
        Fault("data", "response", "stall"),
    )
    assert measured.query(exchange, target, "server", exportTimeout=ENDLESS_TIMEOUT)
    assert len(faulty_platform.proxy.triggered) == 3
    assert faulty_platform.proxy.names.count("websocket") == 2
    assert target.read_bytes() == measured.expected["CSV"]


@scenarios([Fault(step, "request", "close", 0, times=99) for step in ("websocket", "start")])
def test_filter_query_with_server_aggregation_fails_without_a_realtime_connection(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(SubscriptionError):
        measured.query(exchange, target, "server")
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert measured.all_cancelled()


def test_filter_query_with_server_aggregation_does_not_repeat_a_refused_connection(
    measured: Measured, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault("websocket", "request", http("403 Forbidden"), times=99))
    with pytest.raises(SubscriptionError):
        measured.query(exchange, target, "server")
    assert faulty_platform.proxy.names.count("websocket") == 1
    assert faulty_platform.proxy.names.count(PAGE) == 1


# The notification


def another(text: bytes) -> list[bytes]:
    """The notification of another query's export, then that of this query."""
    frame = json.loads(text)
    event = frame["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"]
    event |= {"queryId": "0" * 32, "url": "https://objects.test/another"}
    return [json.dumps(frame).encode(), text]


def nonsense(text: bytes) -> list[bytes]:
    frame = json.loads(text)
    frame["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"] = None
    return [json.dumps(frame).encode(), text]


@scenarios(
    [Fault("data", "response", "double")],
    [
        pytest.param(Fault("data", "response", another), id="for-another-query"),
        pytest.param(Fault("data", "response", nonsense), id="of-nothing"),
    ],
)
def test_filter_query_ignores_additional_notifications(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert faulty_platform.proxy.triggered
    assert faulty_platform.proxy.names.count("GET") == 1
    assert target.read_bytes() == measured.expected["CSV"]


@scenarios(
    [Fault("data", "response", "drop", times=99), Fault("data", "response", "stall", times=99)],
    [
        pytest.param(
            Fault("data", "response", lambda text: another(text)[:1], times=99), id="another"
        )
    ],
)
def test_filter_query_without_a_notification_times_out(
    fault: Fault,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(ExportTimeoutError, match=r"not announced within 0\.6 s") as caught:
        measured.query(exchange, target, "auto", exportTimeout=0.6)
    assert caught.value.queryId
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert measured.all_cancelled()


def test_filter_query_whose_connection_keeps_dropping_times_out(
    measured: Measured, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault("data", "response", "close", times=99))
    with pytest.raises(SubscriptionError):
        measured.query(exchange, target, "server")
    assert len(faulty_platform.proxy.triggered) == 1 + RETRIES
    assert target.read_bytes() == OLD
    assert measured.all_cancelled()


def test_filter_query_with_an_expired_export_url_requests_a_new_one(
    measured: Measured, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault("GET", "request", EXPIRED))
    assert measured.query(exchange, target, "server")
    assert faulty_platform.proxy.names.count(EXPORT) == 2
    assert target.read_bytes() == measured.expected["CSV"]


# The query


@scenarios(
    [
        Fault(step, direction, what, at=0.5, after=after, times=99)
        for step, after in ((PAGE, 1), (PAGE, 3), (EXPORT, 0), ("GET", 0))
        for direction, what in (("request", "reset"), ("response", "close"))
    ],
    [Fault(PAGE, "response", http("502 Bad Gateway", HTML), after=2, times=99)],
    [Fault("GET", "request", EXPIRED, times=99)],
)
@pytest.mark.parametrize("aggregate", ["server", "client"])
def test_filter_query_fails_on_a_permanent_fault_and_is_cancelled(
    fault: Fault,
    aggregate: str,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    if (fault.message, aggregate) == (EXPORT, "client"):
        # No export is requested, but every chunk is fetched.
        fault = replace(fault, message="GET")
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises((QueryIncompleteError, ConnectionFailedError, TransferError)) as caught:
        measured.query(exchange, target, aggregate)
    if fault.message == PAGE:
        assert isinstance(caught.value, QueryIncompleteError)
        assert caught.value.pagesRead == fault.after
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert CANCEL in faulty_platform.proxy.names
    assert measured.all_cancelled()


@pytest.mark.parametrize("aggregate", ["server", "client", "auto"])
def test_filter_query_with_a_refused_page_token_fails_at_once(
    aggregate: str,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    refusal = {
        "data": {PAGE: None},
        "errors": [{"errorType": "ValidationException", "message": "Invalid pagination token."}],
    }
    exchange = open_client()
    faulty_platform.proxy.expect(
        Fault(PAGE, "request", http("200 OK", json.dumps(refusal).encode()), after=2)
    )
    with pytest.raises(QueryIncompleteError, match=r"after 2 pages.*pagination token"):
        measured.query(exchange, target, aggregate)
    assert faulty_platform.proxy.names.count(PAGE) == 3
    assert target.read_bytes() == OLD
    assert measured.all_cancelled()


def cancelling(measured: Measured) -> Callable[[bytes], bytes]:
    """Cancels the query on the server when a response is forwarded."""

    def cancel(body: bytes) -> bytes:
        (queryId,) = measured.far.running_queries(measured.database)
        measured.far.platform.run(
            "mutation m($d: ID!, $q: String!) "
            f"{{ {CANCEL}(timeSeriesDbId: $d, queryId: $q) {{ httpStatusCode }} }}",
            d=measured.database,
            q=queryId,
        )
        return body

    return cancel


@pytest.mark.parametrize("aggregate", ["server", "client"])
@pytest.mark.parametrize(("after", "error"), [(0, QueryIncompleteError), (3, InvalidRequestError)])
def test_filter_query_cancelled_by_the_server_fails(
    after: int,
    error: type[DigitalExchangeError],
    aggregate: str,
    measured: Measured,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault(PAGE, "response", cancelling(measured), after=after))
    if (after, aggregate) == (3, "client"):
        # The result is complete by then.
        assert measured.query(exchange, target, aggregate)
        assert target.read_bytes() == measured.expected["CSV"]
        return
    with pytest.raises(error, match=r"cancelled"):
        measured.query(exchange, target, aggregate)
    assert target.read_bytes() == OLD
