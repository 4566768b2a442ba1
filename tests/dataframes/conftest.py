"""Fixtures: a database with every type of attribute."""

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from .sample_database import fill


@pytest.fixture(scope="session")
def measured(local: LocalExchange, admin_client: AdminClient) -> str:
    """The id of a database of every type of attribute."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        fill(exchange, database)
    return database
