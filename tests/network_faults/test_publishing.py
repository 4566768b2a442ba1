"""Publishing over a faulty network: every record once, or an exact account of each."""

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    PublishIncompleteError,
    TimeSeriesAssetData,
)

from ..support.faulty_proxy import Fault
from ..support.options import use_options
from .conftest import RETRIES, SHORT_TIMEOUT, SHORT_TIMEOUT_MANY_RETRIES, FaultyPlatform, OpenClient
from .scenarios import HTML, breaks_between, cuts, http, lateness, refusals, scenarios, silences

PUBLISH = "timeSeriesDb_publishToDatabase"
RECORDS, BATCH, BATCHES = 25, 10, 3
THROTTLED = http("429 Too Many Requests", b"{}", "Retry-After: 0")


class Series(NamedTuple):
    """A new database, and the records to publish."""

    far: FaultyPlatform
    database: str
    folder: Path

    def publish(self, exchange: AvistaDigitalExchange) -> list[TimeSeriesAssetData]:
        records = [
            exchange.createTimeSeriesInputRecord(number, "SECONDS", "power", "BIGINT", number)
            for number in range(RECORDS)
        ]
        return exchange.publishToTimeSeriesDatabase(self.database, "meter", records)

    def held(self) -> list[int]:
        """The indexes of the records that the platform stores."""
        self.far.proxy.expect()
        target = self.folder / "held.json"
        with self.far.direct() as direct:
            direct.queryTimeSeriesDatabaseWithFilters(
                self.database,
                [{"assetId": "meter"}],
                "1970-01-01T00:00:00Z",
                "1970-01-02T00:00:00Z",
                target,
                "JSON",
                aggregate="client",
                errors="ignore",
            )
        points = [
            (point["timestamp"], int(point["value"]))
            for asset in json.loads(target.read_bytes())
            for attribute in asset["attributes"]
            for point in attribute["data"]
        ]
        for timestamp, value in points:
            assert timestamp == f"1970-01-01T00:{value // 60:02}:{value % 60:02}.000Z"
        return [value for _, value in points]


@pytest.fixture
def series(
    faulty_platform: FaultyPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Series:
    use_options(monkeypatch, max_batch_records=BATCH)
    return Series(faulty_platform, faulty_platform.platform.create_database(), tmp_path)


@scenarios(
    cuts(PUBLISH, 1),
    breaks_between((PUBLISH, 0), (PUBLISH, 2)),
    refusals(PUBLISH, 1),
    lateness(PUBLISH, 1),
)
def test_publish_succeeds_after_a_transient_fault(
    fault: Fault, series: Series, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    (asset,) = series.publish(exchange)
    assert faulty_platform.proxy.triggered
    assert [int(point.value) for point in asset.attributes[0].data] == [*range(RECORDS)]
    assert series.held() == [*range(RECORDS)]


@scenarios(silences(PUBLISH)[::2], silences(PUBLISH, 2)[1:])
def test_publish_waits_for_a_silent_network_up_to_the_timeout(
    fault: Fault, series: Series, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    series.publish(exchange)
    assert faulty_platform.proxy.triggered
    assert series.held() == [*range(RECORDS)]


@scenarios(
    breaks_between(*((PUBLISH, batch) for batch in range(BATCHES))),
    refusals(PUBLISH, 1)[::3],
    silences(PUBLISH, 1),
)
def test_publish_fails_on_a_permanent_fault_and_accounts_for_every_record(
    fault: Fault, series: Series, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(timeout=SHORT_TIMEOUT, maxRetries=1)
    faulty_platform.proxy.expect(replace(fault, times=99))
    reported = outcome(series, exchange)
    if (fault.direction, fault.at) == ("response", 1):
        # Every response arrived, even if the connection was closed after it.
        assert set(reported.values()) == {"written"}
    else:
        assert set(reported.values()) > {"written"} or fault.after == 0
    assert_account_is_true(reported, series)


def test_publish_remembers_an_attempt_that_may_have_written(
    series: Series, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    lost = http("500 Internal Server Error", HTML)
    for written in ("response", "request"):
        faulty_platform.proxy.expect(
            Fault(PUBLISH, written, lost, after=1),
            Fault(PUBLISH, "request", THROTTLED, after=2, times=99),
        )
        reported = outcome(series, open_client(maxConcurrency=1))
        assert {reported[number] for number in range(BATCH)} == {"written"}
        assert {reported[number] for number in range(BATCH, 2 * BATCH)} == {"unknown"}
        assert {reported[number] for number in range(2 * BATCH, RECORDS)} == {"not sent"}
        assert_account_is_true(reported, series)


def test_publish_does_not_report_records_as_unknown_that_were_surely_not_written(
    series: Series, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    faulty_platform.proxy.expect(Fault(PUBLISH, "request", THROTTLED, after=1, times=99))
    reported = outcome(series, open_client(maxConcurrency=1))
    assert [*reported.values()].count("unknown") == 0
    assert len(faulty_platform.proxy.triggered) == 1 + RETRIES
    assert_account_is_true(reported, series)


def outcome(series: Series, exchange: AvistaDigitalExchange) -> dict[int, str]:
    """The reported outcome of each record."""
    try:
        series.publish(exchange)
    except PublishIncompleteError as error:
        return {
            **dict.fromkeys(error.rejected, "rejected"),
            **dict.fromkeys(error.written, "written"),
            **dict.fromkeys(error.unknown, "unknown"),
            **dict.fromkeys(error.notSent, "not sent"),
        }
    except DigitalExchangeError as error:
        first = "unknown" if error.mayHaveSucceeded else "not sent"
        return {number: first if number < BATCH else "not sent" for number in range(RECORDS)}
    return dict.fromkeys(range(RECORDS), "written")


def assert_account_is_true(reported: dict[int, str], series: Series) -> None:
    existing = series.held()
    assert len(existing) == len({*existing})
    assert sorted(reported) == [*range(RECORDS)]
    for number, state in reported.items():
        if state != "unknown":
            assert (number in existing) == (state == "written"), (number, state)
