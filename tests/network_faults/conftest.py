"""A Local Exchange behind a faulty proxy, and clients that leave nothing behind."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.clients import RUNNER, ClientFactory
from ..support.faulty_proxy import FaultyProxy
from ..support.options import use_options
from ..support.token_forms import token_forms
from ..support.waiting import wait_until
from .secret_scanner import SERVERS, Listener, MonitoredClient

RETRIES = 2
SHORT_TIMEOUT_MANY_RETRIES = {"timeout": 0.5, "maxRetries": 20}
"""For a network that is silent once: retried soon, and often enough for a slow machine."""

SHORT_TIMEOUT = 1.5
"""Timeout in seconds where earlier steps are not retried: enough for a slow machine."""

ENDLESS_TIMEOUT = 3600
"""Timeout in seconds that counts as waiting forever."""


@dataclass(frozen=True)
class FaultyPlatform:
    """A Local Exchange behind a faulty proxy, with direct access to check its content."""

    proxy: FaultyProxy
    local: LocalExchange
    platform: AdminClient

    def direct(self) -> AvistaDigitalExchange:
        """A client of the owner that uses the proxy only for transfers."""
        return AvistaDigitalExchange(self.local.token, endpoint=self.local.endpoint)

    def running_queries(self, timeSeriesDbId: str) -> list[str]:
        """The IDs of a database's filter queries that are not cancelled."""
        queries = self.local.exchange.queries.list_for_resource(timeSeriesDbId)
        return [
            query.query_id
            for query in queries
            if query.requested.kind == "FILTER" and not query.cancelled
        ]


@pytest.fixture(scope="session")
def shared_faulty_platform() -> Iterator[FaultyPlatform]:
    with FaultyProxy().running() as proxy, LocalExchange(publicUrl=proxy.url) as local:
        proxy.set_upstream(local.endpoint)
        yield FaultyPlatform(proxy, local, AdminClient(local.endpoint, local.token))


@pytest.fixture
def faulty_platform(shared_faulty_platform: FaultyPlatform) -> Iterator[FaultyPlatform]:
    """The faulty platform without any faults yet."""
    shared_faulty_platform.proxy.expect()
    yield shared_faulty_platform
    shared_faulty_platform.proxy.expect()


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, initial_retry_delay=0.001)


OpenClient = Callable[..., AvistaDigitalExchange]


@pytest.fixture
def shown(faulty_platform: FaultyPlatform) -> Iterator[list[str]]:
    """All logs and error output; checks that they contain no secret."""
    listener = Listener()
    root, package = logging.getLogger(), logging.getLogger("avista_digital_exchange_sdk")
    levels = root.level, package.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    package.setLevel(logging.DEBUG)
    faulty_platform.proxy.signatures.clear()
    yield listener.lines
    root.removeHandler(listener)
    root.setLevel(levels[0])
    package.setLevel(levels[1])
    text = "\n".join(listener.lines)
    assert "avista_digital_exchange_sdk" in text
    secrets = (
        *token_forms(faulty_platform.local.token),
        *faulty_platform.proxy.signatures,
        "X-Amz-Signature=",
    )
    if any(secret in text for secret in secrets):
        assert not [line for line in listener.lines for secret in secrets if secret in line]


@pytest.fixture
def open_client(
    create_client: ClientFactory, faulty_platform: FaultyPlatform, tmp_path: Path, shown: list[str]
) -> Iterator[OpenClient]:
    """Creates clients of the faulty platform, and checks that they leave nothing behind."""
    threads = sdk_threads()
    with ExitStack() as stack:

        def reached(**options: Any) -> AvistaDigitalExchange:
            options = {"timeout": 5, "maxRetries": RETRIES, **options}
            exchange = create_client(
                faulty_platform.local.token, endpoint=faulty_platform.proxy.endpoint, **options
            )
            return cast(
                AvistaDigitalExchange,
                MonitoredClient(stack.enter_context(closing(exchange)), shown),
            )

        yield reached
    # Abandoned generators are closed in the next iterations of the loop.
    RUNNER.run(asyncio.sleep(0.001))
    assert not asyncio.all_tasks(RUNNER.get_loop())
    assert wait_until(lambda: sdk_threads() <= threads), sdk_threads() - threads
    # Release stalled messages, so that leaked waiters are detected.
    faulty_platform.proxy.expect()
    assert wait_until(lambda: not faulty_platform.proxy.open_connections), (
        "a connection was left open"
    )
    assert not [path.name for path in tmp_path.rglob("*.part")]


def sdk_threads() -> set[threading.Thread]:
    """All threads that are not the Local Exchange's or the proxy's own."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith(SERVERS)}
