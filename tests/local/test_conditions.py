"""The latency and the throttling of a Local Exchange."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

from avista_digital_exchange_sdk import RateLimitError
from avista_digital_exchange_sdk.local import LocalExchange, conditions

WHO = "{ user_getUserSession { user { userId } } }"
LATENCY_SECONDS = 0.1


@pytest.fixture
def slow(local):
    """The shared exchange with a latency, which is reset afterwards."""
    local.latency = LATENCY_SECONDS
    yield local
    local.latency = 0


@pytest.fixture
def throttled(local, monkeypatch):
    """The shared exchange, which accepts two requests and no more, as its clock stands still."""
    monkeypatch.setattr(conditions, "time", SimpleNamespace(monotonic=lambda: 0.0))
    local.throttle = 2
    yield local
    local.throttle = None


def measure_seconds(call, *arguments, **options):
    started = time.monotonic()
    call(*arguments, **options)
    return time.monotonic() - started


def test_latency_delays_each_operation(slow, graphql_client):
    assert measure_seconds(graphql_client.run, WHO) >= LATENCY_SECONDS


def test_latency_of_a_query_is_that_of_its_slowest_field(slow, graphql_client):
    aliases = " ".join(f"a{number}: {WHO[1:-1]}" for number in range(200))
    assert measure_seconds(graphql_client.execute, f"{{ {aliases} }}") < 200 * LATENCY_SECONDS


def test_latency_of_a_mutation_is_the_sum_of_its_fields(slow, graphql_client):
    create = 'storage_createDataStore(name: "a") { dataStoreId }'
    query = f"mutation {{ a: {create} b: {create} }}"
    assert measure_seconds(graphql_client.execute, query) >= 2 * LATENCY_SECONDS


def test_latency_does_not_delay_concurrent_requests_of_one_another(slow, graphql_client):
    with ThreadPoolExecutor(100) as pool:
        started = time.monotonic()
        list(pool.map(graphql_client.run, [WHO] * 100))
    assert time.monotonic() - started < 100 * LATENCY_SECONDS


def test_latency_delays_uploads_and_downloads(slow, graphql_client):
    created = graphql_client.create_file()
    put = graphql_client.http.put
    assert measure_seconds(put, created["url"], content=b"x") >= LATENCY_SECONDS
    url = graphql_client.download_url(created["itemId"])
    assert measure_seconds(graphql_client.http.get, url) >= LATENCY_SECONDS


def test_throttled_request_gets_429_and_keeps_the_connection(throttled, graphql_client):
    assert [graphql_client.post(WHO).status_code for _ in range(3)] == [200, 200, 429]
    response = graphql_client.post(WHO)
    (error,) = response.json()["errors"]
    assert error == {"errorType": "TooManyRequestsException", "message": "Rate exceeded"}


def test_throttled_request_is_not_executed(throttled, graphql_client):
    create = 'mutation { storage_createDataStore(name: "throttled") { dataStoreId } }'
    for _ in range(3):
        graphql_client.post(create)
    throttled.throttle = None
    stores = graphql_client.run("{ storage_listDataStores { name } }")
    assert stores.count({"name": "throttled"}) == 2


def test_throttle_accepts_requests_again_after_a_while(local, graphql_client):
    local.throttle = 10
    deadline = time.monotonic() + 60
    statuses = []
    try:
        while statuses[-2:] != [429, 200] and time.monotonic() < deadline:
            statuses.append(graphql_client.post(WHO).status_code)
    finally:
        local.throttle = None
    assert statuses[-2:] == [429, 200]


def test_client_raises_rate_limit_error_when_throttled(throttled, connect):
    exchange = connect(throttled.token, endpoint=throttled.endpoint, maxRetries=0)
    exchange.getUserInfo()
    exchange.getUserInfo()
    with pytest.raises(RateLimitError):
        exchange.getUserInfo()


def test_reset_restores_latency_and_throttle_of_the_beginning():
    with LocalExchange(latency=0.01, throttle=500) as local:
        assert (local.latency, local.throttle) == (0.01, 500)
        local.latency, local.throttle = 3, 1
        local.reset()
        assert (local.latency, local.throttle) == (0.01, 500)
        headers = {"Authorization": local.token}
        response = httpx.post(local.endpoint, json={"query": WHO}, headers=headers)
        assert response.status_code == 200


@pytest.mark.parametrize("latency", [-1, float("nan"), float("inf"), "0.1", True, None])
def test_latency_that_is_no_duration_is_refused(local, latency):
    with pytest.raises(ValueError, match="latency must be a number of seconds, 0 or more, got"):
        LocalExchange(latency=latency)
    with pytest.raises(ValueError, match="latency"):
        local.latency = latency
    assert local.latency == 0


@pytest.mark.parametrize("throttle", [0, -1, float("nan"), float("inf"), "5", True])
def test_throttle_that_is_no_rate_is_refused(local, throttle):
    with pytest.raises(ValueError, match="throttle must be a positive number of requests"):
        LocalExchange(throttle=throttle)
    with pytest.raises(ValueError, match="throttle"):
        local.throttle = throttle
    assert local.throttle is None
