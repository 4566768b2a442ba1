"""Responses of the platform or a proxy, and the errors they raise."""

import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ConnectionFailedError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.fake_platform import FakePlatform, FakeResponse, error_response, graphql_error

LIST = "storage_listDataStores"
HTML = b"<html><body>Please sign in to the guest network</body></html>"
STORE = {"dataStoreId": "dataStoreId.1", "name": "one"}


class Platform:
    """The fake platform, with a list of data stores requested."""

    def __init__(self, fake_platform: FakePlatform, exchange: AvistaDigitalExchange) -> None:
        self._fake_platform = fake_platform
        self._exchange = exchange

    def responses(self, response: Any) -> Any:
        """Respond to the call and return its result."""
        self._fake_platform.add_responses(LIST, response)
        return self._exchange.listDataStores()

    def fails(self, response: Any, kind: type[Exception]) -> Any:
        """Respond to the call and return its error, which must have exactly this class."""
        with pytest.raises(kind) as caught:
            self.responses(response)
        assert type(caught.value) is kind
        return caught.value


@pytest.fixture
def platform(fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange) -> Platform:
    return Platform(fake_platform, fake_platform_client)


class TestPlatformErrors:
    @pytest.mark.parametrize(
        ("errorType", "kind"),
        [
            ("Unauthorized", UnauthorizedError),
            ("UnauthorizedException", UnauthorizedError),
            ("AccessDeniedException", UnauthorizedError),
            ("NotFound", NotFoundError),
            ("ResourceNotFoundException", NotFoundError),
            ("ValidationException", InvalidRequestError),
            ("ValidationError", InvalidRequestError),
            ("BadRequestException", InvalidRequestError),
            ("RejectedRecordsException", InvalidRequestError),
            ("ThrottlingException", RateLimitError),
            ("TooManyRequestsException", RateLimitError),
            ("LimitExceededException", RateLimitError),
            ("InternalFailure", ServerError),
            ("ServiceUnavailableException", ServerError),
            ("Lambda:Unhandled", ServerError),
            ("ExecutionTimeout", ServerError),
        ],
    )
    def test_platform_error_type_determines_the_error_class(
        self, errorType: str, kind: type[ApiError], platform: Platform
    ) -> None:
        failure = platform.fails(error_response(graphql_error(errorType, "the reason")), kind)
        assert f"{LIST}: {errorType}: the reason" in str(failure)

    def test_platform_error_for_an_oversized_integer_keeps_the_rest_of_the_data(
        self, platform: Platform
    ) -> None:
        # As for the size of a file above 2 GiB, the limit of GraphQL integers.
        too_large = graphql_error(
            None, "Can't serialize value (/size) : Expected type 'Int' but was 'Long'."
        )
        response = error_response(too_large, too_large, data={LIST: [STORE]})
        assert [store.name for store in platform.responses(response)] == ["one"]
        other = graphql_error(
            None, "Can't serialize value (/name) : Expected type 'ID' but was 'Map'."
        )
        platform.fails(error_response(too_large, other, data={LIST: [STORE]}), ApiError)
        platform.fails(error_response(too_large, data=None), ApiError)

    def test_platform_error_of_unknown_type_is_an_api_error(self, platform: Platform) -> None:
        failure = platform.fails(
            error_response(graphql_error("SomethingNew", "the reason")), ApiError
        )
        assert "SomethingNew: the reason" in str(failure)

    def test_platform_error_of_an_execution_timeout_is_a_server_error(
        self, platform: Platform
    ) -> None:
        platform.fails(error_response(graphql_error(None, "Execution timed out.")), ServerError)

    def test_platform_error_attributes_are_all_on_the_error(self, platform: Platform) -> None:
        entry = graphql_error("Unauthorized", "no", errorInfo={"why": ["because"]}, data=[1])
        headers = {"x-amzn-requestid": "request-7"}
        body = httpx.Response(200, json=error_response(entry, data={LIST: None})).content
        failure = platform.fails(FakeResponse(200, body, headers), UnauthorizedError)
        assert failure.operationName == LIST
        assert failure.errors == [entry]
        assert failure.data == {LIST: None}
        assert failure.statusCode == 200
        assert failure.requestId == "request-7"
        assert "request-7" in str(failure)

    @pytest.mark.parametrize(
        ("errors", "described"),
        [
            ([{}], "an error without a message"),
            ([{"errorType": "InternalFailure"}], "InternalFailure"),
            ([{"message": None, "errorType": None, "errorInfo": 7}], "an error without a message"),
            (["just text"], "just text"),
            ([None], "None"),
            ({"message": "not in a list"}, "not in a list"),
            ("only text", "only text"),
            ([{"message": "one"}, {"message": "two"}], "one; two"),
            ([{"message": {"an": "object"}}], "an"),
        ],
    )
    def test_platform_errors_of_any_shape_are_parsed(
        self, errors: Any, described: str, platform: Platform
    ) -> None:
        with pytest.raises(ApiError) as caught:
            platform.responses({"data": None, "errors": errors})
        assert described in str(caught.value)

    def test_platform_error_with_partial_data_is_raised(self, platform: Platform) -> None:
        response = error_response(
            graphql_error("InternalFailure", "half of it"), data={LIST: [STORE]}
        )
        assert platform.fails(response, ServerError).data == {LIST: [STORE]}

    def test_platform_error_with_mismatched_data_is_raised(self, platform: Platform) -> None:
        platform.fails(
            error_response(graphql_error("Unauthorized", "no"), data={LIST: 7}), UnauthorizedError
        )


