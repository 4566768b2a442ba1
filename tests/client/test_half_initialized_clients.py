"""Clients whose constructor failed, as debugging tools see them."""

import asyncio
import copy
import inspect
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    InvalidParameterError,
    client_runtime,
)
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.frames import local_variables

CLIENTS = [
    AvistaDigitalExchange,
    AsyncAvistaDigitalExchange,
    client_runtime.SyncOperations,
    client_runtime.AsyncOperations,
]
SECRET = "s3cr3t-2f6d1c"
URL = "https://exchange.test/graphql"


def create_failed(kind: Any) -> Any:
    """An object whose `__init__` raised, taken from the traceback."""
    made = kind.__new__(kind)
    with pytest.raises(InvalidParameterError):
        made.__init__(token="two words")
    return made


def create_half_initialized(kind: Any) -> Any:
    """An object whose `__init__` never ran."""
    return kind.__new__(kind)


@pytest.mark.parametrize("make", [create_failed, create_half_initialized])
class TestHalfInitialized:
    @pytest.mark.parametrize("kind", [*CLIENTS, DataStoreFileSystem])
    def test_object_can_be_shown_closed_hashed_and_compared(
        self, make: Callable[[Any], Any], kind: Any
    ) -> None:
        made = make(kind)
        assert repr(made) == str(made) == f"{kind.__name__}(not connected)"
        assert made == made  # tests __eq__
        assert made != make(kind)
        assert hash(made) == hash(made)
        closing = made.close()
        if inspect.iscoroutine(closing):
            asyncio.run(closing)

    @pytest.mark.parametrize("kind", CLIENTS)
    def test_client_can_be_copied_and_is_never_pickled(
        self, make: Callable[[Any], Any], kind: Any
    ) -> None:
        made = make(kind)
        assert repr(copy.copy(made)) == repr(made)
        with pytest.raises(TypeError, match=f"{kind.__name__} can't be pickled"):
            pickle.dumps(made)
        with pytest.raises(TypeError, match=f"{kind.__name__} can't be copied"):
            copy.deepcopy(made)

    def test_file_system_can_be_copied_and_pickled(self, make: Callable[[Any], Any]) -> None:
        made = make(DataStoreFileSystem)
        assert made.to_dict()["protocol"] == "dx"
        assert pickle.dumps(made)


@pytest.mark.parametrize("kind", CLIENTS)
class TestInitialized:
    def test_client_shows_its_endpoint_and_copies_share_its_connections(
        self, kind: Any, local: LocalExchange
    ) -> None:
        made = kind(local.token, endpoint=local.endpoint)
        assert repr(copy.copy(made)) == repr(made)
        assert local.endpoint in repr(made)
        close(made)

    def test_client_is_never_pickled(self, kind: Any) -> None:
        made = kind("token")
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="create one in each process"):
                pickle.dumps(made, protocol)
        close(made)


def close(made: Any) -> None:
    closing = made.close()
    if inspect.iscoroutine(closing):
        asyncio.run(closing)


@pytest.mark.parametrize("kind", [*CLIENTS, DataStoreFileSystem])
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"token": f"{SECRET} with blanks"}, id="token with blanks"),
        pytest.param({"token": f"{SECRET}\u00e9"}, id="token beyond ASCII"),
        pytest.param({"token": SECRET.encode()}, id="token as bytes"),
        pytest.param({"token": [SECRET]}, id="token in a list"),
        pytest.param({"token": URL, "endpoint": SECRET}, id="token and endpoint swapped"),
        pytest.param({"token": f"{URL}/{SECRET}"}, id="URL as token"),
        pytest.param({"endpoint": SECRET}, id="token as endpoint"),
        pytest.param({"endpoint": [SECRET]}, id="token in a list as endpoint"),
        pytest.param({"endpoint": f"https://me:{SECRET}@exchange.test"}, id="password"),
        pytest.param({"endpoint": f"https://{SECRET}@exchange.test"}, id="user name"),
        pytest.param({"endpoint": f"{URL}?key={SECRET}"}, id="query string"),
        pytest.param({"endpoint": f"{URL}#{SECRET}"}, id="fragment"),
        pytest.param({"endpoint": f"ftp://{SECRET}@exchange.test"}, id="other scheme"),
        pytest.param({"proxy": SECRET}, id="token as proxy"),
        pytest.param({"proxy": f"socks5://me:{SECRET}@proxy.test"}, id="SOCKS proxy"),
        pytest.param({"proxy": f"http://me:{SECRET}@proxy.test:port"}, id="port of a proxy"),
        pytest.param({"token": SECRET, "timeout": -1}, id="timeout"),
        pytest.param({"token": SECRET, "maxRetries": -1}, id="maxRetries"),
        pytest.param({"token": SECRET, "verify": "/nowhere"}, id="verify"),
    ],
)
def test_refused_arguments_show_no_secret(kind: Any, arguments: dict[str, Any]) -> None:
    assert_refusal_shows_no_secret(kind, arguments)


@pytest.mark.parametrize("kind", CLIENTS)
def test_refused_debug_argument_shows_no_secret(kind: Any) -> None:
    assert_refusal_shows_no_secret(kind, {"token": URL, "debug": SECRET})


def assert_refusal_shows_no_secret(kind: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        kind(**{"token": "token", **arguments})
    shown = [*traceback.format_exception(caught.value), *local_variables(caught.value)]
    assert not [line for line in shown if SECRET in line]


@pytest.mark.parametrize("kind", [*CLIENTS, DataStoreFileSystem])
@pytest.mark.parametrize(
    ("token", "endpoint"),
    [(f"{SECRET} x", URL), (URL, SECRET), ("token", f"https://me:{SECRET}@exchange.test")],
)
def test_refused_environment_variables_show_no_secret(
    kind: Any, token: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVISTA_DX_TOKEN", token)
    monkeypatch.setenv("AVISTA_DX_ENDPOINT", endpoint)
    with pytest.raises(InvalidParameterError) as caught:
        kind()
    shown = [*traceback.format_exception(caught.value), *local_variables(caught.value)]
    assert not [line for line in shown if SECRET in line]


@pytest.mark.parametrize("kind", CLIENTS)
def test_unusable_proxy_in_the_environment_shows_no_password(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"odd://me:{SECRET}@proxy.test")
    with pytest.raises(InvalidParameterError, match="HTTPS_PROXY") as caught:
        kind("token")
    shown = [*traceback.format_exception(caught.value), *local_variables(caught.value)]
    assert not [line for line in shown if SECRET in line]
