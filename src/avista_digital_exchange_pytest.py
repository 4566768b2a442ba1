"""Fixtures for tests of programs that use the Digital Exchange: no token and no internet needed.

It stands beside the package, not in it, because pytest imports it in every run, of whatever tests,
where the package is installed. So it imports nothing but pytest until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from avista_digital_exchange_sdk import AvistaDigitalExchange
    from avista_digital_exchange_sdk.local import LocalExchange


@pytest.fixture(scope="session")
def _running_local_exchange() -> Iterator[LocalExchange]:
    from avista_digital_exchange_sdk.local import LocalExchange

    with LocalExchange() as local:
        yield local


@pytest.fixture
def local_exchange(_running_local_exchange: LocalExchange) -> Iterator[LocalExchange]:
    """A Local Exchange that holds what a new one does, whatever other tests did with it.

    The environment variables AVISTA_DX_TOKEN and AVISTA_DX_ENDPOINT lead to it, as its owner. It
    has `tokens` of `owner`, `member`, `reader` and `outsider`, and the ids of what the owner has:
    `dataStoreId`, `homeDirectoryId`, `timeSeriesDbId`, `collaborativeId`.
    """
    local = _running_local_exchange
    local.reset()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AVISTA_DX_TOKEN", local.token)
        environment.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        yield local


@pytest.fixture
def digital_exchange(local_exchange: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """The owner's AvistaDigitalExchange with the Local Exchange of this test."""
    from avista_digital_exchange_sdk import AvistaDigitalExchange

    token, endpoint = local_exchange.token, local_exchange.endpoint
    with AvistaDigitalExchange(token, endpoint=endpoint) as exchange:
        yield exchange
