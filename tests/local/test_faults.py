"""Faults that tests inject into a Local Exchange, and what clients make of them."""

import doctest
import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    InvalidRequestError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange, server

from ..support.options import use_options

WHO = "{ user_getUserSession { user { userId } } }"


@pytest.fixture
def faulty(local):
    """The shared exchange, whose faults are removed afterwards."""
    yield local
    local.exchange.conditions.faults.clear()


@pytest.fixture
def client(connect, faulty):
    """A client of the owner that does not retry."""
    return connect(faulty.token, endpoint=faulty.endpoint, maxRetries=0, timeout=30)


@pytest.fixture
def patient(connect, faulty, monkeypatch):
    """A client of the owner that retries at once."""
    use_options(monkeypatch, initial_retry_delay=0)
    return connect(faulty.token, endpoint=faulty.endpoint, timeout=30)


# What fails


@pytest.mark.parametrize("operation", ["getUserInfo", "user_getUserSession", "*"])
def test_call_fails_by_its_name_or_its_root_field(faulty, client, operation):
    with faulty.fail(operation) as fault, pytest.raises(RateLimitError):
        client.getUserInfo()
    assert fault.count == 1
    assert client.getUserInfo().firstName == "Ada"


def test_call_does_not_fail_with_the_fault_of_another(faulty, client):
    with faulty.fail("listDataStores") as fault:
        client.getUserInfo()
    assert fault.count == 0


def test_call_of_a_group_fails_by_its_qualified_name(faulty, client):
    with faulty.fail("iot.listHubs"), pytest.raises(RateLimitError):
        client.iot.listHubs()


def test_root_field_in_a_fragment_fails(faulty, graphql_client):
    query = """
        query { ...fields }
        fragment fields on Query { ... on Query { who: user_getUserSession { user { userId } } } }
    """
    with faulty.fail("user_getUserSession"):
        assert graphql_client.post(query).status_code == 429


def test_operation_that_is_not_executed_does_not_fail(faulty, graphql_client):
    query = "query a { storage_listDataStores { name } } query b " + WHO
    body = {"query": query, "operationName": "a"}
    headers = {"Authorization": faulty.token}
    with faulty.fail("getUserInfo"):
        response = graphql_client.http.post(faulty.endpoint, json=body, headers=headers)
    assert response.status_code == 200


def test_fault_of_one_exchange_does_not_affect_another(faulty, graphql_client):
    with LocalExchange() as other, other.fail("*"):
        assert graphql_client.post(WHO).status_code == 200


# How often


def test_times_limits_how_many_requests_fail(faulty, graphql_client):
    fault = faulty.fail("getUserInfo", times=2)
    assert [graphql_client.post(WHO).status_code for _ in range(4)] == [429, 429, 200, 200]
    assert fault.count == 2


def test_after_lets_requests_succeed_first(faulty, graphql_client):
    faulty.fail("getUserInfo", after=1, times=1)
    assert [graphql_client.post(WHO).status_code for _ in range(3)] == [200, 429, 200]


def test_faults_apply_in_the_order_of_their_creation(faulty, graphql_client):
    faulty.fail("getUserInfo", "throttle", times=1)
    faulty.fail("getUserInfo", "serverError", times=1)
    faulty.fail("*", "unauthorized", times=1)
    statuses = [graphql_client.post(WHO).status_code for _ in range(4)]
    assert statuses == [429, 500, 401, 200]


def test_removed_fault_does_not_affect_requests(faulty, graphql_client):
    fault = faulty.fail("getUserInfo")
    fault.remove()
    assert graphql_client.post(WHO).status_code == 200
    assert fault.count == 0


def test_reset_removes_faults():
    with LocalExchange() as local:
        local.fail("*")
        local.delay("*", 3600)
        local.reset()
        headers = {"Authorization": local.token}
        response = httpx.post(local.endpoint, json={"query": WHO}, headers=headers, timeout=60)
        assert response.status_code == 200


# How calls fail


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("throttle", RateLimitError),
        ("serverError", ServerError),
        ("unauthorized", UnauthorizedError),
        ("disconnect", ConnectionFailedError),
        ("lostResponse", ConnectionFailedError),
    ],
)
def test_kind_of_a_fault_determines_the_error(faulty, client, kind, error):
    with faulty.fail("getUserInfo", kind), pytest.raises(error):
        client.getUserInfo()


@pytest.mark.parametrize("kind", ["throttle", "serverError", "disconnect", "lostResponse"])
def test_client_retries_after_a_transient_fault(faulty, patient, kind):
    fault = faulty.fail("getUserInfo", kind, times=2)
    assert patient.getUserInfo().firstName == "Ada"
    assert fault.count == 2


def test_timeout_fault_sends_no_response(faulty, connect):
    client = connect(faulty.token, endpoint=faulty.endpoint, maxRetries=0, timeout=0.2)
    with faulty.fail("getUserInfo", "timeout"), pytest.raises(RequestTimeoutError):
        client.getUserInfo()


