"""Reading calls over a faulty network: the correct result, or an error in time."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ConnectionFailedError,
    InvalidResponseError,
    RequestTimeoutError,
)

from ..support.clients import RUNNER
from ..support.faulty_proxy import Fault
from ..support.options import use_limits
from .conftest import RETRIES, SHORT_TIMEOUT_MANY_RETRIES, FaultyPlatform, OpenClient
from .scenarios import HTML, breaks_between, cuts, http, lateness, refusals, scenarios, silences

DIRECTORY = "storage_getDataStoreDirectory"
LATEST = "timeSeriesDb_listAllAssetLastValues"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
STEPS = [(DIRECTORY, 0), (LATEST, 0), (LATEST, 1), (SQL, 0), (SQL, 1), (SQL, 2)]
"""Every request of the calls below, with the number of earlier ones of its kind."""

TYPICAL_STEPS = [(DIRECTORY, 0), (LATEST, 1), (SQL, 1)]

ASSETS, ASSETS_A_PAGE = 5, 3


class Existing(NamedTuple):
    """A reading call and its expected result."""

    call: Callable[[AvistaDigitalExchange], Any]
    expected: Any


@pytest.fixture(scope="module", autouse=True)
def _small_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_limits(patch, page_items=ASSETS_A_PAGE)
        yield


@pytest.fixture(scope="session")
def existing(shared_faulty_platform: FaultyPlatform) -> dict[str, Existing]:
    """Reading calls by operation."""
    store = shared_faulty_platform.platform.create_data_store()
    home = store["homeDirectoryId"]
    names = [f"entry {number}" for number in range(30)]
    shared_faulty_platform.platform.create_entries(store["dataStoreId"], home, names, names)
    database = shared_faulty_platform.platform.create_database()
    with shared_faulty_platform.direct() as direct:
        for asset in range(ASSETS):
            records = [
                direct.createTimeSeriesInputRecord(asset, "SECONDS", f"power {n}", "DOUBLE", n)
                for n in range(20)
            ]
            direct.publishToTimeSeriesDatabase(database, f"asset {asset}", records)
        calls: dict[str, Callable[[AvistaDigitalExchange], Any]] = {
            DIRECTORY: lambda exchange: exchange.getDataStoreDirectory(home),
            LATEST: lambda exchange: exchange.listTimeSeriesAssetsAndLatestValues(database),
            SQL: lambda exchange: sql_rows(exchange, database),
        }
        return {name: Existing(call, call(direct)) for name, call in calls.items()}


def sql_rows(exchange: AvistaDigitalExchange, database: str) -> list[dict[str, Any]]:
    """Rows of three pages."""
    query = "SELECT n, n * 2 AS doubled FROM UNNEST(sequence(1, 25)) AS t(n) ORDER BY n"
    rows: Any = exchange.iterTimeSeriesDatabase_TimestreamFormat(database, query, 10)
    if not hasattr(rows, "__anext__"):
        return list(rows)

    async def collected() -> list[dict[str, Any]]:
        return [row async for row in rows]

    return RUNNER.run(collected())


def test_sample_data_fills_several_pages(
    existing: dict[str, Existing], open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    assert len(existing[DIRECTORY].expected.contents) == 60
    assert len(existing[LATEST].expected) == ASSETS
    assert [row["n"] for row in existing[SQL].expected] == [*range(1, 26)]
    for name, pages in ((DIRECTORY, 1), (LATEST, 2), (SQL, 3)):
        faulty_platform.proxy.expect()
        existing[name].call(open_client())
        assert faulty_platform.proxy.names == [name] * pages


@scenarios(
    *(cuts(*step) for step in TYPICAL_STEPS),
    refusals(DIRECTORY),
    refusals(LATEST, 1)[::3],
    refusals(SQL, 1)[1::3],
    *(lateness(*step) for step in TYPICAL_STEPS),
    breaks_between(*STEPS),
)
def test_reading_succeeds_after_a_transient_fault(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    call, expected = existing[fault.message]
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    assert call(exchange) == expected
    assert faulty_platform.proxy.triggered


@scenarios(*(silences(*step) for step in TYPICAL_STEPS))
def test_reading_waits_for_a_silent_network_up_to_the_timeout(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    call, expected = existing[fault.message]
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    assert call(exchange) == expected
    assert faulty_platform.proxy.triggered


@scenarios(
    [Fault(step, "request", "reset", 0.5, after, times=99) for step, after in STEPS],
    [Fault(step, "response", "close", 0.5, after, times=99) for step, after in TYPICAL_STEPS],
)
def test_reading_fails_on_a_permanent_fault_after_the_last_retry(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(ConnectionFailedError):
        existing[fault.message].call(exchange)
    assert len(faulty_platform.proxy.triggered) == 1 + RETRIES


@scenarios([Fault(step, "response", "stall", 0.5, times=99) for step in (DIRECTORY, LATEST, SQL)])
def test_reading_from_a_network_that_stays_silent_times_out(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    exchange = open_client(timeout=0.5, maxRetries=1)
    faulty_platform.proxy.expect(fault)
    with pytest.raises(RequestTimeoutError, match=r"within 0\.5 s"):
        existing[fault.message].call(exchange)


@scenarios(
    [Fault(DIRECTORY, "response", http("200 OK", HTML))],
    [Fault(DIRECTORY, "response", http("200 OK", b'{"data":{"storage_getDataSt'))],
    [Fault(DIRECTORY, "response", http("200 OK"))],
)
def test_reading_fails_at_once_on_an_invalid_response(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(InvalidResponseError, match=DIRECTORY):
        existing[DIRECTORY].call(exchange)
    assert faulty_platform.proxy.names == [DIRECTORY]


@scenarios([Fault(step, "request", http("403 Forbidden", HTML)) for step in (DIRECTORY, LATEST)])
def test_reading_that_is_refused_fails_at_once(
    fault: Fault,
    existing: dict[str, Existing],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(ApiError) as caught:
        existing[fault.message].call(exchange)
    assert caught.value.statusCode == 403
    assert faulty_platform.proxy.names == [fault.message]
