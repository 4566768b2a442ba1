"""Fixtures: a session-wide Local Exchange, empty services in it, and clients of both kinds."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from pytest_httpx import HTTPXMock

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from .support.admin_client import AdminClient
from .support.clients import CLIENT_FACTORIES, RUNNER, ClientFactory
from .support.fake_platform import ENDPOINT, TOKEN, FakePlatform
from .support.fast_tier import select_cases
from .support.options import use_options
from .support.proxy import Proxy

Connect = Callable[..., AvistaDigitalExchange]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that selects the fast tier."""
    parser.addoption("--fast", action="store_true", help="run one case of each test and client")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that the fast tier does not run."""
    if config.getoption("--fast"):
        items[:], deselected = select_cases(items)
        config.hook.pytest_deselected(items=deselected)


def pytest_configure() -> None:
    """Handle SIGINT, which tests send; shells ignore it for background processes."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "ENDPOINT", "PROFILE", "KEYRING_TIMEOUT", "DEBUG", "ALLOW_HTTP"):
        monkeypatch.delenv(f"AVISTA_DX_{name}", raising=False)
    # No profile of the developer.
    monkeypatch.setenv("AVISTA_DX_CONFIG_DIR", os.path.join(os.devnull, "none"))


@pytest.fixture(autouse=True)
def _undivided_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split no query only because the machine is busy."""
    use_options(monkeypatch, min_split_seconds=60)


@pytest.fixture(autouse=True, scope="session")
def _event_loop() -> Iterator[None]:
    with RUNNER:
        yield


@pytest.fixture(params=CLIENT_FACTORIES.values(), ids=CLIENT_FACTORIES.keys())
def create_client(request: pytest.FixtureRequest) -> ClientFactory:
    """Creates clients; tests that use it run with the sync and the async client."""
    return request.param


@pytest.fixture
def connect(create_client: ClientFactory) -> Iterator[Connect]:
    """Creates sync or async clients that are closed after the test."""
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(closing(create_client(*args, **options)))


@pytest.fixture(scope="session")
def local() -> Iterator[LocalExchange]:
    """A Local Exchange shared by all tests."""
    with LocalExchange() as local:
        yield local


@pytest.fixture(scope="session")
def admin_client(local: LocalExchange) -> AdminClient:
    """Runs operations as the owner that the SDK has no calls for."""
    return AdminClient(local.endpoint, local.token)


@pytest.fixture
def exchange(connect: Connect, local: LocalExchange) -> AvistaDigitalExchange:
    """A client of the owner."""
    return connect(local.token, endpoint=local.endpoint)


@pytest.fixture
def data_store(admin_client: AdminClient) -> dict[str, str]:
    """A new, empty data store of the owner."""
    return admin_client.create_data_store()


@pytest.fixture
def database(admin_client: AdminClient) -> str:
    """The ID of a new, empty time series database of the owner."""
    return admin_client.create_database()


@pytest.fixture
def proxy(local: LocalExchange) -> Iterator[Proxy]:
    """A proxy in front of the Local Exchange."""
    with Proxy(local.endpoint).running() as proxy:
        yield proxy


@pytest.fixture
def proxied_client(proxy: Proxy, connect: Connect, local: LocalExchange) -> AvistaDigitalExchange:
    """A client of the owner that connects through the proxy and does not retry."""
    return connect(local.token, endpoint=proxy.endpoint, maxRetries=0)


@pytest.fixture
def fake_platform(httpx_mock: HTTPXMock) -> FakePlatform:
    """A platform with scripted responses."""
    return FakePlatform(httpx_mock)


@pytest.fixture
def fake_platform_client(fake_platform: FakePlatform, connect: Connect) -> AvistaDigitalExchange:
    """A client of the fake platform that does not retry."""
    return connect(TOKEN, endpoint=ENDPOINT, maxRetries=0)
