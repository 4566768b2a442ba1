"""The error hierarchy and the attributes of errors."""

import copy
import pickle
from typing import Any

import pytest

import avista_digital_exchange_sdk as sdk
from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    ExchangeClosedError,
    ExportTimeoutError,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
    MissingExtraError,
    NotFoundError,
    PathIsDirectoryError,
    PathNotFoundError,
    PublishIncompleteError,
    QueryIncompleteError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    StateNotReachedError,
    StateTimeoutError,
    SubscriptionError,
    TransferError,
    TransferIncompleteError,
    UnauthorizedError,
)

from ..support.fake_platform import FakePlatform, error_response, graphql_error

API = {
    "operationName": "storage_getDataStore",
    "errors": [{"errorType": "NotFound", "message": "gone"}],
    "data": {"storage_getDataStore": None},
    "statusCode": 200,
    "requestId": "request-7",
}
PUBLISH = {"written": [0, 1], "rejected": {2: "too old"}, "unknown": [3], "notSent": [4, 5]}
ERRORS: list[tuple[type[DigitalExchangeError], dict[str, Any]]] = [
    (DigitalExchangeError, {}),
    (InvalidParameterError, {}),
    (PathNotFoundError, {}),
    (PathIsDirectoryError, {}),
    (MissingExtraError, {}),
    (ExchangeClosedError, {}),
    (ConnectionFailedError, {"sent": False}),
    (RequestTimeoutError, {"sent": False}),
    (ApiError, API),
    (UnauthorizedError, API),
    (NotFoundError, API),
    (InvalidRequestError, API),
    (RateLimitError, API),
    (ServerError, API),
    (InvalidResponseError, {}),
    (TransferError, {"statusCode": 403, "path": "load.csv"}),
    (TransferIncompleteError, {"failures": {}, "notTried": 3}),
    (PublishIncompleteError, PUBLISH),
    (QueryIncompleteError, {"queryId": "query-1", "pagesRead": 3}),
    (ExportTimeoutError, {"queryId": "query-1"}),
    (StateNotReachedError, {"state": "FINISHED"}),
    (StateTimeoutError, {"state": "CAPTURING"}),
    (SubscriptionError, {}),
]


def test_every_error_class_is_covered_by_these_tests() -> None:
    public = {getattr(sdk, name) for name in sdk.errors.__all__ if name.endswith("Error")}
    assert public == {kind for kind, _ in ERRORS}


@pytest.mark.parametrize(("kind", "attributes"), ERRORS)
def test_error_carries_its_message_and_attributes(
    kind: type[DigitalExchangeError], attributes: dict[str, Any]
) -> None:
    made = kind("the message", **attributes)
    assert isinstance(made, DigitalExchangeError)
    assert str(made) == "the message"
    assert {name: getattr(made, name) for name in attributes} == attributes


@pytest.mark.parametrize(("kind", "attributes"), ERRORS)
@pytest.mark.parametrize("copied", [lambda made: pickle.loads(pickle.dumps(made)), copy.copy])
def test_error_survives_pickling_and_copying(
    copied: Any, kind: type[DigitalExchangeError], attributes: dict[str, Any]
) -> None:
    made = kind("the message", **attributes)
    made.add_note("a note")
    restored = copied(made)
    assert type(restored) is kind
    assert str(restored) == "the message"
    assert vars(restored) == vars(made)


@pytest.mark.parametrize(
    ("kind", "caught_as"),
    [
        (InvalidParameterError, ValueError),
        (PathNotFoundError, InvalidParameterError),
        (PathNotFoundError, FileNotFoundError),
        (PathIsDirectoryError, InvalidParameterError),
        (PathIsDirectoryError, IsADirectoryError),
        (MissingExtraError, ImportError),
        (RequestTimeoutError, ConnectionFailedError),
        (RequestTimeoutError, TimeoutError),
        (UnauthorizedError, ApiError),
        (NotFoundError, ApiError),
        (InvalidRequestError, ApiError),
        (RateLimitError, ApiError),
        (ServerError, ApiError),
        (ExportTimeoutError, TimeoutError),
        (TransferIncompleteError, TransferError),
    ],
)
def test_error_is_caught_as_its_base_classes(
    kind: type[Exception], caught_as: type[Exception]
) -> None:
    assert issubclass(kind, caught_as)


def test_raised_error_survives_pickling(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fake_platform.add_responses(
        "storage_listDataStores", error_response(graphql_error("NotFound", "gone"))
    )
    with pytest.raises(NotFoundError) as caught:
        fake_platform_client.listDataStores()
    restored = pickle.loads(pickle.dumps(caught.value))
    assert str(restored) == str(caught.value)
    assert restored.errors == caught.value.errors


def test_error_has_its_cause_but_not_the_request() -> None:
    with (
        AvistaDigitalExchange("token", endpoint="http://127.0.0.1:9/", maxRetries=0) as exchange,
        pytest.raises(ConnectionFailedError) as caught,
    ):
        exchange.getUserInfo()
    cause = caught.value.__cause__
    assert cause is not None
    assert getattr(cause, "_request", None) is None
