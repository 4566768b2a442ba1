"""pytest fixtures for programs that use the Digital Exchange, without a token or network access.

This module is not part of the package, as pytest imports it in every run in an environment where
the package is installed. It imports nothing but pytest until a fixture is used.
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
    """A Local Exchange in its initial state.

    The environment variables AVISTA_DX_TOKEN and AVISTA_DX_ENDPOINT are set to those of its owner.
    It has `tokens` of `owner`, `member`, `reader` and `outsider`, and the IDs of the owner's
    objects: `dataStoreId`, `homeDirectoryId`, `timeSeriesDbId`, `collaborativeId`.
    """
    local = _running_local_exchange
    local.reset()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AVISTA_DX_TOKEN", local.token)
        environment.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        yield local


@pytest.fixture
def digital_exchange(local_exchange: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """A client of the Local Exchange of this test, with the token of the owner."""
    from avista_digital_exchange_sdk import AvistaDigitalExchange

    token, endpoint = local_exchange.token, local_exchange.endpoint
    with AvistaDigitalExchange(token, endpoint=endpoint) as exchange:
        yield exchange
