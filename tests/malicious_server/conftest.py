"""Clients of a malicious server."""

from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange

from ..conftest import Connect
from ..support.fake_platform import TOKEN
from ..support.options import use_options
from .server import MaliciousServer


@pytest.fixture
def malicious_server() -> Iterator[MaliciousServer]:
    with MaliciousServer().running() as malicious_server:
        yield malicious_server


@pytest.fixture
def client(malicious_server: MaliciousServer, connect: Connect) -> AvistaDigitalExchange:
    """A client of the malicious server."""
    return connect(TOKEN, endpoint=f"{malicious_server.url}/graphql", maxRetries=1, timeout=5)


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, max_response_bytes=2 << 20, max_chunk_bytes=2 << 20)


@pytest.fixture
def other_host() -> Iterator[MaliciousServer]:
    """Another host, which must not receive anything."""
    with MaliciousServer().running() as other_host:
        yield other_host
