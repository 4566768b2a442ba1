"""An exchange that speaks to a liar."""

from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange

from ..conftest import Connect
from ..support.fake_platform import TOKEN
from ..support.options import use_options
from .server import Liar


@pytest.fixture
def liar() -> Iterator[Liar]:
    with Liar().running() as liar:
        yield liar


@pytest.fixture
def victim(liar: Liar, connect: Connect) -> AvistaDigitalExchange:
    """An exchange that speaks to the liar."""
    return connect(TOKEN, endpoint=f"{liar.address}/graphql", maxRetries=1, timeout=5)


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, max_response_bytes=2 << 20, max_chunk_bytes=2 << 20)


@pytest.fixture
def elsewhere() -> Iterator[Liar]:
    """Another host, which is to see nothing."""
    with Liar().running() as elsewhere:
        yield elsewhere