def test_removing_a_timeout_fault_closes_the_connections_of_its_requests(faulty, client):
    fault = faulty.fail("getUserInfo", "timeout")
    timer = threading.Timer(0.1, fault.remove)
    timer.start()
    with pytest.raises(ConnectionFailedError) as raised:
        client.getUserInfo()
    assert not isinstance(raised.value, RequestTimeoutError)
    timer.join()


def test_exchange_closes_at_once_while_it_holds_a_request_back(monkeypatch):
    monkeypatch.setattr(server, "GRACE_SECONDS", 3600)
    with LocalExchange() as local:
        local.fail("getUserInfo", "timeout", times=1)
        failures = []

        def post():
            try:
                headers = {"Authorization": local.token}
                httpx.post(local.endpoint, json={"query": WHO}, headers=headers, timeout=None)
            except httpx.HTTPError as error:
                failures.append(error)

        thread = threading.Thread(target=post)
        thread.start()
        while not local.exchange.conditions.faults._faults[0]._held:
            time.sleep(0.01)
    thread.join()
    assert failures


@pytest.mark.parametrize(("kind", "is_created"), [("disconnect", False), ("lostResponse", True)])
def test_operation_is_executed_only_if_its_response_is_lost(faulty, client, kind, is_created):
    with faulty.fail("createDataStore", kind), pytest.raises(DigitalExchangeError) as raised:
        client.createDataStore(kind)
    assert (kind in [store.name for store in client.listDataStores()]) == is_created
    assert raised.value.mayHaveSucceeded


def test_graphql_error_has_the_chosen_type_and_message(faulty, client):
    fault = faulty.fail(
        "getDataStore", "graphqlError", errorType="ValidationException", message="Too large."
    )
    with fault, pytest.raises(InvalidRequestError, match="Too large") as raised:
        client.getDataStore(faulty.dataStoreId)
    assert raised.value.statusCode == 200


def test_graphql_error_is_that_of_one_field_only(faulty, graphql_client):
    with faulty.fail("user_getUserSession", "graphqlError", times=1):
        response = graphql_client.execute(f"{{ a: {WHO[1:-1]} b: {WHO[1:-1]} }}")
    assert [error["path"] for error in response["errors"]] in ([["a"]], [["b"]])
    assert sum(value is None for value in response["data"].values()) == 1


def test_retry_after_is_sent(faulty, graphql_client):
    with faulty.fail("getUserInfo", "throttle", retryAfter=7):
        assert graphql_client.post(WHO).headers["retry-after"] == "7"
    with faulty.fail("getUserInfo", "throttle"):
        assert "retry-after" not in graphql_client.post(WHO).headers


def test_delay_applies_to_one_operation(faulty, graphql_client):
    with faulty.delay("getUserInfo", 0.2) as fault:
        graphql_client.run("{ storage_listDataStores { name } }")
        assert fault.count == 0
        started = time.monotonic()
        graphql_client.run(WHO)
        assert time.monotonic() - started >= 0.2
    assert fault.count == 1


# Transfers


@pytest.fixture
def file(faulty, client, tmp_path):
    """A stored file of 1 MiB."""
    (tmp_path / "loads.csv").write_bytes(b"x" * 1024**2)
    return client.uploadFileToDataStore(
        faulty.dataStoreId, faulty.homeDirectoryId, tmp_path / "loads.csv"
    )


@pytest.mark.parametrize(
    ("kind", "status"), [("throttle", 503), ("serverError", 500), ("expired", 403)]
)
def test_download_fails_with_the_status_of_s3(faulty, client, file, tmp_path, kind, status):
    with faulty.fail("download", kind), pytest.raises(TransferError) as raised:
        client.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "copy.csv")
    assert raised.value.statusCode == status
    assert not (tmp_path / "copy.csv").exists()


@pytest.mark.parametrize("kind", ["throttle", "serverError", "expired", "disconnect"])
def test_upload_that_fails_leaves_no_file(faulty, client, tmp_path, kind):
    (tmp_path / f"{kind}.csv").write_text("x")
    store, home = faulty.dataStoreId, faulty.homeDirectoryId
    with faulty.fail("upload", kind), pytest.raises(DigitalExchangeError):
        client.uploadFileToDataStore(store, home, tmp_path / f"{kind}.csv")
    assert kind not in [file.name for file in client.getDataStoreDirectory(home).files]


@pytest.mark.parametrize(
    "kind", ["throttle", "serverError", "expired", "disconnect", "lostResponse"]
)
def test_transfers_continue_after_a_fault(faulty, patient, tmp_path, kind):
    content = b"0123456789" * 100_000
    (tmp_path / "up.bin").write_bytes(content)
    up, down = faulty.fail("upload", kind, times=1), faulty.fail("download", kind, times=1)
    store, home = faulty.dataStoreId, faulty.homeDirectoryId
    file = patient.uploadFileToDataStore(store, home, tmp_path / "up.bin")
    patient.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "down.bin")
    assert (tmp_path / "down.bin").read_bytes() == content
    assert (up.count, down.count) == (1, 1)


