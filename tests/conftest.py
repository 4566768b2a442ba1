"""Fixtures: a Local Exchange for the whole run, fresh places in it, and both doors to it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from pytest_httpx import HTTPXMock

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from .support.admin_client import Platform
from .support.clients import DOORS, RUNNER, Door
from .support.fake_platform import ENDPOINT, TOKEN, ScriptedPlatform
from .support.proxy import Proxy

Connect = Callable[..., AvistaDigitalExchange]


def pytest_configure() -> None:
    """Heed Ctrl-C, which tests press; a shell that runs them in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVISTA_DX_TOKEN", raising=False)
    monkeypatch.delenv("AVISTA_DX_ENDPOINT", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _one_event_loop() -> Iterator[None]:
    with RUNNER:
        yield


@pytest.fixture(params=DOORS.values(), ids=DOORS.keys())
def door(request: pytest.FixtureRequest) -> Door:
    """Makes exchanges of one colour; what uses it is tested in both."""
    return request.param


@pytest.fixture
def connect(door: Door) -> Iterator[Connect]:
    """Makes exchanges of one colour that are closed when the test is over."""
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(closing(door(*args, **options)))


@pytest.fixture(scope="session")
def local() -> Iterator[LocalExchange]:
    """A Local Exchange, shared by all tests: what they need fresh, they make in it."""
    with LocalExchange() as local:
        yield local


@pytest.fixture(scope="session")
def platform(local: LocalExchange) -> Platform:
    """What the Local Exchange's owner can do beside the documented calls."""
    return Platform(local.endpoint, local.token)


@pytest.fixture
def exchange(connect: Connect, local: LocalExchange) -> AvistaDigitalExchange:
    """The owner's exchange."""
    return connect(local.token, endpoint=local.endpoint)


@pytest.fixture
def data_store(platform: Platform) -> dict[str, str]:
    """A new data store of the owner's, empty."""
    return platform.create_data_store()


@pytest.fixture
def database(platform: Platform) -> str:
    """The id of a new time series database of the owner's, empty."""
    return platform.create_database()


@pytest.fixture
def proxy(local: LocalExchange) -> Iterator[Proxy]:
    """A proxy before the Local Exchange."""
    with Proxy(local.endpoint).running() as proxy:
        yield proxy


@pytest.fixture
def proxied(proxy: Proxy, connect: Connect, local: LocalExchange) -> AvistaDigitalExchange:
    """The owner's exchange, through the proxy; what fails once fails for good."""
    return connect(local.token, endpoint=proxy.endpoint, maxRetries=0)


@pytest.fixture
def scripted(httpx_mock: HTTPXMock) -> ScriptedPlatform:
    """A platform that gives the answers it is told to."""
    return ScriptedPlatform(httpx_mock)


@pytest.fixture
def scripted_exchange(scripted: ScriptedPlatform, connect: Connect) -> AvistaDigitalExchange:
    """An exchange with the scripted platform; what fails once fails for good."""
    return connect(TOKEN, endpoint=ENDPOINT, maxRetries=0)
