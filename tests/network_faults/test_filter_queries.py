"""Queries with filters over a network that fails: the whole file, or none and an error in time."""

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
from .conftest import IMPATIENT, NO_END, RETRIES, Far, Reach, in_time
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
    """A database, and what a query of all it holds must give."""

    far: Far
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
def _measurements(the_far_side: Far, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    database = the_far_side.platform.create_database()
    measured = Measured(the_far_side, database, {})
    target = tmp_path_factory.mktemp("expected") / "result"
    with the_far_side.direct() as direct:
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
    """A database with measurements, of which no query is under way."""
    _measurements.far.local.exchange.queries._queries.clear()
    return _measurements


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the result goes; an older one is there."""
    path = tmp_path / "result.csv"
    path.write_bytes(OLD)
    return path


# What passes


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
def test_a_failure_that_passes_changes_nothing(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert far.proxy.triggered
    assert target.read_bytes() == measured.expected["CSV"]
    assert [*target.parent.iterdir()] == [target]
    assert CANCEL not in far.proxy.names


@scenarios(
    breaks_between(*(("GET", chunk) for chunk in range(PAGES)), (PAGE, 3)),
    refusals("GET", 1)[::4],
    silences("GET", 1)[1:],
)
def test_nor_does_it_where_the_result_is_put_together_on_this_side(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach(**IMPATIENT)
    far.proxy.expect(fault)
    format_ = "CSV" if fault.direction == "request" else "JSON"
    assert measured.query(exchange, target, "client", exportFileFormat=format_)
    assert far.proxy.triggered
    assert target.read_bytes() == measured.expected[format_]
    assert [*target.parent.iterdir()] == [target]


@scenarios(silences(PAGE)[:1], silences(PAGE, 3)[1:], silences(EXPORT)[::2], silences("GET")[::2])
def test_a_silent_network_is_waited_for_as_long_as_the_user_says(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach(**IMPATIENT)
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert far.proxy.triggered
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
def test_a_real_time_connection_that_breaks_does_not_keep_the_file_from_being_made(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "auto")
    assert target.read_bytes() == measured.expected["CSV"]
    assert [*target.parent.iterdir()] == [target]
    # Queries that were begun and not carried to their end were cancelled.
    assert len(far.running_queries(measured.database)) == 1


@in_time
@scenarios(
    [Fault(step, "request", "stall", 0.5) for step in ("websocket", *FROM_CLIENT)],
    [Fault(step, "response", "stall") for step in ("websocket", "connection_ack", "start_ack")],
)
def test_one_that_falls_silent_as_it_begins_does_not_either(
    fault: Fault,
    measured: Measured,
    reach: Reach,
    far: Far,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_options(monkeypatch, subscription_start_timeout=0.5)
    exchange = reach(**IMPATIENT)
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "auto")
    assert far.proxy.triggered
    assert target.read_bytes() == measured.expected["CSV"]


@scenarios(
    [Fault("data", "response", "close"), Fault("data", "response", "reset", 0.5)],
    [Fault("start_ack", "response", "close", 1), Fault("start_ack", "response", "close")],
)
def test_one_that_drops_before_the_notification_is_opened_anew(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert far.proxy.triggered
    assert far.proxy.names.count("websocket") == 2
    assert far.proxy.names.count(PAGE) == PAGES
    assert target.read_bytes() == measured.expected["CSV"]


@in_time
def test_one_that_shows_no_sign_of_life_is_opened_anew(
    measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    def impatient(_text: bytes) -> list[bytes]:
        return [b'{"type":"connection_ack","payload":{"connectionTimeoutMs":1500}}']

    exchange = reach()
    far.proxy.expect(
        Fault("connection_ack", "response", impatient),
        Fault("ka", "response", "drop"),
        Fault("data", "response", "stall"),
    )
    assert measured.query(exchange, target, "server", exportTimeout=NO_END)
    assert len(far.proxy.triggered) == 3
    assert far.proxy.names.count("websocket") == 2
    assert target.read_bytes() == measured.expected["CSV"]


@scenarios([Fault(step, "request", "close", 0, times=99) for step in ("websocket", "start")])
def test_one_that_cannot_be_had_is_an_error_where_nothing_else_will_do(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    with pytest.raises(SubscriptionError):
        measured.query(exchange, target, "server")
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert measured.all_cancelled()


# The notification


def another(text: bytes) -> list[bytes]:
    """The notification of another query's export, then our own."""
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
def test_a_notification_too_many_changes_nothing(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    assert measured.query(exchange, target, "server")
    assert far.proxy.triggered
    assert far.proxy.names.count("GET") == 1
    assert target.read_bytes() == measured.expected["CSV"]


@in_time
@scenarios(
    [Fault("data", "response", "drop", times=99), Fault("data", "response", "stall", times=99)],
    [
        pytest.param(
            Fault("data", "response", lambda text: another(text)[:1], times=99), id="another"
        )
    ],
)
def test_one_that_never_comes_is_an_error_in_time(
    fault: Fault, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    with pytest.raises(ExportTimeoutError, match=r"not announced within 0\.6 s") as caught:
        measured.query(exchange, target, "auto", exportTimeout=0.6)
    assert caught.value.queryId
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert measured.all_cancelled()


def test_a_connection_that_drops_again_and_again_is_an_error_in_time(
    measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(Fault("data", "response", "close", times=99))
    with pytest.raises(SubscriptionError):
        measured.query(exchange, target, "server")
    assert len(far.proxy.triggered) == 1 + RETRIES
    assert target.read_bytes() == OLD
    assert measured.all_cancelled()


def test_an_export_whose_address_expires_is_announced_anew(
    measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    exchange = reach()
    far.proxy.expect(Fault("GET", "request", EXPIRED))
    assert measured.query(exchange, target, "server")
    assert far.proxy.names.count(EXPORT) == 2
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
def test_a_failure_that_stays_is_an_error_and_the_query_is_cancelled(
    fault: Fault, aggregate: str, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    if (fault.message, aggregate) == (EXPORT, "client"):
        # No export is asked for here, but every chunk is fetched.
        fault = replace(fault, message="GET")
    exchange = reach()
    far.proxy.expect(fault)
    with pytest.raises((QueryIncompleteError, ConnectionFailedError, TransferError)) as caught:
        measured.query(exchange, target, aggregate)
    if fault.message == PAGE:
        assert isinstance(caught.value, QueryIncompleteError)
        assert caught.value.pagesRead == fault.after
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]
    assert CANCEL in far.proxy.names
    assert measured.all_cancelled()


@pytest.mark.parametrize("aggregate", ["server", "client", "auto"])
def test_a_page_token_that_is_refused_is_an_error_at_once(
    aggregate: str, measured: Measured, reach: Reach, far: Far, target: Path
) -> None:
    refusal = {
        "data": {PAGE: None},
        "errors": [{"errorType": "ValidationException", "message": "Invalid pagination token."}],
    }
    exchange = reach()
    far.proxy.expect(Fault(PAGE, "request", http("200 OK", json.dumps(refusal).encode()), after=2))
    with pytest.raises(QueryIncompleteError, match=r"after 2 pages.*pagination token"):
        measured.query(exchange, target, aggregate)
    assert far.proxy.names.count(PAGE) == 3
    assert target.read_bytes() == OLD
    assert measured.all_cancelled()


def cancelling(measured: Measured) -> Callable[[bytes], bytes]:
    """Cancels the query on the server when an answer passes."""

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
def test_a_query_that_the_server_cancels_is_an_error(
    after: int,
    error: type[DigitalExchangeError],
    aggregate: str,
    measured: Measured,
    reach: Reach,
    far: Far,
    target: Path,
) -> None:
    exchange = reach()
    far.proxy.expect(Fault(PAGE, "response", cancelling(measured), after=after))
    if (after, aggregate) == (3, "client"):
        # All that it was to give has come by then.
        assert measured.query(exchange, target, aggregate)
        assert target.read_bytes() == measured.expected["CSV"]
        return
    with pytest.raises(error, match=r"cancelled"):
        measured.query(exchange, target, aggregate)
    assert target.read_bytes() == OLD
