"""Authentication tokens: created, used, listed and deleted, and never shown."""

import copy
import logging
import pickle
from traceback import format_exception
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AuthenticationToken,
    AvistaDigitalExchange,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform, error_response, graphql_error

VALUE = "dx-7f3c9a51e0"
TOKEN = {
    "tokenId": "tokenId.1",
    "name": "CI",
    "userId": "userId.1",
    "dateCreated": "2024-05-01T00:00:00.000Z",
    "dateExpires": "2024-06-01T00:00:00.000Z",
    "tokenType": "USER_FULL_ACCESS",
    "scope": [],
    "tokenValue": VALUE,
}


def test_created_token_works_until_it_is_deleted(
    exchange: AvistaDigitalExchange, connect: Connect, local: LocalExchange
) -> None:
    created = exchange.createAuthenticationToken("CI", 30)
    assert created.name == "CI"
    assert created.tokenType == "USER_FULL_ACCESS"
    assert created.tokenValue is not None
    other = connect(created.tokenValue, endpoint=local.endpoint)
    assert other.getUserInfo() == exchange.getUserInfo()

    deleted = exchange.deleteAuthenticationToken(created.tokenId)
    assert (deleted.tokenId, deleted.tokenValue) == (created.tokenId, None)
    with pytest.raises(UnauthorizedError):
        other.getUserInfo()


def test_listed_tokens_have_no_value(exchange: AvistaDigitalExchange) -> None:
    created = exchange.createAuthenticationToken("listed", 1)
    tokens = exchange.listAuthenticationTokens()
    assert created.tokenId in [token.tokenId for token in tokens]
    assert {token.tokenValue for token in tokens} == {None}
    assert pickle.loads(pickle.dumps(tokens)) == tokens
    exchange.deleteAuthenticationToken(created.tokenId)


def test_deletion_of_an_unknown_token_is_an_error(exchange: AvistaDigitalExchange) -> None:
    with pytest.raises(NotFoundError):
        exchange.deleteAuthenticationToken("tokenId.none")


def test_value_of_a_token_in_place_of_its_id_is_in_no_error(
    exchange: AvistaDigitalExchange,
) -> None:
    created = exchange.createAuthenticationToken("CI", 1)
    value = str(created.tokenValue)
    with pytest.raises(NotFoundError, match="no authentication token with this ID") as caught:
        exchange.deleteAuthenticationToken(value)
    assert value not in "".join(format_exception(caught.value))
    assert value not in repr(vars(caught.value))
    exchange.deleteAuthenticationToken(created.tokenId)


def test_too_many_days_are_an_error(exchange: AvistaDigitalExchange) -> None:
    with pytest.raises(InvalidRequestError, match="daysBeforeExpiration"):
        exchange.createAuthenticationToken("CI", 2**31 - 1)


@pytest.mark.parametrize("role", ["endpoint", "capture"])
def test_token_of_a_device_cannot_manage_tokens(
    role: str, connect: Connect, local: LocalExchange
) -> None:
    device = connect(local.tokens[role], endpoint=local.endpoint)
    with pytest.raises(UnauthorizedError):
        device.createAuthenticationToken("more", 1)
    with pytest.raises(UnauthorizedError):
        device.listAuthenticationTokens()


def test_creation_is_not_repeated_after_an_ambiguous_failure(
    fake_platform: FakePlatform, connect: Connect
) -> None:
    # A second token would stay valid unnoticed.
    client = connect("token", endpoint="https://exchange.test/graphql", maxRetries=3)
    fake_platform.add_responses(
        "user_createAuthenticationToken", error_response(graphql_error("InternalFailure", "odd"))
    )
    with pytest.raises(ApiError) as caught:
        client.createAuthenticationToken("CI", 30)
    assert caught.value.mayHaveSucceeded
    assert fake_platform.operations == ["user_createAuthenticationToken"]


class TestSecrecy:
    @pytest.fixture
    def token(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> AuthenticationToken:
        fake_platform.add_data("user_createAuthenticationToken", TOKEN)
        return fake_platform_client.createAuthenticationToken("CI", 30)

    def test_token_value_is_hidden_in_representations(self, token: AuthenticationToken) -> None:
        assert token.tokenValue == VALUE
        shown = [repr(token), str(token), f"{token}", repr([token]), repr(token.tokenValue)]
        shown += [str(token._repr_html_()), repr(token.model_dump()), repr(copy.deepcopy(token))]
        assert [text for text in shown if VALUE in text] == []

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_token_with_a_value_is_not_pickled(
        self, token: AuthenticationToken, protocol: int
    ) -> None:
        with pytest.raises(TypeError, match="set tokenValue to None first"):
            pickle.dumps([token], protocol)
        token.tokenValue = None
        assert pickle.loads(pickle.dumps(token, protocol)) == token

    def test_token_value_is_not_logged(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        fake_platform.add_data("user_createAuthenticationToken", TOKEN)
        with caplog.at_level(logging.DEBUG):
            fake_platform_client.createAuthenticationToken("CI", 30)
        assert "user_createAuthenticationToken" in caplog.text
        assert VALUE not in caplog.text

    @pytest.mark.parametrize(
        "response",
        [
            error_response(
                graphql_error("Odd", "odd"), data={"user_createAuthenticationToken": TOKEN}
            ),
            {"data": {"user_createAuthenticationToken": TOKEN | {"name": None}}},
            {"data": {"user_createAuthenticationToken": TOKEN | {"tokenValue": [VALUE]}}},
        ],
        ids=["partial data", "invalid name", "invalid value"],
    )
    def test_token_value_is_in_no_error(
        self,
        response: Any,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        operation = "user_createAuthenticationToken"
        fake_platform.add_responses(operation, response)
        with pytest.raises((ApiError, InvalidResponseError), match=operation) as caught:
            fake_platform_client.createAuthenticationToken("CI", 30)
        shown = [str(caught.value), repr(vars(caught.value)), str(pickle.dumps(caught.value, 0))]
        assert [text for text in shown if VALUE in text] == []