def test_interrupted_download_sends_half_of_the_file(faulty, graphql_client):
    url = graphql_client.download_url(graphql_client.upload(b"x" * 10_000))
    received: list[bytes] = []
    with ExitStack() as stack:
        stack.enter_context(faulty.fail("download", "lostResponse"))
        response = stack.enter_context(graphql_client.http.stream("GET", url))
        with pytest.raises(httpx.RemoteProtocolError):
            received.extend(response.iter_raw())
    assert response.headers["content-length"] == "10000"
    assert len(b"".join(received)) == 5_000


def test_interrupted_download_of_an_empty_file_has_no_response(faulty, graphql_client):
    url = graphql_client.download_url(graphql_client.upload(b""))
    with faulty.fail("download", "lostResponse"), pytest.raises(httpx.RemoteProtocolError):
        graphql_client.http.get(url)


def test_everything_includes_transfers(faulty, graphql_client):
    url = graphql_client.download_url(graphql_client.upload(b"x"))
    with faulty.fail("*", "expired"):
        assert graphql_client.post(WHO).status_code == 200
        assert graphql_client.http.get(url).status_code == 403
    with faulty.fail("*", "unauthorized"):
        assert graphql_client.post(WHO).status_code == 401
        assert graphql_client.http.get(url).status_code == 200


# Subscriptions

EXPORTED = "onNotifyTimeSeriesQueryExportComplete"
LISTEN = f'subscription {{ {EXPORTED}(queryId: "1") {{ url }} }}'


@pytest.mark.parametrize(
    ("kind", "error_type"),
    [
        ("throttle", "LimitExceededError"),
        ("serverError", "InternalFailure"),
        ("unauthorized", "UnauthorizedException"),
        ("graphqlError", "InternalFailure"),
    ],
)
def test_subscription_fails_with_an_error_frame(faulty, listen, kind, error_type):
    with faulty.fail(EXPORTED, kind), pytest.raises(AssertionError, match=error_type):
        listen(LISTEN)


def test_subscription_fault_can_close_the_connection(faulty, client, tmp_path, caplog):
    records = [
        client.createTimeSeriesInputRecord(seconds, "SECONDS", "A kW", "DOUBLE", 1.5)
        for seconds in (1, 2, 3)
    ]
    client.publishToTimeSeriesDatabase(faulty.timeSeriesDbId, "meter", records)
    times = "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"
    arguments = (faulty.timeSeriesDbId, [{"assetId": "meter"}], *times)
    with faulty.fail(EXPORTED, "disconnect") as fault:
        # A result of one page needs no connection.
        client.queryTimeSeriesDatabaseWithFilters(*arguments, tmp_path / "data.csv", maxRows=1)
    assert fault.count == 1
    assert "A kW" in (tmp_path / "data.csv").read_text()
    assert "closed (code 1011)" in caplog.text


# Arguments


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("getUserInfos",), {}, "similar names are getUserInfo"),
        ((5,), {}, "operation must be the name of a call or of a root field"),
        (("getUserInfo", "slow"), {}, "kind must be one of throttle, serverError"),
        (("getUserInfo", "expired"), {}, "kind must be one of .* for 'getUserInfo', got 'expired'"),
        (("download", "unauthorized"), {}, "for 'download', got 'unauthorized'"),
        (("upload", "graphqlError"), {}, "for 'upload', got 'graphqlError'"),
        (("getUserInfo",), {"times": 0}, "times must be an integer, 1 or more, got 0"),
        (("getUserInfo",), {"times": 1.5}, "times must be an integer"),
        (("getUserInfo",), {"times": True}, "times must be an integer"),
        (("getUserInfo",), {"after": -1}, "after must be an integer, 0 or more, got -1"),
        (("getUserInfo",), {"retryAfter": 0.5}, "retryAfter must be an integer"),
        (("getUserInfo", "timeout"), {"retryAfter": 5}, "retryAfter is only for"),
        (("getUserInfo",), {"errorType": "x"}, "errorType and message are only for 'graphqlError'"),
    ],
)
def test_invalid_argument_is_refused(faulty, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        faulty.fail(*arguments, **options)


@pytest.mark.parametrize("seconds", [-1, float("nan"), "1", True])
def test_delay_that_is_no_duration_is_refused(faulty, seconds):
    with pytest.raises(ValueError, match="seconds must be a number of seconds"):
        faulty.delay("getUserInfo", seconds)


def test_fault_has_a_readable_representation(faulty):
    assert repr(faulty.fail("getUserInfo")) == "Fault('getUserInfo', 'throttle', count=0)"


@pytest.mark.parametrize("method", [LocalExchange.fail, LocalExchange.delay])
def test_example_of_the_docstring_runs(method, faulty):
    with AvistaDigitalExchange(faulty.token, endpoint=faulty.endpoint) as client:
        names = {"local": faulty, "digitalExchange": client}
        (example,) = doctest.DocTestFinder().find(method, method.__name__, globs=names)
        report = []
        doctest.DocTestRunner().run(example, out=report.append)
    assert example.examples
    assert not report, "".join(report)
