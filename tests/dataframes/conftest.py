"""Fixtures: a database with every type of attribute."""

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import Platform
from .sample_database import fill


@pytest.fixture(scope="session")
def measured(local: LocalExchange, platform: Platform) -> str:
    """The id of a database of every type of attribute."""
    database = platform.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        fill(exchange, database)
    return database