class TestStatusCodes:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, InvalidRequestError),
            (401, UnauthorizedError),
            (403, UnauthorizedError),
            (404, NotFoundError),
            (413, InvalidRequestError),
            (429, RateLimitError),
            (500, ServerError),
            (502, ServerError),
            (503, ServerError),
            (504, ServerError),
            (302, ApiError),
        ],
    )
    @pytest.mark.parametrize("body", [HTML, b"", b'{"message":"Forbidden"}', b"\xff\xfe"])
    def test_status_code_determines_the_error_class_whatever_the_body(
        self, status: int, kind: type[ApiError], body: bytes, platform: Platform
    ) -> None:
        failure = platform.fails(FakeResponse(status, body), kind)
        assert failure.statusCode == status
        assert failure.errors == []
        assert f"{LIST}: HTTP status {status}" in str(failure)

    def test_rejected_token_in_the_format_of_the_platform_is_an_authorization_error(
        self, platform: Platform
    ) -> None:
        body = (
            b'{"errors":[{"errorType":"UnauthorizedException",'
            b'"message":"You are not authorized to make this call."}]}'
        )
        failure = platform.fails(FakeResponse(401, body), UnauthorizedError)
        assert failure.statusCode == 401
        assert "You are not authorized to make this call." in str(failure)

    def test_rejected_token_at_a_local_exchange_is_an_authorization_error(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError) as caught:
            connect("nobody", endpoint=local.endpoint).listDataStores()
        assert caught.value.statusCode == 401
        assert caught.value.requestId

    def test_throttling_without_an_error_type_is_a_rate_limit_error(
        self, platform: Platform
    ) -> None:
        platform.fails(
            FakeResponse(429, b'{"errors":[{"message":"Rate exceeded"}]}'), RateLimitError
        )


class TestInvalidResponses:
    @pytest.mark.parametrize(
        "body",
        [HTML, b"", b"[]", b'"text"', b"null", b'{"data":', b"\xff\xfe", b"{}{}", b"[" * 9999],
    )
    def test_response_that_is_no_json_object_is_invalid(
        self, body: bytes, platform: Platform
    ) -> None:
        failure = platform.fails(FakeResponse(200, body), InvalidResponseError)
        assert "not a JSON object" in str(failure)
        assert "guest network" not in str(failure)

    @pytest.mark.parametrize(
        "response", [{"data": None}, {"data": None, "errors": None}, {"data": None, "errors": []}]
    )
    def test_response_without_data_and_errors_is_invalid(
        self, response: Any, platform: Platform
    ) -> None:
        failure = platform.fails(response, InvalidResponseError)
        assert "neither data nor errors" in str(failure)

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({}, LIST),
            ({LIST: "text"}, LIST),
            ({LIST: [{"dataStoreId": "1"}]}, "name"),
            ({LIST: [{"dataStoreId": 1, "name": "private"}]}, "dataStoreId"),
            (7, "data"),
        ],
    )
    def test_response_with_mismatched_data_reports_the_path(
        self, data: Any, path: str, platform: Platform
    ) -> None:
        failure = platform.fails({"data": data}, InvalidResponseError)
        assert LIST in str(failure)
        assert path in str(failure)
        assert "private" not in str(failure)

    def test_response_with_unknown_fields_is_accepted(self, platform: Platform) -> None:
        added = {**STORE, "addedTomorrow": {"deep": []}}
        (store,) = platform.responses({"data": {LIST: [added]}, "extensions": {"cost": 1}})
        assert store.name == "one"


class TestNoResponse:
    @pytest.fixture
    def deaf(self) -> Iterator[str]:
        """The endpoint of a server that accepts connections and never responds."""
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"

    def test_refused_connection_is_a_connection_error(self, connect: Connect) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        exchange = connect("token", endpoint=f"http://127.0.0.1:{port}/graphql", maxRetries=0)
        with pytest.raises(ConnectionFailedError) as caught:
            exchange.getUserInfo()
        assert not isinstance(caught.value, RequestTimeoutError)
        assert isinstance(caught.value.__cause__, httpx.ConnectError)

    def test_silent_server_is_a_timeout_error(self, connect: Connect, deaf: str) -> None:
        exchange = connect("token", endpoint=deaf, timeout=0.1, maxRetries=0)
        with pytest.raises(RequestTimeoutError, match=r"no response within 0\.1 s") as caught:
            exchange.getUserInfo()
        assert isinstance(caught.value, ConnectionFailedError)
        assert isinstance(caught.value, TimeoutError)

    @pytest.mark.parametrize(
        ("failure", "kind"),
        [
            (httpx.ReadError("connection reset"), ConnectionFailedError),
            (httpx.RemoteProtocolError("disconnected"), ConnectionFailedError),
            (httpx.ProxyError("407"), ConnectionFailedError),
            (httpx.ConnectTimeout("slow"), RequestTimeoutError),
            (httpx.PoolTimeout("busy"), RequestTimeoutError),
        ],
    )
    def test_failed_connection_is_a_connection_error(
        self, failure: Exception, kind: type[Exception], platform: Platform
    ) -> None:
        assert platform.fails(failure, kind).__cause__ is failure
