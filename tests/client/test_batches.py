"""Many operations in one request: each has a result or an error of its own."""

import copyreg
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from tblib import pickling_support

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk._backends import run_sync
from avista_digital_exchange_sdk._graphql.batching import MAX_BATCH_QUERIES
from avista_digital_exchange_sdk._services.storage.batches import (
    NewDirectory,
    create_directories,
    get_directories,
)
from avista_digital_exchange_sdk._utils import retry
from avista_digital_exchange_sdk.client import get_services

from ..conftest import Connect
from ..support.clients import RUNNER, AsyncClientAdapter
from ..support.fake_platform import (
    ENDPOINT,
    TOKEN,
    FakePlatform,
    FakeResponse,
    error_response,
    graphql_error,
)
from ..support.proxy import Proxy

GET = "storage_getDataStoreDirectory"
CREATE = "storage_createDataStoreDirectory"

Outcomes = list[Any]


def run(call: Callable[..., Any], client: Any, items: Sequence[Any]) -> Outcomes:
    """Run a batch of a sync or an async client."""
    if isinstance(client, AsyncClientAdapter):
        return RUNNER.run(call(client.exchange, items))
    return run_sync(call(get_services(client), items))


def directory(name: str) -> dict[str, Any]:
    return {
        "dataStoreDirectoryId": f"dataStoreDirectoryId.{name}",
        "dataStoreId": "dataStoreId.1",
        "name": name,
        "homeDirectory": False,
        "parentDirectoryId": None,
        "contents": [],
    }


def response(operation: str, *values: Any) -> dict[str, Any]:
    """A response with a value, or an error, of each alias."""
    data: dict[str, Any] = {}
    errors = []
    for number, value in enumerate(values):
        alias = f"a{number}_{operation}"
        is_error = isinstance(value, dict) and "errorType" in value
        data[alias] = None if is_error else value
        if is_error:
            errors.append(value | {"path": [alias]})
    return {"data": data, "errors": errors} if errors else {"data": data}


def names(outcomes: Outcomes) -> list[str]:
    return [
        type(outcome).__name__ if isinstance(outcome, Exception) else outcome.name
        for outcome in outcomes
    ]


@pytest.fixture(autouse=True)
def _without_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.random, "uniform", lambda low, high: 0)


class TestLocalExchange:
    @pytest.fixture
    def directory_ids(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, data_store: dict[str, str]
    ) -> list[str]:
        """Three directories, the second of which does not exist any more."""
        created = run(
            create_directories,
            proxied_client,
            [
                NewDirectory(data_store["dataStoreId"], data_store["homeDirectoryId"], name)
                for name in "abc"
            ],
        )
        ids = [one.dataStoreDirectoryId for one in created]
        proxied_client.deleteDataStoreDirectory(ids[1])
        assert proxy.names == [CREATE, "storage_deleteDataStoreDirectory"]
        proxy.messages.clear()
        return ids

    def test_batch_of_queries_is_one_request(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, directory_ids: list[str]
    ) -> None:
        outcomes = run(get_directories, proxied_client, directory_ids)
        assert names(outcomes) == ["a", "NotFoundError", "c"]
        assert proxy.names == [GET]
        assert [outcome.dataStoreDirectoryId for outcome in (outcomes[0], outcomes[2])] == [
            directory_ids[0],
            directory_ids[2],
        ]

    def test_batch_of_mutations_keeps_results_beside_an_error(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, directory_ids: list[str]
    ) -> None:
        store = proxied_client.getDataStoreDirectory(directory_ids[0]).dataStoreId
        proxy.messages.clear()
        new = [NewDirectory(store, parent, "inner") for parent in directory_ids]
        outcomes = run(create_directories, proxied_client, new)
        assert names(outcomes) == ["inner", "NotFoundError", "inner"]
        assert proxy.names == [CREATE]
        assert [one.parentDirectoryId for one in (outcomes[0], outcomes[2])] == [
            directory_ids[0],
            directory_ids[2],
        ]

    def test_batch_is_divided_into_requests_of_limited_size(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, directory_ids: list[str]
    ) -> None:
        outcomes = run(get_directories, proxied_client, directory_ids[:1] * (MAX_BATCH_QUERIES + 2))
        assert set(names(outcomes)) == {"a"}
        assert len(outcomes) == MAX_BATCH_QUERIES + 2
        assert proxy.names == [GET, GET]

    def test_argument_that_is_rejected_does_not_stop_the_others(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, data_store: dict[str, str]
    ) -> None:
        new = [
            NewDirectory(data_store["dataStoreId"], data_store["homeDirectoryId"], name)
            for name in ("a", "", "b")
        ]
        outcomes = run(create_directories, proxied_client, new)
        assert names(outcomes) == ["a", "InvalidParameterError", "b"]
        assert proxy.names == [CREATE]

    def test_large_variables_are_divided_into_requests_that_the_platform_accepts(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, data_store: dict[str, str]
    ) -> None:
        new = [
            NewDirectory(data_store["dataStoreId"], data_store["homeDirectoryId"], "x" * 200_000)
            for _ in range(6)
        ]
        outcomes = run(create_directories, proxied_client, new)
        assert {len(outcome.name) for outcome in outcomes} == {200_000}
        assert len(proxy.messages) == 6
        assert max(len(message.body) for message in proxy.messages) < 500_000


