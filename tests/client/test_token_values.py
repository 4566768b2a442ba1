"""The values of tokens are shown by no representation, log, file or pickle of either client."""

import copy
import io
import json
import logging
import pickle
import pprint
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
import rich.console
import rich.pretty
from pydantic_core import to_json, to_jsonable_python

from avista_digital_exchange_sdk import AuthenticationToken, AvistaDigitalExchange
from avista_digital_exchange_sdk import types as public_types
from avista_digital_exchange_sdk._generated import fragments
from avista_digital_exchange_sdk._secrets import SecretStr
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..services.data_capture.test_captures import ASSETS

CALLS: dict[str, Callable[[AvistaDigitalExchange, str, str], AuthenticationToken]] = {
    "createAuthenticationToken": lambda exchange, *_: exchange.createAuthenticationToken("CI", 1),
    "getEndpointToken": lambda exchange, endpoint, _: exchange.iot.getEndpointToken(endpoint),
    "regenerateEndpointToken": lambda exchange, endpoint, _: exchange.iot.regenerateEndpointToken(
        endpoint
    ),
    "getCaptureToken": lambda exchange, _, capture: exchange.dataCapture.getCaptureToken(capture),
    "regenerateCaptureToken": lambda exchange, _, capture: (
        exchange.dataCapture.regenerateCaptureToken(capture)
    ),
}
REPRESENTATIONS: dict[str, Callable[[AuthenticationToken], str | bytes]] = {
    "repr": repr,
    "str": str,
    "format": lambda token: f"{token} {token!r}",
    "percent": lambda token: "%s %r" % (token, token),  # noqa: UP031  # as logging does
    "list": lambda token: repr([token, (token,), {"token": token}]),
    "html": lambda token: str(token._repr_html_()),
    "vars": lambda token: repr(vars(token)),
    "fields": lambda token: repr(dict(token)),
    "model_dump": lambda token: repr(token.model_dump()),
    "pprint": lambda token: pprint.pformat(token.model_dump()),
    "model_dump of json": lambda token: json.dumps(token.model_dump(mode="json")),
    "model_dump_json": lambda token: token.model_dump_json(),
    "to_json": lambda token: to_json([token]),
    "to_jsonable_python": lambda token: json.dumps(to_jsonable_python({"token": token})),
    "copy": lambda token: repr([copy.copy(token), copy.deepcopy(token), token.model_copy()]),
    "value": lambda token: repr(token.tokenValue),
    "rich": lambda token: _print_with_rich(token),
    "rich.pretty": lambda token: rich.pretty.pretty_repr(token.model_dump(), max_string=200),
}


def _print_with_rich(token: AuthenticationToken) -> str:
    output = io.StringIO()
    rich.console.Console(file=output, width=1000).print(token, [token], token.model_dump())
    return output.getvalue()


@pytest.fixture
def endpoint(exchange: AvistaDigitalExchange, local: LocalExchange) -> str:
    """The ID of a new endpoint, so that other tests keep their token."""
    return exchange.iot.createEndpoint(local.iotHubId, local.modelId, "Own").iotEndpointId


@pytest.fixture
def capture(exchange: AvistaDigitalExchange) -> str:
    """The ID of a new capture."""
    capture_id = exchange.dataCapture.createCapture("Own").captureId
    exchange.dataCapture.updateDataModel(capture_id, ASSETS)
    return capture_id


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What all loggers of this process write at DEBUG."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    root, package = logging.getLogger(), logging.getLogger("avista_digital_exchange_sdk")
    levels = root.level, package.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    package.setLevel(logging.DEBUG)
    yield output
    root.removeHandler(handler)
    root.setLevel(levels[0])
    package.setLevel(levels[1])


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_token_value_is_only_in_its_attribute(
    call: Callable[..., AuthenticationToken],
    connect: Connect,
    local: LocalExchange,
    endpoint: str,
    capture: str,
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    token = call(connect(local.token, True, endpoint=local.endpoint), endpoint, capture)
    value = str(token.tokenValue)
    assert len(value) > 20
    shown = {
        name: text.decode() if isinstance(text, bytes) else text
        for name, text in ((name, show(token)) for name, show in REPRESENTATIONS.items())
    }
    assert [name for name, text in shown.items() if value in text] == []
    assert [name for name, text in shown.items() if token.tokenId not in text] == ["value"]
    assert token.tokenId not in value
    assert value not in log.getvalue()
    assert "Token" in log.getvalue()
    assert value not in "".join(capfd.readouterr())
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps({"token": token})


def test_token_value_reaches_no_other_process(exchange: AvistaDigitalExchange) -> None:
    token = exchange.createAuthenticationToken("CI", 1)
    with ProcessPoolExecutor(1) as pool, pytest.raises(TypeError, match="can't be pickled"):
        pool.submit(repr, token).result()


def test_token_without_its_value_is_restored_from_json(exchange: AvistaDigitalExchange) -> None:
    token = exchange.createAuthenticationToken("CI", 1)
    restored = AuthenticationToken.model_validate_json(token.model_dump_json())
    assert restored.tokenValue is None
    token.tokenValue = None
    assert restored == token


def test_every_type_keeps_secrets_in_hidden_strings() -> None:
    models: dict[str, Any] = {
        name: kind
        for module in (fragments, public_types)
        for name in dir(module)
        if hasattr(kind := getattr(module, name), "model_fields")
    }
    secret = {
        (name, field): information.annotation
        for name, kind in models.items()
        for field, information in kind.model_fields.items()
        if field in ("tokenValue", "url", "presignedUrl") or "secret" in field.lower()
    }
    assert ("AuthenticationToken", "tokenValue") in secret
    assert [
        field for field, kind in secret.items() if kind not in (SecretStr, SecretStr | None)
    ] == []
