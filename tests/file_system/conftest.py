"""Fixtures: the file system of a new, empty data store."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.proxy import Proxy


@pytest.fixture
def file_system(local: LocalExchange) -> Iterator[DataStoreFileSystem]:
    """The owner's file system."""
    fs = DataStoreFileSystem(token=local.token, endpoint=local.endpoint, skip_instance_cache=True)
    with closing(fs):
        yield fs


@pytest.fixture
def proxied_file_system(local: LocalExchange, proxy: Proxy) -> Iterator[DataStoreFileSystem]:
    """The owner's file system, through a proxy that records every request."""
    fs = DataStoreFileSystem(token=local.token, endpoint=proxy.endpoint, skip_instance_cache=True)
    with closing(fs):
        yield fs


@pytest.fixture
def home(admin_client: AdminClient) -> str:
    """The path of a new, empty data store."""
    return admin_client.create_data_store()["dataStoreId"]