class TestFailures:
    @pytest.fixture
    def client(self, fake_platform: FakePlatform, connect: Connect) -> AvistaDigitalExchange:
        return connect(TOKEN, endpoint=ENDPOINT, maxRetries=4)

    def test_throttled_operation_is_sent_again_alone(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        throttled = graphql_error("ThrottlingException", "Rate exceeded")
        fake_platform.add_responses(
            GET,
            response(GET, directory("a"), throttled, directory("c")),
            response(GET, directory("b")),
        )
        outcomes = run(get_directories, client, ["1", "2", "3"])
        assert names(outcomes) == ["a", "b", "c"]
        assert fake_platform.variables(GET)[1] == {"v0_dataStoreDirectoryId": "2"}

    def test_operation_that_stays_throttled_fails_alone(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        throttled = graphql_error("ThrottlingException", "Rate exceeded")
        fake_platform.add_responses(
            GET, response(GET, directory("a"), throttled), *[response(GET, throttled)] * 5
        )
        outcomes = run(get_directories, client, ["1", "2"])
        assert names(outcomes) == ["a", "RateLimitError"]

    def test_error_contains_only_its_own_part_of_the_response(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        refused = graphql_error("Unauthorized", "not yours")
        fake_platform.add_responses(GET, response(GET, directory("a"), refused, directory("c")))
        outcomes = run(get_directories, client, ["1", "2", "3"])
        assert names(outcomes) == ["a", "UnauthorizedError", "c"]
        error = outcomes[1]
        assert error.data == {GET: None}
        assert [one["path"] for one in error.errors] == [[GET]]
        assert str(error) == f"{GET}: Unauthorized: not yours"
        assert not error.mayHaveSucceeded

    def test_request_that_is_invalid_as_a_whole_is_divided(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        invalid = {"data": None, "errors": [{"message": "Validation error of type Limit"}]}
        fake_platform.add_responses(
            GET,
            invalid,
            response(GET, directory("a"), directory("b")),
            invalid,
            invalid,
            response(GET, directory("d")),
        )
        outcomes = run(get_directories, client, ["1", "2", "3", "4"])
        assert names(outcomes) == ["a", "b", "InvalidRequestError", "d"]

    def test_request_that_times_out_is_sent_again_in_smaller_ones(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        timed_out = {"data": None, "errors": [{"message": "Execution timed out."}]}
        fake_platform.add_responses(
            GET,
            timed_out,
            response(GET, directory("a"), directory("b")),
            response(GET, directory("c"), directory("d")),
        )
        outcomes = run(get_directories, client, ["1", "2", "3", "4"])
        assert names(outcomes) == ["a", "b", "c", "d"]

    @pytest.mark.parametrize(
        ("failure", "error"),
        [
            (FakeResponse(401), UnauthorizedError),
            (httpx.ReadError("reset"), ConnectionFailedError),
            (FakeResponse(503), ServerError),
            (FakeResponse(429), RateLimitError),
        ],
    )
    def test_failure_of_all_requests_is_the_error_of_each_operation(
        self,
        failure: Any,
        error: type[DigitalExchangeError],
        client: AvistaDigitalExchange,
        fake_platform: FakePlatform,
    ) -> None:
        fake_platform.add_responses(GET, *[failure] * 30)
        outcomes = run(get_directories, client, ["1", "2", "3"])
        assert [type(outcome) for outcome in outcomes] == [error] * 3
        assert len({id(outcome) for outcome in outcomes}) == 3
        assert len(fake_platform.requests) == (1 if error is UnauthorizedError else 5)

    def test_note_on_the_error_of_an_operation_is_not_on_those_of_others(
        self,
        client: AvistaDigitalExchange,
        fake_platform: FakePlatform,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # As importing distributed does for all errors.
        monkeypatch.setitem(
            copyreg.dispatch_table, UnauthorizedError, pickling_support.pickle_exception
        )
        # The client adds a note about where the rejected token comes from.
        fake_platform.add_responses(GET, FakeResponse(401))
        first, second = run(get_directories, client, ["1", "2"])
        notes = [*second.__notes__]
        first.add_note("about the first one")
        assert notes
        assert second.__notes__ == notes

    def test_mutation_that_may_have_taken_effect_is_not_repeated(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        fake_platform.add_responses(CREATE, httpx.ReadError("reset"))
        outcomes = run(
            create_directories,
            client,
            [NewDirectory("s", "p", name) for name in "ab"],
        )
        assert names(outcomes) == ["ConnectionFailedError"] * 2
        assert all(outcome.mayHaveSucceeded for outcome in outcomes)

    def test_mutation_whose_results_are_discarded_is_not_repeated(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        # As if a field that can't be null was null.
        invalid = graphql_error("BadRequest", "no such parent") | {"path": [f"a1_{CREATE}"]}
        fake_platform.add_responses(CREATE, error_response(invalid))
        outcomes = run(
            create_directories,
            client,
            [NewDirectory("s", "p", name) for name in "ab"],
        )
        assert [type(outcome) for outcome in outcomes] == [InvalidResponseError] * 2
        assert all(outcome.mayHaveSucceeded for outcome in outcomes)
        assert "no such parent" in str(outcomes[0])

    def test_throttled_mutations_are_sent_again(
        self, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        throttled = graphql_error("ThrottlingException", "Rate exceeded")
        fake_platform.add_responses(
            CREATE,
            response(CREATE, throttled, directory("b")),
            response(CREATE, directory("a")),
        )
        outcomes = run(
            create_directories,
            client,
            [NewDirectory("s", "p", name) for name in "ab"],
        )
        assert names(outcomes) == ["a", "b"]

    @pytest.mark.parametrize(
        "broken",
        [
            pytest.param({"data": {f"a0_{GET}": directory("a")}}, id="alias missing"),
            pytest.param(response(GET, directory("a"), {"name": 5}), id="other type"),
        ],
    )
    def test_alias_that_does_not_match_the_schema_fails_alone(
        self, broken: Any, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        fake_platform.add_responses(GET, broken)
        outcomes = run(get_directories, client, ["1", "2"])
        assert names(outcomes) == ["a", "InvalidResponseError"]

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"data": []}', b"null", b""])
    def test_response_without_data_is_an_error_of_each_operation(
        self, body: bytes, client: AvistaDigitalExchange, fake_platform: FakePlatform
    ) -> None:
        fake_platform.add_responses(GET, *[FakeResponse(200, body)] * 3)
        outcomes = run(get_directories, client, ["1", "2"])
        assert names(outcomes) == ["InvalidResponseError"] * 2
