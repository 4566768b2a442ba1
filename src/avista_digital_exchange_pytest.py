"""pytest fixtures for programs that use the Digital Exchange, without a token or network access.

This module is not part of the package, as pytest imports it in every run in an environment where
the package is installed. It imports nothing but pytest until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
    from avista_digital_exchange_sdk.local import LocalExchange


@pytest.fixture(scope="session")
def _running_local_exchange() -> Iterator[LocalExchange]:
    from avista_digital_exchange_sdk.local import LocalExchange

    with LocalExchange() as local:
        yield local


@pytest.fixture
def local_exchange(_running_local_exchange: LocalExchange) -> Iterator[LocalExchange]:
    """A Local Exchange in its initial state.

    The environment variables AVISTA_DX_TOKEN and AVISTA_DX_ENDPOINT are set to those of its owner.
    It has `tokens` of `owner`, `member`, `reader` and `outsider`, and the IDs of the owner's
    objects: `dataStoreId`, `homeDirectoryId`, `timeSeriesDbId`, `collaborativeId`.

    Requests fail or are slow as a test requires: `fail()`, `delay()`, `latency`, `throttle`. They
    are reset at the end of the test.
    """
    local = _running_local_exchange
    local.reset()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AVISTA_DX_TOKEN", local.token)
        environment.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        yield local
    local.resetConditions()


@pytest.fixture
def digital_exchange(local_exchange: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """A client of the Local Exchange of this test, with the token of the owner."""
    from avista_digital_exchange_sdk import AvistaDigitalExchange

    token, endpoint = local_exchange.token, local_exchange.endpoint
    with AvistaDigitalExchange(token, endpoint=endpoint) as exchange:
        yield exchange


@pytest.fixture
def async_digital_exchange(local_exchange: LocalExchange) -> Iterator[AsyncAvistaDigitalExchange]:
    """An async client of the Local Exchange of this test, with the token of the owner.

    It can be used with any pytest plugin for asyncio, and with `asyncio.run()`. Its connections are
    closed with the event loop of the test.
    """
    from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange

    token, endpoint = local_exchange.token, local_exchange.endpoint
    exchange = AsyncAvistaDigitalExchange(token, endpoint=endpoint)
    yield exchange
    # Without a running event loop, closing does not wait for anything.
    with suppress(StopIteration):
        exchange.close().send(None)
